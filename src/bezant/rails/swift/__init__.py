"""SWIFT, payments across borders by correspondent banks: CBPR+ messages, and MT103 read."""

from bezant.rails.swift.mt103 import read_mt103
from bezant.rails.swift.rail import SWIFT

__all__ = ["SWIFT", "read_mt103"]
