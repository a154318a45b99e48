"""The logical records of an AFT file as data: each field a name and a width (CPA Standard 005).

Each record is 1,464 characters. A record of payments begins with 24 characters that all records
share, and has room for six segments of 240, each one payment.
"""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from msgspec import Struct

WIDTH, HEAD, SEGMENT, SEGMENTS = 1_464, 24, 240, 6


class Field(Struct, frozen=True):
    """Some columns, counted from 0; digits are filled from the left with zeros."""

    name: str
    start: int
    width: int
    digits: bool

    @property
    def columns(self) -> slice:
        return slice(self.start, self.start + self.width)


class Layout(Struct, frozen=True):
    """One kind of record, or the segment of one."""

    name: str
    width: int
    fields: tuple[Field, ...]

    def read(self, text: str) -> dict[str, str]:
        """Return the fields of a text, without the spaces around them."""
        return {field.name: text[field.columns].strip() for field in self.fields}

    def faults(self, text: str, start: int = 0) -> Iterator[str]:
        """Name every field of digits that has something else; columns count from `start`."""
        for field in self.fields:
            if field.digits and not is_digits(text[field.columns]):
                first = start + field.start + 1
                columns = f"columns {first}-{first + field.width - 1}"
                yield f"{field.name} ({columns}) is not a number: {text[field.columns]!r}"

    def write(self, values: Mapping[str, str | int]) -> str:
        """Return a text; all that is given must have its field and fit it."""
        names = {field.name for field in self.fields}
        assert names.issuperset(values), f"{self.name} has no fields {set(values) - names}"
        text = "".join(_written(field, values.get(field.name, "")) for field in self.fields)
        assert len(text) == self.width, f"{self.name} overflows: {text!r}"
        return text


def _written(field: Field, value: str | int) -> str:
    return str(value).rjust(field.width, "0") if field.digits else str(value).ljust(field.width)


def _layout(name: str, width: int, *columns: tuple[str, int] | tuple[str, int, str]) -> Layout:
    fields: list[Field] = []
    start = 0
    for column, size, *kind in columns:
        fields.append(Field(column, start, size, digits=kind == ["digits"]))
        start += size
    assert start <= width, f"{name} is {start} characters long"
    if start < width:
        fields.append(Field("filler", start, width - start, digits=False))
    return Layout(name, width, tuple(fields))


def is_digits(text: str) -> bool:
    """Tell whether a text is ASCII digits only, and some."""
    return text.isascii() and text.isdecimal()


def write_day(day: date) -> str:
    """Return a day as `0YYDDD`, the day of the year in the last three digits."""
    return f"0{day:%y%j}"


def read_day(text: str) -> date | None:
    """Return the day that `0YYDDD` says; nothing when there is no such day."""
    if len(text) != 6 or not is_digits(text) or text[3:] == "000":
        return None
    year = 2000 + int(text[1:3])
    day = date(year, 1, 1) + timedelta(days=int(text[3:]) - 1)
    return day if day.year == year else None


_HEAD = (("type", 1), ("count", 9, "digits"), ("originator", 10), ("file number", 4, "digits"))

COMMON = _layout("record", HEAD, *_HEAD)
"""What every record begins with."""

HEADER = _layout(
    "A record",
    WIDTH,
    *_HEAD,
    ("created on", 6, "digits"),
    ("data centre", 5, "digits"),
    ("communication", 20),
    ("currency", 3),
)

PAYMENT = _layout(
    "payment",
    SEGMENT,
    ("transaction type", 3, "digits"),
    ("amount", 10, "digits"),
    ("date", 6, "digits"),
    ("institution", 9, "digits"),
    ("account", 12),
    ("item trace", 22, "digits"),
    ("stored type", 3, "digits"),
    ("short name", 15),
    ("name", 30),
    ("long name", 30),
    ("user", 10),
    ("cross reference", 19),
    ("return institution", 9),
    ("return account", 12),
    ("sundry", 15),
    ("stored trace", 22),
    ("settlement code", 2),
    ("invalid element", 11),
)
"""A payment, its reversal (E, F), or its return (I, J); in a return the institution and account
are those that it goes back to, and those for returns are where the payment was to go."""

_SUMS = ("D", "C", "E", "F")

TRAILER = _layout(
    "Z record",
    WIDTH,
    *_HEAD,
    *(
        column
        for kind in _SUMS
        for column in ((f"{kind} total", 14, "digits"), (f"{kind} count", 8, "digits"))
    ),
)
SUMMED: Mapping[str, str] = {"D": "D", "J": "D", "C": "C", "I": "C", "E": "E", "F": "F"}
"""In which sum of the trailer a kind of record is counted; returns are with their like."""
KINDS = {"credit": "C", "debit": "D"}
"""Records of payments, by the way that their money goes."""
