"""Charge: money that a payer's bank or network owes, less what the payment costs.

It is pending until its time has come, and fees stand on `fees_payable` until they are swept. The
network owes the whole amount; what it keeps for itself is the operator's cost.
"""

from typing import Literal

from bezant.kernel.money import Money
from bezant.ledger.book import Book
from bezant.ledger.chart import Account, available, due, fees_payable, incoming, pending
from bezant.ledger.entry import Entry, Move, entry

Purse = Literal["pending", "available"]
"""Of what an owner has: what is to come, or what may be spent."""


def purse_of(book: Book, purse: Purse) -> Account:
    """Return the account of a purse."""
    return pending(book) if purse == "pending" else available(book)


def captured(amount: Money, fee: Money, *, book: Book, rail: str, purse: Purse) -> Entry:
    """The payer's bank or network owes the amount; the fee is taken from it."""
    mine = purse_of(book, purse)
    moves = [Move(amount, debit=incoming(book, rail), credit=mine)]
    if fee:
        moves.append(Move(fee, debit=mine, credit=fees_payable(book), force="fee"))
    return entry("charge.captured", *moves)


def fee_taken(fee: Money, *, book: Book, purse: Purse) -> Entry:
    """A fee that another owner's payment costs this one."""
    move = Move(fee, debit=purse_of(book, purse), credit=fees_payable(book), force="fee")
    return entry("charge.fee_taken", move)


def matured(amount: Money, *, book: Book) -> Entry:
    """What was pending may be spent."""
    return entry("charge.matured", Move(amount, debit=pending(book), credit=available(book)))


def called_in(amount: Money, *, book: Book) -> Entry:
    """What was pending was less than nothing: refunds were more than payments."""
    return entry(
        "charge.called_in",
        Move(amount, debit=available(book), credit=pending(book), force="refund"),
    )


def fees_swept(amount: Money, *, book: Book) -> Entry:
    """The fees that an owner has come to owe are on their way to the operator."""
    return entry("charge.fees_swept", Move(amount, debit=fees_payable(book), credit=due(book)))


def fees_credited(amount: Money, *, book: Book) -> Entry:
    """More fees were given back to an owner than it has come to owe."""
    return entry("charge.fees_credited", Move(amount, debit=due(book), credit=fees_payable(book)))
