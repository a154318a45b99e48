"""Following: what is new for a session, read from the logs of its account and connected ones.

Each open session reads for itself, so any process can serve it, and nothing is read while none
is open.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct

from bezant.api.runtime import Runtime
from bezant.kernel.codec import base62, decode_json, from_microseconds, microseconds
from bezant.kernel.ids import RANDOM_BITS, SLOT_BITS, WIDTH, parse
from bezant.ledger.book import Book, book_of
from bezant.store import feed
from bezant.store.feed import FedEvent, Trail
from bezant.store.request_log import LoggedRequest

_RESEND = "wrs"
_ACCOUNTS_SECONDS = 2.0
"""How long the list of connected accounts is good for."""


class Books:
    """The book of an account and those of its connected accounts, as they are opened."""

    def __init__(self, runtime: Runtime, own: Book, *, connected: bool) -> None:
        """Take whose they are; a connected account has none of its own."""
        self._runtime = runtime
        self._own = own
        self._connected = connected
        self._ids = [own.id]
        self._read_at: float | None = None

    async def ids(self, conn: Any) -> list[int]:
        """Return the ids of the books."""
        now = self._runtime.clock.monotonic()
        old = self._read_at is None or self._read_at <= now - _ACCOUNTS_SECONDS
        if old and not self._connected:
            accounts = await feed.connected(conn, self._own.id)
            others = [book_of(name, self._own.livemode).id for name in accounts]
            self._ids = list(dict.fromkeys([self._own.id, *others]))  # A platform is an account.
            self._read_at = now
        return self._ids


class Resent(Struct):
    """What of a resend matters to who listens: an event for nobody else."""

    event: str | None = None
    endpoint: str | None = None


class NewEvents:
    """The events since a place in the log, each once, and again when they are resent."""

    def __init__(
        self, runtime: Runtime, books: Books, start: str, told: Mapping[str, datetime]
    ) -> None:
        """Begin behind an id, without what has been told before."""
        self._runtime = runtime
        self._books = books
        self._trail = Trail(start)
        self._trail.new([(name, name) for name in told], self._now())
        self._told = told
        self._resends = Trail(place_of(start, _RESEND))

    async def read(self) -> list[FedEvent]:
        """Return what is new, oldest first, and what has been sent again."""
        async with self._runtime.pool.connection() as conn:
            books = await self._books.ids(conn)
            found = await feed.event_ids(conn, books, self._trail.after)
            new = self._trail.new([(name, name) for name in found], self._now())
            again = self._again(await feed.resends(conn, books, self._resends.after))
            names = [*new, *again]
            rows = {row.id: row for row in await feed.events(conn, books, names)} if names else {}
        return [rows[name] for name in names if name in rows]

    def _again(self, rows: Sequence[tuple[str, str]]) -> list[str]:
        """Return which events are to be told again, unless they have been since."""
        new = set(self._resends.new([(name, name) for name, _ in rows], self._now()))
        found: list[str] = []
        for name, body in rows:
            resent = decode_json(body, Resent)
            if name not in new or resent.event is None or resent.endpoint is not None:
                continue
            told = self._told.get(resent.event)
            if told is None or told < parse(name).time:
                found.append(resent.event)
        return found

    def _now(self) -> float:
        return self._runtime.clock.monotonic()


class NewRequests:
    """The requests that were logged since a moment, each once."""

    def __init__(self, runtime: Runtime, books: Books, start: datetime) -> None:
        """Begin at a moment."""
        self._runtime = runtime
        self._books = books
        self._trail = Trail(start)

    async def read(self) -> list[LoggedRequest]:
        """Return what is new, oldest first."""
        async with self._runtime.pool.connection() as conn:
            books = await self._books.ids(conn)
            rows = await feed.requests(conn, books, self._trail.after)
        now = self._runtime.clock.monotonic()
        new = set(self._trail.new([(row.id, row.created) for row in rows], now))
        return [row for row in rows if row.id in new]


def place_of(name: str, prefix: str) -> str:
    """Return the place in a log, by ids with a prefix, of the moment that another id carries."""
    number = microseconds(parse(name).time) << SLOT_BITS + RANDOM_BITS
    return f"{prefix}_{base62(number, WIDTH)}"


def moment_of(name: str) -> datetime:
    """Return the moment that an id carries."""
    return from_microseconds(microseconds(parse(name).time))
