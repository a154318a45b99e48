"""Cash balance: money that a customer sends ahead of what it will pay for, kept apart by customer.

It is no money of the account's yet: it stands on an account of the customer's, and no balance that
can be paid out has it.
"""

from bezant.kernel.money import Money
from bezant.ledger.book import Book
from bezant.ledger.chart import customer_cash, due, incoming, network
from bezant.ledger.entry import Entry, Move, entry


def funded(amount: Money, *, book: Book, rail: str, name: str) -> Entry:
    """The customer `name` has sent money: the rail owes it."""
    return entry(
        "cash_balance.funded",
        Move(amount, debit=incoming(book, rail), credit=customer_cash(book, name)),
    )


def settled(amount: Money, *, book: Book, rail: str) -> Entry:
    """The bank has it: the rail owes nothing more."""
    return entry("cash_balance.settled", Move(amount, debit=due(book), credit=incoming(book, rail)))


def received(total: Money, *, house: Book, rail: str) -> Entry:
    """The house's side of what has come in: the network has it until a line shows it."""
    return entry(
        "cash_balance.received", Move(total, debit=network(house, rail), credit=due(house))
    )


def set_aside(amount: Money, *, book: Book, name: str, payment: str) -> Entry:
    """It is kept for the payment `payment`, for which it is not enough yet."""
    move = Move(amount, debit=customer_cash(book, name), credit=customer_cash(book, payment))
    return entry("cash_balance.set_aside", move)


def released(amount: Money, *, book: Book, name: str, payment: str) -> Entry:
    """The payment is given up: the customer has it again."""
    move = Move(amount, debit=customer_cash(book, payment), credit=customer_cash(book, name))
    return entry("cash_balance.released", move)
