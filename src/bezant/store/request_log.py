"""The request log: each API request with its parameters, secrets redacted, and how it ended.

Rows are gathered in memory and written in bulk, so that no request waits for its own line. When
the database is away they wait, up to a bound beyond which they are dropped and counted.
"""

import asyncio
import re
from collections.abc import Coroutine, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from types import MappingProxyType
from typing import Any, NamedTuple, cast

from bezant.db.arrays import integers, moments, texts
from bezant.db.errors import ConnectionLost, Error
from bezant.db.pool import Connection, Pool
from bezant.db.queries import load
from bezant.kernel.clock import Clock
from bezant.kernel.codec import encode_json
from bezant.kernel.log import cleaned, get_logger, names_secret, without_cards
from bezant.kernel.secret import REDACTED
from bezant.store import error_groups

QUERIES = load("bezant.store", "request_log.sql")
KEPT_DAYS = 30
FLUSH_SECONDS = 0.2
ROWS_AT_ONCE = 500
MOST_WAITING = 20_000
_MOST_CHARACTERS = 16_384  # Of the parameters of one request; a batch of entries has megabytes.
_LONGEST_ANSWER = 4_096
_LONGEST_PATH = 2_048
_LONGEST_ID = 255
_ALL = 1_000
_REFUSED = 400
COLUMNS = (
    "book_id, id, created, method, path, status, account, key, idempotency_key, code, micros, "
    "parameters, operation, object, objects, answer"
)
FILTERS = ("object", "method", "path", "status", "key", "code")
"""What a page may be filtered by; of these only `object` and failures have an index."""
# Secrets and personal data that the log's own rules do not know by name.
_PRIVATE = frozenset({
    "date_of_birth", "dob", "iban", "id_number", "id_number_secondary", "id_numbers", "number",
    "pay_id", "personal_id_number", "registration_number", "ssn_last_4", "tax_id", "vat_id",
})  # fmt: skip

_PRIVATE_TEXT = re.compile(
    r'"('
    + "|".join(sorted({*_PRIVATE, "account_number", "client_secret", "cvc", "secret"}))
    + r')":"(?:[^"\\]|\\.)*"'
)
_NO_FILTERS: Mapping[str, str | int] = MappingProxyType({})

_FIRST = datetime(1970, 1, 1, tzinfo=UTC)
_LAST = datetime(9999, 12, 31, tzinfo=UTC)

log = get_logger(__name__)


class LoggedRequest(NamedTuple):
    """One request; `micros` is how long it took, `parameters` and `answer` JSON without secrets.

    `object` is what it was about, `objects` are all that it named in its path or wrote; without
    an `operation` its URL is unknown. `kind` and `message` are those of an error, for its group.
    """

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
    operation: str | None = None
    object: str | None = None
    objects: tuple[str, ...] = ()
    answer: str | None = None
    kind: str = ""
    message: str = ""
    platform: str = ""
    livemode: bool = False

    @property
    def problem(self) -> error_groups.Problem:
        """What the digest of errors is to count."""
        return error_groups.Problem(
            self.book_id,
            self.id,
            self.platform or self.account,
            self.account,
            self.livemode,
            self.code or self.kind or "unknown",
            self.operation or _storable(_unknown(self.method, self.path)),
            self.status,
            self.created,
            _storable(self.message),
        )


class LogPage(NamedTuple):
    """A slice of the log: `least` inclusive and `most` exclusive bound when requests came.

    `after` and `before` are the requests that it is to begin behind or to end at, exclusive.
    """

    limit: int
    after: LoggedRequest | None = None
    before: LoggedRequest | None = None
    least: datetime | None = None
    most: datetime | None = None
    filters: Mapping[str, str | int] = _NO_FILTERS
    failed: bool = False


class RequestLog:
    """Takes rows from any task and writes them within FLUSH_SECONDS, or sooner if they are many.

    Of a thousand reads that succeed, `reads` are kept, evenly; everything else always is.
    """

    def __init__(self, pool: Pool, clock: Clock, *, reads: int = _ALL) -> None:
        """Write over a pool."""
        self._pool = pool
        self._clock = clock
        self._reads = reads
        self._reads_seen = 0
        self._waiting: list[LoggedRequest] = []
        self._problems: list[error_groups.Problem] = []
        self._writing = asyncio.Lock()
        self._timed = False
        self._tasks: set[asyncio.Task[None]] = set()
        self.dropped = 0
        """How many rows there was no room for."""

    def record(self, row: LoggedRequest) -> None:
        """Keep a row for the next write; never waits."""
        if row.method == "GET" and row.status < _REFUSED and not self._sampled():
            return
        if len(self._waiting) >= MOST_WAITING:
            self.dropped += 1
            return
        self._waiting.append(row)
        if len(self._waiting) % ROWS_AT_ONCE == 0:
            self._begin(self._flush_or_tell())
        else:
            self._begin_later()

    def count(self, problem: error_groups.Problem) -> None:
        """Count an error of a request that is not kept with the next write; never waits."""
        if len(self._problems) >= MOST_WAITING:
            self.dropped += 1
            return
        self._problems.append(problem)
        self._begin_later()

    def _begin_later(self) -> None:
        if not self._timed:
            self._timed = True
            self._begin(self._flush_later())

    def _sampled(self) -> bool:
        """Tell whether the next of the reads is one that is kept."""
        before, self._reads_seen = self._reads_seen, self._reads_seen + self._reads
        return before // _ALL < self._reads_seen // _ALL

    async def flush(self) -> int:
        """Write what waits and return how many rows those were.

        Raises ConnectionLost when the database is away; the rows go on waiting.
        """
        async with self._writing:
            if self._problems:
                await self._count(self._problems[:])
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

    async def _count(self, problems: list[error_groups.Problem]) -> None:
        async with self._pool.connection() as conn, conn.transaction():
            await error_groups.count(conn, problems)
        del self._problems[: len(problems)]

    async def _write(self, count: int) -> None:
        """Write the oldest rows; what the database will never take must not stop the others."""
        rows = self._waiting[:count]
        problems = [row.problem for row in rows if row.status >= _REFUSED]
        try:
            async with self._pool.connection() as conn:
                if not problems:
                    await conn.execute(QUERIES.write, _columns(rows))
                else:
                    async with conn.transaction():
                        await error_groups.count(conn, problems)
                        await conn.execute(QUERIES.write, _columns(rows))
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
    kept = encode_json(_kept(parameters)).decode()
    if len(kept) <= _MOST_CHARACTERS:
        return kept
    return encode_json({"left_out": f"{len(kept)} characters of parameters"}).decode()


