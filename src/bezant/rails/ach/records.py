"""The records of a NACHA file as data: 94 characters, each field a name, a width and a kind."""

from collections.abc import Iterator
from typing import Literal

from msgspec import Struct

LENGTH = 94
BLOCKING = 10
FILLER = "9" * LENGTH

Kind = Literal["digits", "digits or blank", "text"]

_CHECK_WEIGHTS = (3, 7, 1, 3, 7, 1, 3, 7)


class Field(Struct, frozen=True):
    """Some columns of a record; `start` counts from 0, people and messages count from 1."""

    name: str
    start: int
    width: int
    kind: Kind

    @property
    def columns(self) -> slice:
        return slice(self.start, self.start + self.width)

    def fault(self, content: str) -> str | None:
        """Say what is wrong with the field's content, if anything is."""
        if self.kind == "text" or is_digits(content):
            return None
        if self.kind == "digits or blank" and not content.strip():
            return None
        place = f"columns {self.start + 1}-{self.start + self.width}"
        return f"{self.name} ({place}) is not a number: {content!r}"


class Layout(Struct, frozen=True):
    """One kind of record."""

    name: str
    fields: tuple[Field, ...]

    def read(self, line: str) -> dict[str, str]:
        """Return the fields of a record of 94 characters, without the spaces around them."""
        return {field.name: line[field.columns].strip() for field in self.fields}

    def faults(self, line: str) -> Iterator[str]:
        """Name every field of a record that does not have its kind."""
        for field in self.fields:
            fault = field.fault(line[field.columns])
            if fault is not None:
                yield fault

    def write(self, **values: str | int) -> str:
        """Return a record: numbers right with zeros, text left with spaces; all must fit."""
        record = "".join(_written(field, values.pop(field.name, "")) for field in self.fields)
        assert not values, f"{self.name} has no fields {sorted(values)}"
        assert len(record) == LENGTH, f"{self.name} overflows: {record!r}"
        return record


def _written(field: Field, value: str | int) -> str:
    if isinstance(value, int):
        return str(value).rjust(field.width, "0")
    return value.ljust(field.width)


def _layout(name: str, *columns: tuple[str, int, Kind]) -> Layout:
    fields: list[Field] = []
    start = 0
    for column, width, kind in columns:
        fields.append(Field(column, start, width, kind))
        start += width
    assert start == LENGTH, f"{name} is {start} characters long"
    return Layout(name, tuple(fields))


def is_digits(text: str) -> bool:
    """Tell whether a text is ASCII digits only, and some."""
    return text.isascii() and text.isdecimal()


def check_digit(routing: str) -> str:
    """Return the ninth digit of a routing number: weights 3, 7, 1, to the next multiple of 10."""
    total = sum(
        weight * int(digit) for weight, digit in zip(_CHECK_WEIGHTS, routing[:8], strict=True)
    )
    return str(-total % 10)


def is_routing_number(text: str) -> bool:
    """Tell whether a text is nine digits of which the last checks the others."""
    return len(text) == 9 and is_digits(text) and check_digit(text) == text[8]


def trace_number(odfi: str, sequence: int) -> str:
    """Return the 15 digits that name an entry: the bank's first eight and a sequence number."""
    assert 0 < sequence < 10**7, "a trace has room for seven digits"
    return f"{odfi[:8]}{sequence:07d}"


FILE_HEADER = _layout(
    "file header",
    ("type", 1, "digits"),
    ("priority", 2, "digits"),
    ("destination", 10, "text"),
    ("origin", 10, "text"),
    ("created on", 6, "digits"),
    ("created at", 4, "digits or blank"),
    ("modifier", 1, "text"),
    ("record size", 3, "digits"),
    ("blocking factor", 2, "digits"),
    ("format", 1, "digits"),
    ("destination name", 23, "text"),
    ("origin name", 23, "text"),
    ("reference", 8, "text"),
)

BATCH_HEADER = _layout(
    "batch header",
    ("type", 1, "digits"),
    ("service class", 3, "digits"),
    ("company name", 16, "text"),
    ("company data", 20, "text"),
    ("company id", 10, "text"),
    ("class code", 3, "text"),
    ("description", 10, "text"),
    ("descriptive date", 6, "text"),
    ("effective date", 6, "digits or blank"),
    ("settlement day", 3, "digits or blank"),
    ("originator status", 1, "text"),
    ("odfi", 8, "digits"),
    ("batch number", 7, "digits"),
)

