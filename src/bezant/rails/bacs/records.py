"""The labels and records of a Standard 18 file as data: each field a name and a width.

Labels are 80 characters. A record of data is 100, or 106 where it names its processing day.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from types import MappingProxyType

from bezant.rail.fixed_width import Layout, is_digits, layout

LABEL, SINGLE, MULTI = 80, 100, 106


def write_day(day: date) -> str:
    """Return a day as ` YYDDD`, the day of the year in the last three digits."""
    return f" {day:%y%j}"


def read_day(text: str) -> date | None:
    """Return the day that ` YYDDD` says; nothing when there is no such day."""
    digits = text.strip()
    if len(digits) != 5 or not is_digits(digits):
        return None
    year = 2000 + int(digits[:2])
    day = date(year, 1, 1) + timedelta(days=int(digits[2:]) - 1)
    return day if day.year == year and digits[2:] != "000" else None


VOLUME = layout(
    "VOL1",
    LABEL,
    ("label", 4),
    ("serial", 6),
    ("accessibility", 1),
    ("reserved", 20),
    ("reserved too", 6),
    ("reserved before", 4),
    ("user number", 6),
    ("reserved after", 4),
    ("reserved last", 28),
    ("level", 1),
)

_FILE = (
    ("label", 4),
    ("file mark", 1),
    ("user number", 6),
    ("set mark", 1),
    ("reserved", 2),
    ("file number", 1),
    ("bureau number", 6),
    ("serial", 6),
    ("section", 4),
    ("sequence", 4),
    ("generation", 4),
    ("version", 2),
    ("created on", 6),
    ("expires on", 6),
    ("accessibility", 1),
    ("block count", 6),
    ("system", 13),
    ("reserved last", 7),
)
_FORMAT = (
    ("label", 4),
    ("format", 1),
    ("block length", 5),
    ("record length", 5),
    ("reserved", 35),
    ("offset", 2),
    ("reserved last", 28),
)

HEADER_1 = layout("HDR1", LABEL, *_FILE)
HEADER_2 = layout("HDR2", LABEL, *_FORMAT)
END_1 = layout("EOF1", LABEL, *_FILE)
END_2 = layout("EOF2", LABEL, *_FORMAT)

USER_HEADER = layout(
    "UHL1",
    LABEL,
    ("label", 4),
    ("processing day", 6),
    ("receiver", 6),
    ("reserved", 4),
    ("currency", 2),
    ("country", 6),
    ("work code", 9),
    ("file number", 3),
    ("reserved too", 7),
    ("audit print", 7),
    ("reserved last", 26),
)

USER_TRAILER = layout(
    "UTL1",
    LABEL,
    ("label", 4),
    ("debit total", 13, "digits"),
    ("credit total", 13, "digits"),
    ("debit count", 7, "digits"),
    ("credit count", 7, "digits"),
    ("reserved", 8),
    ("instruction count", 7),
    ("user", 21),
)

_DATA = (
    ("sort code", 6, "digits"),
    ("account number", 8, "digits"),
    ("account type", 1),
    ("code", 2),
    ("own sort code", 6, "digits"),
    ("own account number", 8, "digits"),
    ("free", 4),
    ("amount", 11, "digits"),
    ("user name", 18),
    ("reference", 18),
    ("name", 18),
)

DATA: Mapping[int, Layout] = MappingProxyType(
    {
        SINGLE: layout("record", SINGLE, *_DATA),
        MULTI: layout("record", MULTI, *_DATA, ("processing day", 6)),
    }
)
"""The record of data and the contra record, by its length."""

CREDITS = frozenset({"99", "Z4", "Z5"})
DEBITS = frozenset({"01", "17", "18", "19"})
INSTRUCTIONS = frozenset({"0N", "0C", "0S"})
"""A new Direct Debit instruction, one that ends, one that moves from paper; without money."""
CONTRA = "CONTRA"
