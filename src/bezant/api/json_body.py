"""JSON bodies, as bytes, to a tree: integers only, no key twice, at most 64 levels deep."""

import json
import re
from typing import Any, cast

from bezant.api import refusals
from bezant.kernel.errors import InvalidRequest

MAX_DEPTH = 64
MAX_VALUES = 2_000_000
_MAX_DIGITS = 20

# Possessive, and the last quote is optional, so that no text is read twice.
_TEXTS = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL)
_BRACKETS = bytes.maketrans(b"[]{}", b"()()")
_OTHERS = bytes(code for code in range(256) if code not in b"[]{}")
_SUSPECT_ESCAPE = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")


def decode(raw: bytes) -> dict[str, Any]:
    """Return the object that the body is; InvalidRequest says what is wrong and where."""
    if raw.count(b",") + raw.count(b"[") + raw.count(b"{") > MAX_VALUES:
        raise _refused(f"it may have at most {MAX_VALUES:,} values")
    if _is_deep(raw):
        raise _refused(f"it may be nested at most {MAX_DEPTH} levels deep")
    try:
        tree = _decoder.decode(raw.decode())
    except UnicodeDecodeError as error:
        raise _refused(f"it is not UTF-8 at byte {error.start}") from error
    except json.JSONDecodeError as error:
        raise _refused(f"{error.msg} at line {error.lineno}, column {error.colno}") from error
    except RecursionError as error:
        raise _refused(f"it may be nested at most {MAX_DEPTH} levels deep") from error
    if not isinstance(tree, dict):
        raise _refused("it must be an object")
    if _SUSPECT_ESCAPE.search(raw):
        _check_texts(tree)
    return cast("dict[str, Any]", tree)


def _is_deep(raw: bytes) -> bool:
    """Peel one level of brackets at a time, at the speed of `bytes.replace`."""
    brackets = _TEXTS.sub(b"", raw).translate(_BRACKETS, _OTHERS)
    for _ in range(MAX_DEPTH):
        peeled = brackets.replace(b"()", b"")
        if len(peeled) == len(brackets):
            return False  # Empty, or unbalanced, which the parser says better.
        brackets = peeled
    return b"()" in brackets


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    tree = dict(pairs)
    if len(tree) < len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise refusals.invalid(f"Received the parameter more than once: {key}", key)
            seen.add(key)
    return tree


class _NotAnInteger(str):
    """A number that no parameter takes; the decoder that meets it names the parameter."""

    __slots__ = ()


def _integer(digits: str) -> int | str:
    return int(digits) if len(digits) <= _MAX_DIGITS else _NotAnInteger(digits)


def _check_texts(node: Any) -> None:
    """Refuse what no text can hold: a null character, half a surrogate pair."""
    if isinstance(node, dict):
        for key, value in cast("dict[str, Any]", node).items():
            _check_texts(key)
            _check_texts(value)
    elif isinstance(node, list):
        for item in cast("list[Any]", node):
            _check_texts(item)
    elif isinstance(node, str):
        if "\0" in node:
            raise _refused("a text holds a null character")
        if any("\ud800" <= character <= "\udfff" for character in node):
            raise _refused("a text holds half a surrogate pair")


def _refused(why: str) -> InvalidRequest:
    return InvalidRequest(f"Invalid JSON body: {why}.", code="request_body_invalid")


_decoder = json.JSONDecoder(
    object_pairs_hook=_object,
    parse_float=_NotAnInteger,
    parse_int=_integer,
    parse_constant=_NotAnInteger,
)
