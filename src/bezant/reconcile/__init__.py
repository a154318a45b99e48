"""Reconciliation: what banks say, read and matched with what we know."""
