"""Holds: what is set aside by a pending entry, and the entries that give lapsed ones back."""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from typing import NamedTuple

from bezant.db.pool import Connection
from bezant.db.queries import load
from bezant.kernel.money import Money
from bezant.ledger.book import Book
from bezant.ledger.chart import Account
from bezant.ledger.entry import Entry, Move, entry

QUERIES = load("bezant.ledger", "ledger.sql")
EXPIRED = "hold.expired"
"""The kind of entries that give lapsed holds back."""


class Hold(NamedTuple):
    """The hold of the `n`-th move of a pending entry; amounts in minor units."""

    n: int
    amount: int
    remaining: int
    expires_at: datetime | None


class LapsedHold(NamedTuple):
    """What a lapsed hold has left, and between which accounts."""

    n: int
    remaining: Money
    debit: Account
    credit: Account


class Lapsed(NamedTuple):
    """A pending entry whose holds have lapsed, with those that hold something still."""

    book: Book
    entry: str
    source: str
    expires_at: datetime
    holds: tuple[LapsedHold, ...]

    @property
    def released(self) -> Entry:
        """The entry that gives everything back."""
        moves = [Move(hold.remaining, hold.debit, hold.credit, "released") for hold in self.holds]
        return entry(EXPIRED, *moves)


async def of_entry(conn: Connection, book: Book, name: str) -> list[Hold]:
    """Return the holds of an entry, by the numbers of their moves."""
    cursor = await conn.execute(QUERIES.holds, [book.id, name])
    return [Hold(*row) for row in await cursor.fetchall()]


async def lapsed(conn: Connection, now: datetime, limit: int) -> list[Lapsed]:
    """Return entries of any book whose holds have lapsed, those that wait longest first.

    `limit` is of holds; an entry cut by it comes again with the rest of its holds.
    """
    cursor = await conn.execute(QUERIES.lapsed, [now, limit])
    rows = await cursor.fetchall()
    return [
        _lapsed([LapsedRow(*row) for row in group])
        for _, group in groupby(rows, key=lambda row: (row[6], row[0], row[3]))
    ]


class LapsedRow(NamedTuple):
    """A lapsed hold as it is read."""

    book: int
    owner: str
    livemode: bool
    entry: str
    n: int
    remaining: int
    expires_at: datetime
    source: str
    debit: str
    debit_credit_normal: bool
    debit_floor: int | None
    credit: str
    credit_credit_normal: bool
    credit_floor: int | None
    currency: str


def _lapsed(rows: Sequence[LapsedRow]) -> Lapsed:
    first = rows[0]
    book = Book(first.book, first.owner, first.livemode)
    holds = tuple(
        LapsedHold(
            row.n,
            Money(row.remaining, row.currency),
            Account(book, row.debit, row.debit_credit_normal, row.debit_floor),
            Account(book, row.credit, row.credit_credit_normal, row.credit_floor),
        )
        for row in rows
    )
    return Lapsed(book, first.entry, first.source, first.expires_at, holds)
