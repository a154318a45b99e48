"""The simulated banks' own calendars: the days on which each of their schemes settles."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from holidays import country_holidays, financial_holidays

from bezant.kernel.clock import Clock

_SATURDAY = 5
_ONE_DAY = timedelta(days=1)
_EASTERN = ZoneInfo("America/New_York")


def local_time(clock: Clock) -> datetime:
    """Return the moment as the bank's own clocks show it, in Eastern Time."""
    return clock.now().astimezone(_EASTERN)


class BankingDays(NamedTuple):
    """The days on which a scheme settles: weekdays but those of a year on which it is closed."""

    closed: Callable[[int], frozenset[date]]

    def is_open(self, day: date) -> bool:
        """Return whether the scheme settles."""
        return day.weekday() < _SATURDAY and day not in self.closed(day.year)

    def on_or_after(self, day: date) -> date:
        """Return the day itself if the scheme settles then, else the next on which it does."""
        while not self.is_open(day):
            day += _ONE_DAY
        return day

    def next_after(self, day: date) -> date:
        """Return the first day after a day on which the scheme settles."""
        return self.on_or_after(day + _ONE_DAY)


@cache
def _federal_reserve(year: int) -> frozenset[date]:
    """Return the holidays of which one on a Saturday closes no other day."""
    return frozenset(financial_holidays("FED", years=year))


@cache
def _canada(year: int) -> frozenset[date]:
    kept = country_holidays("CA", years=year, categories=("government", "public"))
    return frozenset(kept)


@cache
def _england(year: int) -> frozenset[date]:
    return frozenset(country_holidays("GB", subdiv="ENG", years=year))


@cache
def _t2(year: int) -> frozenset[date]:
    return frozenset(financial_holidays("ECB", years=year))


def _nowhere(_year: int) -> frozenset[date]:
    return frozenset()


CANADA = BankingDays(_canada)
ENGLAND = BankingDays(_england)
FEDERAL_RESERVE = BankingDays(_federal_reserve)
T2 = BankingDays(_t2)
WEEKDAYS = BankingDays(_nowhere)

is_banking_day = FEDERAL_RESERVE.is_open
on_or_after = FEDERAL_RESERVE.on_or_after
next_after = FEDERAL_RESERVE.next_after
