"""Dated rules: one row is in force on each day, and each says where it comes from."""

from datetime import date, timedelta
from itertools import pairwise

import pytest

from bezant.rail import Rule, in_force
from bezant.rails.ach import rules
from bezant.server.rails import RAILS

HISTORIES = [
    pytest.param(rows, id=f"{name}: {what}")
    for name, rail in RAILS.items()
    for what, rows in rail.rule_book.items()
]


@pytest.mark.parametrize(
    ("on", "limit"),
    [
        (date(2016, 9, 23), 25_000_00),
        (date(2020, 3, 19), 25_000_00),
        (date(2020, 3, 20), 100_000_00),
        (date(2022, 3, 17), 100_000_00),
        (date(2022, 3, 18), 1_000_000_00),
        (date(2030, 1, 1), 1_000_000_00),
    ],
)
def test_the_same_day_limit_of_a_day(on, limit):
    assert in_force(rules.SAME_DAY_LIMIT, on) == limit


def test_before_the_first_row_there_is_no_rule():
    with pytest.raises(LookupError, match="2016-09-22"):
        in_force(rules.SAME_DAY_LIMIT, date(2016, 9, 22))


@pytest.mark.parametrize("history", HISTORIES)
def test_rows_follow_each_other_without_a_gap(history):
    assert all(row.source for row in history)
    assert history[-1].valid_to is None
    for before, after in pairwise(history):
        assert before.valid_to + timedelta(days=1) == after.valid_from


def test_both_ends_of_a_row_belong_to_it():
    row = Rule("x", date(2026, 1, 2), date(2026, 1, 3), "a test")
    held = [day for day in range(1, 6) if row.holds(date(2026, 1, day))]
    assert held == [2, 3]
