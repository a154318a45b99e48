"""TARGET days, hours over the change of clocks, and the dated rows of SEPA's rules."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest

from bezant.rail import in_force
from bezant.rails.sepa import (
    SEPA_CREDIT,
    SEPA_DEBIT_B2B,
    SEPA_DEBIT_CORE,
    SEPA_INSTANT,
    rules,
)
from bezant.rails.sepa.calendar import (
    add_months,
    add_target_days,
    is_target_day,
    t2_closing_days,
)

# The European Central Bank's calendar of T2: besides weekends.
CLOSING_DAYS = {
    2025: ["01-01", "04-18", "04-21", "05-01", "12-25", "12-26"],
    2026: ["01-01", "04-03", "04-06", "05-01", "12-25", "12-26"],
    2027: ["01-01", "03-26", "03-29", "05-01", "12-25", "12-26"],
    2028: ["01-01", "04-14", "04-17", "05-01", "12-25", "12-26"],
}


@pytest.mark.parametrize("year", CLOSING_DAYS)
def test_t2_is_closed_on_six_days_and_weekends(year):
    golden = {date.fromisoformat(f"{year}-{day}") for day in CLOSING_DAYS[year]}
    assert t2_closing_days(year) == golden
    days = [date(year, 1, 1) + timedelta(days=n) for n in range(365)]
    assert all(is_target_day(day) == (day.weekday() < 5 and day not in golden) for day in days)


@pytest.mark.parametrize(
    ("day", "count", "then"),
    [
        ("2026-04-02", 1, "2026-04-07"),  # Maundy Thursday
        ("2026-04-30", 1, "2026-05-04"),
        ("2026-12-24", 1, "2026-12-28"),
        ("2026-12-31", 1, "2027-01-04"),
        ("2026-03-07", 1, "2026-03-09"),  # from a Saturday
        ("2026-03-02", 5, "2026-03-09"),
    ],
)
def test_target_days_are_counted_over_holidays(day, count, then):
    assert add_target_days(date.fromisoformat(day), count) == date.fromisoformat(then)


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [("2026-01-31", 1, "2026-02-28"), ("2026-03-02", 13, "2027-04-02"),
     ("2024-02-29", 36, "2027-02-28"), ("2026-12-31", 12, "2027-12-31"),
     ("2026-11-30", 1, "2026-12-30"), ("2025-12-31", 2, "2026-02-28")],
)  # fmt: skip
def test_months_end_where_the_month_does(day, months, then):
    assert add_months(date.fromisoformat(day), months) == date.fromisoformat(then)


def utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "cut_off", "executed", "settles"),
    [
        ("2026-03-02T13:59", "2026-03-02T14:00", "2026-03-02", "2026-03-03T06:00"),
        ("2026-03-02T14:00", "2026-03-03T14:00", "2026-03-03", "2026-03-04T06:00"),
        # Summer time begins on 29 March: fifteen o'clock is an hour earlier in UTC.
        ("2026-03-27T14:00", "2026-03-30T13:00", "2026-03-30", "2026-03-31T05:00"),
        ("2026-10-23T13:00", "2026-10-26T14:00", "2026-10-26", "2026-10-27T06:00"),
        # Maundy Thursday after the cut-off: Good Friday and Easter Monday are closed.
        ("2026-04-02T13:30", "2026-04-07T13:00", "2026-04-07", "2026-04-08T05:00"),
    ],
)
def test_a_transfer_settles_on_the_target_day_after(now, cut_off, executed, settles):
    times = SEPA_CREDIT.timetable(utc(now))
    assert times.cut_off == utc(cut_off)
    assert times.effective_date == date.fromisoformat(executed)
    assert times.expected_settlement_at == utc(settles)


def test_a_banks_own_hour_comes_earlier():
    times = SEPA_CREDIT.timetable(utc("2026-03-02T09:30"), cut_off=time(10, 0))
    assert times.cut_off == utc("2026-03-03T09:00")


@pytest.mark.parametrize(
    ("rail", "back", "final"),
    [(SEPA_DEBIT_CORE, "2026-03-11", "2027-04-04"), (SEPA_DEBIT_B2B, "2026-03-07", "2026-03-07")],
)
def test_banks_return_a_collection_for_days_and_consumers_have_it_back_for_long(rail, back, final):
    times = rail.timetable(utc("2026-03-02T09:00"), direction="debit")
    assert times.effective_date == date(2026, 3, 3)
    assert times.return_by.date() == date.fromisoformat(back) - timedelta(days=1)
    assert times.final_at.date() == date.fromisoformat(final) - timedelta(days=1)


def test_an_instant_transfer_knows_no_holiday_and_is_final():
    now = utc("2026-12-25T23:59")
    times = SEPA_INSTANT.timetable(now)
    assert times.effective_date == date(2026, 12, 26)
    assert times.final_at == times.expected_settlement_at == now + timedelta(seconds=10)


HISTORIES = {
    name: rows
    for book in (rules.CREDIT, rules.INSTANT, rules.CORE, rules.B2B)
    for name, rows in book.items()
}


@pytest.mark.parametrize("name", HISTORIES)
def test_rows_follow_each_other_without_a_gap(name):
    rows = HISTORIES[name]
    assert all(row.source for row in rows)
    assert rows[-1].valid_to is None
    for before, after in pairwise(rows):
        assert before.valid_to + timedelta(days=1) == after.valid_from


@pytest.mark.parametrize(
    ("on", "limit", "whole"),
    [("2019-01-01", 15_000_00, 25), ("2025-10-04", 100_000_00, 25),
     ("2025-10-05", 999_999_999_99, 10)],
)  # fmt: skip
def test_instant_limits_and_time_outs_of_a_day(on, limit, whole):
    assert in_force(rules.INSTANT_LIMIT, date.fromisoformat(on)) == limit
    assert in_force(rules.TIME_OUTS, date.fromisoformat(on)).whole == whole
