"""Top-up: money that an account's owner sends to the operator's bank.

While the bank owes it, it stands on `incoming` and is pending; when the bank has it, it is
available.
"""

from bezant.kernel.money import Money
from bezant.ledger.book import Book
from bezant.ledger.chart import available, due, incoming, network, pending
from bezant.ledger.entry import Entry, Move, entry

NEXT = {
    "pending": {"succeeded", "failed", "canceled"},
    "succeeded": {"reversed"},
    "failed": set[str](),
    "canceled": set[str](),
    "reversed": set[str](),
}


def created(amount: Money, *, book: Book, rail: str) -> Entry:
    """The owner is about to send money: the rail owes it."""
    return entry("topup.created", Move(amount, debit=incoming(book, rail), credit=pending(book)))


def dropped(amount: Money, *, book: Book, rail: str) -> Entry:
    """The money is not going to come: canceled or failed."""
    return entry("topup.dropped", Move(amount, debit=pending(book), credit=incoming(book, rail)))


def succeeded(amount: Money, *, book: Book, rail: str) -> Entry:
    """The bank has it: the rail owes nothing more, and the owner may spend it."""
    return entry(
        "topup.succeeded",
        Move(amount, debit=due(book), credit=incoming(book, rail)),
        Move(amount, debit=pending(book), credit=available(book)),
    )


def received(total: Money, *, house: Book, rail: str) -> Entry:
    """The house's side of top-ups that have come in: the network has it until a line shows it."""
    return entry("topup.received", Move(total, debit=network(house, rail), credit=due(house)))


def taken_back(amount: Money, *, book: Book) -> Entry:
    """Whoever sent it was given it back, whatever the owner has left."""
    return entry(
        "topup.taken_back", Move(amount, debit=available(book), credit=due(book), force="return")
    )


def given_back(total: Money, *, house: Book, rail: str) -> Entry:
    """The house's side of top-ups that were given back."""
    return entry("topup.given_back", Move(total, debit=due(house), credit=network(house, rail)))
