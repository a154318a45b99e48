"""From the bytes of a NACHA file to a stream of records of 94 characters with line numbers."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from msgspec import Struct, field

from bezant.kernel.errors import FileRefused, Problem
from bezant.rail import Source
from bezant.rails.ach.layout import LENGTH

PIECE = 1 << 16
"""Bytes that are looked at in one go."""

_NEWLINE = re.compile(r"\r\n|\n|\r")
_UNPRINTABLE = re.compile(r"[^ -~]")
_BOM = b"\xef\xbb\xbf"
_END_OF_FILE = "\r\n\x1a\x00"
_LONGEST = 1000


class Findings(Struct):
    """What a reader has to say about a file: problems refuse it, warnings do not."""

    problems: list[Problem] = field(default_factory=list[Problem])
    warnings: list[str] = field(default_factory=list[str])

    def bad(self, line: int | None, reason: str) -> None:
        self.problems.append(Problem(line, None, reason))

    def odd(self, line: int, remark: str) -> None:
        self.warnings.append(f"line {line}: {remark}")


class Line(NamedTuple):
    """A record as it stood in the file."""

    number: int
    text: str


def split(source: bytes | Source, findings: Findings, *, short_lines: bool) -> Iterator[Line]:
    """Yield the records of a file; unpadded lines are filled, one unbroken line is cut."""
    texts = _texts(source)
    first = next(texts, "")
    broken = _NEWLINE.search(first.rstrip(_END_OF_FILE)) is not None
    pieces = _lines(first, texts) if broken else _unbroken(first, texts)
    for number, piece in enumerate(pieces, 1):
        if len(piece) == LENGTH and piece.isascii() and piece.isprintable():
            if not piece.isspace():
                yield Line(number, piece)
        elif piece.strip():
            yield Line(number, _fit(number, piece, findings, short_lines))


def _texts(source: bytes | Source) -> Iterator[str]:
    """Yield the file in pieces; Latin-1 makes one column of each byte, whatever the bytes are."""
    if isinstance(source, bytes):
        start = len(_BOM) if source.startswith(_BOM) else 0
        for at in range(start, len(source), PIECE):
            yield source[at : at + PIECE].decode("latin-1")
        return
    # The first piece is long enough to show whether there are line endings at all.
    first = b""
    while len(first) < _LONGEST and (more := source.read(PIECE)):
        first += more
    yield first.removeprefix(_BOM).decode("latin-1")
    while data := source.read(PIECE):
        yield data.decode("latin-1")


def _lines(rest: str, texts: Iterator[str]) -> Iterator[str]:
    """Yield what stands between line endings; the end of the file is no line."""
    for more in texts:
        # A carriage return at the end may be half of a line ending: it waits for the next piece.
        held = "\r" if rest.endswith("\r") else ""
        *whole, rest = _NEWLINE.split(rest.removesuffix("\r"))
        yield from whole
        if len(rest) > _LONGEST:
            raise FileRefused([Problem(None, None, f"a line of more than {_LONGEST} characters")])
        rest += held + more
    yield from _NEWLINE.split(rest.rstrip(_END_OF_FILE))


def _unbroken(rest: str, texts: Iterator[str]) -> Iterator[str]:
    """Yield every 94 characters of a file without line endings."""
    for more in texts:
        end = len(rest) - len(rest) % LENGTH
        yield from (rest[at : at + LENGTH] for at in range(0, end, LENGTH))
        rest = rest[end:] + more
    rest = rest.rstrip(_END_OF_FILE)
    if len(rest) > LENGTH and len(rest) % LENGTH:
        yield from _NEWLINE.split(rest)
    else:
        yield from (rest[at : at + LENGTH] for at in range(0, len(rest), LENGTH))


def _fit(number: int, piece: str, findings: Findings, short_lines: bool) -> str:
    strange = _UNPRINTABLE.search(piece)
    if strange:
        column = strange.start() + 1
        findings.bad(number, f"column {column} holds {strange.group()!r}, not printable ASCII")
    short = len(piece) < LENGTH and piece.strip("9") != ""
    if piece[LENGTH:].strip() or (short and not short_lines):
        findings.bad(number, f"the line is {len(piece)} characters long, not {LENGTH}")
    elif len(piece) != LENGTH and piece.strip("9"):
        findings.odd(number, f"{len(piece)} characters, read as {LENGTH}")
    return piece[:LENGTH].ljust(LENGTH)
