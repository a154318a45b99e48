"""Banking days: the days on which a scheme works, how they are counted, and its hours in UTC.

A scheme says on which days of a year it is closed; on weekends all are. Days are those of its
zone; instants go in aware and come out in UTC.
"""

from collections.abc import Callable, Iterable
from collections.abc import Set as AbstractSet
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import cache

import holidays
from msgspec import Struct

_DAY = timedelta(days=1)
_SATURDAY = 5


class BankingDays(Struct, frozen=True):
    """The banking days of one scheme: `closed` has the days besides weekends, by the year."""

    closed: Callable[[int], AbstractSet[date]]
    zone: tzinfo

    def is_open(self, day: date) -> bool:
        """Tell whether a day is a banking day."""
        return day.weekday() < _SATURDAY and day not in self.closed(day.year)

    def on_or_after(self, day: date) -> date:
        """Return the day itself, or the first banking day after it."""
        while not self.is_open(day):
            day += _DAY
        return day

    def before(self, day: date) -> date:
        """Return the last banking day before a day."""
        day -= _DAY
        while not self.is_open(day):
            day -= _DAY
        return day

    def add(self, day: date, count: int) -> date:
        """Return the banking day that comes `count` (not negative) banking days after a day."""
        assert count >= 0, "banking days are counted forward"
        for _ in range(count):
            day = self.on_or_after(day + _DAY)
        return day

    def at(self, day: date, hour: time) -> datetime:
        """Return the instant at which a day has an hour."""
        return datetime.combine(day, hour, self.zone).astimezone(UTC)

    def end_of(self, day: date) -> datetime:
        """Return the instant at which a day is over."""
        return self.at(day + _DAY, time())

    def day_of(self, instant: datetime) -> date:
        """Return the day that an instant falls on, banking day or not."""
        return instant.astimezone(self.zone).date()

    def next_hour(self, now: datetime, hours: Callable[[date], Iterable[time]]) -> datetime:
        """Return the first instant after another that is one of the hours of a banking day.

        `hours` has those of each day, in their order. At a cut-off itself it is over.
        """
        day = self.on_or_after(self.day_of(now))
        while True:
            for hour in hours(day):
                instant = self.at(day, hour)
                if instant > now:
                    return instant
            day = self.add(day, 1)


@cache
def fed_holidays(year: int) -> frozenset[date]:
    """Return the Federal Reserve Banks' holidays of a year.

    A holiday on a Sunday is kept on Monday; one on a Saturday is not kept, so that the banks are
    open on the Friday before it.
    """
    return frozenset(holidays.financial_holidays("FED", years=year))


@cache
def bank_holidays(year: int) -> frozenset[date]:
    """Return the bank holidays of England and Wales in a year, with their substitute days."""
    return frozenset(holidays.country_holidays("GB", subdiv="ENG", years=year))
