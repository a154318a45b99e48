"""ACH, the batch network of the United States, in NACHA's file format."""

from bezant.rails.ach.rail import ACH
from bezant.rails.ach.records import trace_number

__all__ = ["ACH", "trace_number"]