def answer_without_secrets(body: str) -> str:
    """Return an answer, which is JSON, as it may be kept."""
    if len(body) > _LONGEST_ANSWER:
        return encode_json({"left_out": f"{len(body)} characters of answer"}).decode()
    return cleaned(_PRIVATE_TEXT.sub(rf'"\1":"{REDACTED}"', body))


def _kept(node: object) -> object:
    if isinstance(node, str):
        return cleaned(_storable(node))
    if isinstance(node, Mapping):
        members = cast("Mapping[str, object]", node).items()
        return {
            cleaned(name): REDACTED if name in _PRIVATE or names_secret(name) else _kept(member)
            for name, member in members
        }
    if isinstance(node, list):
        return [_kept(member) for member in cast("list[object]", node)]
    if isinstance(node, int) and without_cards(str(node)) != str(node):
        return REDACTED
    return node if node is None or isinstance(node, int | float) else _storable(str(node))


def read(row: Sequence[Any]) -> LoggedRequest:
    """Return a row of the log, whose columns may end with `parameters`."""
    logged = LoggedRequest(*row)
    return logged._replace(objects=tuple(logged.objects or ()))


async def find(conn: Connection, books: Sequence[int], name: str) -> LoggedRequest | None:
    """Return one request of some books, or None."""
    cursor = await conn.execute(QUERIES.one, [integers(books), name])
    row = await cursor.fetchone()
    return None if row is None else read(row)


async def page(conn: Connection, book: int, ask: LogPage) -> tuple[list[LoggedRequest], bool]:
    """Return requests of a book, newest first, and whether there are more beyond them."""
    values: dict[str, object] = {
        "book": book,
        "least": ask.least or _FIRST,
        "most": ask.most or _LAST,
        "limit": ask.limit + 1,
        **ask.filters,
    }
    edge = ask.before or ask.after
    if edge is not None:
        values |= {"edge_created": edge.created, "edge_id": edge.id}
    towards = "" if edge is None else ">" if ask.before else "<"
    query = _page_query(tuple(ask.filters), ask.failed, towards)
    cursor = await conn.execute(query, values)
    rows = [read(row) for row in await cursor.fetchall()]
    more = len(rows) > ask.limit
    rows = rows[: ask.limit]
    if ask.before is not None:
        rows.reverse()
    return rows, more


@lru_cache(maxsize=512)
def _page_query(filters: tuple[str, ...], failed: bool, towards: str) -> bytes:
    assert all(name in FILTERS for name in filters), "pages filter on known columns"
    conditions = ["book_id = %(book)s", "created >= %(least)s", "created < %(most)s"]
    conditions += [f'"{name}" = %({name})s' for name in filters]
    if failed:
        conditions.append("status >= 400")
    if towards:
        conditions.append(f"(created, id) {towards} (%(edge_created)s, %(edge_id)s)")
    order = "created, id" if towards == ">" else "created desc, id desc"
    where = " and ".join(conditions)
    words = (
        "select",
        COLUMNS,
        "from request_log where",
        where,
        "order by",
        order,
        "limit %(limit)s",
    )
    return " ".join(words).encode()


def _unknown(method: str, path: str) -> str:
    """Return what to call the operation of a URL that there is not: its collection."""
    words = path[:_LONGEST_ID].strip("/").split("/")
    return f"{method} /{'/'.join(words[: 3 if words[0] == 'v2' else 2])}"


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
        texts([row.operation for row in rows]),
        texts([row.object and _storable(row.object[:_LONGEST_ID]) for row in rows]),
        texts([texts([_storable(name[:_LONGEST_ID]) for name in row.objects]) for row in rows]),
        texts([row.answer for row in rows]),
    ]


def _storable(text: str) -> str:
    """Return a client's text without what PostgreSQL cannot keep."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()
