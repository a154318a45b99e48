"""Trace numbers that have been met in a file."""

from array import array
from bisect import bisect_left


class Seen:
    """Numbers that have been met, in eight bytes each while they come in ascending order."""

    def __init__(self) -> None:
        self._ascending = array("q")
        self._others: set[int] = set()

    def __contains__(self, number: int) -> bool:
        """Tell whether a number was met."""
        row = self._ascending
        at = bisect_left(row, number)
        return (at < len(row) and row[at] == number) or number in self._others

    def again(self, number: int) -> bool:
        """Note a number, and tell whether it was there before."""
        row = self._ascending
        if not row or number > row[-1]:
            row.append(number)
            return False
        if number in self:
            return True
        self._others.add(number)
        return False
