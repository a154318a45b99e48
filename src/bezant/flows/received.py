"""Received: money that comes or goes unasked, and is on suspense until it is known whose it is."""

from bezant.kernel.money import Money
from bezant.ledger.book import Book
from bezant.ledger.chart import network, suspense
from bezant.ledger.entry import Entry, Move, entry


def arrived(amount: Money, *, house: Book, name: str, rail: str) -> Entry:
    """A network says that it has come; the statement of the bank account `name` will show it."""
    return entry(
        "received.arrived", Move(amount, debit=network(house, rail), credit=suspense(house, name))
    )


def collected(amount: Money, *, house: Book, name: str, rail: str) -> Entry:
    """A network says that others have collected it from the bank account `name`."""
    return entry(
        "received.collected", Move(amount, debit=suspense(house, name), credit=network(house, rail))
    )


def claimed(amount: Money, *, house: Book, name: str, rail: str) -> Entry:
    """It is what somebody expected by `rail`: whoever did is given it from there."""
    return entry(
        "received.claimed", Move(amount, debit=suspense(house, name), credit=network(house, rail))
    )


def unclaimed(amount: Money, *, house: Book, name: str, rail: str) -> Entry:
    """Whoever expected it by `rail` has given it up: it goes back to who sent it."""
    return entry(
        "received.unclaimed", Move(amount, debit=network(house, rail), credit=suspense(house, name))
    )


def sent_back(amount: Money, *, house: Book, name: str, rail: str) -> Entry:
    """It has been sent back, which the statement will show."""
    return entry(
        "received.sent_back", Move(amount, debit=suspense(house, name), credit=network(house, rail))
    )


def taken_back(amount: Money, *, house: Book, name: str, rail: str) -> Entry:
    """What others had collected has come back, which the statement will show."""
    return entry(
        "received.taken_back",
        Move(amount, debit=network(house, rail), credit=suspense(house, name)),
    )
