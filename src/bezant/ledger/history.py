"""History: balances as of a time, account statements, and entries with their moves.

Two times are kept apart: when something was recorded, which never runs backwards within an
account, and when it takes effect, which may lie before or after.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

from bezant.db.pool import Connection
from bezant.db.queries import load
from bezant.ledger.book import Book
from bezant.ledger.entry import PHASES, Phase

QUERIES = load("bezant.ledger", "ledger.sql")
LAST_VERSION = 2**63 - 1

_TICK = timedelta(microseconds=1)
_PHASES: dict[int, Phase] = {number: phase for phase, number in PHASES.items()}


class AsOf(NamedTuple):
    """A past balance on the account's normal side, in minor units.

    `version` is the last that was known. `available` is None for a balance by effective time:
    holds have no effective time.
    """

    version: int
    posted: int
    available: int | None


class Line(NamedTuple):
    """A line of a statement: one leg, and the account's balances after it.

    `amount` carries the sign that it has on the account's normal side.
    """

    version: int
    amount: int
    phase: Phase
    posted: int
    available: int
    entry: str
    n: int
    kind: str
    source: str
    description: str | None
    other: str
    forced_by: str | None
    effective_at: datetime
    recorded_at: datetime


class StatementPage(NamedTuple):
    """A slice of a statement, newest line first unless `oldest_first`.

    `after` and `before` are versions, exclusive; `since` and `until` bound the recorded time,
    inclusive.
    """

    limit: int
    after: int | None = None
    before: int | None = None
    since: datetime | None = None
    until: datetime | None = None
    oldest_first: bool = False


class StoredMove(NamedTuple):
    """A move as it is stored, with both accounts' balances after it."""

    n: int
    debit: str
    credit: str
    debit_account: int
    credit_account: int
    currency: str
    amount: int
    phase: Phase
    forced_by: str | None
    debit_version: int
    debit_posted: int
    debit_available: int
    credit_version: int
    credit_posted: int
    credit_available: int


class StoredEntry(NamedTuple):
    """An entry as it is stored, with its moves."""

    id: str
    kind: str
    source: str
    request: str | None
    effective_at: datetime
    recorded_at: datetime
    expires_at: datetime | None
    reverses: str | None
    reversal_no: int | None
    resolves: str | None
    description: str | None
    metadata: str | None
    digest: bytes
    moves: tuple[StoredMove, ...] = ()


class EntryPage(NamedTuple):
    """A slice of a book's entries, newest first; `after` and `before` are ids, exclusive.

    With `account`, an account's number, the order is that of the account's chain. A `kind` alone
    has no index: the book is walked until the page is full.
    """

    limit: int
    after: str | None = None
    before: str | None = None
    source: str | None = None
    kind: str | None = None
    account: int | None = None


async def as_of(
    conn: Connection,
    book: Book,
    account: int,
    *,
    known: datetime | None = None,
    effective: datetime | None = None,
) -> AsOf | None:
    """Return a balance as it was known, or took effect, at a moment, or both; None: no account.

    Both moments are inclusive; `known` None is now, `effective` None takes every entry as
    effective when recorded. Recorded time costs about log2 of the account's moves in probes.
    """
    if effective is None:
        return await _known(conn, book, account, known)
    values = {"book": book.id, "account": account, "known": known, "effective": effective}
    row = await (await conn.execute(QUERIES.as_of, values)).fetchone()
    if row is None:
        return None
    credit_normal, version, debits, credits_ = row
    net = int(credits_ - debits)
    return AsOf(version, net if credit_normal else -net, None)


async def statement(
    conn: Connection, book: Book, account: int, ask: StatementPage
) -> tuple[list[Line], bool]:
    """Return a page of an account's statement and whether there are more lines beyond it."""
    rising = ask.oldest_first != (ask.before is not None)
    low, high = await _versions(conn, book, account, ask)
    cursor_at = ask.after if ask.before is None else ask.before
    if cursor_at is not None and rising:
        low = max(low, cursor_at + 1)
    elif cursor_at is not None:
        high = min(high, cursor_at - 1)
    values = {
        "book": book.id,
        "account": account,
        "low": low,
        "high": high,
        "limit": ask.limit + 1,
    }
    query = QUERIES.statement_rising if rising else QUERIES.statement_falling
    rows = await (await conn.execute(query, values)).fetchall()
    lines, more = [_line(row) for row in rows[: ask.limit]], len(rows) > ask.limit
    if ask.before is not None:
        lines.reverse()
    return lines, more


