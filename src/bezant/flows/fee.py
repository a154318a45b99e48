"""Fee: what owners owe the operator for payments, taken in one sum for all of them."""

from bezant.kernel.money import Money
from bezant.ledger.book import Book
from bezant.ledger.chart import due, revenue
from bezant.ledger.entry import Entry, Move, entry


def earned(total: Money, *, house: Book) -> Entry:
    """The operator's side of the fees that were swept."""
    return entry("fee.earned", Move(total, debit=due(house), credit=revenue(house)))


def forgone(total: Money, *, house: Book) -> Entry:
    """The operator's side when more fees were given back than came in."""
    return entry("fee.forgone", Move(total, debit=revenue(house), credit=due(house)))
