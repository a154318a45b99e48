"""The errors of parameters: one function per thing that can be wrong with one."""

from typing import Any

from bezant.kernel.errors import InvalidRequest

_SHOWN = 80
_NAMED = 64


def invalid(message: str, param: str | None) -> InvalidRequest:
    """Return the general error of a parameter."""
    return InvalidRequest(message, code="parameter_invalid", param=param and cut(param))


def invalid_integer(message: str, param: str) -> InvalidRequest:
    """Return the error of a number that is none, or is out of its bounds."""
    return InvalidRequest(message, code="parameter_invalid_integer", param=param)


def unknown(names: list[str]) -> InvalidRequest:
    """Return the error of names that the operation does not have."""
    plural = "s" if len(names) > 1 else ""
    shown = ", ".join(cut(name) for name in names[:20])
    return InvalidRequest(
        f"Received unknown parameter{plural}: {shown}",
        code="parameter_unknown",
        param=cut(names[0]),
    )


def missing(param: str) -> InvalidRequest:
    """Return the error of a required parameter that was not sent."""
    return InvalidRequest(
        f"Missing required param: {param}.", code="parameter_missing", param=param
    )


def no_such(what: str, name: str, param: str) -> InvalidRequest:
    """Return the error of a parameter that names something which is not there."""
    return InvalidRequest(
        f"No such {what}: '{name[:_NAMED]}'", code="resource_missing", param=param
    )


def empty(param: str) -> InvalidRequest:
    """Return the error of an empty text where a value cannot be unset."""
    return InvalidRequest(
        f"You passed an empty string for '{param}', which cannot be unset. "
        "Leave it out or pass a value.",
        code="parameter_invalid_empty",
        param=param,
    )


def wrong_shape(node: Any, param: str, wanted: str) -> InvalidRequest:
    """Return the error of a hash, an array or a value of another type than `wanted`."""
    return invalid(f"Invalid {wanted}: {shown(node)}", param)


def shown(node: Any) -> str:
    """Return a node of a tree in a few words; hashes and arrays without what is in them."""
    if isinstance(node, str):
        return cut(node)
    if isinstance(node, bool):
        return "true" if node else "false"
    if node is None:
        return "null"
    if isinstance(node, dict):
        return "a hash"
    return "an array" if isinstance(node, list) else cut(str(node))


def cut(text: str) -> str:
    """Return a text that fits into a message."""
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"
