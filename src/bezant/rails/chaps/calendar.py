"""CHAPS's settlement days: English bank holidays, and the hours of the Bank of England's RTGS.

Hours are London time with its summer time; instants go in aware and come out in UTC.
"""

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import holidays

from bezant.rail import in_force
from bezant.rails.chaps import rules

LONDON = ZoneInfo("Europe/London")

_DAY = timedelta(days=1)
_SATURDAY = 5


@cache
def bank_holidays(year: int) -> frozenset[date]:
    """Return the bank holidays of England of a year, where they are kept."""
    return frozenset(holidays.country_holidays("GB", subdiv="ENG", years=year))


def is_settlement_day(day: date) -> bool:
    """Tell whether CHAPS settles on a day."""
    return day.weekday() < _SATURDAY and day not in bank_holidays(day.year)


def settlement_day(day: date) -> date:
    """Return the day itself, or the first settlement day after it."""
    while not is_settlement_day(day):
        day += _DAY
    return day


def opens_at(day: date) -> datetime:
    """Return the instant at which a settlement day begins."""
    return _london(day, in_force(rules.HOURS, day).opens)


def closes_at(day: date, cut_off: time | None = None) -> datetime:
    """Return the instant after which customers' payments are not taken for a day.

    `cut_off` is a bank's own hour in London time, where it closes earlier.
    """
    hours = in_force(rules.HOURS, day)
    return _london(day, min(cut_off or hours.customers_until, hours.customers_until))


def goes_out(now: datetime, cut_off: time | None = None) -> tuple[datetime, date]:
    """Return when a payment given now is sent, and the day that it settles on."""
    day = settlement_day(now.astimezone(LONDON).date())
    while closes_at(day, cut_off) <= now:
        day = settlement_day(day + _DAY)
    return max(now, opens_at(day)), day


def _london(day: date, hour: time) -> datetime:
    return datetime.combine(day, hour, LONDON).astimezone(UTC)
