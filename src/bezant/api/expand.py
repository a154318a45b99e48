"""Expansion: ids in an answer replaced by their objects, up to four levels deep.

Paths are checked against what resources declare before anything runs; objects are loaded with one
statement per level, whatever the number of objects and of paths.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, cast

import msgspec
from msgspec import Struct, field

from bezant.api import refusals
from bezant.api.context import Context
from bezant.api.resource import PLATFORM, Identified
from bezant.kernel.codec import encode_json
from bezant.kernel.errors import InvalidRequest
from bezant.ledger.book import Book, book_of
from bezant.store.objects import Column

MAX_LEVELS = 4
MOST_INCLUDED = 10
"""How many objects of a list are shown in the object that they belong to."""
Kinds = Mapping[str, type[Identified]]
"""Every kind that the API shows, for what its objects can expand in turn."""


class Branch(Struct):
    """What to expand of an object: the kinds that the field may hold, and onwards.

    `owner` is the object's field that names the account in whose book they are, if not its own.
    With a `list_url` it is no field, but a list of what names the object in a column.
    """

    kinds: tuple[str, ...]
    owner: str | None = None
    list_url: str | None = None
    column: Column = "parent"
    branches: "Plan" = field(default_factory=dict[str, "Branch"])


Plan = dict[str, Branch]
"""Branches by the path of their field, which has dots where it reaches into embedded hashes."""


def plan(
    paths: Iterable[str], returns: type[Identified] | None, *, listing: bool, kinds: Kinds
) -> Plan:
    """Return what the paths of `expand` ask for; InvalidRequest for one that leads nowhere."""
    root: Plan = {}
    for path in paths:
        parts = path.split(".")
        if len(parts) > MAX_LEVELS:
            raise _refused(
                f"You cannot expand more than {MAX_LEVELS} levels of a property. "
                f"Property: {refusals.cut(path)}"
            )
        if listing and parts[0] != "data":
            raise _refused(
                f"This property cannot be expanded ({refusals.cut(path)}). In a list, begin with "
                f"the prefix 'data.': data.{refusals.cut(path)}"
            )
        _grow(root, parts[1:] if listing else parts, (returns,) if returns else (), path, kinds)
    return root


def kinds_in(wanted: Plan) -> set[str]:
    """Return every kind of object that a plan may bring into an answer."""
    found: set[str] = set()
    for branch in wanted.values():
        own = branch.kinds if branch.list_url is None else ()  # A list belongs to its object.
        found.update(own, kinds_in(branch.branches))
    return found


def _grow(
    branches: Plan,
    parts: Sequence[str],
    resources: Sequence[type[Identified]],
    path: str,
    kinds: Kinds,
) -> None:
    for resource in resources:
        if ".".join(parts) in resource.anyway:
            return
        for length in range(len(parts), 0, -1):
            name, rest = ".".join(parts[:length]), parts[length:]
            if name in resource.included:
                kind, url = resource.included[name]
                column = resource.included_by.get(name, "parent")
                new = Branch((kind,), list_url=url, column=column)
                branch = branches.setdefault(name, new)
                if rest and rest != ["data"]:
                    items = [kinds[kind]] if rest[0] == "data" else []
                    _grow(branch.branches, rest[1:], items, path, kinds)
                return
            if name in resource.expands:
                new = Branch(resource.expands[name], resource.elsewhere.get(name))
                branch = branches.setdefault(name, new)
                if rest:
                    further = [kinds[kind] for kind in branch.kinds if kind in kinds]
                    _grow(branch.branches, rest, further, path, kinds)
                return
    raise _leads_nowhere(parts, resources, path)


def _leads_nowhere(
    parts: Sequence[str], resources: Sequence[type[Identified]], path: str
) -> InvalidRequest:
    shown = refusals.cut(path)
    if any(parts and parts[0] in resource.__struct_fields__ for resource in resources):
        return _refused(f"This property cannot be expanded ({shown}).")
    return _refused(f"This property cannot be expanded because it doesn't exist: {shown}.")


def _refused(message: str) -> InvalidRequest:
    return InvalidRequest(message, param="expand")


class _Spot(NamedTuple):
    """A place in a document that holds an id, what is to stand there, and in which book that is.

    The name is an index where the id is one of several.
    """

    holder: Any
    name: str | int
    branch: Branch
    book: Book


async def expanded(ctx: Context, body: str, wanted: Plan) -> str:
    """Return the JSON of an object, or of a list of objects, with ids replaced by objects.

    An id without an object, a deleted one for instance, stays an id.
    """
    document: dict[str, Any] = msgspec.json.decode(body)
    listed = document.get("object") in ("list", "search_result")
    roots = _items(document) if listed else [document]
    fresh = {each.id: each.body for unit in ctx.units for each in unit.documents}
    level = [(root, wanted, ctx.book) for root in roots]
    while level:
        spots = [spot for each in level for spot in _spots(ctx, *each)]
        objects = await _objects(ctx, spots, fresh)
        level: list[tuple[dict[str, Any], Plan, Book]] = await _included(ctx, level)
        for holder, name, branch, book in spots:
            value: Any = holder[name]
            if isinstance(value, str):
                value = holder[name] = objects.get(value, value)
            if isinstance(value, dict):
                level.append((cast("dict[str, Any]", value), branch.branches, book))
    return encode_json(document).decode()


def _items(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    return cast("list[dict[str, Any]]", document["data"])


def _spots(ctx: Context, holder: dict[str, Any], branches: Plan, book: Book) -> Iterator[_Spot]:
    for path, branch in branches.items():
        if branch.list_url is not None:
            continue
        platform = branch.owner == PLATFORM
        owner = ctx.caller.platform if platform else holder.get(branch.owner or "")
        there = book_of(owner, book.livemode) if isinstance(owner, str) else book
        *way, name = path.split(".")
        for place in _reached(holder, way):
            value = place.get(name)
            if isinstance(value, list):
                several = cast("list[Any]", value)
                yield from (_Spot(several, at, branch, there) for at in range(len(several)))
            elif value is not None:
                yield _Spot(place, name, branch, there)


def _reached(node: Any, way: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Follow names into hashes, and into every item of arrays."""
    if isinstance(node, list):
        for item in cast("list[Any]", node):
            yield from _reached(item, way)
    elif isinstance(node, dict):
        tree = cast("dict[str, Any]", node)
        if way:
            yield from _reached(tree.get(way[0]), way[1:])
        else:
            yield tree