IAT_BATCH_HEADER = _layout(
    "IAT batch header",
    ("type", 1, "digits"),
    ("service class", 3, "digits"),
    ("indicator", 16, "text"),
    ("exchange indicator", 2, "text"),
    ("exchange reference indicator", 1, "text"),
    ("exchange reference", 15, "text"),
    ("destination country", 2, "text"),
    ("company id", 10, "text"),
    ("class code", 3, "text"),
    ("description", 10, "text"),
    ("originating currency", 3, "text"),
    ("destination currency", 3, "text"),
    ("effective date", 6, "digits or blank"),
    ("settlement day", 3, "digits or blank"),
    ("originator status", 1, "text"),
    ("odfi", 8, "digits"),
    ("batch number", 7, "digits"),
)

ENTRY = _layout(
    "entry",
    ("type", 1, "digits"),
    ("transaction code", 2, "digits"),
    ("rdfi", 8, "digits"),
    ("check digit", 1, "digits"),
    ("account number", 17, "text"),
    ("amount", 10, "digits"),
    ("identification", 15, "text"),
    ("name", 22, "text"),
    ("discretionary", 2, "text"),
    ("addenda indicator", 1, "digits"),
    ("trace", 15, "digits"),
)

CTX_ENTRY = _layout(
    "CTX entry",
    ("type", 1, "digits"),
    ("transaction code", 2, "digits"),
    ("rdfi", 8, "digits"),
    ("check digit", 1, "digits"),
    ("account number", 17, "text"),
    ("amount", 10, "digits"),
    ("identification", 15, "text"),
    ("addenda count", 4, "digits or blank"),
    ("name", 16, "text"),
    ("reserved", 2, "text"),
    ("discretionary", 2, "text"),
    ("addenda indicator", 1, "digits"),
    ("trace", 15, "digits"),
)

IAT_ENTRY = _layout(
    "IAT entry",
    ("type", 1, "digits"),
    ("transaction code", 2, "digits"),
    ("rdfi", 8, "digits"),
    ("check digit", 1, "digits"),
    ("addenda count", 4, "digits or blank"),
    ("reserved", 13, "text"),
    ("amount", 10, "digits"),
    ("account number", 35, "text"),
    ("reserved too", 2, "text"),
    ("screening", 1, "text"),
    ("second screening", 1, "text"),
    ("addenda indicator", 1, "digits"),
    ("trace", 15, "digits"),
)

ADDENDA = _layout(
    "addenda",
    ("type", 1, "digits"),
    ("addenda type", 2, "digits"),
    ("information", 80, "text"),
    ("sequence", 4, "text"),
    ("entry sequence", 7, "digits"),
)

OTHER_ADDENDA = _layout(
    "addenda",
    ("type", 1, "digits"),
    ("addenda type", 2, "digits"),
    ("information", 91, "text"),
)

CHANGE = _layout(
    "change notice",
    ("type", 1, "digits"),
    ("addenda type", 2, "digits"),
    ("code", 3, "text"),
    ("original trace", 15, "digits"),
    ("reserved", 6, "text"),
    ("original rdfi", 8, "digits or blank"),
    ("corrected", 29, "text"),
    ("reserved too", 15, "text"),
    ("trace", 15, "digits"),
)

RETURN = _layout(
    "return",
    ("type", 1, "digits"),
    ("addenda type", 2, "digits"),
    ("code", 3, "text"),
    ("original trace", 15, "digits"),
    ("date of death", 6, "text"),
    ("original rdfi", 8, "digits or blank"),
    ("information", 44, "text"),
    ("trace", 15, "digits"),
)

BATCH_CONTROL = _layout(
    "batch control",
    ("type", 1, "digits"),
    ("service class", 3, "digits"),
    ("count", 6, "digits"),
    ("hash", 10, "digits"),
    ("debits", 12, "digits"),
    ("credits", 12, "digits"),
    ("company id", 10, "text"),
    ("authentication", 19, "text"),
    ("reserved", 6, "text"),
    ("odfi", 8, "digits"),
    ("batch number", 7, "digits"),
)

FILE_CONTROL = _layout(
    "file control",
    ("type", 1, "digits"),
    ("batch count", 6, "digits"),
    ("block count", 6, "digits"),
    ("count", 8, "digits"),
    ("hash", 10, "digits"),
    ("debits", 12, "digits"),
    ("credits", 12, "digits"),
    ("reserved", 39, "text"),
)
