"""ISO 20022: the subset of its messages that rails and statements share, read and written."""
