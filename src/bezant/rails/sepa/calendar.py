"""TARGET days: T2 is closed on weekends and six days a year; hours are Brussels time."""

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import holidays

from bezant.rail import in_force
from bezant.rails.sepa import rules

BRUSSELS = ZoneInfo("Europe/Brussels")

_DAY = timedelta(days=1)
_SATURDAY = 5


@cache
def t2_closing_days(year: int) -> frozenset[date]:
    """Return the closing days of a year besides weekends: New Year, Easter, 1 May, Christmas."""
    return frozenset(holidays.financial_holidays("ECB", years=year))


def is_target_day(day: date) -> bool:
    """Tell whether T2 settles on a day."""
    return day.weekday() < _SATURDAY and day not in t2_closing_days(day.year)


def target_day(day: date) -> date:
    """Return the day itself, or the first TARGET day after it."""
    while not is_target_day(day):
        day += _DAY
    return day


def add_target_days(day: date, count: int) -> date:
    """Return the TARGET day that comes `count` (not negative) TARGET days after a day."""
    assert count >= 0, "TARGET days are counted forward"
    for _ in range(count):
        day = target_day(day + _DAY)
    return day


def add_months(day: date, count: int) -> date:
    """Return the same day so many months later, or the last one of a shorter month."""
    months = day.year * 12 + day.month - 1 + count
    year, month = divmod(months, 12)
    first_of_next = date(year + (month == 11), (month + 1) % 12 + 1, 1)
    return min(date(year, month + 1, 1) + timedelta(days=day.day - 1), first_of_next - _DAY)


def submission_for(now: datetime, cut_off: time | None = None) -> datetime:
    """Return the first cut-off after an instant; at the cut-off itself the file has gone."""
    day = target_day(now.astimezone(BRUSSELS).date())
    while True:
        instant = at(day, cut_off or in_force(rules.CUT_OFF, day))
        if instant > now:
            return instant
        day = add_target_days(day, 1)


def opening(day: date) -> datetime:
    """Return the instant at which a settlement day begins."""
    return at(day, in_force(rules.BUSINESS_OPENING, day))


def end_of(day: date) -> datetime:
    """Return the instant at which a day is over."""
    return at(day + _DAY, time(0, 0))


def at(day: date, hour: time) -> datetime:
    """Return an instant of a day in Brussels, in UTC."""
    return datetime.combine(day, hour, BRUSSELS).astimezone(UTC)


def day_of(instant: datetime) -> date:
    """Return the day of an instant in Brussels."""
    return instant.astimezone(BRUSSELS).date()
