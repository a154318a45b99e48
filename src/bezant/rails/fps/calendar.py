"""Faster Payments' hours: customers' payments never wait, members settle on working days."""

from datetime import datetime
from zoneinfo import ZoneInfo

from bezant.rail import in_force
from bezant.rail.banking_days import BankingDays, bank_holidays
from bezant.rails.fps import rules

LONDON = ZoneInfo("Europe/London")

_DAYS = BankingDays(bank_holidays, LONDON)


def net_settlement(accepted_at: datetime) -> datetime:
    """Return the instant at which the members settle what was accepted at another."""
    return _DAYS.next_hour(accepted_at, lambda day: in_force(rules.SETTLEMENTS, day))
