"""Fedwire's business days: which there are, when one opens and closes, which one an instant is in.

Hours are Eastern time with its summer time; instants go in aware and come out in UTC.
"""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bezant.rail import in_force
from bezant.rail.banking_days import BankingDays, fed_holidays
from bezant.rails.fedwire import rules

EASTERN = ZoneInfo("America/New_York")

_DAY = timedelta(days=1)
_DAYS = BankingDays(fed_holidays, EASTERN)
is_business_day = _DAYS.is_open


def opens_at(day: date) -> datetime:
    """Return the instant at which a business day begins, on the evening of the day before."""
    hours = in_force(rules.HOURS, day)
    return _DAYS.at(day - _DAY, hours.opens_on_the_day_before)


def goes_out(now: datetime, cut_off: time | None = None) -> tuple[datetime, date]:
    """Return when a transfer given now is sent, and the business day that it settles on.

    `cut_off` is a bank's own hour in Eastern time, where it closes earlier.
    """
    day = _DAYS.day_of(_DAYS.next_hour(now, lambda day: (_closing(day, cut_off),)))
    return max(now, opens_at(day)), day


def _closing(day: date, cut_off: time | None) -> time:
    """Return the hour after which customers' transfers are not taken for a business day."""
    hours = in_force(rules.HOURS, day)
    return min(cut_off or hours.customers_until, hours.customers_until)
