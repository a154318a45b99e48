"""The outbox: events that no relay has looked at yet, and the deliveries that come of them.

An event's row is removed in the database transaction that writes its deliveries, so each event
becomes deliveries exactly once, whenever and wherever a relay dies.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from bezant.db.arrays import integers, texts
from bezant.db.pool import Connection
from bezant.db.queries import load

QUERIES = load("bezant.store", "outbox.sql")
START = (-1, "")
"""Before every row, for `take`."""

_LOCK = 0x6F7574626F78
"""The advisory lock of the relay that is at work: `outbox` in ASCII."""


class Waiting(NamedTuple):
    """An event that has been taken from the outbox."""

    book_id: int
    id: str
    type: str
    object: str
    body: str


class EndpointRow(NamedTuple):
    """An enabled webhook endpoint, as it is stored."""

    book_id: int
    id: str
    body: str
    hidden: str


class NewDelivery(NamedTuple):
    """An event that an endpoint is to be sent, perhaps in the line of an object."""

    book_id: int
    id: str
    event_book: int
    event: str
    endpoint: str
    object: str | None = None


async def lock(conn: Connection) -> bool:
    """Become the one relay until this database transaction ends; False if another one is."""
    cursor = await conn.execute(QUERIES.lock, [_LOCK])
    row = await cursor.fetchone()
    return row is not None and row[0]


async def take(conn: Connection, after: tuple[int, str], limit: int) -> list[Waiting]:
    """Remove rows behind a place, in the order of books and ids, and return their events."""
    cursor = await conn.execute(QUERIES.take, [*after, limit])
    return sorted(Waiting(*row) for row in await cursor.fetchall())


async def platforms(conn: Connection, accounts: Collection[str]) -> list[tuple[str, int]]:
    """Return connected accounts with the books of the platforms that listen and own them."""
    cursor = await conn.execute(QUERIES.platforms, [texts([*accounts])])
    return await cursor.fetchall()


async def endpoints(conn: Connection, books: Collection[int]) -> list[EndpointRow]:
    """Return the enabled endpoints of some books."""
    cursor = await conn.execute(QUERIES.endpoints, [integers(books)])
    return [EndpointRow(*row) for row in await cursor.fetchall()]


async def deliver(conn: Connection, rows: Sequence[NewDelivery], now: datetime) -> None:
    """Write deliveries, once for each id; they are due at once, or when their line moves on."""
    columns = [
        integers([row.book_id for row in rows]),
        texts([row.id for row in rows]),
        integers([row.event_book for row in rows]),
        texts([row.event for row in rows]),
        texts([row.endpoint for row in rows]),
        texts([row.object for row in rows]),
    ]
    await conn.execute(QUERIES.deliver, [now, now, *columns])
