"""Application fee: what a platform takes of a payment to one of its accounts, and gives back."""

from bezant.flows.charge import Purse, purse_of
from bezant.kernel.money import Money
from bezant.ledger.book import Book
from bezant.ledger.chart import due
from bezant.ledger.entry import Entry, Move, entry


def taken(amount: Money, *, source: Book, destination: Book, purse: Purse) -> tuple[Entry, Entry]:
    """It goes out of the account's purse, whatever is in it, into the same one of the platform."""
    mine, theirs = purse_of(source, purse), purse_of(destination, purse)
    return (
        entry("application_fee.taken", Move(amount, debit=mine, credit=due(source), force="fee")),
        entry("application_fee.earned", Move(amount, debit=due(destination), credit=theirs)),
    )


def refunded(
    amount: Money,
    *,
    source: Book,
    destination: Book,
    purse: Purse,
    purse_there: Purse,
    force: str | None,
) -> tuple[Entry, Entry]:
    """The platform (`source`) gives it back out of the purse that it is in, or owes it."""
    mine, theirs = purse_of(source, purse), purse_of(destination, purse_there)
    return (
        entry("application_fee.refunded", Move(amount, mine, due(source), force=force)),
        entry("application_fee.returned", Move(amount, debit=due(destination), credit=theirs)),
    )
