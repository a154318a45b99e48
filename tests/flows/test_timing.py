"""When payments become available: business days and holidays, calendar days, and methods."""

from datetime import UTC, date, datetime, time

import pytest

from bezant.flows.timing import available_from


@pytest.mark.parametrize(
    ("method", "country", "delay", "paid", "available"),
    [
        ("card", "US", 2, date(2026, 3, 2), date(2026, 3, 4)),
        ("card", "US", 2, date(2026, 3, 6), date(2026, 3, 10)),
        ("card", "US", 2, date(2026, 11, 25), date(2026, 11, 30)),
        ("card", "US", 2, date(2026, 12, 31), date(2027, 1, 5)),
        ("card", "US", 0, date(2026, 3, 7), date(2026, 3, 7)),
        ("card", "DE", 7, date(2026, 12, 24), date(2026, 12, 31)),
        ("card", "JP", 4, date(2026, 4, 28), date(2026, 5, 8)),
        ("card", "AU", 2, date(2026, 4, 2), date(2026, 4, 8)),
        ("us_bank_account", "US", 2, date(2026, 11, 25), date(2026, 12, 2)),
        ("sepa_debit", "DE", 7, date(2026, 3, 2), date(2026, 3, 9)),
        ("sepa_debit", "DE", 2, date(2026, 3, 2), date(2026, 3, 8)),
    ],
)  # fmt: skip
def test_the_day_on_which_a_payment_is_available(
    method: str, country: str, delay: int, paid: date, available: date
):
    now = datetime.combine(paid, time(15), UTC)
    assert available_from(method, country, delay, now) == datetime.combine(available, time(), UTC)


@pytest.mark.parametrize("country", ["AE", "AU", "IN", "JP", "MY", "NZ", "TH", "US"])
def test_every_country_with_business_days_has_its_holidays(country: str):
    christmas_to_new_year = datetime(2026, 12, 24, 12, tzinfo=UTC)
    took = available_from("card", country, 7, christmas_to_new_year)
    on_weekdays_alone = datetime(2027, 1, 4, tzinfo=UTC)
    assert on_weekdays_alone < took <= datetime(2027, 1, 8, tzinfo=UTC)
