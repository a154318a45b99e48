"""ACSS from the other side: AFT files of CPA Standard 005 in, files of returns out."""

from bezant.sim.schemes.acss.scheme import ACSS

__all__ = ["ACSS"]
