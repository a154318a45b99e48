"""The records of a BAI2 file: comma-separated fields, ended by a slash, continued by code 88."""

import re
from collections.abc import Iterator

from msgspec import Struct

from bezant.kernel.errors import FileRefused, Problem
from bezant.reconcile.decoding import decoded

MOST_PROBLEMS = 1000
"""Problems after which a file is not read on: it is something else altogether."""

CODES = frozenset({"01", "02", "03", "16", "49", "88", "98", "99"})

_NEWLINE = re.compile(r"\r\n|\n|\r")
# A slash also stands in texts: it ends a record only before what has the shape of another one.
_NEXT_RECORD = re.compile(
    r"""/[ \t]*(?=
        01,[^,/]*,[^,/]*,[0-9]{6},
      | 02,[^,/]*,[^,/]*,[1-4]?,[0-9]{6},
      | 03,[^,/]*,(?:[A-Za-z]{3})?,
      | 16,[0-9]{3},[+-]?[0-9]*,
      | 49,[+-]?[0-9]+,[0-9]+[ ]*(?:/|$)
      | 88,
      | 9[89],[+-]?[0-9]+,[0-9]+,[0-9]+[ ]*(?:/|$)
    )""",
    re.VERBOSE,
)


class Segment(Struct, frozen=True):
    """The part of a record that stands on one line."""

    line: int
    body: str


class Record:
    """A record with its continuations; fields are taken one after another."""

    def __init__(self, code: str, first: Segment, problems: list[Problem]) -> None:
        """Begin with the line that has the record's code."""
        self.code = code
        self.segments = [first]
        self.problems = problems
        self._at = 0
        self._position = 0
        self._tokens: list[str] = first.body.split(",")

    @property
    def first_line(self) -> int:
        return self.segments[0].line

    @property
    def line(self) -> int:
        """The line of the field that was read last."""
        return self.segments[self._at].line

    @property
    def done(self) -> bool:
        """Whether every field was read."""
        return self._position == len(self._tokens) and self._at == len(self.segments) - 1

    def take(self) -> str:
        """Return the next field; nothing after the last one, as trailing fields may be left out."""
        if self._position == len(self._tokens):
            if self._at == len(self.segments) - 1:
                return ""
            self._at += 1
            self._tokens = self.segments[self._at].body.split(",")
            self._position = 0
        self._position += 1
        return self._tokens[self._position - 1].strip()

    def rest(self) -> str:
        """Return all that was not read yet, as one text: commas and slashes belong to it."""
        pieces = [",".join(self._tokens[self._position :])]
        pieces += [segment.body for segment in self.segments[self._at + 1 :]]
        return " ".join(" ".join(pieces).split())

    def bad(self, reason: str) -> None:
        """Note what is wrong at the field that was read last."""
        self.problems.append(Problem(self.line, None, f"record {self.code}: {reason}"))

    def number(self, name: str, text: str) -> int:
        """Return a field as a whole number with or without a sign; zero, noted, when it is none."""
        digits = text.removeprefix("-") if text[:1] == "-" else text.removeprefix("+")
        if not (digits.isascii() and digits.isdecimal() and len(digits) <= 18):
            self.bad(f"{name} is not a number: {text[:40]!r}")
            return 0
        return -int(digits) if text[:1] == "-" else int(digits)


def records(data: bytes, problems: list[Problem], *, several_a_line: bool) -> Iterator[Record]:
    """Yield the records of a file, each with the 88s that continue it.

    `several_a_line` takes lines apart after a slash, wherever a record seems to begin.

    Raises FileRefused when the problems, the caller's too, are more than anybody would read.
    """
    record: Record | None = None
    for line, text in _pieces(data, several_a_line=several_a_line):
        if len(problems) > MOST_PROBLEMS:
            raise FileRefused([*problems, Problem(line, None, "reading stopped here")])
        code, _, body = text.partition(",")
        if code not in CODES:
            problems.append(Problem(line, None, f"no record begins with {text[:12]!r}"))
        elif code != "88":
            if record is not None:
                yield record
            record = Record(code, Segment(line, body), problems)
        elif record is None:
            problems.append(Problem(line, None, "record 88 continues nothing"))
        else:
            record.segments.append(Segment(line, body))
    if record is not None:
        yield record


def _pieces(data: bytes, *, several_a_line: bool) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(_NEWLINE.split(decoded(data)), 1):
        for piece in _NEXT_RECORD.split(line) if several_a_line else (line,):
            text = piece.strip(" \t\x1a\x00")
            if text:
                yield number, text.removesuffix("/")
