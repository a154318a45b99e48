"""Billing cycles: when the periods of a subscription begin and end, as pure calendar arithmetic.

All periods are counted from an anchor: the 31st is the last day of a shorter month and comes back
in the next long one. Times are in Unix seconds, days and months those of UTC.
"""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from bezant.kernel.codec import unix_seconds
from bezant.resources.catalogue.price import Interval
from bezant.resources.core.months import months_later

_DAYS = {"day": 1, "week": 7}
_MONTHS = {"month": 1, "year": 12}
_MONTH_DAYS = 31


class Every(NamedTuple):
    """How long a period is."""

    interval: Interval
    times: int

    @property
    def seconds(self) -> int:
        """About how long that is; months are counted as the longest ones."""
        days = _DAYS.get(self.interval) or _MONTHS[self.interval] * _MONTH_DAYS
        return days * self.times * 86_400


class Anchor(NamedTuple):
    """From which moment periods are counted; `day` is the day of the month that is meant."""

    at: int
    day: int | None = None


class Span(NamedTuple):
    """From a moment up to another one, which is not part of it."""

    start: int
    end: int

    @property
    def seconds(self) -> int:
        """How long it is."""
        return self.end - self.start


class When(NamedTuple):
    """A day of the month, or of the year, and a time of that day."""

    day_of_month: int
    month: int | None = None
    hour: int | None = None
    minute: int | None = None
    second: int | None = None


def boundary(anchor: Anchor, every: Every, number: int) -> int:
    """Return the end of so many periods after the anchor; before it if the number is below zero."""
    start = _moment(anchor.at)
    if every.interval in _DAYS:
        days = _DAYS[every.interval] * every.times * number
        return unix_seconds(start + timedelta(days=days))
    months = _MONTHS[every.interval] * every.times * number
    return unix_seconds(months_later(start, months, anchor.day or start.day))


def period_at(anchor: Anchor, every: Every, at: int) -> Span:
    """Return the period in which a moment is."""
    number = (at - anchor.at) // every.seconds
    while boundary(anchor, every, number) > at:
        number -= 1
    while boundary(anchor, every, number + 1) <= at:
        number += 1
    return Span(boundary(anchor, every, number), boundary(anchor, every, number + 1))


def next_time(when: When, after: int) -> int:
    """Return the first moment from `after` on that is such a day at such a time.

    What is not said of the time is as it is at `after`.
    """
    now = _moment(after)
    hour, minute, second = (
        kept if said is None else said
        for said, kept in (
            (when.hour, now.hour), (when.minute, now.minute), (when.second, now.second),
        )
    )  # fmt: skip
    timed = now.replace(hour=hour, minute=minute, second=second, day=1)
    step = 1 if when.month is None else 12
    first = timed if when.month is None else timed.replace(month=when.month)
    for number in range(2):
        found = unix_seconds(months_later(first, step * number, when.day_of_month))
        if found >= after:
            return found
    raise AssertionError("a day of each month, or year, comes within two of them")


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
