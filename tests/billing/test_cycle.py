"""Laws: periods follow each other without gaps, and shares of them come to what was used."""

from calendar import monthrange
from datetime import UTC, datetime
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bezant.resources.billing.cycle import Anchor, Every, Span, When, boundary, next_time, period_at
from bezant.resources.billing.proration import unused

moments = st.integers(946_684_800, 4_102_444_800)
everies = st.builds(
    Every, st.sampled_from(["day", "week", "month", "year"]), st.integers(1, 12)
)  # fmt: skip


def _at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


@pytest.mark.parametrize(
    ("start", "day", "interval", "ends"),
    [
        ("2026-01-31", None, "month", ["2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31"]),
        ("2024-02-29", None, "year", ["2025-02-28", "2026-02-28", "2027-02-28", "2028-02-29"]),
        ("2026-02-28", 31, "month", ["2026-03-31", "2026-04-30", "2026-05-31", "2026-06-30"]),
        ("2026-12-28", None, "week", ["2027-01-04", "2027-01-11", "2027-01-18", "2027-01-25"]),
    ],
)
def test_days_that_a_month_lacks_come_back(start, day, interval, ends):
    anchor = Anchor(_at(start), day)
    every = Every(interval, 1)
    assert [boundary(anchor, every, number) for number in range(1, 5)] == [_at(e) for e in ends]


@settings(max_examples=60)
@given(moments, everies, moments)
def test_every_second_is_in_exactly_one_period(at, every, moment):
    period = period_at(Anchor(at), every, moment)
    assert period.start <= moment < period.end
    assert period_at(Anchor(at), every, period.end).start == period.end
    assert period_at(Anchor(at), every, period.start - 1).end == period.start


@settings(max_examples=60)
@given(moments, st.integers(1, 31), st.none() | st.integers(1, 12), st.integers(0, 23))
def test_a_day_is_found_soon_and_begins_a_period(after, day, month, hour):
    found = next_time(When(day, month, hour), after)
    moment = datetime.fromtimestamp(found, UTC)
    assert after <= found <= after + (32 if month is None else 367) * 86_400
    assert moment.day == min(day, monthrange(moment.year, moment.month)[1])
    assert moment.hour == hour
    assert month in {None, moment.month}
    assert boundary(Anchor(found, day), Every("month", 1), 0) == found


@settings(max_examples=60)
@given(
    moments,
    st.integers(1, 40_000_000),
    st.lists(st.tuples(st.integers(0, 39_999_999), st.integers(0, 10**10)), max_size=6),
    st.integers(0, 10**10),
)
def test_swaps_cost_what_was_used_of_each_price(start, length, changes, first):
    period = Span(start, start + length)
    swaps = sorted((start + offset % length, amount) for offset, amount in changes)
    billed, price = first, first
    for at, amount in swaps:
        billed += unused(amount, period, at) - unused(price, period, at)
        price = amount
    starts = [(start, first), *swaps]
    ends = [at for at, _ in swaps] + [period.end]
    exact = sum(
        Fraction(amount * (end - begun), length)
        for (begun, amount), end in zip(starts, ends, strict=True)
    )
    assert abs(billed - exact) <= len(swaps)
    assert unused(first, period, period.start) == first
    assert unused(first, period, period.end) == 0
