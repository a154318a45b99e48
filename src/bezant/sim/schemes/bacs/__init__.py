"""Bacs from the other side: Standard 18 files in, reports out."""

from bezant.sim.schemes.bacs.scheme import BACS

__all__ = ["BACS"]
