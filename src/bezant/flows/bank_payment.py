"""Bank payment: money that a payer's bank is asked for, or that a payer sends, and its way back.

It is captured as every charge is, and the rail owes it until the bank has it. What does not come,
or is taken back while it is pending, costs its owner nothing.
"""

from bezant.flows.charge import Purse, purse_of
from bezant.kernel.money import Money
from bezant.ledger.book import Book
from bezant.ledger.chart import customer_cash, due, fees_payable, in_transit, incoming, network
from bezant.ledger.entry import Entry, Move, entry


def collected(amount: Money, *, book: Book, rail: str) -> Entry:
    """The bank has it: the rail owes nothing more."""
    move = Move(amount, debit=due(book), credit=incoming(book, rail))
    return entry("bank_payment.collected", move)


def came_in(total: Money, *, house: Book, rail: str) -> Entry:
    """The house's side of what has come: the network has it until a line shows it."""
    return entry("bank_payment.came_in", Move(total, debit=network(house, rail), credit=due(house)))


def dropped(amount: Money, fee: Money, *, book: Book, rail: str, purse: Purse) -> Entry:
    """It will not come: canceled, or refused; the fee is given back."""
    mine = purse_of(book, purse)
    return entry(
        "bank_payment.dropped",
        Move(fee, debit=fees_payable(book), credit=mine),
        Move(amount, debit=mine, credit=incoming(book, rail), force="return"),
    )


def came_back(amount: Money, fee: Money, *, book: Book, purse: Purse) -> Entry:
    """The payer's bank has taken it back, whatever the owner has left; the fee is given back."""
    mine = purse_of(book, purse)
    return entry(
        "bank_payment.came_back",
        Move(fee, debit=fees_payable(book), credit=mine),
        Move(amount, debit=mine, credit=due(book), force="return"),
    )


def taken(amount: Money, *, book: Book, rail: str) -> Entry:
    """The payer's bank has taken back what counted as paid: the rail is owed it, or owes it."""
    return entry("bank_payment.taken", Move(amount, debit=incoming(book, rail), credit=due(book)))


def went_back(total: Money, *, house: Book, rail: str) -> Entry:
    """The house's side of what was taken back, or sent back to payers."""
    return entry(
        "bank_payment.went_back", Move(total, debit=due(house), credit=network(house, rail))
    )


def sent(amount: Money, *, book: Book, name: str) -> Entry:
    """A payer has sent it and the bank has it; no payment is made of it yet."""
    return entry(
        "bank_payment.sent", Move(amount, debit=due(book), credit=customer_cash(book, name))
    )


def applied(amount: Money, *, book: Book, rail: str, name: str) -> Entry:
    """What a payer has sent pays for a charge: nobody owes anything for it."""
    move = Move(amount, debit=customer_cash(book, name), credit=incoming(book, rail))
    return entry("bank_payment.applied", move)


def unapplied(amount: Money, *, book: Book, rail: str, name: str) -> Entry:
    """A charge is given back to what its payer has with us, instead of to a bank."""
    move = Move(amount, debit=incoming(book, rail), credit=customer_cash(book, name))
    return entry("bank_payment.unapplied", move)


def refund_begun(amount: Money, *, book: Book, rail: str, purse: Purse) -> Entry:
    """A refund is on its way to the payer's bank, also when its owner has not enough left."""
    move = Move(amount, debit=purse_of(book, purse), credit=in_transit(book, rail), force="refund")
    return entry("bank_payment.refund_begun", move)


def refund_paid(amount: Money, *, book: Book, rail: str) -> Entry:
    """The bank has paid it to the payer."""
    return entry(
        "bank_payment.refund_paid", Move(amount, debit=in_transit(book, rail), credit=due(book))
    )


def refund_dropped(amount: Money, *, book: Book, rail: str, purse: Purse) -> Entry:
    """No bank will carry it out: the owner has it again."""
    move = Move(amount, debit=in_transit(book, rail), credit=purse_of(book, purse))
    return entry("bank_payment.refund_dropped", move)


def refund_came_back(amount: Money, *, book: Book, purse: Purse) -> Entry:
    """The payer's bank has sent it back: the owner has it again."""
    move = Move(amount, debit=due(book), credit=purse_of(book, purse))
    return entry("bank_payment.refund_came_back", move)
