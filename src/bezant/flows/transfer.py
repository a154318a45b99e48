"""Transfer: from one account's available balance to another's, two entries through `due`."""

from bezant.kernel.money import Money
from bezant.ledger.book import Book
from bezant.ledger.chart import available, due
from bezant.ledger.entry import Entry, Move, entry


def created(amount: Money, *, source: Book, destination: Book) -> tuple[Entry, Entry]:
    """The money leaves one book and arrives in the other, in one database transaction."""
    return (
        entry("transfer.created", Move(amount, debit=available(source), credit=due(source))),
        entry(
            "transfer.received", Move(amount, debit=due(destination), credit=available(destination))
        ),
    )


def reversed_(amount: Money, *, source: Book, destination: Book) -> tuple[Entry, Entry]:
    """All or a part of a transfer goes back; the destination must still have it."""
    return (
        entry(
            "transfer.taken_back",
            Move(amount, debit=available(destination), credit=due(destination)),
        ),
        entry("transfer.reversed", Move(amount, debit=due(source), credit=available(source))),
    )
