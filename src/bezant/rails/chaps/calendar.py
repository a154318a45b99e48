"""CHAPS's settlement days: English bank holidays, and the hours of the Bank of England's RTGS.

Hours are London time with its summer time; instants go in aware and come out in UTC.
"""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from bezant.rail import in_force
from bezant.rail.banking_days import BankingDays, bank_holidays
from bezant.rails.chaps import rules

LONDON = ZoneInfo("Europe/London")

_DAYS = BankingDays(bank_holidays, LONDON)
is_settlement_day = _DAYS.is_open


def opens_at(day: date) -> datetime:
    """Return the instant at which a settlement day begins."""
    return _DAYS.at(day, in_force(rules.HOURS, day).opens)


def goes_out(now: datetime, cut_off: time | None = None) -> tuple[datetime, date]:
    """Return when a payment given now is sent, and the day that it settles on.

    `cut_off` is a bank's own hour in London time, where it closes earlier.
    """
    day = _DAYS.day_of(_DAYS.next_hour(now, lambda day: (_closing(day, cut_off),)))
    return max(now, opens_at(day)), day


def _closing(day: date, cut_off: time | None) -> time:
    """Return the hour after which customers' payments are not taken for a day."""
    hours = in_force(rules.HOURS, day)
    return min(cut_off or hours.customers_until, hours.customers_until)
