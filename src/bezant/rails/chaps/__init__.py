"""CHAPS, the gross settlement of the Bank of England, final at once on its settlement days."""

from bezant.rails.chaps.rail import CHAPS

__all__ = ["CHAPS"]
