"""Reserve: what is set aside of an owner's balance, against what others may come to lose by it.

A platform answers for its accounts that are below zero, and keeps back what its accounts may have
to give back.
"""

from bezant.flows.charge import Purse, purse_of
from bezant.kernel.money import Money
from bezant.ledger.book import Book
from bezant.ledger.chart import available, connect_reserved, due, reserved
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


def collected(amount: Money, *, source: Book, destination: Book) -> tuple[Entry, Entry]:
    """What an account has owed for too long is paid for good of what was set aside for it."""
    return (
        entry(
            "reserve.collected", Move(amount, debit=connect_reserved(source), credit=due(source))
        ),
        entry(
            "reserve.made_good",
            Move(amount, debit=due(destination), credit=available(destination)),
        ),
    )


def held(amount: Money, *, book: Book, purse: Purse) -> Entry:
    """It is kept back of what is to come or of what may be spent."""
    return entry("reserve.held", Move(amount, debit=purse_of(book, purse), credit=reserved(book)))


def released(amount: Money, *, book: Book, purse: Purse) -> Entry:
    """It is the owner's again, in the purse that it came out of unless that has come due."""
    return entry(
        "reserve.released", Move(amount, debit=reserved(book), credit=purse_of(book, purse))
    )
