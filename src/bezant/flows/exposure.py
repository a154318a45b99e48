"""Exposure: what was collected and can still be taken back, as a memo in its owner's book.

It is no money: both sides are the owner's, so the memo balances by itself and moves no balance.
"""

from bezant.kernel.money import Money
from bezant.ledger.book import Book
from bezant.ledger.chart import returnable, returnable_against
from bezant.ledger.entry import Entry, Move, entry


def opened(amount: Money, *, book: Book, rail: str) -> Entry:
    """A collection has settled: from now on it can come back."""
    return entry(
        "exposure.opened",
        Move(amount, debit=returnable_against(book, rail), credit=returnable(book, rail)),
    )


def closed(amount: Money, *, book: Book, rail: str) -> Entry:
    """It has come back, or never will."""
    return entry(
        "exposure.closed",
        Move(amount, debit=returnable(book, rail), credit=returnable_against(book, rail)),
    )