async def entries(conn: Connection, book: Book, names: Sequence[str]) -> dict[str, StoredEntry]:
    """Return those that exist of some entries, with their moves, by id, in two statements."""
    cursor = await conn.execute(QUERIES.entries, [book.id, list(names)])
    rows = await cursor.fetchall()
    if not rows:
        return {}
    cursor = await conn.execute(QUERIES.moves, [book.id, [row[0] for row in rows]])
    moves: dict[str, list[StoredMove]] = {}
    for name, *columns in await cursor.fetchall():
        columns[7] = _PHASES[columns[7]]
        moves.setdefault(name, []).append(StoredMove(*columns))
    return {row[0]: StoredEntry(*row)._replace(moves=tuple(moves[row[0]])) for row in rows}


async def entry(conn: Connection, book: Book, name: str) -> StoredEntry | None:
    """Return an entry with its moves, or None."""
    return (await entries(conn, book, [name])).get(name)


async def page(conn: Connection, book: Book, ask: EntryPage) -> tuple[list[StoredEntry], bool]:
    """Return a page of entries with their moves and whether there are more beyond it.

    With `account`, a cursor that has no move on the account ends the list.
    """
    values: dict[str, object] = {
        "book": book.id,
        "source": ask.source,
        "kind": ask.kind,
        "account": ask.account,
        "cursor": ask.after if ask.before is None else ask.before,
        "limit": ask.limit + 1,
    }
    if ask.account is not None and values["cursor"] is not None:
        place = [book.id, values["cursor"], ask.account]
        row = await (await conn.execute(QUERIES.place, place)).fetchone()
        values["cursor"] = row[0] if row and row[0] is not None else 0
    query = _page_query(
        ask.account is not None,
        ask.source is not None,
        ask.kind is not None,
        values["cursor"] is not None,
        ask.before is not None,
    )
    names = [row[0] for row in await (await conn.execute(query, values)).fetchall()]
    more = len(names) > ask.limit
    names = names[: ask.limit]
    if ask.before is not None:
        names.reverse()
    found = await entries(conn, book, names)
    return [found[name] for name in names], more


async def by_source(
    conn: Connection, book: Book, source: str, *, limit: int = 100, after: str = ""
) -> list[StoredEntry]:
    """Return the entries that move money for an object, oldest first, after an id."""
    cursor = await conn.execute(QUERIES.by_source, [book.id, source, after, limit])
    names = [row[0] for row in await cursor.fetchall()]
    found = await entries(conn, book, names)
    return [found[name] for name in names]


async def reversals(conn: Connection, book: Book, name: str) -> list[StoredEntry]:
    """Return the reversals of an entry in their order."""
    cursor = await conn.execute(QUERIES.reversals, [book.id, name])
    names = [row[0] for row in await cursor.fetchall()]
    found = await entries(conn, book, names)
    return [found[name] for name in names]


async def _known(conn: Connection, book: Book, account: int, known: datetime | None) -> AsOf | None:
    values = {"book": book.id, "account": account, "known": known}
    row = await (await conn.execute(QUERIES.known, values)).fetchone()
    return None if row is None else AsOf(*row)


async def _versions(
    conn: Connection, book: Book, account: int, ask: StatementPage
) -> tuple[int, int]:
    """Return the first and the last version that a statement's bounds let in."""
    if ask.since is None and ask.until is None:
        return 1, LAST_VERSION
    before = None if ask.since is None else ask.since - _TICK
    values = {"book": book.id, "account": account, "before": before, "until": ask.until}
    row = await (await conn.execute(QUERIES.versions, values)).fetchone()
    assert row is not None, "a select without a table has a row"
    return row[0] + 1, row[1]


def _line(row: Sequence[Any]) -> Line:
    line = Line(*row)
    return line._replace(phase=_PHASES[row[2]])


@lru_cache(maxsize=64)
def _page_query(account: bool, source: bool, kind: bool, cursor: bool, back: bool) -> bytes:
    order, beyond = ("asc", ">") if back else ("desc", "<")
    key = "l.version" if account else "e.id"
    conditions = {
        "l.account_id = %(account)s": account,
        "e.source = %(source)s": source,
        "e.kind = %(kind)s": kind,
        f"{key} {beyond} %(cursor)s": cursor,
        # An entry with several legs on the account stands where its first one does.
        "not exists (select from move o where o.book_id = e.book_id and o.entry_id = e.id "
        "and o.n < l.n and (o.debit = %(account)s or o.credit = %(account)s))": account,
    }
    legs = "join leg l on l.book_id = e.book_id and l.entry_id = e.id" if account else ""
    wanted = [condition for condition, is_wanted in conditions.items() if is_wanted]
    return (
        f"select e.id from entry e {legs} "  # noqa: S608 -- fixed conditions
        f"where {' and '.join(['e.book_id = %(book)s', *wanted])} "
        f"order by {key} {order} limit %(limit)s"
    ).encode()
