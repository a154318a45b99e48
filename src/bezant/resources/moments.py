"""Moments: what a range of Unix seconds means for logs that are kept to the microsecond."""

from datetime import datetime

from bezant.api.params import RangeQuery
from bezant.kernel.codec import from_microseconds

_SECOND = 1_000_000


def within(asked: int | RangeQuery | None) -> tuple[datetime | None, datetime | None]:
    """Return the first moment of a range and the first behind it; None where it is open."""
    bounds = RangeQuery.of(asked) or RangeQuery()
    firsts = _known(_moment(bounds.gte), _moment(bounds.gt, 1))
    lasts = _known(_moment(bounds.lt), _moment(bounds.lte, 1))
    return max(firsts, default=None), min(lasts, default=None)


def _known(*moments: datetime | None) -> list[datetime]:
    return [moment for moment in moments if moment is not None]


def _moment(second: int | None, over: int = 0) -> datetime | None:
    return None if second is None else from_microseconds((second + over) * _SECOND)
