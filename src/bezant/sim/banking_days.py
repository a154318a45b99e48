"""The simulated bank's own calendar: the days on which the Federal Reserve settles."""

from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from holidays import financial_holidays

from bezant.kernel.clock import Clock

_SATURDAY = 5
_ONE_DAY = timedelta(days=1)
_EASTERN = ZoneInfo("America/New_York")


def local_time(clock: Clock) -> datetime:
    """Return the moment as the bank's own clocks show it, in Eastern Time."""
    return clock.now().astimezone(_EASTERN)


@lru_cache(maxsize=64)
def _closed(year: int) -> frozenset[date]:
    return frozenset(financial_holidays("FED", years=year))


def is_banking_day(day: date) -> bool:
    """Return whether the bank settles; a holiday on a Saturday closes no other day."""
    return day.weekday() < _SATURDAY and day not in _closed(day.year)


def on_or_after(day: date) -> date:
    """Return the day itself if the bank settles then, else the next on which it does."""
    while not is_banking_day(day):
        day += _ONE_DAY
    return day


def next_after(day: date) -> date:
    """Return the first banking day after a day."""
    return on_or_after(day + _ONE_DAY)
