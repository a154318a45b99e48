"""Bacs' days: English bank holidays, the three-day cycle, hours of London with its summer time."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bezant.rail import in_force
from bezant.rail.banking_days import BankingDays, bank_holidays
from bezant.rails.bacs import rules

LONDON = ZoneInfo("Europe/London")

_DAYS = BankingDays(bank_holidays, LONDON)
is_working_day = _DAYS.is_open
add_working_days = _DAYS.add
processing_day = _DAYS.before
"""The working day before an entry day, on which its file is processed."""


def input_for(now: datetime, cut_off: time | None = None) -> datetime:
    """Return the first end of input after an instant; at that hour itself the file has gone."""
    return _DAYS.next_hour(now, lambda day: (cut_off or in_force(rules.CUT_OFF, day),))


def entry_day(input_ends: datetime) -> date:
    """Return the day on which what is in by an instant stands on accounts."""
    day = _DAYS.day_of(input_ends)
    return add_working_days(day, in_force(rules.CYCLE_DAYS, day))


def opening(day: date) -> datetime:
    """Return the instant by which a day's items stand on accounts."""
    return _DAYS.at(day, in_force(rules.OPENING, day))


def return_by(entry: date) -> datetime:
    """Return the end of the working day on which the last ordinary return is back."""
    return _DAYS.end_of(add_working_days(entry, in_force(rules.RETURN_DAYS, entry)))


def lodged_by(entry: date) -> datetime:
    """Return the instant by which a new instruction stands that no bank has refused."""
    processed = processing_day(entry)
    return _DAYS.end_of(add_working_days(processed, in_force(rules.LODGE_DAYS, processed)))


def claim_by(entry: date) -> datetime:
    """Return the instant after which a payer can no longer claim a collection back."""
    days = in_force(rules.CLAIM_DAYS, entry)
    if days is None:
        return rules.NEVER
    return _DAYS.end_of(entry + timedelta(days=days))
