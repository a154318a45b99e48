"""Days and hours of the interbank rails: golden tables, and nights in which clocks change."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bezant.rail import in_force
from bezant.rails.chaps import CHAPS
from bezant.rails.chaps import calendar as london
from bezant.rails.chaps import rules as chaps
from bezant.rails.fednow import FEDNOW
from bezant.rails.fednow import rules as fednow
from bezant.rails.fedwire import FEDWIRE
from bezant.rails.fedwire import calendar as eastern
from bezant.rails.fedwire import rules as fedwire
from bezant.rails.rtp import RTP
from bezant.rails.rtp import rules as rtp
from bezant.rails.swift import SWIFT
from bezant.rails.swift import rules as swift

# Federal Reserve Banks, holidays; those that fall on a Saturday close no other day.
FED_CLOSED = {
    2025: "01-01 01-20 02-17 05-26 06-19 07-04 09-01 10-13 11-11 11-27 12-25",
    2026: "01-01 01-19 02-16 05-25 06-19 09-07 10-12 11-11 11-26 12-25",
    2027: "01-01 01-18 02-15 05-31 07-05 09-06 10-11 11-11 11-25",
}
# GOV.UK, bank holidays of England and Wales, with their substitute days.
ENGLAND_CLOSED = {
    2025: "01-01 04-18 04-21 05-05 05-26 08-25 12-25 12-26",
    2026: "01-01 04-03 04-06 05-04 05-25 08-31 12-25 12-28",
    2027: "01-01 03-26 03-29 05-03 05-31 08-30 12-27 12-28",
}


def closed_weekdays(year, is_open):
    days = (date(year, 1, 1) + timedelta(days=n) for n in range(366))
    return {day for day in days if day.year == year and day.weekday() < 5 and not is_open(day)}


def days(year, table):
    return {date.fromisoformat(f"{year}-{text}") for text in table.split()}


@pytest.mark.parametrize("year", FED_CLOSED)
def test_fedwire_is_closed_on_these_weekdays(year):
    assert closed_weekdays(year, eastern.is_business_day) == days(year, FED_CLOSED[year])


@pytest.mark.parametrize("year", ENGLAND_CLOSED)
def test_chaps_is_closed_on_these_weekdays(year):
    assert closed_weekdays(year, london.is_settlement_day) == days(year, ENGLAND_CLOSED[year])


def at(zone, text):
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


@pytest.mark.parametrize(
    ("given", "sent", "day"),
    [
        ("2026-03-04T10:00", "2026-03-04T10:00", "2026-03-04"),
        ("2026-03-04T18:44", "2026-03-04T18:44", "2026-03-04"),
        # Closed for customers: the next business day opens at nine in the evening.
        ("2026-03-04T18:45", "2026-03-04T21:00", "2026-03-05"),
        ("2026-03-04T22:00", "2026-03-04T22:00", "2026-03-05"),
        # Friday evening waits for Sunday evening; in between the clocks go forward.
        ("2026-03-06T19:00", "2026-03-08T21:00", "2026-03-09"),
        ("2026-10-30T19:00", "2026-11-01T21:00", "2026-11-02"),
        # Independence Day on a Saturday closes no Friday.
        ("2026-07-03T12:00", "2026-07-03T12:00", "2026-07-03"),
        ("2026-09-04T20:00", "2026-09-07T21:00", "2026-09-08"),
    ],
)
def test_a_wire_goes_out_when_fedwire_is_open(given, sent, day):
    table = FEDWIRE.timetable(at("America/New_York", given))
    assert table.cut_off == at("America/New_York", sent)
    assert table.effective_date == date.fromisoformat(day)
    assert table.final_at == table.expected_settlement_at == table.cut_off


@pytest.mark.parametrize(
    ("given", "sent", "day"),
    [
        ("2026-03-04T10:00", "2026-03-04T10:00", "2026-03-04"),
        ("2026-03-04T03:00", "2026-03-04T06:00", "2026-03-04"),
        ("2026-03-04T17:40", "2026-03-05T06:00", "2026-03-05"),
        # Over Easter, and over the night in which the clocks go forward.
        ("2026-04-02T18:00", "2026-04-07T06:00", "2026-04-07"),
        ("2026-03-27T18:00", "2026-03-30T06:00", "2026-03-30"),
        ("2026-12-24T18:00", "2026-12-29T06:00", "2026-12-29"),
    ],
)
def test_a_payment_goes_out_when_chaps_is_open(given, sent, day):
    table = CHAPS.timetable(at("Europe/London", given))
    assert table.cut_off == at("Europe/London", sent)
    assert table.effective_date == date.fromisoformat(day)


def test_a_bank_may_close_before_the_network_and_never_after():
    noon = at("America/New_York", "2026-03-04T12:30")
    early = FEDWIRE.timetable(noon, cut_off=time(12, 0))
    assert early.effective_date == date(2026, 3, 5)
    late = FEDWIRE.timetable(at("America/New_York", "2026-03-04T18:50"), cut_off=time(23, 0))
    assert late.effective_date == date(2026, 3, 5)
    assert CHAPS.timetable(
        at("Europe/London", "2026-03-04T15:30"), cut_off=time(15, 0)
    ).cut_off == (at("Europe/London", "2026-03-05T06:00"))


@pytest.mark.parametrize("rail", [FEDNOW, RTP], ids=["fednow", "rtp"])
@given(now=st.datetimes(datetime(2025, 1, 1), datetime(2028, 1, 1)))
def test_instant_rails_send_at_once_at_every_hour_of_every_day(rail, now):
    now = now.replace(tzinfo=UTC)
    table = rail.timetable(now, "instant")
    assert table.cut_off == now
    assert table.final_at == table.expected_settlement_at == now + timedelta(seconds=20)


@pytest.mark.parametrize(
    ("given", "fednow_day", "rtp_day"),
    [
        ("2026-03-07T12:00", "2026-03-07", "2026-03-07"),
        ("2026-03-07T18:59", "2026-03-07", "2026-03-07"),
        ("2026-03-07T19:00", "2026-03-08", "2026-03-07"),
        ("2026-12-31T23:59", "2027-01-01", "2026-12-31"),
    ],
)
def test_the_settlement_day_of_an_instant(given, fednow_day, rtp_day):
    now = at("America/New_York", given)
    assert FEDNOW.timetable(now).effective_date == date.fromisoformat(fednow_day)
    assert RTP.timetable(now).effective_date == date.fromisoformat(rtp_day)


@pytest.mark.parametrize("rail", [FEDNOW, RTP], ids=["fednow", "rtp"])
def test_a_bank_that_closes_an_instant_rail_sends_after_midnight(rail):
    now = at("America/New_York", "2026-03-07T23:30")
    assert rail.timetable(now, cut_off=time(23, 0)).cut_off == (
        at("America/New_York", "2026-03-08T00:00")
    )


@pytest.mark.parametrize(
    ("given", "service", "day"),
    [
        ("2026-03-04T10:00", "urgent", "2026-03-04"),
        ("2026-03-04T13:00", "urgent", "2026-03-05"),
        ("2026-03-04T10:00", "standard", "2026-03-06"),
        ("2026-03-06T15:00", "standard", "2026-03-11"),
        ("2026-03-07T10:00", "urgent", "2026-03-09"),
    ],
)
def test_the_usual_value_date_of_a_cross_border_payment(given, service, day):
    table = SWIFT.timetable(at("UTC", given), service)
    assert table.effective_date == date.fromisoformat(day)
    assert table.return_by > table.expected_settlement_at


@pytest.mark.parametrize(
    ("rows", "on", "value"),
    [
        (fednow.LIMIT, date(2023, 7, 20), 500_000_00),
        (fednow.LIMIT, date(2025, 7, 1), 1_000_000_00),
        (fednow.LIMIT, date(2025, 11, 10), 10_000_000_00),
        (rtp.LIMIT, date(2017, 11, 13), 25_000_00),
        (rtp.LIMIT, date(2022, 4, 14), 1_000_000_00),
        (rtp.LIMIT, date(2025, 2, 9), 10_000_000_00),
        (fednow.RECEIVER_SECONDS, date(2026, 1, 1), 5),
        (fednow.FEE_MILLS, date(2026, 1, 1), 45),
        (fedwire.FORMAT, date(2025, 7, 14), "ISO 20022"),
        (swift.FORMAT, date(2025, 11, 21), "MT103 and pacs.008"),
        (swift.FORMAT, date(2025, 11, 22), "pacs.008"),
        (swift.ADDRESS, date(2026, 11, 13), "lines or structured"),
        (swift.ADDRESS, date(2026, 11, 14), "town and country"),
        (chaps.FORMAT, date(2023, 6, 19), "ISO 20022"),
    ],
)
def test_the_rule_of_a_day(rows, on, value):
    assert in_force(rows, on) == value


def test_before_iso_20022_fedwire_had_no_message_of_ours():
    with pytest.raises(LookupError):
        in_force(fedwire.FORMAT, date(2025, 7, 13))
