"""Test helpers: what tests may do that the world does otherwise."""
