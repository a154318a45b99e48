"""Collection: money pulled from somebody's bank account for an owner, who may have to give it back.

While the bank owes it, it stands on `incoming` and is pending. What comes back is taken from the
owner even when nothing is left, which leaves them owing it.
"""

from bezant.kernel.money import Money
from bezant.ledger.book import Book
from bezant.ledger.chart import available, due, incoming, network, pending
from bezant.ledger.entry import Entry, Move, entry


def created(amount: Money, *, book: Book, rail: str) -> Entry:
    """The bank has been asked to collect: the rail owes it."""
    return entry(
        "collection.created", Move(amount, debit=incoming(book, rail), credit=pending(book))
    )


def dropped(amount: Money, *, book: Book, rail: str) -> Entry:
    """It will not be collected: canceled, or rejected."""
    return entry(
        "collection.dropped", Move(amount, debit=pending(book), credit=incoming(book, rail))
    )


def settled(amount: Money, *, book: Book, rail: str) -> Entry:
    """The bank has it, and the owner may spend it."""
    return entry(
        "collection.settled",
        Move(amount, debit=due(book), credit=incoming(book, rail)),
        Move(amount, debit=pending(book), credit=available(book)),
    )


def collected(total: Money, *, house: Book, rail: str) -> Entry:
    """The house's side of collections that have settled."""
    return entry("collection.collected", Move(total, debit=network(house, rail), credit=due(house)))


def returned(amount: Money, *, book: Book) -> Entry:
    """The payer's bank has taken it back, whatever the owner has left."""
    return entry(
        "collection.returned", Move(amount, debit=available(book), credit=due(book), force="return")
    )


def taken_back(total: Money, *, house: Book, rail: str) -> Entry:
    """The house's side of collections that came back."""
    return entry(
        "collection.taken_back", Move(total, debit=due(house), credit=network(house, rail))
    )


def stands(amount: Money, *, book: Book) -> Entry:
    """The payer's bank had no right to take it back: the owner has it again."""
    return entry("collection.stands", Move(amount, debit=due(book), credit=available(book)))
