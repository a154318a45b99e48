"""Refund: what a payer gets back, out of the same purse that the payment is in.

Money that is not pending any more is taken from what may be spent, even when not enough is left:
the payer is not kept waiting, and the owner owes it.
"""

from bezant.flows.charge import Purse, purse_of
from bezant.kernel.money import Money
from bezant.ledger.book import Book
from bezant.ledger.chart import fees_payable, incoming
from bezant.ledger.entry import Entry, Move, entry


def given_back(amount: Money, *, book: Book, rail: str, purse: Purse) -> Entry:
    """The network owes so much less, and the owner has so much less."""
    move = Move(amount, debit=purse_of(book, purse), credit=incoming(book, rail), force="refund")
    return entry("refund.given_back", move)


def fee_returned(fee: Money, *, book: Book, purse: Purse) -> Entry:
    """A share of the payment's fee goes back to the owner with it."""
    move = Move(fee, debit=fees_payable(book), credit=purse_of(book, purse))
    return entry("refund.fee_returned", move)


def failed(amount: Money, *, book: Book, rail: str, purse: Purse) -> Entry:
    """The payer's bank did not take it, or it was canceled: the owner has it again."""
    move = Move(amount, debit=incoming(book, rail), credit=purse_of(book, purse))
    return entry("refund.failed", move)
