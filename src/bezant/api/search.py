"""Search: the query language, and the operation that a resource gets by `routes.search`.

    routes.search({"email": search.text("email", column="reference"), "name": search.text("name"),
                   "created": search.number("created"), "metadata": search.metadata()})

A migration makes the indexes: for a token's column `(book_id, column, id)`, for a text's
`(book_id, lower(column), id)`, for metadata a GIN index of `((body::jsonb) -> 'metadata')
jsonb_path_ops`. What has no index is found by reading the kind's documents, newest first.
"""

import binascii
import re
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from typing import Annotated, NamedTuple, cast

from msgspec import Meta

from bezant.api import refusals
from bezant.api.context import Context
from bezant.api.operation import Operation, Options, made
from bezant.api.params import Params
from bezant.api.resource import Identified
from bezant.kernel.codec import encode_json
from bezant.kernel.errors import InvalidRequest
from bezant.store import search as stored
from bezant.store.search import Condition, Field, Filter, Operator

Fields = Mapping[str, Field]
MAX_CONDITIONS = 10
MAX_QUERY_LENGTH = 2_000
SHORTEST_PART = 3
TOTAL = "total_count"

_QUOTED = r'"(?:[^"\\]|\\.)*+"|' + r"'(?:[^'\\]|\\.)*+'"
_CONDITION = re.compile(
    rf"(-)?([a-z_][a-z0-9_.]*+)(?:\[({_QUOTED})\])?(>=|<=|:|~|>|<)({_QUOTED}|null\b|-?[0-9]++)",
    re.ASCII,
)
_JOINT = re.compile(r"\s++(?:(AND|OR|and|or)\s++)?", re.ASCII)
_NUMBER = re.compile(r"-?[0-9]{1,18}", re.ASCII)
_PATH = re.compile(r"[a-z0-9_]+(\.[a-z0-9_]+)*", re.ASCII)
_TOKEN = re.compile(rb"s([A-Za-z0-9_]{1,64})")
_ORDERED = (":", ">", "<", ">=", "<=")
_TAKEN: Mapping[str, tuple[str, ...]] = {
    "text": (":", "~"),
    "token": (":",),
    "number": _ORDERED,
    "metadata": (":", "~"),
}


def text(path: str, *, column: str | None = None) -> Field:
    """Return a field that is compared without regard to case, as a whole or in part."""
    return Field("text", _checked(path), column)


def token(path: str, *, column: str | None = None) -> Field:
    """Return a field that is compared as it is: an id, a status, true or false."""
    return Field("token", _checked(path), column)


def number(path: str) -> Field:
    """Return a field that holds a whole number."""
    return Field("number", _checked(path))


def metadata() -> Field:
    """Return the field of an object's metadata, of which each query names a key."""
    return Field("metadata", "metadata")


def _checked(path: str) -> str:
    assert _PATH.fullmatch(path), "a path is names with dots between them"
    return path


class SearchParams(Params):
    """What every search takes."""

    query: Annotated[str, Meta(max_length=MAX_QUERY_LENGTH)]
    limit: Annotated[int, Meta(ge=1, le=100)] = 10
    page: str | None = None
    total_count: bool = False


class Found(NamedTuple):
    """A slice of what was found: JSON bodies, and the token of the next page."""

    data: Sequence[str]
    next: str | None = None
    total: int | None = None


def search_envelope(found: Found, url: str) -> str:
    """Return the JSON of a search result."""
    shown = encode_json(url).decode()
    more = "true" if found.next else "false"
    head = f'{{"object":"search_result","url":{shown},"has_more":{more},"next_page":'
    head += encode_json(found.next).decode()
    if found.total is not None:
        head += f',"{TOTAL}":{found.total}'
    return f'{head},"data":[{",".join(found.data)}]}}'


