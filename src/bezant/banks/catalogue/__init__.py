"""Example profiles, one file for each: banks that do not exist, to begin a profile from."""
