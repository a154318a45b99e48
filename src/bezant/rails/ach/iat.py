"""International entries (IAT), which are read only: their batch, entry and addenda 10 to 18."""

from collections.abc import Sequence

from bezant.rails.ach.layout import LENGTH, layout

IAT_BATCH_HEADER = layout(
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

IAT_ENTRY = layout(
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

_COLUMNS: dict[str, tuple[tuple[str, int, int], ...]] = {
    "10": (("payment_type", 3, 6), ("foreign_amount", 6, 24), ("foreign_trace", 24, 46),
           ("receiver_name", 46, 81)),
    "11": (("originator_name", 3, 38), ("originator_street", 38, 73)),
    "12": (("originator_city", 3, 38), ("originator_country", 38, 73)),
    "13": (("odfi_name", 3, 38), ("odfi_id", 40, 74), ("odfi_country", 74, 77)),
    "14": (("rdfi_name", 3, 38), ("rdfi_id", 40, 74), ("rdfi_country", 74, 77)),
    "15": (("receiver_id", 3, 18), ("receiver_street", 18, 53)),
    "16": (("receiver_city", 3, 38), ("receiver_country", 38, 73)),
    "17": (("remittance", 3, 83),),
    "18": (("correspondent_name", 3, 38), ("correspondent_id", 40, 74),
           ("correspondent_country", 74, 77)),
}  # fmt: skip
"""What each addenda record tells, by its type: a name and its columns, counted from 0."""

MANDATORY = frozenset(str(number) for number in range(10, 17))
"""Addenda that every forward entry has."""


def details_of(records: Sequence[str]) -> dict[str, str]:
    """Return what the addenda of an entry tell, by name; parts that repeat are put in a row."""
    found: dict[str, list[str]] = {}
    for record in records:
        assert len(record) == LENGTH, "a record was filled to its length"
        for name, start, end in _COLUMNS.get(record[1:3], ()):
            value = record[start:end].strip().rstrip("\\")
            if value:
                found.setdefault(name, []).append(value.replace("*", ", "))
    return {name: " ".join(values) for name, values in found.items()}
