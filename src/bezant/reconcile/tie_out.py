"""Tie-out: whether a statement explains itself, while its lines go by one at a time."""

from collections import Counter
from datetime import date

from msgspec import Struct, field

from bezant.kernel.money import Money
from bezant.reconcile.statement import Line, Statement


class Proof(Struct, frozen=True):
    """What opening and lines make too much of the closing balance, and why, where that is known."""

    difference: Money
    explanation: str = ""

    @property
    def ties(self) -> bool:
        """Whether nothing is left, or what is left is explained whole."""
        return not self.difference.amount or bool(self.explanation)


class TieOut(Struct):
    """The sums of one statement's lines in one currency."""

    booked: int = 0
    pending: int = 0
    by_value_date: Counter[date] = field(default_factory=Counter[date])

    def add(self, line: Line, *, booked: bool) -> None:
        """Take a line that is booked, or one that is yet to be."""
        amount = line.signed.amount
        if not booked:
            self.pending += amount
            return
        self.booked += amount
        if line.value_date is not None:
            self.by_value_date[line.value_date] += amount

    def prove(self, statement: Statement) -> Proof | None:
        """Hold the lines against the balances; nothing where the bank left one out.

        Some banks' closing balances leave out what has its value later, or count what is pending.
        """
        if statement.opening is None or statement.closing is None:
            return None
        made = Money(statement.opening.amount + self.booked, statement.currency)
        difference = made - statement.closing
        if not difference.amount:
            return Proof(difference)
        later = sum(amount for day, amount in self.by_value_date.items() if day > statement.to_date)
        if later == difference.amount:
            return Proof(difference, "the closing balance leaves out what has its value later")
        if self.pending == -difference.amount:
            return Proof(difference, "the closing balance counts what is still pending")
        return Proof(difference)
