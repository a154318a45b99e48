"""The modulus check of British account numbers by a table that the banks publish.

The table changes a few times a year and is not ours to give away: whoever wants the check gives
its text (`valacdos.txt`). Exceptions 1, 4 and 7 and plain rows are applied; a row with another
exception proves nothing, so its range counts as unchecked rather than as wrong.
"""

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from itertools import pairwise

from msgspec import Struct

from bezant.kernel.errors import FileRefused, Problem

_ROW = re.compile(
    r"(\d{6})\s+(\d{6})\s+(MOD10|MOD11|DBLAL)((?:\s+-?\d{1,3}){14})(?:\s+(\d{1,2}))?", re.ASCII
)
_KNOWN_EXCEPTIONS = frozenset({0, 1, 4, 7})
_ADDED = 27
_NINES = 9


class Row(Struct, frozen=True):
    """One row: the range of sort codes, the way of counting, the weights, an exception or 0."""

    first: int
    last: int
    way: str
    weights: tuple[int, ...]
    exception: int

    def proves(self, digits: Sequence[int]) -> bool:
        """Tell whether fourteen digits of sort code and account number add up."""
        weights = self.weights
        if self.exception == 7 and digits[12] == _NINES:
            weights = (0,) * 8 + weights[8:]
        products = [weight * digit for weight, digit in zip(weights, digits, strict=True)]
        if self.way == "DBLAL":
            total = sum(product // 10 + product % 10 for product in products)
            return (total + (_ADDED if self.exception == 1 else 0)) % 10 == 0
        total = sum(products)
        if self.exception == 4:
            return total % 11 == digits[12] * 10 + digits[13]
        return total % (11 if self.way == "MOD11" else 10) == 0


class ModulusTable(Struct, frozen=True):
    """The rows of each range, by the range's first sort code; a range has one row or two."""

    rows: Mapping[int, tuple[Row, ...]]
    firsts: tuple[int, ...]

    def fits(self, sort_code: str, account_number: str) -> bool:
        """Tell whether an account may exist; a range without rows is taken on trust."""
        rows = self._rows_of(int(sort_code))
        if any(row.exception not in _KNOWN_EXCEPTIONS for row in rows):
            return True
        digits = [int(digit) for digit in sort_code + account_number]
        return all(row.proves(digits) for row in rows)

    def _rows_of(self, sort_code: int) -> tuple[Row, ...]:
        at = bisect_right(self.firsts, sort_code)
        rows = self.rows[self.firsts[at - 1]] if at else ()
        return rows if rows and sort_code <= rows[0].last else ()


def parse(text: str) -> ModulusTable:
    """Return the table of a text of rows; raises FileRefused naming each line that is none."""
    problems: list[Problem] = []
    rows: dict[int, tuple[Row, ...]] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        row = _row(line)
        if row is None or row.last < row.first:
            reason = "not two sort codes, MOD10, MOD11 or DBLAL, 14 weights and an exception"
            problems.append(Problem(number, None, reason))
        else:
            rows[row.first] = (*rows.get(row.first, ()), row)
    firsts = tuple(sorted(rows))
    for one, other in pairwise(firsts):
        if rows[one][0].last >= other:
            problems.append(Problem(None, None, f"the ranges of {one:06d} and {other:06d} overlap"))
    if not rows and not problems:
        problems.append(Problem(None, None, "the table of sort codes is empty"))
    if problems:
        raise FileRefused(problems)
    return ModulusTable(rows, firsts)


def _row(line: str) -> Row | None:
    found = _ROW.fullmatch(line.strip())
    if found is None:
        return None
    first, last, way, weights, exception = found.groups()
    return Row(
        int(first),
        int(last),
        way,
        tuple(int(weight) for weight in weights.split()),
        int(exception or 0),
    )
