"""TARGET days: T2 is closed on weekends and six days a year; hours are Brussels time."""

from datetime import date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import holidays

from bezant.rail import in_force
from bezant.rail.banking_days import BankingDays
from bezant.rails.sepa import rules

BRUSSELS = ZoneInfo("Europe/Brussels")

_DAY = timedelta(days=1)


@cache
def t2_closing_days(year: int) -> frozenset[date]:
    """Return the closing days of a year besides weekends: New Year, Easter, 1 May, Christmas."""
    return frozenset(holidays.financial_holidays("ECB", years=year))


_DAYS = BankingDays(t2_closing_days, BRUSSELS)
is_target_day = _DAYS.is_open
add_target_days = _DAYS.add
end_of = _DAYS.end_of
day_of = _DAYS.day_of


def add_months(day: date, count: int) -> date:
    """Return the same day so many months later, or the last one of a shorter month."""
    months = day.year * 12 + day.month - 1 + count
    year, month = divmod(months, 12)
    first_of_next = date(year + (month == 11), (month + 1) % 12 + 1, 1)
    return min(date(year, month + 1, 1) + timedelta(days=day.day - 1), first_of_next - _DAY)


def submission_for(now: datetime, cut_off: time | None = None) -> datetime:
    """Return the first cut-off after an instant; at the cut-off itself the file has gone."""
    return _DAYS.next_hour(now, lambda day: (cut_off or in_force(rules.CUT_OFF, day),))


def opening(day: date) -> datetime:
    """Return the instant at which a settlement day begins."""
    return _DAYS.at(day, in_force(rules.BUSINESS_OPENING, day))
