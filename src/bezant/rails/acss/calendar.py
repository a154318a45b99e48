"""ACSS's days: the federal holidays on which it is closed, and hours of Eastern time.

Holidays of single provinces close no day: what is due on one is carried out.
"""

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import holidays

from bezant.rail import in_force
from bezant.rails.acss import rules

EASTERN = ZoneInfo("America/Toronto")

_DAY = timedelta(days=1)
_SATURDAY = 5


@cache
def closed_days(year: int) -> frozenset[date]:
    """Return the federal holidays of a year, with the days on which they are observed instead."""
    kept = holidays.country_holidays("CA", years=year, categories=("government", "public"))
    return frozenset(kept)


def is_banking_day(day: date) -> bool:
    """Tell whether payments are exchanged on a day."""
    return day.weekday() < _SATURDAY and day not in closed_days(day.year)


def banking_day(day: date) -> date:
    """Return the day itself, or the first banking day after it."""
    while not is_banking_day(day):
        day += _DAY
    return day


def add_banking_days(day: date, count: int) -> date:
    """Return the banking day that comes `count` (not negative) banking days after a day."""
    assert count >= 0, "banking days are counted forward"
    for _ in range(count):
        day = banking_day(day + _DAY)
    return day


def input_for(now: datetime, cut_off: time | None = None) -> datetime:
    """Return the first cut-off after an instant; at that hour itself the file has gone."""
    day = banking_day(now.astimezone(EASTERN).date())
    while True:
        ends = eastern(day, cut_off or in_force(rules.CUT_OFF, day))
        if ends > now:
            return ends
        day = add_banking_days(day, 1)


def due_day(input_ends: datetime) -> date:
    """Return the day on which what is in by an instant stands on accounts."""
    day = input_ends.astimezone(EASTERN).date()
    return add_banking_days(day, in_force(rules.CYCLE_DAYS, day))


def opening(day: date) -> datetime:
    """Return the instant by which a day's payments stand on accounts."""
    return eastern(day, in_force(rules.OPENING, day))


def return_by(due: date) -> datetime:
    """Return the end of the banking day on which the last ordinary return is back."""
    back = add_banking_days(due, in_force(rules.RETURN_DAYS, due))
    return eastern(back + _DAY, time(0, 0))


def claim_by(due: date) -> datetime:
    """Return the end of the banking day on which the last claim of a payor's is back.

    The last day to claim may be no banking day; the return then comes after it like any other.
    """
    last = due + timedelta(days=in_force(rules.CLAIM_DAYS, due))
    return return_by(banking_day(last))


def eastern(day: date, hour: time) -> datetime:
    """Return an hour of Eastern time as an instant in UTC."""
    return datetime.combine(day, hour, EASTERN).astimezone(UTC)
