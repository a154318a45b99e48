"""Bank line: a line of the operator's bank statement, mirrored to the unit.

What explains it stands on the network's account or, until something does, on suspense.
"""

from bezant.kernel.money import Money
from bezant.ledger.book import Book
from bezant.ledger.chart import bank, network, suspense
from bezant.ledger.entry import Entry, Move, entry


def booked(amount: Money, *, credit: bool, house: Book, name: str, rail: str | None) -> Entry:
    """A line of the bank account `name`; `credit` when its balance rises.

    `rail` is the one that explains it; without one it is a break.
    """
    kind = "bank_line.explained" if rail else "bank_line.unexplained"
    mirror = bank(house, name)
    against = network(house, rail) if rail else suspense(house, name)
    if credit:
        return entry(kind, Move(amount, debit=mirror, credit=against))
    return entry(kind, Move(amount, debit=against, credit=mirror))
