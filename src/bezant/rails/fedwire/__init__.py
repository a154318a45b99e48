"""Fedwire, the Federal Reserve's gross settlement, final at once on its business days."""

from bezant.rails.fedwire.rail import FEDWIRE

__all__ = ["FEDWIRE"]
