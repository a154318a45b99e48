"""The log of deliveries, read: one, pages of them, and which events could be sent again."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from bezant.db.arrays import integers
from bezant.db.pool import Connection
from bezant.db.queries import load
from bezant.kernel.codec import decode_json
from bezant.store.deliveries import Status, Tried
from bezant.store.outbox import Waiting

QUERIES = load("bezant.store", "delivery_log.sql")
CHUNK = 1_000


class DeliveryRow(NamedTuple):
    """A delivery; `type` is that of its event, while that is kept."""

    id: str
    created: datetime
    endpoint: str
    event: str
    type: str | None
    status: Status
    attempts: int
    answer: str | None
    due_at: datetime | None
    tried: str | None

    @property
    def log(self) -> list[Tried]:
        """Its attempts, oldest first."""
        return decode_json(f"[{self.tried or ''}]", list[Tried])


class DeliveryPage(NamedTuple):
    """A slice of a book's deliveries, newest first; the event is in one of `event_books`."""

    limit: int
    after: str | None = None
    before: str | None = None
    least: str | None = None
    most: str | None = None
    endpoint: str | None = None
    event: str | None = None
    event_books: Sequence[int] = ()
    status: str | None = None


async def find(conn: Connection, book: int, name: str) -> DeliveryRow | None:
    """Return one delivery of a book, or None."""
    cursor = await conn.execute(QUERIES.one, {"book": book, "id": name})
    row = await cursor.fetchone()
    return None if row is None else DeliveryRow(*row)


async def page(conn: Connection, book: int, ask: DeliveryPage) -> tuple[list[DeliveryRow], bool]:
    """Return a page of deliveries and whether there are more beyond it."""
    query = QUERIES.older if ask.before is None else QUERIES.newer
    asked = ask._asdict() | {
        "book": book,
        "limit": ask.limit + 1,
        "event_books": integers(ask.event_books),
    }
    cursor = await conn.execute(query, asked)
    rows = [DeliveryRow(*row) for row in await cursor.fetchall()]
    more = len(rows) > ask.limit
    rows = rows[: ask.limit]
    return (rows if ask.before is None else rows[::-1]), more


class Again(NamedTuple):
    """Which events of a book may be sent again: those in a range of ids, the first exclusive.

    `failed` leaves out those that the endpoint has taken.
    """

    book: int
    endpoint: str
    after: str
    most: str
    failed: bool = False


async def to_resend(conn: Connection, ask: Again) -> list[Waiting]:
    """Return the first CHUNK of them, oldest first."""
    cursor = await conn.execute(QUERIES.to_resend, ask._asdict() | {"limit": CHUNK})
    return [Waiting(ask.book, *row) for row in await cursor.fetchall()]
