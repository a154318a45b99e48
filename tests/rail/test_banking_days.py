"""Banking days: counting and cut-offs are what going through a calendar day by day gives."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import count, islice
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from bezant.rail.banking_days import BankingDays

DAYS = st.dates(date(2024, 1, 1), date(2029, 12, 31))
ZONES = st.sampled_from(["UTC", "America/New_York", "Europe/London", "Asia/Tokyo"]).map(ZoneInfo)
# Hours that clocks leave out or have twice are no scheme's cut-off.
HOURS = st.lists(st.times(time(4), time(23, 59)), min_size=1, max_size=3, unique=True).map(sorted)


@st.composite
def schemes(draw):
    """Draw a scheme that is closed on some days of each year, also for long stretches."""
    spans = draw(st.lists(st.tuples(st.integers(1, 366), st.integers(1, 9)), max_size=12))
    closed = {first + more for first, length in spans for more in range(length)}

    def closed_in(year):
        return {date(year, 1, 1) + timedelta(days=number - 1) for number in closed if number < 366}

    return BankingDays(closed_in, draw(ZONES))


def walk(scheme, day, step=1):
    """Yield the banking days from a day on, each by its own look at the calendar."""
    for ahead in count():
        each = day + timedelta(days=step * ahead)
        if each.weekday() not in (5, 6) and each not in scheme.closed(each.year):
            yield each


@given(schemes(), DAYS, st.integers(0, 12))
def test_banking_days_are_counted_as_they_come(scheme, day, number):
    after = walk(scheme, day + timedelta(days=1))
    assert scheme.add(day, number) == (day, *islice(after, number))[-1]
    assert scheme.on_or_after(day) == next(walk(scheme, day))
    assert scheme.before(day) == next(walk(scheme, day - timedelta(days=1), step=-1))
    assert scheme.is_open(day) == (day == scheme.on_or_after(day))


@given(schemes(), DAYS, st.integers(0, 12), st.integers(0, 12))
def test_counting_adds_up_and_goes_back(scheme, day, some, more):
    start = scheme.on_or_after(day)
    assert scheme.add(scheme.add(start, some), more) == scheme.add(start, some + more)
    assert scheme.before(scheme.add(start, 1)) == start


@given(schemes(), DAYS, st.times(), HOURS)
def test_the_next_cut_off_is_the_first_hour_of_a_banking_day_that_is_not_over(
    scheme, day, at, hours
):
    now = datetime.combine(day, at, UTC)
    local = now.astimezone(scheme.zone)
    every = (
        datetime.combine(each, hour, scheme.zone)
        for each in walk(scheme, local.date())
        for hour in hours
    )
    found = scheme.next_hour(now, lambda _day: hours)
    assert found == next(each for each in every if each > now)
    assert found.tzinfo is UTC
    assert scheme.next_hour(found - timedelta(microseconds=1), lambda _day: hours) == found
    assert scheme.next_hour(found, lambda _day: hours) > found
    assert scheme.is_open(scheme.day_of(found))
