"""Parameters that the API knows and that are not offered here: refused in plain words."""

from typing import TypeAlias

from bezant.api.params import Check, Refusal
from bezant.kernel.errors import InvalidRequest

Hash: TypeAlias = dict[str, str]
"""The type of a hash, or of an array, that is refused as a whole."""


def refused(why: str) -> Refusal:
    """Return a rule that refuses whatever is sent; `why` is a whole sentence."""
    return Refusal(why)


def off(why: str) -> Check:
    """Return a rule for a switch that cannot be turned on; `why` is a whole sentence."""

    def check(text: str, param: str) -> str:
        if text == "false":
            return text
        raise InvalidRequest(why, param=param)

    return Check(check)


def only(*values: str, why: str) -> Check:
    """Return a rule for an enumeration of which some values are offered."""

    def check(text: str, param: str) -> str:
        if text in values:
            return text
        raise InvalidRequest(why, param=param)

    return Check(check)
