"""From the bytes of an AFT file to its records, one after another, with their line numbers.

Some banks leave out the spaces at a record's end, and some send records without line ends.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from bezant.rail import Source
from bezant.rails.acss.records import WIDTH

UNPRINTABLE = re.compile(r"[^ -~]")

_PIECE = 1 << 16
_NEWLINE = re.compile(r"\r\n|\n|\r")
_END_OF_FILE = "\x1a\x00"


class Line(NamedTuple):
    """A record as it stood in the file."""

    number: int
    text: str


def lines_of(source: bytes | Source) -> Iterator[Line]:
    """Yield the records that hold something; what marks the end of the file is none."""
    for number, text in enumerate(_split(source), 1):
        if text.strip(_END_OF_FILE + " "):
            yield Line(number, text)


def _split(source: bytes | Source) -> Iterator[str]:
    rest = ""
    for more in _texts(source):
        # A carriage return at the end may be half of a line ending: it waits for the next piece.
        rest += more
        held = "\r" if rest.endswith("\r") else ""
        *whole, rest = _NEWLINE.split(rest.removesuffix("\r"))
        for line in whole:
            yield from _records(line)
        while len(rest) > WIDTH:
            yield rest[:WIDTH]
            rest = rest[WIDTH:]
        rest += held
    yield from _records(rest.rstrip(_END_OF_FILE + "\r\n"))


def _records(line: str) -> Iterator[str]:
    """Yield the records of a line, which is one unless the file has no line ends."""
    for start in range(0, max(len(line), 1), WIDTH):
        yield line[start : start + WIDTH]


def _texts(source: bytes | Source) -> Iterator[str]:
    """Yield the file in pieces; Latin-1 makes one column of each byte, whatever the bytes are."""
    if isinstance(source, bytes):
        for at in range(0, len(source), _PIECE):
            yield source[at : at + _PIECE].decode("latin-1")
        return
    while data := source.read(_PIECE):
        yield data.decode("latin-1")
