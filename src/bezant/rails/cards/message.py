"""One ISO 8583 message: fields to bytes and back, in the versions of 1987 and 1993, in ASCII.

Field 48 holds elements of its own, as on Mastercard's network: a letter for the kind of business,
then two digits of a tag, two digits of a length, and a text.
"""

from collections.abc import Mapping
from typing import Any, cast

import iso8583

# The library types its specifications as dictionaries of anything.
from iso8583.specs import default_ascii  # pyright: ignore[reportUnknownVariableType]

from bezant.kernel.errors import FileRefused, Problem

Fields = Mapping[str, str]
Specification = dict[str, dict[str, Any]]

LONGEST = 4096


def _changed(base: Specification, changes: Mapping[str, tuple[int, int]]) -> Specification:
    """Return a specification in which fields have another length type and another length."""
    return base | {
        field: base[field] | {"len_type": kind, "max_len": length}
        for field, (kind, length) in changes.items()
    }


VERSION_1987 = cast("Specification", default_ascii)
VERSION_1993 = _changed(
    VERSION_1987,
    {
        "12": (0, 12),
        "22": (0, 12),
        "24": (0, 3),
        "25": (0, 4),
        "26": (0, 4),
        "30": (0, 24),
        "31": (2, 23),
        "37": (0, 12),
        "38": (0, 6),
        "41": (0, 8),
        "42": (0, 15),
        "43": (2, 99),
        "49": (0, 3),
        "63": (3, 16),
        "71": (0, 8),
        "72": (3, 999),
        "93": (2, 11),
        "94": (2, 11),
        "95": (2, 10),
    },
)


def write(fields: Fields, specification: Specification = VERSION_1987) -> bytes:
    """Return the bytes of a message; raises FileRefused for a value that its field can't hold."""
    try:
        raw, _ = iso8583.encode(dict(fields), specification)
    except iso8583.EncodeError as error:
        raise FileRefused([Problem(None, f"field {error.field}", error.msg)]) from None
    return bytes(raw)


def read(
    data: bytes, specification: Specification = VERSION_1987, place: int | None = None
) -> dict[str, str]:
    """Return a message's fields by number, and its type as `t`; FileRefused names what is wrong.

    What stands in a field is never part of the problem: it may be a card number.
    """
    if len(data) > LONGEST:
        raise FileRefused([Problem(place, None, f"longer than the {LONGEST} bytes of a message")])
    try:
        found, _ = iso8583.decode(data, specification)
    except iso8583.DecodeError as error:
        where = f"field {error.field}, at byte {error.pos + 1}"
        raise FileRefused([Problem(place, where, error.msg)]) from None
    return found


def write_elements(kind: str, elements: Mapping[str, str]) -> str:
    """Return the text of field 48."""
    return kind + "".join(
        f"{tag}{len(text):02d}{text}" for tag, text in sorted(elements.items()) if text
    )


def read_elements(text: str, place: int | None = None) -> dict[str, str]:
    """Return the elements of field 48 by their tags; raises FileRefused where one is cut off."""
    found: dict[str, str] = {}
    at = 1
    while at < len(text):
        tag, length = text[at : at + 2], text[at + 2 : at + 4]
        if not (len(length) == 2 and (tag + length).isascii() and (tag + length).isdecimal()):
            raise FileRefused([Problem(place, "field 48", f"no element at character {at + 1}")])
        value = text[at + 4 : at + 4 + int(length)]
        if len(value) != int(length):
            raise FileRefused([Problem(place, "field 48", f"element {tag} is cut off")])
        found[tag] = value
        at += 4 + int(length)
    return found
