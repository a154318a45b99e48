"""Numbers in columns of text, so that lists can be filtered by their ranges."""

from bezant.api.params import RangeQuery
from bezant.api.scalars import MAX_INTEGER

_WIDTH = len(str(MAX_INTEGER))

Bounds = tuple[str, str]
"""The least and the greatest text, inclusive."""


def sortable(number: int) -> str:
    """Return a number, not negative, as a text of which text order is number order."""
    return f"{number:0{_WIDTH}}"


def bounds(asked: int | RangeQuery) -> Bounds:
    """Return the bounds of what was asked for; a least text beyond the greatest allows nothing."""
    query = RangeQuery.of(asked) or RangeQuery()
    leasts = [0, _or(query.gte, 0), _or(query.gt, -1) + 1]
    mosts = [MAX_INTEGER, _or(query.lte, MAX_INTEGER), _or(query.lt, MAX_INTEGER + 1) - 1]
    return sortable(max(leasts)), sortable(min(mosts)) if min(mosts) >= 0 else ""


def _or(number: int | None, otherwise: int) -> int:
    return otherwise if number is None else number
