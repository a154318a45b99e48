"""What a verification found: each check as a sentence, how much it examined, and what is wrong."""

from collections.abc import Iterable
from typing import NamedTuple

from msgspec import Struct, field

SHOWN = 100
"""How many problems a report tells in full; all of them are counted."""


class Problem(NamedTuple):
    """A row that is not what it should be: where, what was expected, and what stands there."""

    table: str
    key: str
    expected: str
    found: str


class Check(Struct):
    """One invariant: the sentence says what was proved of `examined` rows, if `count` is 0."""

    name: str
    sentence: str
    examined: int = 0
    count: int = 0
    problems: list[Problem] = field(default_factory=list[Problem])

    @property
    def ok(self) -> bool:
        """Whether nothing contradicts it."""
        return self.count == 0


class Report(Struct):
    """Every check of one snapshot of the ledger, with what the ledger held."""

    checks: list[Check]
    books: int
    accounts: int
    entries: int
    moves: int
    holds: int
    seals: int
    sealed_entries: int
    seconds: float

    @property
    def ok(self) -> bool:
        """Whether every check is."""
        return all(check.ok for check in self.checks)

    @property
    def problems(self) -> list[Problem]:
        """The problems told in full, in the order of the checks."""
        return [problem for check in self.checks for problem in check.problems]


class Findings:
    """The checks as they go on, and the limit on how many problems are told in full."""

    def __init__(self) -> None:
        """Begin with nothing checked."""
        self.checks: list[Check] = []
        self._shown = 0

    def check(self, name: str, sentence: str, examined: int = 0) -> Check:
        """Begin a check."""
        self.checks.append(Check(name, sentence, examined))
        return self.checks[-1]

    def add(self, check: Check, problems: Iterable[Problem]) -> None:
        """Count problems and keep as many as there is room for."""
        for problem in problems:
            check.count += 1
            if self._shown < SHOWN:
                self._shown += 1
                check.problems.append(problem)
