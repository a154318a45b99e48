"""Payout schedules: every payout is on one of its days, at its hour, and none is passed over."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bezant.flows.payout_schedule import WEEK, Schedule

ZONES = ("Etc/UTC", "America/New_York", "Asia/Kolkata", "Pacific/Apia", "Europe/London")
SCHEDULES = st.builds(
    Schedule,
    interval=st.sampled_from(["daily", "weekly", "monthly"]),
    weekly_payout_days=st.lists(st.sampled_from(WEEK), min_size=1).map(tuple),
    monthly_payout_days=st.lists(st.integers(1, 31), min_size=1).map(tuple),
    hour=st.integers(0, 23),
    minutes=st.integers(0, 59),
    timezone=st.sampled_from(ZONES),
)
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2029, 1, 1)).map(
    lambda each: each.replace(tzinfo=UTC)
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("schedule", "now", "expected"),
    [
        ({"interval": "manual"}, "2026-03-02T15:00", None),
        ({"interval": "daily"}, "2026-03-02T15:00", "2026-03-03T00:00"),
        ({"interval": "daily"}, "2026-03-03T00:00", "2026-03-04T00:00"),
        ({"interval": "daily"}, "2026-03-06T12:00", "2026-03-09T00:00"),
        ({"interval": "daily", "hour": 16}, "2026-03-02T15:00", "2026-03-02T16:00"),
        ({"interval": "weekly", "weekly_payout_days": ("monday", "thursday")},
         "2026-03-02T15:00", "2026-03-05T00:00"),
        ({"interval": "monthly", "monthly_payout_days": (31,)},
         "2026-02-02T15:00", "2026-02-28T00:00"),
        ({"interval": "monthly", "monthly_payout_days": (29, 30)},
         "2028-02-02T15:00", "2028-02-29T00:00"),
        ({"interval": "monthly", "monthly_payout_days": (31,)},
         "2026-02-28T00:00", "2026-03-31T00:00"),
        ({"interval": "monthly", "monthly_payout_days": (1, 15)},
         "2026-03-15T00:00", "2026-04-01T00:00"),
        ({"interval": "daily", "hour": 7, "timezone": "America/New_York"},
         "2026-03-06T12:00", "2026-03-09T11:00"),
        ({"interval": "daily", "hour": 7, "timezone": "America/New_York"},
         "2026-03-06T11:59", "2026-03-06T12:00"),
    ],
)  # fmt: skip
def test_when_the_next_payout_is(schedule: dict, now: str, expected: str | None) -> None:
    found = Schedule(**schedule).next_after(at(now))
    assert found == (None if expected is None else at(expected))


@settings(max_examples=60, deadline=None)
@given(SCHEDULES, MOMENTS)
def test_no_payout_is_passed_over(schedule: Schedule, moment: datetime) -> None:
    found = schedule.next_after(moment)
    assert found is not None
    assert found > moment
    day = found.astimezone(ZoneInfo(schedule.timezone)).date()
    days = [day + timedelta(days=ahead) for ahead in range(-1, 2)]
    assert any(schedule.pays_on(each) and schedule.begins(each) == found for each in days)
    day = moment.astimezone(ZoneInfo(schedule.timezone)).date() - timedelta(days=2)
    while schedule.begins(day) < found:
        assert not (schedule.pays_on(day) and schedule.begins(day) > moment)
        day += timedelta(days=1)


def test_every_month_has_its_payouts() -> None:
    schedule = Schedule(interval="monthly", monthly_payout_days=(31,))
    moment, found = at("2026-01-01T00:00"), []
    for _ in range(24):
        moment = schedule.next_after(moment)
        assert moment is not None
        found.append(moment.month)
    assert found == [*range(1, 13)] * 2
