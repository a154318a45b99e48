"""Prefunding: money that an owner sends ahead for refunds and disputes, apart from its balance.

No payout takes it. What refunds and disputes have taken below zero is made good out of it.
"""

from bezant.kernel.money import Money
from bezant.ledger.book import Book
from bezant.ledger.chart import available, due, incoming, prefunded, prefunding
from bezant.ledger.entry import Entry, Move, entry


def announced(amount: Money, *, book: Book, rail: str) -> Entry:
    """The owner is about to send it: the rail owes it."""
    return entry(
        "prefunding.announced", Move(amount, debit=incoming(book, rail), credit=prefunding(book))
    )


def dropped(amount: Money, *, book: Book, rail: str) -> Entry:
    """The money is not going to come."""
    return entry(
        "prefunding.dropped", Move(amount, debit=prefunding(book), credit=incoming(book, rail))
    )


def succeeded(amount: Money, *, book: Book, rail: str) -> Entry:
    """The bank has it: the rail owes nothing more, and it is there to be drawn on."""
    return entry(
        "prefunding.succeeded",
        Move(amount, debit=due(book), credit=incoming(book, rail)),
        Move(amount, debit=prefunding(book), credit=prefunded(book)),
    )


def drawn(amount: Money, *, book: Book) -> Entry:
    """It makes good what refunds and disputes have taken below zero, or the owner wants it back."""
    return entry("prefunding.drawn", Move(amount, debit=prefunded(book), credit=available(book)))


def taken_back(amount: Money, *, book: Book) -> Entry:
    """Whoever sent it was given it back, whatever is left of it."""
    return entry(
        "prefunding.taken_back",
        Move(amount, debit=prefunded(book), credit=due(book), force="return"),
    )
