"""From the bytes of a text file to its lines, one after another, without the file in memory."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from bezant.kernel.errors import FileRefused, Problem
from bezant.rail.protocol import Source

UNPRINTABLE = re.compile(r"[^ -~]")
END_OF_FILE = "\r\n\x1a\x00"

_PIECE = 1 << 16
_NEWLINE = re.compile(r"\r\n|\n|\r")


class Line(NamedTuple):
    """A line as it stood in the file."""

    number: int
    text: str


def split(source: bytes | Source, longest: int, *, cut: bool = False) -> Iterator[str]:
    """Yield a file's lines, without what marks its end.

    Where nothing ends within `longest` characters, a line of that length is cut off if records may
    stand without line ends; without `cut` FileRefused is raised.
    """
    rest = ""
    for more in _texts(source):
        # A carriage return at the end may be half of a line ending: it waits for the next piece.
        rest += more
        held = "\r" if rest.endswith("\r") else ""
        *whole, rest = _NEWLINE.split(rest.removesuffix("\r"))
        for line in whole:
            yield from _records(line, longest) if cut else (line,)
        if len(rest) > longest and not cut:
            raise FileRefused([Problem(None, None, f"a line of more than {longest} characters")])
        while len(rest) > longest:
            yield rest[:longest]
            rest = rest[longest:]
        rest += held
    rest = rest.rstrip(END_OF_FILE)
    yield from _records(rest, longest) if cut else (rest,)


def _records(line: str, width: int) -> Iterator[str]:
    """Yield the records of a line, which is one unless the file has no line ends."""
    for start in range(0, max(len(line), 1), width):
        yield line[start : start + width]


def _texts(source: bytes | Source) -> Iterator[str]:
    """Yield the file in pieces; Latin-1 makes one column of each byte, whatever the bytes are."""
    if isinstance(source, bytes):
        for at in range(0, len(source), _PIECE):
            yield source[at : at + _PIECE].decode("latin-1")
        return
    while data := source.read(_PIECE):
        yield data.decode("latin-1")
