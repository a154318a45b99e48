"""ACSS's days: the federal holidays on which it is closed, and hours of Eastern time.

Holidays of single provinces close no day: what is due on one is carried out.
"""

from datetime import date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import holidays

from bezant.rail import in_force
from bezant.rail.banking_days import BankingDays
from bezant.rails.acss import rules

EASTERN = ZoneInfo("America/Toronto")


@cache
def closed_days(year: int) -> frozenset[date]:
    """Return the federal holidays of a year, with the days on which they are observed instead."""
    kept = holidays.country_holidays("CA", years=year, categories=("government", "public"))
    return frozenset(kept)


_DAYS = BankingDays(closed_days, EASTERN)
is_banking_day = _DAYS.is_open
banking_day = _DAYS.on_or_after
add_banking_days = _DAYS.add
eastern = _DAYS.at


def input_for(now: datetime, cut_off: time | None = None) -> datetime:
    """Return the first cut-off after an instant; at that hour itself the file has gone."""
    return _DAYS.next_hour(now, lambda day: (cut_off or in_force(rules.CUT_OFF, day),))


def due_day(input_ends: datetime) -> date:
    """Return the day on which what is in by an instant stands on accounts."""
    day = _DAYS.day_of(input_ends)
    return add_banking_days(day, in_force(rules.CYCLE_DAYS, day))


def opening(day: date) -> datetime:
    """Return the instant by which a day's payments stand on accounts."""
    return eastern(day, in_force(rules.OPENING, day))


def return_by(due: date) -> datetime:
    """Return the end of the banking day on which the last ordinary return is back."""
    return _DAYS.end_of(add_banking_days(due, in_force(rules.RETURN_DAYS, due)))


def claim_by(due: date) -> datetime:
    """Return the end of the banking day on which the last claim of a payor's is back.

    The last day to claim may be no banking day; the return then comes after it like any other.
    """
    last = due + timedelta(days=in_force(rules.CLAIM_DAYS, due))
    return return_by(banking_day(last))
