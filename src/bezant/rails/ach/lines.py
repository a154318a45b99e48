"""From the bytes of a NACHA file to records of 94 characters with their line numbers."""

import re
from collections.abc import Iterator

from msgspec import Struct, field

from bezant.kernel.errors import Problem
from bezant.rails.ach.records import LENGTH

_NEWLINE = re.compile(r"\r\n|\n|\r")
_UNPRINTABLE = re.compile(r"[^ -~]")
_BOM = b"\xef\xbb\xbf"
_END_OF_FILE = "\r\n\x1a\x00"


class Findings(Struct):
    """What a reader has to say about a file: problems refuse it, warnings do not."""

    problems: list[Problem] = field(default_factory=list[Problem])
    warnings: list[str] = field(default_factory=list[str])

    def bad(self, line: int | None, reason: str) -> None:
        self.problems.append(Problem(line, None, reason))

    def odd(self, line: int, remark: str) -> None:
        self.warnings.append(f"line {line}: {remark}")


class Line(Struct, frozen=True):
    """A record as it stood in the file."""

    number: int
    text: str


def split(data: bytes, findings: Findings) -> Iterator[Line]:
    """Yield the records of a file; unpadded lines are filled, one unbroken line is cut."""
    # Latin-1 makes one column of each byte, whatever the bytes are.
    text = data.removeprefix(_BOM).decode("latin-1")
    text = text.rstrip(_END_OF_FILE)
    if len(text) % LENGTH == 0 and not _NEWLINE.search(text):
        pieces = [text[at : at + LENGTH] for at in range(0, len(text), LENGTH)]
    else:
        pieces = _NEWLINE.split(text)
    for number, piece in enumerate(pieces, 1):
        if piece.strip():
            yield Line(number, _fit(number, piece, findings))


def _fit(number: int, piece: str, findings: Findings) -> str:
    strange = _UNPRINTABLE.search(piece)
    if strange:
        column = strange.start() + 1
        findings.bad(number, f"column {column} holds {strange.group()!r}, not printable ASCII")
    if len(piece) > LENGTH and piece[LENGTH:].strip():
        findings.bad(number, f"the line is {len(piece)} characters long, not {LENGTH}")
    elif len(piece) != LENGTH and piece.strip("9"):
        findings.odd(number, f"{len(piece)} characters, read as {LENGTH}")
    return piece[:LENGTH].ljust(LENGTH)
