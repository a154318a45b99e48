"""Return charge: banks on the way take something from what comes back; the house bears it."""

from bezant.kernel.money import Money
from bezant.ledger.book import Book
from bezant.ledger.chart import cost, network
from bezant.ledger.entry import Entry, Move, entry


def deducted(amount: Money, *, house: Book, rail: str) -> Entry:
    """By so much less will the statement show than went: it is a cost."""
    return entry(
        "return_charge.deducted", Move(amount, debit=cost(house), credit=network(house, rail))
    )
