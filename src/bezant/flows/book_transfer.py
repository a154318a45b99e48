"""Book transfer: money goes from one book to another on this ledger, at once and for good."""

from bezant.kernel.money import Money
from bezant.ledger.book import Book
from bezant.ledger.chart import available, due
from bezant.ledger.entry import Entry, Move, entry


def sent(amount: Money, *, book: Book) -> Entry:
    """It leaves what its owner may spend."""
    return entry("book_transfer.sent", Move(amount, debit=available(book), credit=due(book)))


def received(amount: Money, *, book: Book) -> Entry:
    """It is there, to be spent."""
    return entry("book_transfer.received", Move(amount, debit=due(book), credit=available(book)))
