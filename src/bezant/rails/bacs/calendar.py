"""Bacs' days: English bank holidays, the three-day cycle, hours of London with its summer time."""

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import holidays

from bezant.rail import in_force
from bezant.rails.bacs import rules

LONDON = ZoneInfo("Europe/London")

_DAY = timedelta(days=1)
_SATURDAY = 5


@cache
def bank_holidays(year: int) -> frozenset[date]:
    """Return the bank holidays of England and Wales in a year, with their substitute days."""
    return frozenset(holidays.country_holidays("GB", subdiv="ENG", years=year))


def is_working_day(day: date) -> bool:
    """Tell whether Bacs processes on a day."""
    return day.weekday() < _SATURDAY and day not in bank_holidays(day.year)


def working_day(day: date) -> date:
    """Return the day itself, or the first working day after it."""
    while not is_working_day(day):
        day += _DAY
    return day


def add_working_days(day: date, count: int) -> date:
    """Return the working day that comes `count` (not negative) working days after a day."""
    assert count >= 0, "working days are counted forward"
    for _ in range(count):
        day = working_day(day + _DAY)
    return day


def processing_day(entry: date) -> date:
    """Return the working day before an entry day, on which its file is processed."""
    day = entry - _DAY
    while not is_working_day(day):
        day -= _DAY
    return day


def input_for(now: datetime, cut_off: time | None = None) -> datetime:
    """Return the first end of input after an instant; at that hour itself the file has gone."""
    day = working_day(now.astimezone(LONDON).date())
    while True:
        ends = london(day, cut_off or in_force(rules.CUT_OFF, day))
        if ends > now:
            return ends
        day = add_working_days(day, 1)


def entry_day(input_ends: datetime) -> date:
    """Return the day on which what is in by an instant stands on accounts."""
    day = input_ends.astimezone(LONDON).date()
    return add_working_days(day, in_force(rules.CYCLE_DAYS, day))


def opening(day: date) -> datetime:
    """Return the instant by which a day's items stand on accounts."""
    return london(day, in_force(rules.OPENING, day))


def return_by(entry: date) -> datetime:
    """Return the end of the working day on which the last ordinary return is back."""
    back = add_working_days(entry, in_force(rules.RETURN_DAYS, entry))
    return london(back + _DAY, time(0, 0))


def lodged_by(entry: date) -> datetime:
    """Return the instant by which a new instruction stands that no bank has refused."""
    processed = processing_day(entry)
    last = add_working_days(processed, in_force(rules.LODGE_DAYS, processed))
    return london(last + _DAY, time(0, 0))


def claim_by(entry: date) -> datetime:
    """Return the instant after which a payer can no longer claim a collection back."""
    days = in_force(rules.CLAIM_DAYS, entry)
    if days is None:
        return rules.NEVER
    return london(entry + timedelta(days=days + 1), time(0, 0))


def london(day: date, hour: time) -> datetime:
    """Return an hour of London as an instant in UTC."""
    return datetime.combine(day, hour, LONDON).astimezone(UTC)
