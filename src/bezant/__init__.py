"""Bezant: a self-hosted platform for moving and storing money, on one double-entry ledger."""

__version__ = "0.1.0"
