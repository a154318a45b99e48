"""Transfer: from one account's purse to the same one of another, two entries through `due`."""

from bezant.flows.charge import Purse, purse_of
from bezant.kernel.money import Money
from bezant.ledger.book import Book
from bezant.ledger.chart import due
from bezant.ledger.entry import Entry, Move, entry


def created(
    amount: Money, *, source: Book, destination: Book, purse: Purse, force: str | None
) -> tuple[Entry, Entry]:
    """The money leaves one book and arrives in the other, in one database transaction.

    `force` lets a payment go on whole of which a fee was taken.
    """
    mine, theirs = purse_of(source, purse), purse_of(destination, purse)
    return (
        entry("transfer.created", Move(amount, debit=mine, credit=due(source), force=force)),
        entry("transfer.received", Move(amount, debit=due(destination), credit=theirs)),
    )


def reversed_(
    amount: Money,
    *,
    source: Book,
    destination: Book,
    purse: Purse,
    purse_there: Purse,
    force: str | None,
) -> tuple[Entry, Entry]:
    """All or a part of a transfer goes back; the destination must still have it, or owes it."""
    mine, theirs = purse_of(source, purse), purse_of(destination, purse_there)
    return (
        entry("transfer.taken_back", Move(amount, theirs, due(destination), force=force)),
        entry("transfer.reversed", Move(amount, debit=due(source), credit=mine)),
    )
