"""Faster Payments' hours: customers' payments never wait, members settle on working days."""

from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import holidays

from bezant.rail import in_force
from bezant.rails.fps import rules

LONDON = ZoneInfo("Europe/London")

_SATURDAY = 5


@cache
def bank_holidays(year: int) -> frozenset[date]:
    """Return the bank holidays of England and Wales in a year, with their substitute days."""
    return frozenset(holidays.country_holidays("GB", subdiv="ENG", years=year))


def net_settlement(accepted_at: datetime) -> datetime:
    """Return the instant at which the members settle what was accepted at another."""
    day = accepted_at.astimezone(LONDON).date()
    while True:
        if day.weekday() < _SATURDAY and day not in bank_holidays(day.year):
            for hour in in_force(rules.SETTLEMENTS, day):
                instant = datetime.combine(day, hour, LONDON).astimezone(UTC)
                if instant > accepted_at:
                    return instant
        day += timedelta(days=1)
