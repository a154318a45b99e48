"""Card settlement: what a card network has cleared, and what it pays for it.

Owners are paid in full: what the network keeps is the operator's cost. The operator's account
with the network holds what was told until the bank's statement shows it.
"""

from bezant.kernel.money import Money
from bezant.ledger.book import Book
from bezant.ledger.chart import Account, cost, due, incoming, network, suspense
from bezant.ledger.entry import Entry, Move, entry

RAIL = "cards"


def cleared(amount: Money, *, credit: bool, book: Book) -> Entry:
    """A day's total of one owner; without `credit` more was given back than taken."""
    return entry(
        "card_settlement.cleared",
        _move(amount, due(book), incoming(book, RAIL), turned=not credit),
    )


def owed(amount: Money, *, credit: bool, house: Book) -> Entry:
    """The network owes the total of all owners; without `credit` it is owed."""
    return entry(
        "card_settlement.owed",
        _move(amount, network(house, RAIL), due(house), turned=not credit),
    )


def priced(amount: Money, *, credit: bool, house: Book) -> Entry:
    """The network keeps interchange and its own fees; with `credit` it gives some back."""
    return entry(
        "card_settlement.priced",
        _move(amount, cost(house), network(house, RAIL), turned=credit),
    )


def unexplained(amount: Money, *, credit: bool, house: Book) -> Entry:
    """The network has cleared what no owner is known for."""
    return entry(
        "card_settlement.unexplained",
        _move(amount, network(house, RAIL), suspense(house, RAIL), turned=not credit),
    )


def _move(amount: Money, debit: Account, credit: Account, *, turned: bool) -> Move:
    if turned:
        debit, credit = credit, debit
    return Move(amount, debit=debit, credit=credit)
