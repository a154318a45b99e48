"""A bank's receipt for a whole file: taken or refused, in lines of a key and a value.

Operators and banks confirm a file by a report of its header and totals; there is no record of the
Nacha layout for it. The key of each line ends at its colon.
"""

import re
from collections import defaultdict

from bezant.kernel.errors import FileRefused, Problem
from bezant.kernel.money import Money
from bezant.rail import Fact, ReadFile, Totals

TITLE = b"ACH FILE RECEIPT"

_LINE = re.compile(r"([A-Z ]{1,20}): *(.*)")
_KEYS = ("REFERENCE", "STATUS", "ENTRIES", "DEBITS", "CREDITS")
_STATUSES = ("ACCEPTED", "REJECTED")
_MOST_LINES = 1000
_CENTS = re.compile(r"[0-9]{1,12}")


def is_receipt(data: bytes) -> bool:
    """Tell whether some bytes begin like a receipt."""
    return data[:100].lstrip().startswith(TITLE)


def read(data: bytes) -> ReadFile:
    """Return the receipt as one fact about the file, which it names by `file_reference`."""
    values, lines = _values(data)
    problems = [Problem(None, key, "is missing") for key in _KEYS if key not in values]
    status = values.get("STATUS", [""])[0]
    if "STATUS" in values and status not in _STATUSES:
        problems.append(Problem(lines["STATUS"], None, f"status {status!r} is not known"))
    problems += [
        Problem(lines[key], None, f"{key} is not a number")
        for key in _KEYS[2:]
        if key in values and not _CENTS.fullmatch(values[key][0])
    ]
    if problems:
        raise FileRefused(problems)
    reasons = values.get("REASON", [])
    fact = Fact(
        kind="acknowledged" if status == "ACCEPTED" else "rejected",
        trace="",
        code=status,
        reason="; ".join(reasons) or f"The bank has {status.lower()} the file",
        line=lines["STATUS"],
        details={
            "file_reference": values["REFERENCE"][0],
            "identity": values.get("FILE", [""])[0],
        },
    )
    count, debits, credits = (int(values[key][0]) for key in _KEYS[2:])
    totals = Totals(count, Money(credits, "usd"), Money(debits, "usd"))
    return ReadFile((fact,), (), totals)


def _values(data: bytes) -> tuple[dict[str, list[str]], dict[str, int]]:
    """Return the values by key and the first line of each key."""
    values: dict[str, list[str]] = defaultdict(list)
    lines: dict[str, int] = {}
    text = data.strip().decode("latin-1")
    for number, line in enumerate(text.splitlines()[1:_MOST_LINES], 2):
        if match := _LINE.fullmatch(line.rstrip()):
            values[match[1]].append(match[2])
            lines.setdefault(match[1], number)
        elif line.strip():
            raise FileRefused([Problem(number, None, "is not a key, a colon and a value")])
    return dict(values), lines
