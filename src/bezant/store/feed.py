"""The feed: what is new in the event log and the request log, for somebody who looks on.

Rows become visible in the order of their commits, which is not that of their ids. Who follows
therefore looks back over the last LATE_SECONDS each time and passes over what it has seen.
"""

from collections import deque
from collections.abc import Sequence
from datetime import datetime
from typing import Generic, NamedTuple, TypeVar

from bezant.db.arrays import integers, texts
from bezant.db.pool import Connection
from bezant.db.queries import load
from bezant.store.request_log import LoggedRequest

QUERIES = load("bezant.store", "feed.sql")
LATE_SECONDS = 5.0
"""How long a row may take from getting its id to being visible and still not be missed."""
BOOK_DIGITS = 11
"""How many base62 digits a book's id has."""
MOST_TOLD = 10_000
_MOST_ROWS = 20_000

Place = TypeVar("Place", str, datetime)


class Mark(NamedTuple, Generic[Place]):
    """The furthest place that was known at a moment, in seconds of a monotonic clock."""

    at: float
    place: Place


class Trail(Generic[Place]):
    """What a follower has seen, as far back as rows may still appear."""

    def __init__(self, start: Place) -> None:
        """Begin behind a place."""
        self.after = start
        """The place to look from: nothing new can appear before it."""
        self._furthest = start
        self._marks: deque[Mark[Place]] = deque()
        self._seen: dict[str, Place] = {}

    def new(self, rows: Sequence[tuple[str, Place]], now: float) -> list[str]:
        """Return which of some rows, given with their places, have not been seen; now they have."""
        found = [name for name, _ in rows if name not in self._seen]
        self._seen.update(rows)
        self._furthest = max([self._furthest, *(place for _, place in rows)])
        self._marks.append(Mark(now, self._furthest))
        while self._marks[0].at <= now - LATE_SECONDS:
            self.after = self._marks.popleft().place
        self._seen = {name: place for name, place in self._seen.items() if place >= self.after}
        return found


class FedEvent(NamedTuple):
    """An event and how many deliveries of it wait."""

    book_id: int
    id: str
    object: str
    body: str
    waiting: int


async def connected(conn: Connection, book: int) -> list[str]:
    """Return the connected accounts of a platform's book, also those that are deleted."""
    cursor = await conn.execute(QUERIES.connected, [book])
    return [name for (name,) in await cursor.fetchall()]


async def event_ids(conn: Connection, books: Sequence[int], after: str) -> list[str]:
    """Return the ids of events behind another id, from some books, oldest first."""
    values = {"books": integers(books), "after": after, "limit": _MOST_ROWS}
    cursor = await conn.execute(QUERIES.event_ids, values)
    return [name for (name,) in await cursor.fetchall()]


async def events(conn: Connection, books: Sequence[int], names: Sequence[str]) -> list[FedEvent]:
    """Return events by their ids, oldest first."""
    cursor = await conn.execute(QUERIES.events, [integers(books), texts(names)])
    return [FedEvent(*row) for row in await cursor.fetchall()]


async def requests(conn: Connection, books: Sequence[int], since: datetime) -> list[LoggedRequest]:
    """Return logged requests since a moment, of some books, oldest first."""
    values = {"books": integers(books), "since": since, "limit": _MOST_ROWS}
    cursor = await conn.execute(QUERIES.requests, values)
    return [LoggedRequest(*row) for row in await cursor.fetchall()]


async def told(conn: Connection, book: int, session: str) -> dict[str, datetime]:
    """Return the newest events that a session has taken, and when last, newest first."""
    cursor = await conn.execute(QUERIES.told, [book, session, MOST_TOLD])
    return dict(await cursor.fetchall())


async def resends(conn: Connection, books: Sequence[int], after: str) -> list[tuple[str, str]]:
    """Return ids and bodies of resends behind an id, from some books, oldest first."""
    values = {"books": integers(books), "after": after, "limit": _MOST_ROWS}
    cursor = await conn.execute(QUERIES.resends, values)
    return await cursor.fetchall()


class Told(NamedTuple):
    """What a session made of an event; `status` is `delivered` or `failed`."""

    book_id: int
    id: str
    event_book: int
    event: str
    session: str
    status: str
    answer: str
    at: datetime


async def tell(conn: Connection, told: Told) -> None:
    """Write down a delivery to a session, or what came of it since."""
    await conn.execute(QUERIES.tell, told._asdict())
