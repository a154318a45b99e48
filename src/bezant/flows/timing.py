"""Timing: when the money of a payment becomes available, by how it was paid and where.

Stripe, "Payouts", "Payout schedules and timing": days count as business days where the account is
in one of eight countries and as calendar days elsewhere. A business day is a weekday that is no
public holiday of the whole country; in the United States, those are the Federal Reserve's.
"""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache, partial

import holidays

from bezant.rail.banking_days import BankingDays, fed_holidays

_BY_BUSINESS_DAYS = frozenset({"AE", "AU", "IN", "JP", "MY", "NZ", "TH", "US"})
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
        day = BankingDays(partial(_holidays, country), UTC).add(day, days)
    else:
        day += timedelta(days=days)
    return datetime.combine(day, time(), UTC)


@lru_cache(maxsize=64)
def _holidays(country: str, year: int) -> frozenset[date]:
    if country == "US":
        return fed_holidays(year)
    return frozenset(holidays.country_holidays(country, years=year))
