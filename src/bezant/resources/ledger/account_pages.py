"""Pages of ledger accounts: those that users opened, newest first, then the platform's by name."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import msgspec

from bezant.api.context import Context
from bezant.api.pages import ListParams, check_cursors
from bezant.api.params import Currency, RangeQuery
from bezant.api.refusals import no_such
from bezant.db.pool import Connection
from bezant.ledger.balances import Balance
from bezant.ledger.book import Book
from bezant.resources.ledger.account import (
    CUSTOM,
    LedgerAccount,
    Status,
    Type,
    find_account,
    system_account,
)
from bezant.resources.ledger.times import first_moment, last_moment


class ListAccounts(ListParams):
    """What accounts are listed by."""

    name: str | None = None
    currency: Currency | None = None
    status: Status | None = None
    type: Type | None = None


class _Slice(NamedTuple):
    """What to read of one type: how many, from where, in which direction, with which values."""

    size: int
    backwards: bool
    cursor: LedgerAccount | None
    values: Mapping[str, Any]


async def account_page(ctx: Context, asked: ListAccounts) -> tuple[list[LedgerAccount], bool]:
    """Return a page of accounts without balances, and whether more follow in its direction."""
    check_cursors(asked)
    backwards = asked.ending_before is not None
    cursor = await _cursor(ctx, asked)
    values = _values(ctx.book, asked)
    kinds: list[Type] = ["system", "custom"] if backwards else ["custom", "system"]
    if cursor is not None and cursor.type != kinds[0]:
        kinds = kinds[1:]
    found: list[LedgerAccount] = []
    async with ctx.runtime.pool.connection() as conn:
        for kind in kinds:
            if asked.type in (None, kind) and len(found) <= asked.limit:
                after = cursor if cursor is not None and cursor.type == kind else None
                part = _Slice(asked.limit + 1 - len(found), backwards, after, values)
                found += await _READ[kind](conn, ctx.book, part)
    page = found[: asked.limit]
    return page[::-1] if backwards else page, len(found) > asked.limit


async def _cursor(ctx: Context, asked: ListAccounts) -> LedgerAccount | None:
    for param in ("starting_after", "ending_before"):
        name = getattr(asked, param)
        if name is None:
            continue
        account = await find_account(ctx, name)
        if account is None:
            raise no_such(LedgerAccount.title(), name, param)
        return account
    return None


def _values(book: Book, asked: ListAccounts) -> dict[str, Any]:
    """Return the conditions that were asked for, by name, and their values."""
    created = RangeQuery.of(asked.created) or RangeQuery()
    values: dict[str, Any] = {
        "name": asked.name,
        "currency": asked.currency,
        "status": asked.status,
        "gte": None if created.gte is None else first_moment(created.gte),
        "gt": None if created.gt is None else last_moment(created.gt),
        "lt": None if created.lt is None else first_moment(created.lt),
        "lte": None if created.lte is None else last_moment(created.lte),
    }
    return {"book": book.id} | {name: value for name, value in values.items() if value is not None}


async def _custom(conn: Connection, book: Book, part: _Slice) -> list[LedgerAccount]:
    values = dict(part.values)
    if part.cursor is not None:
        cursor = await conn.execute(
            b"select created from object where book_id = %s and kind = %s and id = %s",
            [book.id, LedgerAccount.kind(), part.cursor.id],
        )
        row = await cursor.fetchone()
        assert row is not None, "accounts are never deleted"
        values |= {"from_created": row[0], "from_id": part.cursor.id}
    query = _custom_query(frozenset(values), part.backwards)
    rows = await conn.execute(query, values | {"kind": LedgerAccount.kind(), "count": part.size})
    return [msgspec.json.decode(row[0], type=LedgerAccount) for row in await rows.fetchall()]


async def _system(conn: Connection, book: Book, part: _Slice) -> list[LedgerAccount]:
    values = dict(part.values)
    if part.cursor is not None:
        values |= {"from_path": part.cursor.name, "from_currency": part.cursor.currency}
    query = _system_query(frozenset(values), part.backwards)
    bounds = {"from": CUSTOM, "to": CUSTOM[:-1] + chr(ord(CUSTOM[-1]) + 1), "count": part.size}
    rows = await conn.execute(query, values | bounds)
    return [system_account(book, Balance(*row)) for row in await rows.fetchall()]


_READ = {"custom": _custom, "system": _system}


@lru_cache(maxsize=256)
def _custom_query(names: frozenset[str], backwards: bool) -> bytes:
    mark, order = (">", "asc") if backwards else ("<", "desc")
    conditions = {
        "book": "book_id = %(book)s and kind = %(kind)s and not deleted",
        "name": "reference = %(name)s",
        "currency": "currency = %(currency)s",
        "status": "status = %(status)s",
        **_CREATED,
        "from_id": f"(created, id) {mark} (%(from_created)s, %(from_id)s)",
    }
    return (
        f"select body from object where {_both(conditions, names)} "  # noqa: S608 -- fixed texts
        f"order by created {order}, id {order} limit %(count)s"
    ).encode()


@lru_cache(maxsize=256)
def _system_query(names: frozenset[str], backwards: bool) -> bytes:
    mark, order = ("<", "desc") if backwards else (">", "asc")
    conditions = {
        "book": "book_id = %(book)s and (path < %(from)s or path >= %(to)s)",
        "name": "path = %(name)s",
        "currency": "currency = %(currency)s",
        "status": "(case when closed_at is null then 'open' else 'closed' end) = %(status)s",
        **_CREATED,
        "from_path": f"(path, currency) {mark} (%(from_path)s, %(from_currency)s)",
    }
    return (
        "select book_id, account_id, path, currency, credit_normal, floor, "  # noqa: S608 -- fixed
        "posted_debits, posted_credits, pending_debits, pending_credits, version, created, "
        "closed_at "
        f"from account where {_both(conditions, names)} "
        f"order by path {order}, currency {order} limit %(count)s"
    ).encode()


_CREATED = {
    "gte": "created >= %(gte)s",
    "gt": "created > %(gt)s",
    "lt": "created < %(lt)s",
    "lte": "created <= %(lte)s",
}


def _both(conditions: Mapping[str, str], names: frozenset[str]) -> str:
    wanted: Sequence[str] = [text for name, text in conditions.items() if name in names]
    return " and ".join(wanted)
