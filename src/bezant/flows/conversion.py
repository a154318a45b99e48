"""Conversion: an owner's money in one currency for money in another, out of the operator's.

The operator's `position` in each currency is what it has taken on, and returns to zero when the
operator has exchanged it.
"""

from bezant.flows.charge import Purse, purse_of
from bezant.kernel.money import Money
from bezant.ledger.book import Book
from bezant.ledger.chart import due, fees_payable, incoming, position
from bezant.ledger.entry import Entry, Move, entry


def received(
    amount: Money,
    converted: Money,
    fee: Money,
    *,
    book: Book,
    rail: str,
    purse: Purse,
    house: Book,
) -> tuple[Entry, Entry]:
    """What a network owes is the operator's, who owes the owner what it is worth."""
    mine = purse_of(book, purse)
    moves = [
        Move(amount, debit=incoming(book, rail), credit=due(book)),
        Move(converted, debit=due(book), credit=mine),
    ]
    if fee:
        moves.append(Move(fee, debit=mine, credit=fees_payable(book), force="fee"))
    return (
        entry("conversion.received", *moves),
        entry(
            "conversion.taken_on",
            Move(amount, debit=due(house), credit=position(house)),
            Move(converted, debit=position(house), credit=due(house)),
        ),
    )


def given_back(
    amount: Money, converted: Money, *, book: Book, rail: str, purse: Purse, house: Book
) -> tuple[Entry, Entry]:
    """The payer gets back the one currency, and the owner pays for it in the other."""
    return (
        entry(
            "conversion.given_back",
            Move(converted, debit=purse_of(book, purse), credit=due(book), force="refund"),
            Move(amount, debit=due(book), credit=incoming(book, rail)),
        ),
        entry(
            "conversion.given_up",
            Move(converted, debit=due(house), credit=position(house)),
            Move(amount, debit=position(house), credit=due(house)),
        ),
    )
