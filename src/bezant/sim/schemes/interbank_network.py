"""What tells one interbank network from another: identifiers, wrapping, statuses, rules."""

import re
from collections.abc import Callable, Mapping
from typing import Literal

from msgspec import Struct

UETR = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
_BIC = re.compile(r"[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}([A-Z0-9]{3})?")
_WEIGHTS = (3, 7, 1) * 3


class Network(Struct, frozen=True):
    """One network: how it names things and what it answers.

    `names_by` is the identifier under which a sender waits for answers; `wrappers` are the
    elements around each message, by its name without version; `to_network` and `from_network`
    are the outermost elements in each direction. `settled`, `pending` and `accepted` are statuses:
    where the last is empty nothing is said before the outcome.
    `settlement_reference` is the pattern of the network's own name for what it has settled.
    """

    name: str
    currency: str
    header: str
    versions: Mapping[str, str]
    wrappers: Mapping[str, str]
    to_network: tuple[str, ...]
    from_network: tuple[str, ...]
    namespace_in: str
    namespace_out: str
    own_id: str
    clearing_system: str
    names_by: Literal["instruction", "uetr"]
    member: Callable[[str], bool]
    member_code: str
    bearers: tuple[str, ...]
    settled: str
    pending: str
    accepted: str
    granted: str
    refused: str
    returns: bool = True
    service: str = ""
    pending_reason: str = ""
    settlement_reference: str = ""


def is_routing_number(text: str) -> bool:
    """Tell whether a text is an ABA routing number: nine digits that weigh a multiple of ten."""
    if len(text) != 9 or not (text.isascii() and text.isdecimal()):
        return False
    return sum(int(digit) * weight for digit, weight in zip(text, _WEIGHTS, strict=True)) % 10 == 0


def is_bic(text: str) -> bool:
    """Tell whether a text has the form of a BIC (ISO 9362)."""
    return _BIC.fullmatch(text) is not None


def is_sort_code(text: str) -> bool:
    """Tell whether a text is a British sort code."""
    return len(text) == 6 and text.isascii() and text.isdecimal()


def compact(name: str) -> str:
    """Return an identifier that fits 35 characters: a UUID without its dashes."""
    return name.replace("-", "") if UETR.fullmatch(name) else name


def uetr_of(name: str) -> str:
    """Return a UUID with its dashes again; any other name as it is."""
    if len(name) != 32 or not re.fullmatch(r"[0-9a-f]{32}", name):
        return name
    dashed = f"{name[:8]}-{name[8:12]}-{name[12:16]}-{name[16:20]}-{name[20:]}"
    return dashed if UETR.fullmatch(dashed) else name
