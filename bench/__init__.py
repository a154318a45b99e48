"""The benchmark: what the platform does in a second on this machine, and against what."""
