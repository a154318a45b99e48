"""Advances: what is taken of each day never leaves an account worse off than it would have been."""

from itertools import accumulate

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bezant.flows.advance import Part, takeable, taken_of


def coming(*amounts: int) -> list[Part]:
    return [Part(day, amount) for day, amount in enumerate(amounts, 1)]


@pytest.mark.parametrize(
    ("amounts", "wanted", "parts"),
    [
        ((25, 15), 40, [(1, 25), (2, 15)]),
        ((25, 15), 20, [(1, 20)]),
        ((-50, 100), 50, [(2, 50)]),
        ((60, -50, 40), 50, [(1, 10), (3, 40)]),
        ((100, -50), 50, [(1, 50)]),
        ((), 0, []),
    ],
)
def test_the_earliest_days_are_taken_first(
    amounts: tuple[int, ...], wanted: int, parts: list[tuple[int, int]]
):
    assert taken_of(coming(*amounts), wanted) == parts


@settings(max_examples=80)
@given(st.lists(st.integers(-1_000, 1_000), max_size=12), st.data())
def test_no_day_is_further_below_zero_than_without(amounts: list[int], data: st.DataObject):
    days = coming(*amounts)
    wanted = data.draw(st.integers(0, takeable(days)))
    taken = dict(taken_of(days, wanted))
    assert sum(taken.values()) == wanted
    assert all(0 < amount <= amounts[day - 1] for day, amount in taken.items())
    before = list(accumulate(amounts))
    after = list(accumulate(part.amount - taken.get(part.until, 0) for part in days))
    assert all(now >= min(was, 0) for was, now in zip(before, after, strict=True))


def test_no_more_is_taken_than_there_is():
    with pytest.raises(AssertionError, match="no more is taken"):
        taken_of(coming(10, -5), 6)
