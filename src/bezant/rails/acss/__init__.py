"""ACSS, Canada's batch clearing: credits and pre-authorized debits as files of CPA Standard 005."""

from bezant.rails.acss.rail import ACSS, Acss

__all__ = ["ACSS", "Acss"]
