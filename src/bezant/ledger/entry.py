"""Entries: the moves of one event, balanced by construction.

A move has one debit account, one credit account and one amount, so there is nothing to add up.
"""

from datetime import datetime
from typing import Literal

from msgspec import Struct

from bezant.kernel.money import Money
from bezant.ledger.book import Book
from bezant.ledger.chart import Account

Phase = Literal["posted", "pending", "released"]
PHASES: dict[Phase, int] = {"posted": 0, "pending": 1, "released": 2}


class Move(Struct, frozen=True):
    """One amount from a credit account to a debit account, in minor units, more than zero.

    A pending move reserves, a released one gives a reservation back. `force` names the cause
    (a return, a dispute) that may take an account below its floor.
    """

    amount: Money
    debit: Account
    credit: Account
    phase: Phase = "posted"
    force: str | None = None


class Entry(Struct, frozen=True):
    """The moves of one event, all in one book; `effective_at` None means when it is recorded."""

    kind: str
    book: Book
    moves: tuple[Move, ...]
    effective_at: datetime | None = None


def entry(kind: str, *moves: Move, effective_at: datetime | None = None) -> Entry:
    """Return the entry of an event; moves of nothing are left out.

    `kind` is the flow and its event, like payout.created.
    """
    kept = tuple(move for move in moves if move.amount)
    assert kept, f"{kind}: an entry moves something"
    book = kept[0].debit.book
    for move in kept:
        assert move.amount.amount > 0, f"{kind}: an amount is positive"
        assert move.debit.book is book or move.debit.book == book, f"{kind}: one book"
        assert move.credit.book is book or move.credit.book == book, f"{kind}: one book"
        assert move.debit.path != move.credit.path, f"{kind}: two accounts"
    return Entry(kind, book, kept, effective_at)


def mirrored(moves: tuple[Move, ...], force: str | None = None) -> tuple[Move, ...]:
    """Return the moves that undo posted ones: sides turned, last first."""
    return tuple(
        Move(move.amount, debit=move.credit, credit=move.debit, force=force)
        for move in reversed(moves)
    )
