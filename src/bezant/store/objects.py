"""API objects as documents: single reads gathered into few statements, and keyset pages."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Literal, NamedTuple

from bezant.db.arrays import integers, texts
from bezant.db.gathering import Gathered
from bezant.db.pool import Connection, Pool
from bezant.db.queries import load
from bezant.kernel.ids import WIDTH as ID_WIDTH

QUERIES = load("bezant.store", "objects.sql")
COLUMNS = (
    "status",
    "type",
    "currency",
    "source",
    "destination",
    "payout",
    "parent",
    "group",
    "file",
    "reference",
    "due_at",
)
"""The columns by which a kind of document may be filtered; each kind declares which it fills."""

MIXED = frozenset({"charge", "refund"})
"""Kinds whose ids have different prefixes: they stand in the order of what follows the prefix."""

Column = Literal["parent", "source"]
"""By which of them objects name another whose list they are shown in."""
Key = tuple[int, str, str]
"""Book id, kind and id."""


class Row(NamedTuple):
    """One document as it is stored."""

    kind: str
    id: str
    version: int
    body: str
    hidden: str | None
    deleted: bool


class Reader:
    """Reads documents by key; while one statement is in the database the next one fills."""

    def __init__(self, pool: Pool) -> None:
        """Read over a pool."""
        self._pool = pool
        self._single: Gathered[Key, Row] = Gathered(self.many)

    async def get(self, book: int, kind: str, name: str) -> Row | None:
        """Return a document, deleted ones too, or None."""
        return await self._single.get((book, kind, name))

    async def many(self, keys: Sequence[Key]) -> dict[Key, Row]:
        """Return those that exist of several documents, deleted ones too, in one statement."""
        if not keys:
            return {}
        async with self._pool.connection() as conn:
            return await _fetch(conn, keys)


async def _fetch(conn: Connection, keys: Sequence[Key]) -> dict[Key, Row]:
    if len(keys) == 1:
        cursor = await conn.execute(QUERIES.one, keys[0])
    else:
        columns = [
            integers([book for book, _, _ in keys]),
            texts([kind for _, kind, _ in keys]),
            texts([name for _, _, name in keys]),
        ]
        cursor = await conn.execute(QUERIES.several, columns)
    return {(row[0], row[1], row[2]): Row(*row[1:]) for row in await cursor.fetchall()}


class Page(NamedTuple):
    """A slice of a list, newest first.

    `after` and `before` are ids, exclusive; `least` and `most` bound the ids, inclusive, which is
    how a time of creation is bounded; `filters` are equalities on declared columns, `ranges` their
    least and greatest text, inclusive. Only those are there that are `deleted`, or that are not.
    """

    limit: int
    after: str | None = None
    before: str | None = None
    least: str | None = None
    most: str | None = None
    filters: Mapping[str, str] = {}
    ranges: Mapping[str, tuple[str, str]] = {}
    deleted: bool = False


async def page(conn: Connection, book: int, kind: str, ask: Page) -> tuple[list[str], bool]:
    """Return the bodies of a page and whether there are more beyond it."""
    key = order_key(kind)
    query = _page_query(
        key,
        tuple(ask.filters),
        tuple(ask.ranges),
        ask.deleted,
        *(bound is not None for bound in (ask.after, ask.before, ask.least, ask.most)),
    )
    values: dict[str, object] = {f"f{at}": each for at, each in enumerate(ask.filters.values())}
    values |= {f"l{at}": least for at, (least, _) in enumerate(ask.ranges.values())}
    values |= {f"g{at}": greatest for at, (_, greatest) in enumerate(ask.ranges.values())}
    values |= {
        "book": book,
        "kind": kind,
        "limit": ask.limit + 1,
        "after": _keyed(key, ask.after),
        "before": _keyed(key, ask.before),
        "least": _keyed(key, ask.least),
        "most": _keyed(key, ask.most),
    }
    cursor = await conn.execute(query, values)
    bodies = [row[0] for row in await cursor.fetchall()]
    more = len(bodies) > ask.limit
    bodies = bodies[: ask.limit]
    if ask.before is not None:
        bodies.reverse()
    return bodies, more


async def children(
    conn: Connection,
    book: int,
    kind: str,
    parents: Sequence[str],
    limit: int,
    column: Column = "parent",
) -> dict[str, list[str]]:
    """Return the bodies of what names each of several parents in a column, newest first."""
    asked = {"book": book, "kind": kind, "parents": texts(parents), "limit": limit}
    query = QUERIES.children if column == "parent" else QUERIES.children_by_source
    cursor = await conn.execute(query, asked)
    found: dict[str, list[str]] = {parent: [] for parent in parents}
    for parent, body in await cursor.fetchall():
        found[parent].append(body)
    return found


def order_key(kind: str, name: str = "id") -> str:
    """Return the expression by which a kind's documents stand in the order of their time."""
    return f"right({name}, {ID_WIDTH})" if kind in MIXED else name


def _keyed(key: str, name: str | None) -> str | None:
    """Return an id as the expression makes it."""
    return name if name is None or key == "id" else name[-ID_WIDTH:]


@lru_cache(maxsize=512)
def _page_query(
    key: str,
    filters: tuple[str, ...],
    ranges: tuple[str, ...],
    deleted: bool,
    after: bool,
    before: bool,
    least: bool,
    most: bool,
) -> bytes:
    assert all(name in COLUMNS for name in filters + ranges), "lists filter on declared columns"
    kept = "deleted" if deleted else "not deleted"
    conditions = ["book_id = %(book)s", "kind = %(kind)s", kept]
    conditions += [f'"{name}" = %(f{at})s' for at, name in enumerate(filters)]
    conditions += [f'"{name}" between %(l{at})s and %(g{at})s' for at, name in enumerate(ranges)]
    bounds = (
        (after, f"{key} < %(after)s"),
        (before, f"{key} > %(before)s"),
        (least, f"{key} >= %(least)s"),
        (most, f"{key} <= %(most)s"),
    )
    conditions += [condition for wanted, condition in bounds if wanted]
    order = "asc" if before else "desc"
    return (
        f"select body from object where {' and '.join(conditions)} "  # noqa: S608 -- known columns
        f"order by {key} {order} limit %(limit)s"
    ).encode()
