"""Health: how each endpoint fares, and the lines in which deliveries of one object wait.

An endpoint's row is the lock under which its lines move on, so that a delivery which joins a line
while the one before it leaves is not forgotten.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from bezant.db.arrays import integers, moments, texts
from bezant.db.pool import Connection
from bezant.db.queries import load

QUERIES = load("bezant.store", "health.sql")


class Line(NamedTuple):
    """The deliveries about one object that wait for one endpoint."""

    book_id: int
    endpoint: str
    object: str


class Note(NamedTuple):
    """What some attempts say of an endpoint: a success, or since when it fails, when and how."""

    book_id: int
    endpoint: str
    succeeded_at: datetime | None = None
    failing_since: datetime | None = None
    failed_at: datetime | None = None
    answer: str | None = None


class Health(NamedTuple):
    """How an endpoint fares; `answer` is that of its latest failure."""

    succeeded_at: datetime | None = None
    failing_since: datetime | None = None
    failed_at: datetime | None = None
    answer: str | None = None


async def note(conn: Connection, notes: Sequence[Note]) -> None:
    """Take note of attempts, once for each endpoint, and hold the endpoints' locks."""
    columns = [
        integers([each.book_id for each in notes]),
        texts([each.endpoint for each in notes]),
        moments([each.succeeded_at for each in notes]),
        moments([each.failing_since for each in notes]),
        moments([each.failed_at for each in notes]),
        texts([each.answer for each in notes]),
    ]
    await conn.execute(QUERIES.note, columns)


async def advance(conn: Connection, lines: Collection[Line], now: datetime) -> None:
    """Let the first of each line be due, under the locks of the endpoints."""
    if not lines:
        return
    keys = sorted({(line.book_id, line.endpoint) for line in lines})
    columns = [integers([book for book, _ in keys]), texts([name for _, name in keys])]
    await conn.execute(QUERIES.lock, columns)
    values = {
        "now": now,
        "books": integers([line.book_id for line in lines]),
        "endpoints": texts([line.endpoint for line in lines]),
        "objects": texts([line.object for line in lines]),
    }
    await conn.execute(QUERIES.advance, values)


async def dead(
    conn: Connection, now: datetime, span: timedelta, limit: int
) -> list[tuple[int, str]]:
    """Return book and id of endpoints that have failed for so long, and not only been idle."""
    values = {"since": now - span, "span": span, "limit": limit}
    cursor = await conn.execute(QUERIES.dead, values)
    return await cursor.fetchall()


async def settle(conn: Connection, book: int, endpoint: str) -> None:
    """Begin to count anew."""
    await conn.execute(QUERIES.settle, [book, endpoint])


async def several(conn: Connection, book: int, endpoints: Iterable[str]) -> dict[str, Health]:
    """Return how some endpoints of a book fare, without those that were never called."""
    cursor = await conn.execute(QUERIES.several, [texts([*endpoints]), book])
    return {name: Health(*rest) for name, *rest in await cursor.fetchall()}
