"""The lines of a bank file and what it says in them, read in pieces from where it is kept."""

import codecs
import re
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from bezant.movement.contents import whole
from bezant.rail import Fact, Rail, ReadsStreams

LONGEST_LINE = 500
"""Characters of a line that are shown."""

_PIECE = 1 << 16
_NEWLINE = re.compile(r"\r\n|\n|\r")
_UNBROKEN, _RECORD = "nacha", 94


def texts(source: BinaryIO, kind: str | None) -> Iterator[str]:
    """Yield the beginning of each line, as its reader counts them."""
    source.seek(0)
    first = source.read(_PIECE)
    source.seek(0)
    if kind == _UNBROKEN and not _NEWLINE.search(first.decode("latin-1").strip()):
        while record := source.read(_RECORD):
            yield record.decode("latin-1")
        return
    yield from _lines(source)


def facts(source: BinaryIO, rail: Rail, kind: str) -> Iterable[Fact]:
    """Return what a rail's file says; FileRefused may come at the end."""
    source.seek(0)
    if isinstance(rail, ReadsStreams) and rail.streams(kind):
        return rail.read_stream(source)
    return rail.read(whole(source)).facts


def _lines(source: BinaryIO) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    rest, ended = "", True
    while data := source.read(_PIECE):
        rest += decoder.decode(data)
        # A carriage return at the end may be half of a line ending: it waits for the next piece.
        held = "\r" if rest.endswith("\r") else ""
        *made, rest = _NEWLINE.split(rest.removesuffix("\r"))
        yield from (line[:LONGEST_LINE] for line in made)
        rest = rest[:LONGEST_LINE] + held
        ended = not rest
    if not ended:
        yield rest.rstrip("\r")[:LONGEST_LINE]
