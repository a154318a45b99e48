"""The request log: each API request with its parameters, secrets redacted, and how it ended.

Rows are gathered in memory and written in bulk, so that no request waits for its own line. When
the database is away they wait, up to a bound beyond which they are dropped and counted.
"""

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NamedTuple, cast

from bezant.db.arrays import integers, moments, texts
from bezant.db.pool import Connection, Pool
from bezant.db.queries import load
from bezant.kernel.codec import encode_json
from bezant.kernel.log import redact
from bezant.kernel.secret import REDACTED

QUERIES = load("bezant.store", "request_log.sql")
KEPT_DAYS = 30
FLUSH_SECONDS = 0.2
ROWS_AT_ONCE = 500
MOST_WAITING = 20_000
_MOST_CHARACTERS = 16_384  # Of the parameters of one request; a batch of entries has megabytes.
_LONGEST_PATH = 2_048
# Secrets and personal data that the log's own rules do not know by name.
_PRIVATE = frozenset({"number", "id_number", "personal_id_number", "ssn_last_4", "tax_id", "dob"})


class LoggedRequest(NamedTuple):
    """One request; `micros` is how long it took, `parameters` JSON without secrets."""

    book_id: int
    id: str
    created: datetime
    method: str
    path: str
    status: int
    account: str
    key: str
    idempotency_key: str | None
    code: str | None
    micros: int
    parameters: str | None


class RequestLog:
    """Takes rows from any task; a loop calls `flush` every FLUSH_SECONDS, and once at the end."""

    def __init__(self, pool: Pool, *, on_full: Callable[[], None] = lambda: None) -> None:
        """Write over a pool; `on_full` is called when a flush is due before its time."""
        self._pool = pool
        self._on_full = on_full
        self._waiting: list[LoggedRequest] = []
        self._writing = asyncio.Lock()
        self.dropped = 0
        """How many rows there was no room for."""

    def record(self, row: LoggedRequest) -> None:
        """Keep a row for the next flush; never waits."""
        if len(self._waiting) >= MOST_WAITING:
            self.dropped += 1
            return
        self._waiting.append(row)
        if len(self._waiting) == ROWS_AT_ONCE:
            self._on_full()

    async def flush(self) -> int:
        """Write everything that waits and return how many rows those were.

        Raises ConnectionLost when the database is away; the rows go on waiting.
        """
        written = 0
        async with self._writing:
            while batch := self._waiting[:ROWS_AT_ONCE]:
                async with self._pool.connection() as conn:
                    await conn.execute(QUERIES.write, _columns(batch))
                del self._waiting[: len(batch)]
                written += len(batch)
        return written


def without_secrets(parameters: Mapping[str, Any]) -> str | None:
    """Return parameters as the JSON that may be kept; None if there are none."""
    if not parameters:
        return None
    kept = encode_json(redact(None, "", {"all": _without_private(parameters)})["all"]).decode()
    if len(kept) <= _MOST_CHARACTERS:
        return kept
    return encode_json({"left_out": f"{len(kept)} characters of parameters"}).decode()


def _without_private(node: object) -> object:
    if isinstance(node, Mapping):
        members = cast("Mapping[str, object]", node).items()
        return {
            name: REDACTED if name in _PRIVATE else _without_private(member)
            for name, member in members
        }
    if isinstance(node, list):
        return [_without_private(member) for member in cast("list[object]", node)]
    return _storable(node) if isinstance(node, str) else node


async def find(conn: Connection, book: int, name: str) -> LoggedRequest | None:
    """Return one request of a book, or None."""
    cursor = await conn.execute(QUERIES.one, [book, name])
    row = await cursor.fetchone()
    return None if row is None else LoggedRequest(*row)


async def page(
    conn: Connection,
    book: int,
    limit: int,
    *,
    after: LoggedRequest | None = None,
    before: LoggedRequest | None = None,
) -> tuple[list[LoggedRequest], bool]:
    """Return requests of a book, newest first, and whether there are more beyond them.

    `after` and `before` are the rows that the page is to begin behind or to end at, exclusive.
    """
    edge = before or after
    if edge is None:
        cursor = await conn.execute(QUERIES.newest, [book, limit + 1])
    else:
        query = QUERIES.newer if before else QUERIES.older
        cursor = await conn.execute(query, [book, edge.created, edge.id, limit + 1])
    rows = [LoggedRequest(*row) for row in await cursor.fetchall()]
    more = len(rows) > limit
    rows = rows[:limit]
    if before is not None:
        rows.reverse()
    return rows, more


def _columns(rows: list[LoggedRequest]) -> list[str]:
    return [
        integers([row.book_id for row in rows]),
        texts([row.id for row in rows]),
        moments([row.created for row in rows]),
        texts([row.method for row in rows]),
        texts([_storable(row.path[:_LONGEST_PATH]) for row in rows]),
        integers([row.status for row in rows]),
        texts([row.account for row in rows]),
        texts([row.key for row in rows]),
        texts([row.idempotency_key for row in rows]),
        texts([row.code for row in rows]),
        integers([row.micros for row in rows]),
        texts([row.parameters for row in rows]),
    ]


def _storable(text: str) -> str:
    """Return a client's text without what PostgreSQL cannot keep."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()