def search_operation(
    path: str,
    resource: type[Identified],
    fields: Fields,
    *,
    sparse: bool,
    permission: str,
    options: Options,
) -> Operation:
    """Return the operation that searches a resource."""

    async def search(ctx: Context, params: SearchParams) -> Found:
        wanted = parsed(params.query, fields)
        ask = stored.Ask(
            ctx.book.id, resource.kind(), wanted, params.limit, _after(params.page), sparse
        )
        async with ctx.runtime.pool.connection() as conn:
            rows, more = await stored.search(conn, ask)
            total = await stored.count(conn, ask) if params.total_count else None
        following = _page_token(rows[-1][0]) if more else None
        return Found([body for _, body in rows], following, total)

    search.__doc__ = f"Search the objects of kind {resource.kind()}, newest first."
    return made("GET", path, search, (), SearchParams, permission=permission, options=options)


def parsed(query: str, fields: Fields) -> Filter:
    """Return what a query asks for; InvalidRequest says what is wrong with it, and where."""
    conditions: list[Condition] = []
    joints: set[str] = set()
    at, end = len(query) - len(query.lstrip()), len(query.rstrip())
    while True:
        match = _CONDITION.match(query, at, end)
        if match is None:
            raise _unreadable(query, at)
        conditions.append(_condition(match, fields))
        at = match.end()
        if at == end:
            break
        joint = _JOINT.match(query, at, end)
        if joint is None:
            raise _unreadable(query, at)
        joints.add((joint[1] or "AND").upper())
        at = joint.end()
    if len(joints) > 1:
        raise _refused("AND and OR cannot be mixed in one query")
    if len(conditions) > MAX_CONDITIONS:
        raise _refused(f"a query has at most {MAX_CONDITIONS} conditions")
    return Filter(conditions, either=joints == {"OR"})


def _condition(match: re.Match[str], fields: Fields) -> Condition:
    minus, name, quoted_key, sign, written = match.groups()
    field = fields.get(name)
    if field is None:
        known = ", ".join(sorted(fields))
        raise _refused(f"{refusals.cut(name)} is no field to search by; there are {known}")
    if (field.kind == "metadata") != (quoted_key is not None):
        raise _refused(f'metadata is searched by its key, as in metadata["order"]: {name}')
    key = None if quoted_key is None else _unquoted(quoted_key)
    negated = minus is not None
    if written == "null":
        if sign != ":":
            raise _refused(f"null is compared with a colon: {name}")
        return Condition(field, "null", None, key, negated)
    if sign not in _TAKEN[field.kind]:
        taken = " ".join(_TAKEN[field.kind])
        raise _refused(f"{name} is compared by {taken} and not by {sign}")
    return Condition(
        field, cast("Operator", sign), _value(name, field, sign, written), key, negated
    )


def _value(name: str, field: Field, sign: str, written: str) -> str | int:
    bare = _unquoted(written) if written[0] in "\"'" else written
    if field.kind == "number":
        if not _NUMBER.fullmatch(bare):
            raise _refused(f"{name} is a whole number and not {refusals.cut(bare)}")
        return int(bare)
    if bare is written and field.kind != "token":  # Digits, such as the last four of a card.
        raise _refused(f"the value of {name} stands in quotation marks")
    if "\0" in bare:
        raise _refused("a value holds a null character")
    if sign == "~" and len(bare) < SHORTEST_PART:
        raise _refused(f"a part of {name} has at least {SHORTEST_PART} characters")
    return bare


def _unquoted(written: str) -> str:
    return re.sub(r"\\(.)", r"\1", written[1:-1], flags=re.DOTALL)


def _unreadable(query: str, at: int) -> InvalidRequest:
    rest = refusals.cut(query[at:]) or "its end"
    return _refused(
        f"it cannot be understood from character {at + 1} on ({rest}). A query is like "
        'amount>1000 AND metadata["order"]:"6735"'
    )


def _refused(why: str) -> InvalidRequest:
    return InvalidRequest(
        f"Invalid search query: {why}.", code="search_query_invalid", param="query"
    )


def _after(page: str | None) -> str | None:
    if page is None:
        return None
    try:
        found = _TOKEN.fullmatch(b64decode(page, b"-_", validate=True))
    except (binascii.Error, ValueError):
        found = None
    if found is None:
        raise refusals.invalid(f"Invalid page: {refusals.cut(page)}", "page")
    return found[1].decode()


def _page_token(name: str) -> str:
    return urlsafe_b64encode(f"s{name}".encode()).decode()
