"""Reserve: what is set aside of an owner's balance, against what others may come to lose by it."""

from bezant.kernel.money import Money
from bezant.ledger.book import Book
from bezant.ledger.chart import available, connect_reserved
from bezant.ledger.entry import Entry, Move, entry


def connect_raised(amount: Money, *, book: Book) -> Entry:
    """A platform answers for accounts that are further below zero, whatever it has left."""
    move = Move(amount, debit=available(book), credit=connect_reserved(book), force="reserve")
    return entry("reserve.connect_raised", move)


def connect_lowered(amount: Money, *, book: Book) -> Entry:
    """Accounts have recovered: the platform may spend it again."""
    return entry(
        "reserve.connect_lowered",
        Move(amount, debit=connect_reserved(book), credit=available(book)),
    )
