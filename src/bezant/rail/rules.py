"""Dated rules: what a rail allows is data with the days it holds for and its source."""

from collections.abc import Sequence
from datetime import date
from typing import Generic, TypeVar

from msgspec import Struct

T = TypeVar("T")


class Rule(Struct, Generic[T], frozen=True):
    """One dated row of a rail's rule book: what held from one day to another, and who says so."""

    value: T
    valid_from: date
    valid_to: date | None
    source: str

    def holds(self, on: date) -> bool:
        """Tell whether the row is in force on a day; both ends belong to it."""
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)


def in_force(rows: Sequence[Rule[T]], on: date) -> T:
    """Return the value in force on a day; raises LookupError before the first row."""
    for row in rows:
        if row.holds(on):
            return row.value
    raise LookupError(f"no rule is in force on {on}")
