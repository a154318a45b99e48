"""Payout: from an account's available balance to its owner's bank.

Banks answer in any order, so what a network has settled and what a statement has shown are two
things: the house's `network` account stands between them and is zero when both have happened.
"""

from bezant.kernel.money import Money
from bezant.ledger.book import Book
from bezant.ledger.chart import (
    available,
    due,
    fees_payable,
    in_transit,
    incoming,
    minimum,
    network,
    pending,
)
from bezant.ledger.entry import Entry, Move, entry

NEXT = {
    "pending": {"in_transit", "paid", "failed", "canceled"},
    "in_transit": {"paid", "failed", "canceled"},
    "paid": {"failed"},
    "failed": set[str](),
    "canceled": set[str](),
}


def created(amount: Money, *, book: Book, rail: str) -> Entry:
    """The money may no longer be spent: it is on its way."""
    return entry(
        "payout.created", Move(amount, debit=available(book), credit=in_transit(book, rail))
    )


def minimum_held(amount: Money, *, book: Book) -> Entry:
    """What is to stay in the balance is out of a payout's reach."""
    return entry("payout.minimum_held", Move(amount, debit=available(book), credit=minimum(book)))


def minimum_released(amount: Money, *, book: Book) -> Entry:
    """The payout is made: what was to stay is a part of the balance again."""
    return entry(
        "payout.minimum_released", Move(amount, debit=minimum(book), credit=available(book))
    )


def priced(fee: Money, *, book: Book) -> Entry:
    """What an instant payout costs is taken of what may be spent."""
    return entry("payout.priced", Move(fee, debit=available(book), credit=fees_payable(book)))


def shared(fee: Money, *, source: Book, destination: Book) -> tuple[Entry, Entry]:
    """What a platform asks for an instant payout goes to it, beside the amount."""
    return (
        entry("payout.shared", Move(fee, debit=available(source), credit=due(source))),
        entry(
            "application_fee.earned",
            Move(fee, debit=due(destination), credit=available(destination)),
        ),
    )


def price_returned(fee: Money, *, book: Book) -> Entry:
    """A payout that failed or was canceled costs nothing."""
    return entry(
        "payout.price_returned", Move(fee, debit=fees_payable(book), credit=available(book))
    )


def dropped(amount: Money, *, book: Book, rail: str) -> Entry:
    """No bank will carry it out: canceled, or rejected."""
    return entry(
        "payout.dropped", Move(amount, debit=in_transit(book, rail), credit=available(book))
    )


def settled(amount: Money, *, book: Book, rail: str) -> Entry:
    """The bank has paid it out."""
    return entry("payout.settled", Move(amount, debit=in_transit(book, rail), credit=due(book)))


def paid_out(total: Money, *, house: Book, rail: str) -> Entry:
    """The house's side of payouts that have settled: the network is owed until a line shows it."""
    return entry("payout.paid_out", Move(total, debit=due(house), credit=network(house, rail)))


def returned(amount: Money, *, book: Book) -> Entry:
    """The receiver's bank has sent it back: the owner may spend it again."""
    return entry("payout.returned", Move(amount, debit=due(book), credit=available(book)))


def debit_begun(amount: Money, *, book: Book, rail: str) -> Entry:
    """The owner's bank has been asked for money, as for a payout taken back: the rail owes it."""
    return entry(
        "payout.debit_begun", Move(amount, debit=incoming(book, rail), credit=pending(book))
    )


def debit_dropped(amount: Money, *, book: Book, rail: str) -> Entry:
    """It will not come: canceled, or rejected."""
    return entry(
        "payout.debit_dropped", Move(amount, debit=pending(book), credit=incoming(book, rail))
    )


def debited(amount: Money, *, book: Book, rail: str) -> Entry:
    """It has come: the owner may spend it, or owes so much less."""
    return entry(
        "payout.debited",
        Move(amount, debit=due(book), credit=incoming(book, rail)),
        Move(amount, debit=pending(book), credit=available(book)),
    )


def debit_lost(amount: Money, *, book: Book) -> Entry:
    """The owner's bank has it again after all, whatever the owner has left."""
    return entry(
        "payout.debit_lost",
        Move(amount, debit=available(book), credit=due(book), force="return"),
    )


def given_back(total: Money, *, house: Book, rail: str) -> Entry:
    """The house's side of payouts that came back: the network owes them until a line shows it."""
    return entry("payout.given_back", Move(total, debit=network(house, rail), credit=due(house)))
