"""ISO 8583 as the network reads and writes it: a bitmap, then each field by a table of lengths.

Written from the standard alone. A length below zero says how many digits stand before a field of
variable length.
"""

from collections.abc import Mapping

FIELDS_1987: Mapping[int, int] = {
    2: -2, 3: 6, 4: 12, 5: 12, 7: 10, 11: 6, 12: 6, 13: 4, 14: 4, 15: 4, 18: 4, 19: 3, 22: 3,
    23: 3, 25: 2, 32: -2, 33: -2, 37: 12, 38: 6, 39: 2, 41: 8, 42: 15, 43: 40, 44: -2, 48: -3,
    49: 3, 50: 3, 54: -3, 62: -3, 63: -3, 70: 3, 90: 42, 95: 42, 120: -3, 127: -3,
}  # fmt: skip
FIELDS_1993: Mapping[int, int] = {
    2: -2, 3: 6, 4: 12, 11: 6, 12: 12, 24: 3, 25: 4, 26: 4, 30: 24, 31: -2, 33: -2, 37: 12, 38: 6,
    41: 8, 42: 15, 48: -3, 49: 3, 63: -3, 71: 8, 72: -3, 93: -2, 94: -2, 95: -2,
}  # fmt: skip
"""The file records' fields; those of field 48 have tags of four digits and lengths of three."""

_HALF = 64


class Unreadable(ValueError):
    """A message is not one of the network's; what it held is not repeated."""


def decode(data: bytes) -> dict[int, str]:
    """Return the fields of a client's message, its type under 0; raises Unreadable."""
    try:
        text = data.decode("ascii")
        fields = {0: text[:4]}
        bits = int(text[4:20], 16)
        at = 20
        if bits >> (_HALF - 1):
            bits = bits << _HALF | int(text[20:36], 16)
            at = 36
        else:
            bits <<= _HALF
        for number in range(2, 2 * _HALF + 1):
            if bits >> (2 * _HALF - number) & 1:
                length = FIELDS_1987[number]
                if length < 0:
                    start = at - length
                    length, at = int(text[at:start]), start
                if at + length > len(text):
                    raise Unreadable(f"field {number} is cut off")
                fields[number] = text[at : at + length]
                at += length
    except (UnicodeDecodeError, KeyError, ValueError) as problem:
        raise Unreadable("not a message of this network") from problem
    if at != len(text):
        raise Unreadable("there is more than the bitmap says")
    return fields


def encode(fields: Mapping[int, str], table: Mapping[int, int] = FIELDS_1987) -> bytes:
    """Return a message's bytes; its type stands under 0."""
    body, bits = "", 0
    for number in sorted(fields):
        if number == 0:
            continue
        text, length = fields[number], table[number]
        assert len(text) == length or length < 0, f"field {number} has its length"
        body += f"{len(text):0{-length}d}{text}" if length < 0 else text
        bits |= 1 << (2 * _HALF - number)
    if bits & ((1 << _HALF) - 1):
        return f"{fields[0]}{bits | 1 << (2 * _HALF - 1):032X}{body}".encode("ascii")
    return f"{fields[0]}{bits >> _HALF:016X}{body}".encode("ascii")


def elements(text: str) -> dict[str, str]:
    """Return the elements of field 48 by tag; the first letter is the kind of business."""
    found: dict[str, str] = {}
    rest = text[1:]
    while rest:
        if not rest[2:4].isdecimal():
            raise Unreadable("field 48 has no element where one should be")
        length = int(rest[2:4])
        found[rest[:2]], rest = rest[4 : 4 + length], rest[4 + length :]
    return found


def as_elements(found: Mapping[str, str]) -> str:
    """Return the text of field 48."""
    return "T" + "".join(f"{tag}{len(it):02d}{it}" for tag, it in sorted(found.items()) if it)
