"""Counts and sums that messages say of themselves: a message is believed only when they agree."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Protocol, cast

from msgspec import Struct, field

from bezant.iso20022.leaves import decimal_text
from bezant.kernel.errors import Problem
from bezant.kernel.money import Money


class Counted(Protocol):
    """What says how many payments follow, and what they add up to."""

    @property
    def count(self) -> int | None:
        """Return NbOfTxs."""
        ...

    @property
    def control_sum(self) -> Decimal | None:
        """Return CtrlSum."""
        ...

    @property
    def line(self) -> int:
        """Return where it stands."""
        ...


class Paid(Protocol):
    """A payment, which has an amount."""

    @property
    def amount(self) -> Money | None:
        """Return the amount."""
        ...


class Tally(Struct):
    """How many payments there were, and their sum, whatever their currencies."""

    count: int = 0
    sum: Decimal = Decimal(0)
    monies: dict[str, int] = field(default_factory=dict[str, int])

    def add(self, payment: Paid) -> None:
        """Count one payment."""
        self.count += 1
        money = payment.amount
        if money is not None:
            self.sum += Decimal(decimal_text(money))
            self.monies[money.currency] = self.monies.get(money.currency, 0) + money.amount

    def join(self, other: "Tally") -> None:
        """Count what another counted."""
        self.count += other.count
        self.sum += other.sum
        for currency, amount in other.monies.items():
            self.monies[currency] = self.monies.get(currency, 0) + amount

    def disagreements(self, said: Counted, path: str) -> Iterator[Problem]:
        """Yield what is said otherwise than it was counted."""
        if said.count is not None and said.count != self.count:
            reason = f"NbOfTxs is {said.count}, and there are {self.count} payments"
            yield Problem(said.line, f"{path}/NbOfTxs", reason)
        if said.control_sum is not None and said.control_sum != self.sum:
            reason = f"CtrlSum is {said.control_sum}, and the payments make {self.sum}"
            yield Problem(said.line, f"{path}/CtrlSum", reason)

    def differs(self, total: Money | None, name: str, line: int, path: str) -> Iterator[Problem]:
        """Yield that a total of money is not what the payments make."""
        if total is not None and self.monies != {total.currency: total.amount}:
            yield Problem(line, f"{path}/{name}", f"{name} is not what the payments make")


class Control:
    """Counts the payments of a message while it is read, batch by batch."""

    def __init__(self) -> None:
        self.total = Tally()
        self.problems: list[Problem] = []
        self._batch = Tally()
        self._batches = 0

    def payment(self, payment: object) -> None:
        """Count one payment."""
        self._batch.add(cast("Paid", payment))

    def batch(self, batch: object, path: str) -> None:
        """Compare a batch, whose payments were counted, with what it says of itself."""
        self._batches += 1
        said = cast("Counted", batch)
        self.problems.extend(self._batch.disagreements(said, f"{path}[{self._batches}]"))
        self._end_batch()

    def finish(self, header: object, path: str) -> list[Problem]:
        """Compare the whole with the group header, and return every disagreement."""
        self._end_batch()
        said = cast("Counted", header)
        self.problems.extend(self.total.disagreements(said, path))
        for name in ("total", "returned_total", "reversed_total"):
            total = getattr(header, name, None)
            self.problems.extend(self.total.differs(total, _TOTALS[name], said.line, path))
        return self.problems

    def _end_batch(self) -> None:
        self.total.join(self._batch)
        self._batch = Tally()


_TOTALS = {
    "total": "TtlIntrBkSttlmAmt",
    "returned_total": "TtlRtrdIntrBkSttlmAmt",
    "reversed_total": "TtlRvsdIntrBkSttlmAmt",
}
