"""The request log: each API request with its parameters, secrets redacted, and how it ended.

Rows are gathered in memory and written in bulk, so that no request waits for its own line. When
the database is away they wait, up to a bound beyond which they are dropped and counted.
"""

import asyncio
from collections.abc import Coroutine, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple, cast

from bezant.db.arrays import integers, moments, texts
from bezant.db.errors import ConnectionLost, Error
from bezant.db.pool import Connection, Pool
from bezant.db.queries import load
from bezant.kernel.clock import Clock
from bezant.kernel.codec import encode_json
from bezant.kernel.log import get_logger, redact
from bezant.kernel.secret import REDACTED

QUERIES = load("bezant.store", "request_log.sql")
KEPT_DAYS = 30
FLUSH_SECONDS = 0.2
ROWS_AT_ONCE = 500
MOST_WAITING = 20_000
_MOST_CHARACTERS = 16_384  # Of the parameters of one request; a batch of entries has megabytes.
_LONGEST_PATH = 2_048
# Secrets and personal data that the log's own rules do not know by name.
_PRIVATE = frozenset({
    "dob", "iban", "id_number", "id_number_secondary", "number", "pay_id", "personal_id_number",
    "registration_number", "ssn_last_4", "tax_id", "vat_id",
})  # fmt: skip

_FIRST = datetime(1970, 1, 1, tzinfo=UTC)
_LAST = datetime(9999, 12, 31, tzinfo=UTC)

log = get_logger(__name__)


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


class LogPage(NamedTuple):
    """A slice of the log: `least` inclusive and `most` exclusive bound when requests came.

    `after` and `before` are the requests that it is to begin behind or to end at, exclusive.
    """

    limit: int
    after: LoggedRequest | None = None
    before: LoggedRequest | None = None
    least: datetime | None = None
    most: datetime | None = None


class RequestLog:
    """Takes rows from any task and writes them within FLUSH_SECONDS, or sooner if they are many."""

    def __init__(self, pool: Pool, clock: Clock) -> None:
        """Write over a pool."""
        self._pool = pool
        self._clock = clock
        self._waiting: list[LoggedRequest] = []
        self._writing = asyncio.Lock()
        self._timed = False
        self._tasks: set[asyncio.Task[None]] = set()
        self.dropped = 0
        """How many rows there was no room for."""

    def record(self, row: LoggedRequest) -> None:
        """Keep a row for the next write; never waits."""
        if len(self._waiting) >= MOST_WAITING:
            self.dropped += 1
            return
        self._waiting.append(row)
        if len(self._waiting) % ROWS_AT_ONCE == 0:
            self._begin(self._flush_or_tell())
        elif not self._timed:
            self._timed = True
            self._begin(self._flush_later())

    async def flush(self) -> int:
        """Write what waits and return how many rows those were.

        Raises ConnectionLost when the database is away; the rows go on waiting.
        """
        async with self._writing:
            todo = len(self._waiting)
            for at in range(0, todo, ROWS_AT_ONCE):
                await self._write(min(ROWS_AT_ONCE, todo - at))
        return todo

    async def close(self) -> None:
        """Write what waits; what the database will not have now is lost."""
        await self._flush_or_tell()
        for task in self._tasks:
            task.cancel()

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _flush_later(self) -> None:
        await self._clock.sleep(FLUSH_SECONDS)
        self._timed = False
        await self._flush_or_tell()

    async def _flush_or_tell(self) -> None:
        try:
            await self.flush()
        except ConnectionLost as problem:
            log.warning("request_log_waits", rows=len(self._waiting), problem=str(problem))

    async def _write(self, count: int) -> None:
        """Write the oldest rows; what the database will never take must not stop the others."""
        try:
            async with self._pool.connection() as conn:
                await conn.execute(QUERIES.write, _columns(self._waiting[:count]))
        except ConnectionLost:
            raise
        except (Error, ValueError) as problem:
            log.warning("request_log_refused", rows=count, problem=str(problem))
            self.dropped += count
        del self._waiting[:count]


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


async def page(conn: Connection, book: int, ask: LogPage) -> tuple[list[LoggedRequest], bool]:
    """Return requests of a book, newest first, and whether there are more beyond them."""
    values: dict[str, object] = {
        "book": book,
        "least": ask.least or _FIRST,
        "most": ask.most or _LAST,
        "limit": ask.limit + 1,
    }
    query = QUERIES.newest
    if edge := ask.before or ask.after:
        query = QUERIES.newer if ask.before else QUERIES.older
        values |= {"edge_created": edge.created, "edge_id": edge.id}
    cursor = await conn.execute(query, values)
    rows = [LoggedRequest(*row) for row in await cursor.fetchall()]
    more = len(rows) > ask.limit
    rows = rows[: ask.limit]
    if ask.before is not None:
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
