"""Facts: what a bank's file or message says happened, one for each movement it speaks of."""

from collections.abc import Iterator
from datetime import date
from typing import Literal

import msgspec
from msgspec import Struct

from bezant.kernel.money import Money
from bezant.rail.orders import Direction, Party

FactKind = Literal[
    "submitted",
    "acknowledged",
    "pending",
    "rejected",
    "settled",
    "returned",
    "corrected",
    "received",
    "requested",
    "recall_requested",
    "recalled",
    "recall_refused",
    "dishonored",
    "contested",
    "verified",
    "mandate_changed",
]
"""What is heard. `submitted` is what one of our own files says when it is read back; `received`
and `requested` begin something new; `pending` is accepted and not yet booked; `recalled` and
`recall_refused` answer a recall of ours, `recall_requested` is one of theirs."""


class Fact(Struct, frozen=True):
    """What a bank says happened to one instruction, found by its trace.

    `code` is the network's, `failure_code` the API's; `on` is the day it happened; `line` is
    where the file says so, counted from 1. What begins with the bank (`received`, `requested`)
    brings its counterparty and direction along. The direction is always the counterparty's: money
    that came in is a `debit` of whoever paid it, what others collected from us, or want to be
    paid, is a `credit` of theirs.
    """

    kind: FactKind
    trace: str
    amount: Money | None = None
    code: str | None = None
    reason: str | None = None
    failure_code: str | None = None
    on: date | None = None
    line: int | None = None
    end_to_end_id: str = ""
    direction: Direction | None = None
    counterparty: Party | None = None
    remittance: str = ""
    details: dict[str, str] = msgspec.field(default_factory=dict[str, str])


class Totals(Struct, frozen=True):
    """What a file adds up to, by its own control records, and what its header says."""

    count: int
    credits: Money
    debits: Money
    details: dict[str, str] = msgspec.field(default_factory=dict[str, str])


class ReadFile(Struct, frozen=True):
    """A bank file that was read whole; warnings are oddities that change nothing."""

    facts: tuple[Fact, ...]
    warnings: tuple[str, ...]
    totals: Totals

    def __iter__(self) -> Iterator[Fact]:
        """Go through the facts."""
        return iter(self.facts)
