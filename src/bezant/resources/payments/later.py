"""The name under which jobs that may read were known before they moved to the core."""

from bezant.resources.core.later import Doer, Matter, Work, later

__all__ = ["Doer", "Matter", "Work", "later"]
