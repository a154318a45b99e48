"""The shape of a NACHA record: 94 characters, each field a name, a width and a kind."""

import re
from collections.abc import Iterator
from typing import Literal

from msgspec import Struct

LENGTH = 94

Kind = Literal["digits", "digits or blank", "text"]


class Field(Struct, frozen=True):
    """Some columns of a record; `start` counts from 0, people and messages count from 1."""

    name: str
    start: int
    width: int
    kind: Kind

    @property
    def pattern(self) -> str:
        """The field as a group of a regular expression."""
        if self.kind == "text":
            return f"(.{{{self.width}}})"
        digits = f"[0-9]{{{self.width}}}"
        return f"({digits})" if self.kind == "digits" else f"({digits}| {{{self.width}}})"

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
    names: tuple[str, ...]
    pattern: re.Pattern[str]

    def read(self, line: str) -> dict[str, str] | None:
        """Return the fields of a record, without the spaces around them; None with any fault."""
        match = self.pattern.fullmatch(line)
        return match and dict(zip(self.names, map(str.strip, match.groups()), strict=True))

    def read_anyhow(self, line: str) -> dict[str, str]:
        """Return the fields of a record of 94 characters, whatever is in them."""
        return {f.name: line[f.start : f.start + f.width].strip() for f in self.fields}

    def faults(self, line: str) -> Iterator[str]:
        """Name every field of a record that does not have its kind."""
        for field in self.fields:
            fault = field.fault(line[field.start : field.start + field.width])
            if fault is not None:
                yield fault

    def write(self, **values: str | int) -> str:
        """Return a record: numbers right with zeros, text left with spaces; all must fit."""
        record = "".join([_written(field, values.pop(field.name, "")) for field in self.fields])
        assert not values, f"{self.name} has no fields {sorted(values)}"
        assert len(record) == LENGTH, f"{self.name} overflows: {record!r}"
        return record


def layout(name: str, *columns: tuple[str, int, Kind]) -> Layout:
    """Return the kind of record that has these columns, one after another."""
    fields: list[Field] = []
    start = 0
    for column, width, kind in columns:
        fields.append(Field(column, start, width, kind))
        start += width
    assert start == LENGTH, f"{name} is {start} characters long"
    pattern = re.compile("".join(field.pattern for field in fields))
    return Layout(name, tuple(fields), tuple(field.name for field in fields), pattern)


def is_digits(text: str) -> bool:
    """Tell whether a text is ASCII digits only, and some."""
    return text.isascii() and text.isdecimal()


def _written(field: Field, value: str | int) -> str:
    if isinstance(value, int):
        return str(value).rjust(field.width, "0")
    return value.ljust(field.width)
