"""Error groups: the API's errors, counted by code, operation and account, and by the minute.

They are counted with the rows of the request log, in the same database transaction.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from types import MappingProxyType
from typing import Any, NamedTuple

from bezant.db.arrays import booleans, integers, moments, texts
from bezant.db.pool import Connection
from bezant.db.queries import load
from bezant.kernel.codec import base62, sha256

QUERIES = load("bezant.store", "error_groups.sql")
COLUMNS = (
    "book_id, id, platform, account, livemode, code, operation, status, count, first_seen, "
    "last_seen, example, message, spiked_at"
)
FILTERS = ("account", "code", "operation")
_ID_BYTES, _ID_WIDTH = 15, 21
_NO_FILTERS: Mapping[str, str] = MappingProxyType({})
_LONGEST_MESSAGE = 1_000


class Problem(NamedTuple):
    """One request that was refused or failed; `operation` names an unknown URL's method."""

    book_id: int
    request: str
    platform: str
    account: str
    livemode: bool
    code: str
    operation: str
    status: int
    created: datetime
    message: str

    @property
    def group(self) -> str:
        """The id of its group, which follows from what the group is made of."""
        return group_id(self.book_id, self.code, self.operation)


class ErrorGroupRow(NamedTuple):
    """Errors of one code at one operation for one account; `example` is the latest request."""

    book_id: int
    id: str
    platform: str
    account: str
    livemode: bool
    code: str
    operation: str
    status: int
    errors: int
    first_seen: datetime
    last_seen: datetime
    example: str
    message: str
    spiked_at: datetime | None


class GroupPage(NamedTuple):
    """A slice of a platform's groups; times bound the first error, `least` inclusive."""

    limit: int
    after: ErrorGroupRow | None = None
    before: ErrorGroupRow | None = None
    least: datetime | None = None
    most: datetime | None = None
    filters: Mapping[str, str] = _NO_FILTERS


class SpikeSearch(NamedTuple):
    """When a group has a spike: at least `least` in the window that begins at `since`.

    `windows` such windows went before it, since `from_`; the average of those, `factor` times,
    must be reached, too. `quiet` is since when nobody may have been told.
    """

    from_: datetime
    since: datetime
    until: datetime
    windows: int
    least: int
    factor: int
    quiet: datetime
    limit: int


class Spike(NamedTuple):
    """A group, and how many errors it has had in the window and in those before."""

    group: ErrorGroupRow
    lately: int
    before: int


def group_id(book: int, code: str, operation: str) -> str:
    """Return the id of the group of some errors."""
    digest = sha256(book, code, operation)[:_ID_BYTES]
    return f"errg_{base62(int.from_bytes(digest), _ID_WIDTH)}"


async def count(conn: Connection, problems: Sequence[Problem]) -> None:
    """Count errors that are not in the request log yet."""
    values = {
        "books": integers([each.book_id for each in problems]),
        "ids": texts([each.request for each in problems]),
        "platforms": texts([each.platform for each in problems]),
        "accounts": texts([each.account for each in problems]),
        "modes": booleans([each.livemode for each in problems]),
        "codes": texts([each.code for each in problems]),
        "operations": texts([each.operation for each in problems]),
        "statuses": integers([each.status for each in problems]),
        "times": moments([each.created for each in problems]),
        "messages": texts([each.message[:_LONGEST_MESSAGE] for each in problems]),
        "groups": texts([each.group for each in problems]),
    }
    await conn.execute(QUERIES.count_groups, values)
    await conn.execute(QUERIES.count_minutes, values)


async def find(
    conn: Connection, platform: str, name: str, *, livemode: bool
) -> ErrorGroupRow | None:
    """Return one group of what a platform's keys met, or None."""
    row = await (await conn.execute(QUERIES.one, [platform, livemode, name])).fetchone()
    return None if row is None else ErrorGroupRow(*row)


async def page(
    conn: Connection, platform: str, ask: GroupPage, *, livemode: bool
) -> tuple[list[ErrorGroupRow], bool]:
    """Return groups of what a platform's keys met, newest first, and whether there are more."""
    values: dict[str, Any] = {"platform": platform, "livemode": livemode, "limit": ask.limit + 1}
    values |= {"least": ask.least, "most": ask.most, **ask.filters}
    edge = ask.before or ask.after
    if edge is not None:
        values |= {"edge_seen": edge.first_seen, "edge_id": edge.id}
    query = _page_query(
        tuple(ask.filters),
        ask.least is not None,
        ask.most is not None,
        "" if edge is None else ">" if ask.before else "<",
    )
    rows = [ErrorGroupRow(*row) for row in await (await conn.execute(query, values)).fetchall()]
    more = len(rows) > ask.limit
    rows = rows[: ask.limit]
    if ask.before is not None:
        rows.reverse()
    return rows, more


async def spikes(conn: Connection, search: SpikeSearch) -> list[Spike]:
    """Return groups with a spike that nobody was told of."""
    values = search._asdict()
    values["from"] = values.pop("from_")
    cursor = await conn.execute(QUERIES.spikes, values)
    return [Spike(ErrorGroupRow(*row[:-2]), *row[-2:]) for row in await cursor.fetchall()]


async def told(conn: Connection, groups: Sequence[ErrorGroupRow], at: datetime) -> None:
    """Note that somebody was told of spikes."""
    books, names = integers([one.book_id for one in groups]), texts([one.id for one in groups])
    await conn.execute(QUERIES.told, [at, books, names])


@lru_cache(maxsize=64)
def _page_query(filters: tuple[str, ...], least: bool, most: bool, towards: str) -> bytes:
    assert all(name in FILTERS for name in filters), "pages filter on known columns"
    conditions = ["platform = %(platform)s", "livemode = %(livemode)s"]
    conditions += [f"{name} = %({name})s" for name in filters]
    bounds = ((least, "first_seen >= %(least)s"), (most, "first_seen < %(most)s"))
    conditions += [condition for wanted, condition in bounds if wanted]
    if towards:
        conditions.append(f"(first_seen, id) {towards} (%(edge_seen)s, %(edge_id)s)")
    order = "first_seen, id" if towards == ">" else "first_seen desc, id desc"
    where = " and ".join(conditions)
    words = (
        "select",
        COLUMNS,
        "from error_group where",
        where,
        "order by",
        order,
        "limit %(limit)s",
    )
    return " ".join(words).encode()
