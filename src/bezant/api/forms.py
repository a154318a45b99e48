"""Form bodies and query strings, as bytes, to a nested tree of strings.

Reads `a=1`, `a[b]=1`, `a[0]=1` and `a[]=1`. Indexed lists stay dicts here: only the operation's
parameters know whether `a[0]` is a list or a map whose key happens to be `0`.
"""

import re
from typing import TypeAlias
from urllib.parse import unquote_to_bytes

from bezant.api import refusals
from bezant.kernel.errors import InvalidRequest

Node: TypeAlias = str | list["Node"] | dict[str, "Node"]
Tree: TypeAlias = dict[str, Node]

MAX_PARAMETERS = 1_000
MAX_DEPTH = 64
MAX_NAME_LENGTH = 1_024

_BROKEN_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")


def decode(raw: bytes) -> Tree:
    """Return the tree of a form body or query string; InvalidRequest says what is wrong and where.

    The time taken is linear in the length of `raw`.
    """
    if raw.count(b"&") >= MAX_PARAMETERS:
        raise refusals.invalid(
            f"Too many parameters: a request may have at most {MAX_PARAMETERS:,}.", None
        )
    tree: Tree = {}
    for pair in raw.split(b"&"):
        if pair:
            name, _, value = pair.partition(b"=")
            add(tree, *_decoded(name, value))
    return tree


def _decoded(raw_name: bytes, raw_value: bytes) -> tuple[str, str]:
    if len(raw_name) > 3 * MAX_NAME_LENGTH:
        raise _name_too_long(raw_name)
    name = text(raw_name, raw_name)
    if len(name) > MAX_NAME_LENGTH:
        raise _name_too_long(raw_name)
    return name, text(raw_value, name)


def text(raw: bytes, where: str | bytes, *, escaped: bool = True) -> str:
    """Return the text that is written there; `where` names the parameter, for errors."""
    if escaped and b"+" in raw:
        raw = raw.replace(b"+", b" ")
    if escaped and b"%" in raw:
        broken = _BROKEN_ESCAPE.search(raw)
        if broken:
            escape = raw[broken.start() : broken.start() + 3]
            raise _unreadable(f"percent escape {_shown(escape)!r}", where)
        raw = unquote_to_bytes(raw)
    try:
        decoded = raw.decode()
    except UnicodeDecodeError as error:
        raise _unreadable("UTF-8", where) from error
    if "\0" in decoded:
        raise _unreadable("null character", where)
    return decoded


def _unreadable(what: str, where: str | bytes) -> InvalidRequest:
    name = where if isinstance(where, str) else _shown(where)
    return refusals.invalid(f"Invalid {what} in parameter: {name}", name)


def add(tree: Tree, name: str, value: str) -> None:
    """Put a value where its name says, such as `a[b][]`; InvalidRequest where it cannot be."""
    bracket = name.find("[")
    if bracket == -1 and name and "]" not in name:
        _put(tree, name, value, name)
        return
    head, *rest = _path(name, bracket)
    container: dict[str, Node] = tree
    for position, key in enumerate(rest):
        if key == "":
            _append(_list_at(container, head, name), rest[position + 1 :], value, name)
            return
        container = _dict_at(container, head, name)
        head = key
    _put(container, head, value, name)


def _path(name: str, bracket: int) -> list[str]:
    """`a[b][]` to ["a", "b", ""]."""
    head, inner = name[:bracket], name[bracket + 1 : -1]
    if bracket < 1 or not name.endswith("]") or "]" in head:
        raise refusals.invalid(f"Invalid parameter name: {name!r}", name)
    parts = inner.split("][")
    if len(parts) >= MAX_DEPTH:
        raise refusals.invalid(
            f"Parameters may be nested at most {MAX_DEPTH} levels deep: {refusals.cut(name)}", name
        )
    if "[" in "".join(parts) or "]" in "".join(parts):
        raise refusals.invalid(f"Invalid parameter name: {name!r}", name)
    return [head, *parts]


def _put(container: dict[str, Node], key: str, value: str, name: str) -> None:
    if key in container:
        raise _clash(container[key], name, str)
    container[key] = value


def _dict_at(container: dict[str, Node], key: str, name: str) -> dict[str, Node]:
    node = container.setdefault(key, {})
    if not isinstance(node, dict):
        raise _clash(node, name, dict)
    return node


def _list_at(container: dict[str, Node], key: str, name: str) -> list[Node]:
    node = container.setdefault(key, [])
    if not isinstance(node, list):
        raise _clash(node, name, list)
    return node


def _append(items: list[Node], rest: list[str], value: str, name: str) -> None:
    """`a[]=1` adds an item; `a[][b]=1` fills the last item until it has a `b` already."""
    if not rest:
        if items and not isinstance(items[-1], str):
            raise _clash(items[-1], name, str)
        items.append(value)
        return
    if "" in rest:
        raise refusals.invalid(f"Lists of lists need an index in parameter: {name}", name)
    last = items[-1] if items else None
    if isinstance(last, str):
        raise _clash(last, name, dict)
    item: dict[str, Node] = {}
    if isinstance(last, dict) and not _has(last, rest):
        item = last
    else:
        items.append(item)
    for key in rest[:-1]:
        item = _dict_at(item, key, name)
    _put(item, rest[-1], value, name)


def _has(node: Node, path: list[str]) -> bool:
    for key in path:
        if not isinstance(node, dict) or key not in node:
            return False
        node = node[key]
    return True


def _clash(present: Node, name: str, wanted: type) -> InvalidRequest:
    if isinstance(present, str) and wanted is str:
        return refusals.invalid(f"Received the parameter more than once: {name}", name)
    return refusals.invalid(
        f"Parameter cannot be {_SHAPE[wanted]} and {_SHAPE[type(present)]} at once: {name}", name
    )


_SHAPE = {str: "a single value", dict: "a hash", list: "an array"}


def _name_too_long(raw_name: bytes) -> InvalidRequest:
    return refusals.invalid(
        f"A parameter's name may have at most {MAX_NAME_LENGTH:,} characters: {_shown(raw_name)}",
        None,
    )


def _shown(raw: bytes) -> str:
    return refusals.cut(raw.decode("utf-8", "backslashreplace"))
