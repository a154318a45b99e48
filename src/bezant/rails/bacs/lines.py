"""From the bytes of a Standard 18 file to its lines, one after another, with their numbers."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from bezant.kernel.errors import FileRefused, Problem
from bezant.rail import Source

UNPRINTABLE = re.compile(r"[^ -~]")

_PIECE = 1 << 16
_NEWLINE = re.compile(r"\r\n|\n|\r")
_END_OF_FILE = "\r\n\x1a\x00"
_LONGEST = 1000


class Line(NamedTuple):
    """A line as it stood in the file."""

    number: int
    text: str


def lines_of(source: bytes | Source) -> Iterator[Line]:
    """Yield the lines that hold something; what marks the end of the file is none."""
    ends: list[Line] = []
    for number, text in enumerate(_split(source), 1):
        if not text.strip():
            continue
        if not text.strip(_END_OF_FILE) and len(ends) < _LONGEST:
            ends.append(Line(number, text))
            continue
        yield from ends
        ends.clear()
        yield Line(number, text)


def _split(source: bytes | Source) -> Iterator[str]:
    rest = ""
    for more in _texts(source):
        # A carriage return at the end may be half of a line ending: it waits for the next piece.
        rest += more
        held = "\r" if rest.endswith("\r") else ""
        *whole, rest = _NEWLINE.split(rest.removesuffix("\r"))
        yield from whole
        if len(rest) > _LONGEST:
            raise FileRefused([Problem(None, None, f"a line of more than {_LONGEST} characters")])
        rest += held
    yield rest.rstrip(_END_OF_FILE)


def _texts(source: bytes | Source) -> Iterator[str]:
    """Yield the file in pieces; Latin-1 makes one column of each byte, whatever the bytes are."""
    if isinstance(source, bytes):
        for at in range(0, len(source), _PIECE):
            yield source[at : at + _PIECE].decode("latin-1")
        return
    while data := source.read(_PIECE):
        yield data.decode("latin-1")
