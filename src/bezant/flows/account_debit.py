"""Account debit: what a platform takes of a connected account's balance, with its owner's consent.

With a bank account to collect it from, the owner may come to owe it.
"""

from bezant.kernel.money import Money
from bezant.ledger.book import Book
from bezant.ledger.chart import available, due
from bezant.ledger.entry import Entry, Move, entry


def taken(
    amount: Money, *, source: Book, destination: Book, force: str | None
) -> tuple[Entry, Entry]:
    """It leaves the account (`source`) and is the platform's at once."""
    return (
        entry(
            "account_debit.taken",
            Move(amount, debit=available(source), credit=due(source), force=force),
        ),
        entry(
            "account_debit.received",
            Move(amount, debit=due(destination), credit=available(destination)),
        ),
    )
