"""Federal Reserve days and Eastern hours, against tables that were written by hand."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bezant.rails.ach import ACH
from bezant.rails.ach.calendar import (
    add_banking_days,
    banking_day,
    fed_holidays,
    is_banking_day,
    return_by,
    settlement_date,
    settles_at,
    submission_for,
)

# Weekdays on which the Federal Reserve Banks are closed, from their published schedules.
CLOSED = """
2024  01-01 01-15 02-19 05-27 06-19 07-04 09-02 10-14 11-11 11-28 12-25
2025  01-01 01-20 02-17 05-26 06-19 07-04 09-01 10-13 11-11 11-27 12-25
2026  01-01 01-19 02-16 05-25 06-19       09-07 10-12 11-11 11-26 12-25
2027  01-01 01-18 02-15 05-31       07-05 09-06 10-11 11-11 11-25
2028        01-17 02-21 05-29 06-19 07-04 09-04 10-09       11-23 12-25
2029  01-01 01-15 02-19 05-28 06-19 07-04 09-03 10-08 11-12 11-22 12-25
2030  01-01 01-21 02-18 05-27 06-19 07-04 09-02 10-14 11-11 11-28 12-25
"""
ROWS = [line.split() for line in CLOSED.strip().splitlines()]


def eastern(text):
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("America/New_York"))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_the_banks_are_closed_on_exactly_these_weekdays(row):
    year = int(row[0])
    day, closed = date(year, 1, 1), []
    while day.year == year:
        if day.weekday() < 5 and not is_banking_day(day):
            closed.append(f"{day:%m-%d}")
        day += timedelta(days=1)
    assert closed == row[1:]


@pytest.mark.parametrize(
    ("friday", "holiday"),
    [("2026-07-03", "2026-07-04"), ("2027-06-18", "2027-06-19"), ("2027-12-24", "2027-12-25"),
     ("2021-12-31", "2022-01-01"), ("2028-11-10", "2028-11-11")],
)  # fmt: skip
def test_the_banks_are_open_on_the_friday_before_a_saturday_holiday(friday, holiday):
    assert date.fromisoformat(holiday).weekday() == 5
    assert is_banking_day(date.fromisoformat(friday))


def test_juneteenth_is_kept_since_2022():
    assert is_banking_day(date(2020, 6, 19))
    assert not is_banking_day(date(2023, 6, 19))


def test_weekends_are_closed():
    assert not is_banking_day(date(2026, 3, 7))
    assert not is_banking_day(date(2026, 3, 8))


def test_the_day_that_is_asked_for_counts_when_it_is_open():
    assert banking_day(date(2026, 3, 6)) == date(2026, 3, 6)
    assert banking_day(date(2026, 3, 7)) == date(2026, 3, 9)
    assert banking_day(date(2026, 12, 25)) == date(2026, 12, 28)


@pytest.mark.parametrize(
    ("start", "count", "end"),
    [
        ("2026-03-02", 0, "2026-03-02"),
        ("2026-03-02", 1, "2026-03-03"),
        ("2026-03-06", 1, "2026-03-09"),
        ("2026-03-06", 2, "2026-03-10"),
        ("2026-07-02", 1, "2026-07-03"),
        ("2026-07-03", 1, "2026-07-06"),
        ("2026-11-25", 1, "2026-11-27"),
        ("2026-12-24", 2, "2026-12-29"),
        ("2026-12-31", 1, "2027-01-04"),
        ("2026-03-07", 1, "2026-03-09"),
    ],
)
def test_banking_days_are_counted(start, count, end):
    assert add_banking_days(date.fromisoformat(start), count) == date.fromisoformat(end)


@given(st.dates(date(2024, 1, 1), date(2030, 11, 30)), st.integers(0, 12), st.integers(0, 12))
def test_banking_days_add_up(day, some, more):
    start = banking_day(day)
    assert add_banking_days(add_banking_days(start, some), more) == (
        add_banking_days(start, some + more)
    )
    assert is_banking_day(add_banking_days(start, some))


@pytest.mark.parametrize(
    ("now", "same_day", "cut_off"),
    [
        ("2026-03-02 09:00", False, "2026-03-02 17:00"),
        ("2026-03-02 16:59:59", False, "2026-03-02 17:00"),
        ("2026-03-02 17:00", False, "2026-03-03 17:00"),
        ("2026-03-06 18:00", False, "2026-03-09 17:00"),
        ("2026-03-07 12:00", False, "2026-03-09 17:00"),
        ("2026-12-24 17:00", False, "2026-12-28 17:00"),
        ("2026-07-02 20:00", False, "2026-07-03 17:00"),
        ("2026-03-02 09:00", True, "2026-03-02 10:30"),
        ("2026-03-02 10:30", True, "2026-03-02 14:45"),
        ("2026-03-02 14:45", True, "2026-03-02 16:45"),
        ("2026-03-02 16:45", True, "2026-03-03 10:30"),
        ("2020-03-02 15:00", True, "2020-03-03 10:30"),
    ],
)
def test_a_submission_waits_for_the_next_cut_off(now, same_day, cut_off):
    assert submission_for(eastern(now), same_day=same_day) == eastern(cut_off)


def test_a_bank_may_close_at_its_own_hour():
    noon = submission_for(eastern("2026-03-02 09:00"), cut_off=time(12, 0))
    assert noon == eastern("2026-03-02 12:00")


@pytest.mark.parametrize(
    ("now", "cut_off"),
    [
        ("2026-03-06T21:30:00", "2026-03-06T22:00:00"),
        ("2026-03-09T20:30:00", "2026-03-09T21:00:00"),
        ("2026-03-09T21:00:00", "2026-03-10T21:00:00"),
        ("2026-10-30T20:59:00", "2026-10-30T21:00:00"),
        ("2026-11-02T21:30:00", "2026-11-02T22:00:00"),
    ],
)
def test_summer_time_moves_the_cut_off_in_utc(now, cut_off):
    instant = submission_for(datetime.fromisoformat(now).replace(tzinfo=UTC))
    assert instant == datetime.fromisoformat(cut_off).replace(tzinfo=UTC)
    assert instant.tzinfo is UTC


@pytest.mark.parametrize("minutes", range(0, 24 * 60, 30))
def test_the_nights_when_clocks_change_have_one_next_cut_off(minutes):
    for night in (datetime(2026, 3, 8, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC)):
        now = night + timedelta(minutes=minutes)
        monday = (night + timedelta(days=1)).date()
        assert submission_for(now) == eastern(f"{monday} 17:00")


@pytest.mark.parametrize(
    ("cut_off", "same_day", "settled"),
    [
        ("2026-03-02 17:00", False, "2026-03-03 08:30"),
        ("2026-03-06 17:00", False, "2026-03-09 08:30"),
        ("2026-07-02 17:00", False, "2026-07-03 08:30"),
        ("2026-11-25 17:00", False, "2026-11-27 08:30"),
        ("2026-03-02 10:30", True, "2026-03-02 13:00"),
        ("2026-03-02 14:45", True, "2026-03-02 17:00"),
        ("2026-03-02 16:45", True, "2026-03-02 18:00"),
    ],
)
def test_what_goes_out_at_a_cut_off_settles(cut_off, same_day, settled):
    instant = eastern(cut_off)
    assert settles_at(instant, same_day=same_day) == eastern(settled)
    assert settlement_date(instant, same_day=same_day) == eastern(settled).date()


@pytest.mark.parametrize(
    ("settled", "extended", "back_by"),
    [
        ("2026-03-03", False, "2026-03-05 08:30"),
        ("2026-03-05", False, "2026-03-09 08:30"),
        ("2026-12-23", False, "2026-12-28 08:30"),
        ("2026-01-02", True, "2026-03-04 08:30"),
        ("2026-03-03", True, "2026-05-04 08:30"),
        ("2026-03-26", True, "2026-05-26 08:30"),
    ],
)
def test_a_return_is_back_by(settled, extended, back_by):
    assert return_by(date.fromisoformat(settled), extended=extended) == eastern(back_by)


def test_the_timetable_of_a_payout():
    times = ACH.timetable(eastern("2026-03-05 18:00"))
    assert times.cut_off == eastern("2026-03-06 17:00")
    assert times.effective_date == date(2026, 3, 9)
    assert times.expected_settlement_at == eastern("2026-03-09 08:30")
    assert times.return_by == eastern("2026-03-11 08:30")


def test_the_timetable_of_a_same_day_payout():
    times = ACH.timetable(eastern("2026-03-05 11:00"), "same_day")
    assert times.cut_off == eastern("2026-03-05 14:45")
    assert times.effective_date == date(2026, 3, 5)
    assert times.expected_settlement_at == eastern("2026-03-05 17:00")


@pytest.mark.parametrize(
    ("now", "service", "direction", "available"),
    [
        ("2026-03-05 12:00", "standard", "credit", "2026-03-06 17:00"),
        ("2026-09-16 12:00", "standard", "credit", "2026-09-17 17:00"),
        ("2026-09-17 12:00", "standard", "credit", "2026-09-18 09:00"),
        ("2026-03-05 09:00", "same_day", "credit", "2026-03-05 13:30"),
        ("2026-03-05 12:00", "same_day", "credit", "2026-03-05 17:00"),
        ("2026-03-05 16:00", "same_day", "credit", "2026-03-05 23:59"),
        ("2026-03-05 12:00", "standard", "debit", "2026-03-06 08:30"),
    ],
)
def test_when_receivers_can_use_what_has_settled(now, service, direction, available):
    assert ACH.timetable(eastern(now), service, direction).available_at == eastern(available)


def test_a_collection_is_final_when_no_consumer_can_disown_it_any_more():
    times = ACH.timetable(eastern("2026-03-02 12:00"), direction="debit")
    assert times.return_by == eastern("2026-03-05 08:30")
    assert times.final_at == eastern("2026-05-04 08:30")
    payout = ACH.timetable(eastern("2026-03-02 12:00"))
    assert payout.final_at == payout.return_by


@pytest.mark.parametrize(
    ("now", "cut_off", "goes_out"),
    [("2026-03-05 09:00", "10:30", "2026-03-05 10:30"),
     ("2026-03-05 11:00", "14:00", "2026-03-06 10:30"),
     ("2026-03-05 11:00", "15:00", "2026-03-05 14:45")],
)  # fmt: skip
def test_a_bank_that_closes_early_leaves_out_later_windows(now, cut_off, goes_out):
    hour = time.fromisoformat(cut_off)
    assert ACH.timetable(eastern(now), "same_day", cut_off=hour).cut_off == eastern(goes_out)


def test_holidays_are_looked_up_once_a_year():
    assert fed_holidays(2026) is fed_holidays(2026)
