"""Timing: when the money of a payment becomes available, by how it was paid and where.

Stripe, "Payouts", "Payout schedules and timing": days count as business days where the account is
in one of eight countries and as calendar days elsewhere. A business day is a weekday that is no
public holiday of the whole country; in the United States, those are the Federal Reserve's.
"""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

import holidays

_BY_BUSINESS_DAYS = frozenset({"AE", "AU", "IN", "JP", "MY", "NZ", "TH", "US"})
_SATURDAY = 5
DELAYS = {
    "acss_debit": 5,
    "au_becs_debit": 2,
    "bacs_debit": 4,
    "customer_balance": 1,
    "nz_bank_account": 2,
    "pix": 1,
    "sepa_debit": 6,
    "upi": 1,
    "us_bank_account": 4,
}
"""Days by method; cards have the account's own delay."""


def available_from(method: str, country: str, delay_days: int, now: datetime) -> datetime:
    """Return the beginning of the day (UTC) on which a payment of now becomes available."""
    days = max(DELAYS.get(method, 0), delay_days) if method in DELAYS else delay_days
    day = now.astimezone(UTC).date()
    if country in _BY_BUSINESS_DAYS:
        day = _business_day(day, days, country)
    else:
        day += timedelta(days=days)
    return datetime.combine(day, time(), UTC)


def _business_day(day: date, days: int, country: str) -> date:
    while days:
        day += timedelta(days=1)
        days -= day.weekday() < _SATURDAY and day not in _holidays(country, day.year)
    return day


@lru_cache(maxsize=64)
def _holidays(country: str, year: int) -> frozenset[date]:
    if country == "US":
        return frozenset(holidays.financial_holidays("FED", years=year))
    return frozenset(holidays.country_holidays(country, years=year))
