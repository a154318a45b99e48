"""The fields of MT940 and MT942 files, each with its line: envelopes and page ends are left out."""

import re
from collections.abc import Iterator

from msgspec import Struct

from bezant.reconcile.decoding import BOM, decoded

_TAG = re.compile(r":([0-9]{2}|NS)([A-Z]?):")
_NEWLINE = re.compile(r"\r\n|\n|\r")
_KNOWN = frozenset(
    {"13", "20", "21", "25", "28", "34", "60", "61", "62", "64", "65", "86", "90", "NS"}
)
_EMPTY = " \t\x00\x01\x03\x1a"


class Field(Struct):
    """A field of a message: its tag, its lines of text, and where it begins, from 1."""

    tag: str
    line: int
    lines: list[str]

    @property
    def text(self) -> str:
        """What the field says, its lines apart."""
        return "\n".join(self.lines)


def fields(data: bytes) -> Iterator[Field]:
    """Yield the fields that statements have; what stands before the first is an envelope's."""
    found: Field | None = None
    for number, raw in enumerate(_NEWLINE.split(decoded(data)), 1):
        line = _without_envelope(raw.rstrip(_EMPTY))
        tag = _TAG.match(line)
        if tag is not None and tag[1] in _KNOWN:
            if found is not None:
                yield found
            found = Field(f"{tag[1]}{tag[2]}", number, [line[tag.end() :]])
        elif _ends_a_page(line):
            if found is not None:
                yield found
            found = None
        elif found is not None and line.strip():
            found.lines.append(line)
    if found is not None:
        yield found


def looks_like_mt940(data: bytes) -> bool:
    """Tell whether a file begins as such messages do, with an envelope or without."""
    head = data[:4096].removeprefix(BOM).decode("latin-1")
    lines = [_without_envelope(line.strip(_EMPTY)) for line in _NEWLINE.split(head)]
    said = [line for line in lines if line and line not in {":940:", ":942:"}]
    return bool(said) and any(line.startswith((":20:", ":25:")) for line in said[:6])


def _without_envelope(line: str) -> str:
    """Return what follows the blocks {1:..}{2:..}{4: of an envelope."""
    if not line.startswith("{"):
        return line
    _, opened, after = line.rpartition("{4:")
    return after if opened else "-}"


def _ends_a_page(line: str) -> bool:
    return line.strip() in {"-", "-}", ":940:", ":942:"} or line.startswith("-}")
