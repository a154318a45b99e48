"""Bacs, the batch network of the United Kingdom: credits and Direct Debits as Standard 18 files."""

from bezant.rails.bacs.rail import BACS, Bacs

__all__ = ["BACS", "Bacs"]
