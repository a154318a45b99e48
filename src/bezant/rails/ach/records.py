"""The records of a NACHA file as data, and the numbers that check them."""

from functools import lru_cache

from bezant.rails.ach.layout import LENGTH, is_digits, layout

__all__ = ["LENGTH", "is_digits"]

BLOCKING = 10
FILLER = "9" * LENGTH

_CHECK_WEIGHTS = (3, 7, 1, 3, 7, 1, 3, 7)


@lru_cache(maxsize=16384)
def check_digit(routing: str) -> str:
    """Return the ninth digit of a routing number: weights 3, 7, 1, to the next multiple of 10."""
    total = sum(
        weight * int(digit) for weight, digit in zip(_CHECK_WEIGHTS, routing[:8], strict=True)
    )
    return str(-total % 10)


def trace_number(odfi: str, sequence: int) -> str:
    """Return the 15 digits that name an entry: the bank's first eight and a sequence number."""
    assert 0 < sequence < 10**7, "a trace has room for seven digits"
    return f"{odfi[:8]}{sequence:07d}"


FILE_HEADER = layout(
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

BATCH_HEADER = layout(
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

ENTRY = layout(
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

CTX_ENTRY = layout(
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

BATCH_CONTROL = layout(
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

FILE_CONTROL = layout(
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
