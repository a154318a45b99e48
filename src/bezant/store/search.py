"""Search over stored documents: typed conditions as one statement for each page, newest first.

Names of columns and paths come from declarations, never from a request; values are parameters.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Literal, NamedTuple

from bezant.db.pool import Connection
from bezant.store.objects import COLUMNS, order_key

MOST_COUNTED = 10_000
Operator = Literal[":", "~", ">", "<", ">=", "<=", "null"]


class Field(NamedTuple):
    """What can be searched for: a column, or else a path into the document, `a.b`.

    A `text` is compared without regard to case and may be looked for in part, a `token` is compared
    as it is, a `number` is whole, and `metadata` is a map from texts to texts.
    """

    kind: Literal["text", "token", "number", "metadata"]
    path: str
    column: str | None = None


class Condition(NamedTuple):
    """One comparison; `key` is that of metadata, `value` is None for the operator `null`."""

    field: Field
    operator: Operator
    value: str | int | None = None
    key: str | None = None
    negated: bool = False


class Filter(NamedTuple):
    """Conditions of which all hold, or with `either` at least one."""

    conditions: Sequence[Condition]
    either: bool = False


class Ask(NamedTuple):
    """A page of what is found in a book's documents of a kind, after an id.

    `sparse` says that an index covers only documents with any metadata.
    """

    book: int
    kind: str
    filter: Filter
    limit: int
    after: str | None = None
    sparse: bool = False


class _Shape(NamedTuple):
    """What of a condition is in the text of the statement."""

    field: Field
    operator: Operator
    negated: bool


async def search(conn: Connection, ask: Ask) -> tuple[list[tuple[str, str]], bool]:
    """Return ids and bodies of a page, and whether more is found beyond it."""
    where = _where(_shapes(ask.filter), ask.filter.either, ask.sparse)
    key = order_key(ask.kind)
    after = f" and {key} < {order_key(ask.kind, '%(after)s')}" if ask.after else ""
    query = f"select id, body {where}{after} order by {key} desc limit %(limit)s"
    cursor = await conn.execute(query.encode(), _values(ask) | {"limit": ask.limit + 1})
    rows = [(row[0], row[1]) for row in await cursor.fetchall()]
    return rows[: ask.limit], len(rows) > ask.limit


async def count(conn: Connection, ask: Ask) -> int:
    """Return how many documents are found, MOST_COUNTED at most."""
    where = _where(_shapes(ask.filter), ask.filter.either, ask.sparse)
    query = f"select count(*) from (select 1 {where} limit %(limit)s) as found"  # noqa: S608 -- declared names
    cursor = await conn.execute(query.encode(), _values(ask) | {"limit": MOST_COUNTED})
    row = await cursor.fetchone()
    assert row is not None, "a count is one row"
    return row[0]


def _shapes(wanted: Filter) -> tuple[_Shape, ...]:
    return tuple(_Shape(each.field, each.operator, each.negated) for each in wanted.conditions)


def _values(ask: Ask) -> dict[str, object]:
    values: dict[str, object] = {"book": ask.book, "kind": ask.kind, "after": ask.after}
    for at, condition in enumerate(ask.filter.conditions):
        values |= {f"v{at}": condition.value, f"k{at}": condition.key}
    return values


@lru_cache(maxsize=512)
def _where(shapes: tuple[_Shape, ...], either: bool, sparse: bool) -> str:
    comparisons = [_comparison(at, shape) for at, shape in enumerate(shapes)]
    joined = (" or " if either else " and ").join(comparisons)
    exact = any(
        each.field.kind == "metadata" and each.operator == ":" and not each.negated
        for each in shapes
    )
    hint = """ and body not like '%%"metadata":{}%%'""" if sparse and exact and not either else ""
    return (
        "from object where book_id = %(book)s and kind = %(kind)s and not deleted "
        f"and ({joined}){hint}"
    )


def _comparison(at: int, shape: _Shape) -> str:
    made = _BUILDERS[shape.field.kind](at, shape)
    return f"not coalesce({made}, false)" if shape.negated else f"({made})"


def _text(at: int, shape: _Shape) -> str:
    found = _found(shape.field)
    # Both sides by one collation, so that both are put into lower case alike.
    wanted = f"%(v{at})s::text" + (' collate "C"' if shape.field.column else "")
    match shape.operator:
        case "null":
            return f"{found} is null"
        case "~":
            return f"strpos(lower({found}), lower({wanted})) > 0"
        case _:
            return f"lower({found}) = lower({wanted})"


def _token(at: int, shape: _Shape) -> str:
    found = _found(shape.field)
    return f"{found} is null" if shape.operator == "null" else f"{found} = %(v{at})s"


def _number(at: int, shape: _Shape) -> str:
    found = f"({_found(shape.field)})::numeric"
    operator = "=" if shape.operator == ":" else shape.operator
    return f"{found} is null" if shape.operator == "null" else f"{found} {operator} %(v{at})s"


def _metadata(at: int, shape: _Shape) -> str:
    held = f"((body::jsonb) -> '{shape.field.path}')"
    match shape.operator:
        case "null":
            return f"{held} ->> %(k{at})s::text is null"
        case "~":
            return f"strpos(lower({held} ->> %(k{at})s::text), lower(%(v{at})s)) > 0"
        case _:
            return f"{held} @> jsonb_build_object(%(k{at})s::text, %(v{at})s::text)"


_BUILDERS: Mapping[str, Callable[[int, _Shape], str]] = {
    "text": _text,
    "token": _token,
    "number": _number,
    "metadata": _metadata,
}


def _found(field: Field) -> str:
    if field.column is not None:
        assert field.column in COLUMNS, "searches know the declared columns"
        return f'"{field.column}"'
    return f"((body::jsonb) #>> '{{{field.path.replace('.', ',')}}}')"
