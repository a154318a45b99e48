"""Fedwire's business days: which there are, when one opens and closes, which one an instant is in.

Hours are Eastern time with its summer time; instants go in aware and come out in UTC.
"""

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import holidays

from bezant.rail import in_force
from bezant.rails.fedwire import rules

EASTERN = ZoneInfo("America/New_York")

_DAY = timedelta(days=1)
_SATURDAY = 5


@cache
def fed_holidays(year: int) -> frozenset[date]:
    """Return the Federal Reserve Banks' holidays of a year.

    A holiday on a Sunday is kept on Monday; one on a Saturday is not kept, so that the banks are
    open on the Friday before it.
    """
    return frozenset(holidays.financial_holidays("FED", years=year))


def is_business_day(day: date) -> bool:
    """Tell whether transfers settle on a day."""
    return day.weekday() < _SATURDAY and day not in fed_holidays(day.year)


def business_day(day: date) -> date:
    """Return the day itself, or the first business day after it."""
    while not is_business_day(day):
        day += _DAY
    return day


def opens_at(day: date) -> datetime:
    """Return the instant at which a business day begins, on the evening of the day before."""
    hours = in_force(rules.HOURS, day)
    return _eastern(day - _DAY, hours.opens_on_the_day_before)


def closes_at(day: date, cut_off: time | None = None) -> datetime:
    """Return the instant after which customers' transfers are not taken for a business day.

    `cut_off` is a bank's own hour in Eastern time, where it closes earlier.
    """
    hours = in_force(rules.HOURS, day)
    return _eastern(day, min(cut_off or hours.customers_until, hours.customers_until))


def goes_out(now: datetime, cut_off: time | None = None) -> tuple[datetime, date]:
    """Return when a transfer given now is sent, and the business day that it settles on."""
    day = business_day(now.astimezone(EASTERN).date())
    while closes_at(day, cut_off) <= now:
        day = business_day(day + _DAY)
    return max(now, opens_at(day)), day


def _eastern(day: date, hour: time) -> datetime:
    return datetime.combine(day, hour, EASTERN).astimezone(UTC)
