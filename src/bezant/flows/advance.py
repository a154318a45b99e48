"""Advance: pending card money that an instant payout takes ahead of its time.

The operator pays it out of its own, and has it back day by day as the payments become available.
"""

from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple

from bezant.kernel.money import Money
from bezant.ledger.book import Book
from bezant.ledger.chart import available, pending
from bezant.ledger.entry import Entry, Move, entry


class Part(NamedTuple):
    """An amount in minor units of what is pending until the same moment (in Unix seconds)."""

    until: int
    amount: int


def takeable(coming: Sequence[Part]) -> int:
    """Return how much can be taken ahead of all that is to come, in minor units."""
    return max(sum(part.amount for part in coming), 0)


def taken_of(coming: Sequence[Part], amount: int) -> list[Part]:
    """Share an amount out over what is to come, the earliest first.

    `coming` is in the order of time; more may be refunded of a day than was paid. No day leaves an
    account further below zero than it would have been.
    """
    caps: list[int] = []
    for after in reversed(list(accumulate(part.amount for part in coming))):
        caps.append(min([max(after, 0), *caps[-1:]]))
    reached = [min(cap, amount) for cap in reversed(caps)]
    assert amount == (reached[-1] if reached else 0), "no more is taken than there is to come"
    parts = [
        Part(part.until, so_far - before)
        for part, before, so_far in zip(coming, [0, *reached], reached, strict=False)
    ]
    return [part for part in parts if part.amount]


def funded(amount: Money, *, book: Book) -> Entry:
    """What is pending may be spent by this payout; each day's share of it is used up."""
    return entry("advance.funded", Move(amount, debit=pending(book), credit=available(book)))


def undone(amount: Money, *, book: Book) -> Entry:
    """The payout has failed: what has not come due meanwhile is pending again."""
    move = Move(amount, debit=available(book), credit=pending(book), force="advance")
    return entry("advance.undone", move)
