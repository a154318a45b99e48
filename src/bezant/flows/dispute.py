"""Dispute: what a cardholder's bank takes back of a payment, and gives again to an owner who wins.

It is taken out of what may be spent, even when not enough is there: the network has it already.
An inquiry moves nothing.
"""

from bezant.kernel.money import Money
from bezant.ledger.book import Book
from bezant.ledger.chart import available, due, fees_payable, incoming, position
from bezant.ledger.entry import Entry, Move, entry

NEXT = {
    "warning_needs_response": {"warning_under_review", "warning_closed", "needs_response"},
    "warning_under_review": {"warning_closed", "needs_response"},
    "warning_closed": set[str](),
    "needs_response": {"under_review", "won", "lost"},
    "under_review": {"won", "lost"},
    "won": set[str](),
    "lost": {"won"},
}
"""What may follow; a case that was lost by silence may still be told to have been won."""


def withdrawn(amount: Money, fee: Money, *, book: Book, rail: str) -> Entry:
    """The network owes so much less, and what the dispute costs is taken with it."""
    return entry(
        "dispute.withdrawn",
        Move(amount, debit=available(book), credit=incoming(book, rail), force="dispute"),
        Move(fee, debit=available(book), credit=fees_payable(book), force="dispute"),
    )


def withdrawn_converted(
    amount: Money, converted: Money, fee: Money, *, book: Book, rail: str, house: Book
) -> tuple[Entry, Entry]:
    """The network takes the one currency, and the owner pays for it in the other."""
    return (
        entry(
            "dispute.withdrawn",
            Move(converted, debit=available(book), credit=due(book), force="dispute"),
            Move(amount, debit=due(book), credit=incoming(book, rail)),
            Move(fee, debit=available(book), credit=fees_payable(book), force="dispute"),
        ),
        entry(
            "dispute.given_up",
            Move(converted, debit=due(house), credit=position(house)),
            Move(amount, debit=position(house), credit=due(house)),
        ),
    )


def reinstated(amount: Money, fee: Money, *, book: Book, rail: str) -> Entry:
    """The owner has won: the network owes the amount again, and the fee goes back with it."""
    return entry(
        "dispute.reinstated",
        Move(amount, debit=incoming(book, rail), credit=available(book)),
        Move(fee, debit=fees_payable(book), credit=available(book)),
    )


def reinstated_converted(
    amount: Money, converted: Money, fee: Money, *, book: Book, rail: str, house: Book
) -> tuple[Entry, Entry]:
    """The owner has won what is worth as much in the other currency as was taken."""
    return (
        entry(
            "dispute.reinstated",
            Move(amount, debit=incoming(book, rail), credit=due(book)),
            Move(converted, debit=due(book), credit=available(book)),
            Move(fee, debit=fees_payable(book), credit=available(book)),
        ),
        entry(
            "dispute.taken_on",
            Move(amount, debit=due(house), credit=position(house)),
            Move(converted, debit=position(house), credit=due(house)),
        ),
    )
