"""The logical records of an AFT file as data: each field a name and a width (CPA Standard 005).

Each record is 1,464 characters. A record of payments begins with 24 characters that all records
share, and has room for six segments of 240, each one payment.
"""

from collections.abc import Mapping
from datetime import date, timedelta

from bezant.rail.fixed_width import is_digits, layout

WIDTH, HEAD, SEGMENT, SEGMENTS = 1_464, 24, 240, 6


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

COMMON = layout("record", HEAD, *_HEAD)
"""What every record begins with."""

HEADER = layout(
    "A record",
    WIDTH,
    *_HEAD,
    ("created on", 6, "digits"),
    ("data centre", 5, "digits"),
    ("communication", 20),
    ("currency", 3),
    ("filler", WIDTH - 58),
)

PAYMENT = layout(
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

TRAILER = layout(
    "Z record",
    WIDTH,
    *_HEAD,
    *(
        column
        for kind in _SUMS
        for column in ((f"{kind} total", 14, "digits"), (f"{kind} count", 8, "digits"))
    ),
    ("filler", WIDTH - 112),
)
SUMMED: Mapping[str, str] = {"D": "D", "J": "D", "C": "C", "I": "C", "E": "E", "F": "F"}
"""In which sum of the trailer a kind of record is counted; returns are with their like."""
KINDS = {"credit": "C", "debit": "D"}
"""Records of payments, by the way that their money goes."""
