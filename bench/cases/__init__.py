"""The cases: what is measured, each against what it has to be compared with."""
