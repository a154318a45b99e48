"""The event log, read: one event, pages of them, and how many deliveries each still waits for."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from bezant.db.arrays import integers
from bezant.db.pool import Connection
from bezant.db.queries import load
from bezant.store.outbox import Waiting

QUERIES = load("bezant.store", "events.sql")
PENDING = "= 'pending'"
KEPT_DAYS = 30


class EventRow(NamedTuple):
    """An event's body and the deliveries that it still waits for."""

    id: str
    type: str
    body: str
    waiting: int


class EventPage(NamedTuple):
    """A slice of a book's events, newest first; `after` and `before` are ids, exclusive.

    `delivered` True leaves out what waits or has failed, False what has been delivered. Types in
    `without` are left out; while there are none, those of v2 are, which are no snapshots.
    """

    limit: int
    after: str | None = None
    before: str | None = None
    least: str | None = None
    most: str | None = None
    types: Sequence[str] = ()
    object: str | None = None
    delivered: bool | None = None
    without: Sequence[str] = ()


async def find(conn: Connection, book: int, name: str) -> EventRow | None:
    """Return one event of a book, or None."""
    cursor = await conn.execute(QUERIES.one, [book, name])
    row = await cursor.fetchone()
    return None if row is None else EventRow(*row)


async def find_in(conn: Connection, books: Sequence[int], name: str) -> EventRow | None:
    """Return one event of some books, or None."""
    cursor = await conn.execute(QUERIES.one_of, [integers(books), name])
    row = await cursor.fetchone()
    return None if row is None else EventRow(*row)


async def waiting(conn: Connection, books: Sequence[int], name: str) -> list[Waiting]:
    """Return an event of some books as the relay takes it, if it is still kept."""
    cursor = await conn.execute(QUERIES.waiting, [integers(books), name])
    return [Waiting(*row) for row in await cursor.fetchall()]


async def page(conn: Connection, book: int, ask: EventPage) -> tuple[list[EventRow], bool]:
    """Return a page of events and whether there are more beyond it."""
    query = _query(
        *(bound is not None for bound in (ask.after, ask.before, ask.least, ask.most)),
        bool(ask.types),
        ask.object is not None,
        ask.delivered,
        bool(ask.without),
    )
    values: dict[str, object] = {
        "book": book,
        "limit": ask.limit + 1,
        "after": ask.after,
        "before": ask.before,
        "least": ask.least,
        "most": ask.most,
        "types": list(ask.types),
        "object": ask.object,
        "without": list(ask.without),
    }
    cursor = await conn.execute(query, values)
    rows = [EventRow(*row) for row in await cursor.fetchall()]
    more = len(rows) > ask.limit
    rows = rows[: ask.limit]
    if ask.before is not None:
        rows.reverse()
    return rows, more


async def latest(conn: Connection, book: int, obj: str) -> list[tuple[str, str, datetime]]:
    """Return id, type and time of the first hundred events about an object, oldest first."""
    cursor = await conn.execute(QUERIES.about, [book, obj])
    return await cursor.fetchall()


@lru_cache(maxsize=256)
def _query(
    after: bool,
    before: bool,
    least: bool,
    most: bool,
    types: bool,
    obj: bool,
    delivered: bool | None,
    without: bool,
) -> bytes:
    waiting = (
        "(select count(*) from delivery d where d.event_book = e.book_id and d.event = e.id"
        " and d.status {})"
    )
    undelivered = waiting.format("<> 'delivered'")
    conditions = ["e.book_id = %(book)s"]
    bounds = (
        (after, "e.id < %(after)s"),
        (before, "e.id > %(before)s"),
        (least, "e.id >= %(least)s"),
        (most, "e.id <= %(most)s"),
        (types, "e.type = any(%(types)s)"),
        (without, "e.type <> all(%(without)s)"),
        (not without, "e.type not like 'v2.%%'"),
        (obj, "e.object = %(object)s"),
        (delivered is not None, f"{undelivered} {'=' if delivered else '>'} 0"),
    )
    conditions += [condition for wanted, condition in bounds if wanted]
    return (
        f"select e.id, e.type, e.body, {waiting.format(PENDING)} "  # noqa: S608 -- fixed conditions
        f"from event e where {' and '.join(conditions)} "
        f"order by e.id {'asc' if before else 'desc'} limit %(limit)s"
    ).encode()