async def _included(
    ctx: Context, level: Sequence[tuple[dict[str, Any], Plan, Book]]
) -> list[tuple[dict[str, Any], Plan, Book]]:
    """Show the lists of objects, one statement for each kind, and return what is in them."""
    wanted: dict[tuple[Book, str, Column], list[tuple[dict[str, Any], str, Branch]]]
    wanted = defaultdict(list)
    for holder, branches, book in level:
        for name, branch in branches.items():
            if branch.list_url is not None:
                wanted[book, branch.kinds[0], branch.column].append((holder, name, branch))
    following: list[tuple[dict[str, Any], Plan, Book]] = []
    for (book, kind, column), places in wanted.items():
        names = [holder["id"] for holder, _, _ in places]
        stored = await ctx.children(book, kind, names, MOST_INCLUDED + 1, column)
        for holder, name, branch in places:
            found = _with_this_request(ctx, kind, branch, holder["id"], stored[holder["id"]])
            items = found[:MOST_INCLUDED]
            shown = {
                "object": "list",
                "data": items,
                "has_more": len(found) > MOST_INCLUDED,
                "url": (branch.list_url or "").replace("{id}", holder["id"]),
            }
            *way, last = name.split(".")
            for place in _reached(holder, way):
                place[last] = shown
            following += [(item, branch.branches, book) for item in items]
    return following


def _with_this_request(
    ctx: Context, kind: str, branch: Branch, parent: str, stored: Sequence[str]
) -> list[dict[str, Any]]:
    """Return what belongs to a parent once this very request is written, newest first."""
    items = {item["id"]: item for body in stored for item in [msgspec.json.decode(body)]}
    fresh: dict[str, dict[str, Any]] = {}
    for each in (each for unit in ctx.units for each in unit.documents):
        if each.kind != kind or each.columns.get(branch.column) != parent:
            continue
        if each.deleted:
            items.pop(each.id, None)
        elif each.id in items:
            items[each.id] = msgspec.json.decode(each.body)
        else:
            fresh[each.id] = msgspec.json.decode(each.body)
    return [*(fresh[name] for name in sorted(fresh, reverse=True)), *items.values()]


async def _objects(
    ctx: Context, spots: Sequence[_Spot], fresh: Mapping[str, str]
) -> dict[str, dict[str, Any]]:
    """Return the objects of a level by id; those that this very request makes are among them."""
    wanted = {
        (book.id, kind, holder[name]): None
        for holder, name, branch, book in spots
        for kind in branch.kinds
        if isinstance(holder[name], str)
    }
    missing = [key for key in wanted if key[2] not in fresh]
    bodies = await ctx.raw_many(missing) if missing else {}
    here = {name: fresh[name] for _, _, name in wanted if name in fresh}
    return {name: msgspec.json.decode(body) for name, body in {**bodies, **here}.items()}
