"""Microdeposit: a cent that is sent to an account, so that its holder can prove to see it.

The operator pays for it: it is in nobody else's book.
"""

from bezant.kernel.money import Money
from bezant.ledger.book import Book
from bezant.ledger.chart import cost, network
from bezant.ledger.entry import Entry, Move, entry


def sent(total: Money, *, house: Book, rail: str) -> Entry:
    """The bank has paid it out."""
    return entry("microdeposit.sent", Move(total, debit=cost(house), credit=network(house, rail)))


def came_back(total: Money, *, house: Book, rail: str) -> Entry:
    """The account did not take it."""
    return entry(
        "microdeposit.came_back", Move(total, debit=network(house, rail), credit=cost(house))
    )
