"""Pages of ledger entries, newest first: of a book, of one account, of one source."""

from datetime import timedelta
from typing import Any

from bezant.api.context import Context
from bezant.api.pages import Bounds, ListParams, bounds, check_cursors
from bezant.api.params import RangeQuery
from bezant.api.refusals import no_such
from bezant.db.pool import Connection
from bezant.resources.ledger.account import LedgerAccount
from bezant.resources.ledger.account_ids import account_number
from bezant.resources.ledger.entry import QUERIES, LedgerEntry, load_rows
from bezant.resources.ledger.times import first_moment, last_moment

PREFIX = "le"
_LEAST, _MOST = f"{PREFIX}_", f"{PREFIX}_~"
"""Texts before and after every id of an entry."""

_ALL_VERSIONS = (1, 2**63 - 1)
_SLACK = timedelta(hours=1)
"""How long after its id was made an entry is recorded at the very latest."""


class ListEntries(ListParams):
    """What entries are listed by: an account that they move, the object that they belong to."""

    account: str | None = None
    source: str | None = None


async def entry_page(ctx: Context, asked: ListEntries) -> tuple[list[LedgerEntry], bool]:
    """Return a page of entries, and whether more follow in its direction."""
    check_cursors(asked)
    within = bounds(PREFIX, asked.created)
    if within is None:
        return [], False
    async with ctx.runtime.pool.connection() as conn:
        names = await _names(ctx, conn, asked, within)
    page = names[: asked.limit]
    if asked.ending_before is not None:
        page.reverse()
    rows = await load_rows(ctx, page)
    now = ctx.now()
    return [rows[name].shown(ctx.book, now) for name in page], len(names) > asked.limit


async def _names(ctx: Context, conn: Connection, asked: ListEntries, within: Bounds) -> list[str]:
    """Return one id more than the page has, in the direction of reading."""
    account = None if asked.account is None else _account(ctx, asked.account)
    values: dict[str, Any] = {
        "book": ctx.book.id,
        "account": account,
        "source": asked.source,
        "least": within.least or _LEAST,
        "most": within.most or _MOST,
        "count": asked.limit + 1,
    }
    newer = asked.ending_before is not None
    if account is None or asked.source is not None:
        values["cursor"] = await _cursor(ctx, conn, asked)
        query = _BY_ID[asked.source is not None, newer]
    else:
        values["cursor"] = await _place(ctx, conn, asked, account)
        values["first"], values["last"] = await _versions(ctx, conn, asked, account)
        query = QUERIES.newer_of_account if newer else QUERIES.older_of_account
    cursor = await conn.execute(query, values)
    return [row[0] for row in await cursor.fetchall()]


_BY_ID = {
    (False, False): QUERIES.older,
    (False, True): QUERIES.newer,
    (True, False): QUERIES.older_of_source,
    (True, True): QUERIES.newer_of_source,
}


def _account(ctx: Context, name: str) -> int:
    number = account_number(ctx.book, name)
    if number is None:
        raise no_such(LedgerAccount.title(), name, "account")
    return number


async def _cursor(ctx: Context, conn: Connection, asked: ListEntries) -> str:
    """Return the id that the page begins beyond; InvalidRequest for one that is none."""
    name = asked.ending_before or asked.starting_after
    if name is None:
        return _MOST
    found = await conn.execute(QUERIES.exists, [ctx.book.id, name])
    if await found.fetchone() is None:
        raise no_such(LedgerEntry.title(), name, _param(asked))
    return name


async def _place(ctx: Context, conn: Connection, asked: ListEntries, account: int) -> int:
    """Return the version of the account that the page begins beyond."""
    name = asked.ending_before or asked.starting_after
    if name is None:
        return _ALL_VERSIONS[1]
    found = await conn.execute(QUERIES.place, [ctx.book.id, name, account])
    row = await found.fetchone()
    if row is None or row[0] is None:
        raise no_such(f"{LedgerEntry.title()} of this account", name, _param(asked))
    first, last = row
    return last if asked.ending_before else first


async def _versions(
    ctx: Context, conn: Connection, asked: ListEntries, account: int
) -> tuple[int, int]:
    """Return the first and the last version that can be of the time asked for."""
    created = RangeQuery.of(asked.created)
    if created is None:
        return _ALL_VERSIONS
    begins = [second for second in (created.gte, created.gt) if second is not None]
    ends = [second for second in (created.lte, created.lt) if second is not None]
    values = {
        "book": ctx.book.id,
        "account": account,
        "before": first_moment(max(begins, default=0)) - timedelta(microseconds=1),
        "until": min([ctx.now(), *map(last_moment, ends)]) + _SLACK,
    }
    found = await conn.execute(QUERIES.versions_recorded, values)
    row = await found.fetchone()
    assert row is not None, "a select without a table has a row"
    return row


def _param(asked: ListEntries) -> str:
    return "ending_before" if asked.ending_before else "starting_after"
