"""Cash balance: money that a customer sends ahead of what it will pay for, kept apart by customer.

It is no money of the account's yet: it stands on an account of the customer's, and no balance that
can be paid out has it. What goes back to the customer's bank stands on an account of its refund.
"""

from bezant.kernel.money import Money
from bezant.ledger.book import Book
from bezant.ledger.chart import available, customer_cash, due, in_transit, incoming, network
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


def return_initiated(amount: Money, *, book: Book, name: str, refund: str) -> Entry:
    """It is to go back to the bank of the customer `name`, by the refund `refund`."""
    move = Move(amount, debit=customer_cash(book, name), credit=customer_cash(book, refund))
    return entry("cash_balance.return_initiated", move)


def return_canceled(amount: Money, *, book: Book, name: str, refund: str) -> Entry:
    """It does not go back: the customer has it again."""
    move = Move(amount, debit=customer_cash(book, refund), credit=customer_cash(book, name))
    return entry("cash_balance.return_canceled", move)


def return_sent(amount: Money, *, book: Book, rail: str, refund: str) -> Entry:
    """It is on its way to the customer's bank."""
    move = Move(amount, debit=customer_cash(book, refund), credit=in_transit(book, rail))
    return entry("cash_balance.return_sent", move)


def return_dropped(amount: Money, *, book: Book, rail: str, refund: str) -> Entry:
    """No bank will carry it out: it waits for another account."""
    move = Move(amount, debit=in_transit(book, rail), credit=customer_cash(book, refund))
    return entry("cash_balance.return_dropped", move)


def return_came_back(amount: Money, *, book: Book, refund: str) -> Entry:
    """The customer's bank has sent it back: it waits for another account."""
    move = Move(amount, debit=due(book), credit=customer_cash(book, refund))
    return entry("cash_balance.return_came_back", move)


def left_behind(amount: Money, *, book: Book, refund: str) -> Entry:
    """It did not go back, and the customer is there no more: the owner has it, and owes it."""
    move = Move(amount, debit=customer_cash(book, refund), credit=available(book))
    return entry("cash_balance.left_behind", move)


def taken_back(amount: Money, *, book: Book, funding: str) -> Entry:
    """Whoever had sent it has it again, also when it was used: the change `funding` owes it."""
    move = Move(amount, debit=customer_cash(book, funding), credit=due(book), force="return")
    return entry("cash_balance.taken_back", move)


def made_good(amount: Money, *, book: Book, name: str, funding: str) -> Entry:
    """What the customer has left of it makes that good."""
    move = Move(amount, debit=customer_cash(book, name), credit=customer_cash(book, funding))
    return entry("cash_balance.made_good", move)


def overdrawn(amount: Money, *, book: Book, funding: str) -> Entry:
    """The rest is taken from what the owner may spend, even when not enough is left."""
    move = Move(
        amount, debit=available(book), credit=customer_cash(book, funding), force="overdraft"
    )
    return entry("cash_balance.overdrawn", move)
