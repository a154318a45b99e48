"""The bank's calendar against days that are known."""

from datetime import date

import pytest

from bezant.sim.banking_days import is_banking_day, next_after, on_or_after


@pytest.mark.parametrize(
    ("day", "open"),
    [
        (date(2026, 7, 3), True),  # The Friday before a holiday on a Saturday.
        (date(2027, 12, 24), True),
        (date(2026, 11, 26), False),  # Thanksgiving.
        (date(2026, 1, 19), False),
        (date(2027, 7, 5), False),  # The Monday after a holiday on a Sunday.
        (date(2026, 3, 7), False),
        (date(2026, 3, 9), True),
    ],
)
def test_days_known_to_be_open_or_closed(day, open):
    assert is_banking_day(day) is open


def test_the_next_banking_day_skips_weekends_and_holidays():
    assert next_after(date(2026, 9, 4)) == date(2026, 9, 8)  # Labor Day is on the 7th.
    assert on_or_after(date(2026, 9, 5)) == date(2026, 9, 8)
    assert on_or_after(date(2026, 9, 4)) == date(2026, 9, 4)
