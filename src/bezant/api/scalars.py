"""Decoders of single values: integers, booleans, texts and enumerations.

A form has only texts, so `"5"` is an integer there; in JSON only 5 is.
"""

import re
from collections.abc import Callable
from typing import Any

from msgspec import Meta

from bezant.api import refusals
from bezant.api.params import Check

Decoder = Callable[[Any, str], Any]
"""Takes a node of the tree and the parameter's full name; returns the value or raises."""

Rules = tuple[Any, ...]
"""What stands in `Annotated` beside the type."""

MIN_INTEGER, MAX_INTEGER = -(2**63), 2**63 - 1
_MAX_DIGITS = 19


def rule(rules: Rules, name: str) -> Any:
    """Return a bound that the rules set, such as `max_length`, or None."""
    found = [getattr(each, name) for each in rules if isinstance(each, Meta)]
    return next((value for value in found if value is not None), None)


def literal(allowed: tuple[Any, ...]) -> Decoder:
    """Return the decoder of an enumeration of texts."""
    assert all(isinstance(value, str) for value in allowed), "only texts are enumerated"
    values = frozenset(allowed)
    choices = _listed([value for value in allowed if value])

    def decode(node: Any, path: str) -> str:
        if type(node) is not str:
            raise refusals.wrong_shape(node, path, "string")
        if node in values:
            return node
        if not node:
            raise refusals.empty(path)
        received = refusals.cut(node)
        raise refusals.invalid(f"Invalid {path}: must be {choices}. Received: {received}", path)

    return decode


def _listed(values: list[str]) -> str:
    if len(values) == 1:
        return values[0]
    return f"one of {', '.join(values[:-1])} or {values[-1]}"


def string(rules: Rules) -> Decoder:
    """Return the decoder of a text, which is never empty."""
    shortest, longest = rule(rules, "min_length"), rule(rules, "max_length")
    pattern = rule(rules, "pattern")
    matches = re.compile(pattern).search if pattern else None
    checks = tuple(each.function for each in rules if isinstance(each, Check))

    def decode(node: Any, path: str) -> str:
        if type(node) is not str:
            raise refusals.wrong_shape(node, path, "string")
        if not node:
            raise refusals.empty(path)
        if longest is not None and len(node) > longest:
            raise refusals.invalid(f"Invalid {path}: must be at most {longest} characters", path)
        if shortest is not None and len(node) < shortest:
            raise refusals.invalid(f"Invalid {path}: must be at least {shortest} characters", path)
        if matches is not None and not matches(node):
            raise refusals.invalid(f"Invalid {path}: must match {pattern}", path)
        value: str = node
        for check in checks:
            value = check(value, path)
        return value

    return decode


def integer(rules: Rules, *, json: bool) -> Decoder:
    """Return the decoder of a signed 64-bit integer."""
    read = _json_integer if json else _form_integer
    over, under = rule(rules, "gt"), rule(rules, "lt")
    least = rule(rules, "ge") if over is None else over + 1
    most = rule(rules, "le") if under is None else under - 1

    def decode(node: Any, path: str) -> int:
        value = read(node, path)
        if least is not None and value < least:
            raise refusals.invalid_integer(
                f"This value must be greater than or equal to {least}.", path
            )
        if most is not None and value > most:
            raise refusals.invalid_integer(
                f"This value must be less than or equal to {most}.", path
            )
        return value

    return decode


def _form_integer(node: Any, path: str) -> int:
    if type(node) is str:
        digits = node[1:] if node[:1] == "-" else node
        if digits.isascii() and digits.isdigit() and len(digits) <= _MAX_DIGITS:
            value = int(node)
            if MIN_INTEGER <= value <= MAX_INTEGER:
                return value
        if not node:
            raise refusals.empty(path)
    raise refusals.invalid_integer(f"Invalid integer: {refusals.shown(node)}", path)


def _json_integer(node: Any, path: str) -> int:
    if type(node) is int and MIN_INTEGER <= node <= MAX_INTEGER:
        return node
    raise refusals.invalid_integer(f"Invalid integer: {refusals.shown(node)}", path)


def boolean(*, json: bool) -> Decoder:
    """Return the decoder of true and false."""
    return _json_boolean if json else _form_boolean


def _form_boolean(node: Any, path: str) -> bool:
    if node == "true":
        return True
    if node == "false":
        return False
    if node == "":
        raise refusals.empty(path)
    raise _not_a_boolean(node, path)


def _json_boolean(node: Any, path: str) -> bool:
    if type(node) is bool:
        return node
    raise _not_a_boolean(node, path)


def _not_a_boolean(node: Any, path: str) -> Exception:
    return refusals.invalid(f"Invalid boolean: {refusals.shown(node)}. Use true or false.", path)
