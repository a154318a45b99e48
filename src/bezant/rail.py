"""What a rail is: the instructions that it carries, the facts that it brings back, its rules.

A rail is pure: it turns instructions into the bytes of a bank's format and bytes into facts.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Generic, Literal, Protocol, TypeVar

import msgspec
from msgspec import Struct

from bezant.kernel.money import Money

T = TypeVar("T")

Direction = Literal["credit", "debit"]
Mode = Literal["batch", "instant"]
Service = Literal["standard", "same_day"]
FactKind = Literal["submitted", "acknowledged", "rejected", "settled", "returned", "corrected"]


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


class Party(Struct, frozen=True):
    """The other side of a movement: a name and a bank account."""

    name: str
    routing_number: str
    account_number: str
    account_type: Literal["checking", "savings"] = "checking"
    holder: Literal["individual", "company"] = "individual"


class Instruction(Struct, frozen=True):
    """An order to move money once; the trace is its name at the bank for ever."""

    movement: str
    trace: str
    amount: Money
    direction: Direction
    counterparty: Party
    effective_date: date
    service: Service = "standard"
    description: str = ""
    reference: str = ""


class Originator(Struct, frozen=True):
    """Whoever sends files to a bank, as the bank knows them."""

    name: str
    company_id: str
    odfi_routing: str
    account_number: str
    bank_name: str
    origin_routing: str = ""


class Fact(Struct, frozen=True):
    """What a bank says happened to one instruction, found by its trace.

    `code` is the network's, `failure_code` the API's; `on` is the day it happened; `line` is
    where the file says so, counted from 1.
    """

    kind: FactKind
    trace: str
    amount: Money | None = None
    code: str | None = None
    reason: str | None = None
    failure_code: str | None = None
    on: date | None = None
    line: int | None = None
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


class Capabilities(Struct, frozen=True):
    """What a rail can do, for the router; amounts are in minor units."""

    name: str
    title: str
    mode: Mode
    currencies: tuple[str, ...]
    directions: tuple[Direction, ...]
    services: tuple[Service, ...]
    max_amount: int
    max_file_count: int
    max_file_total: int


class Timetable(Struct, frozen=True):
    """When an instruction given now goes out, settles, and can no longer come back."""

    cut_off: datetime
    effective_date: date
    expected_settlement_at: datetime
    return_by: datetime


class Rail(Protocol):
    """A way to move money; one folder in `rails`, without I/O."""

    @property
    def capabilities(self) -> Capabilities:
        """What the rail can do."""
        ...

    def trace(self, originator: Originator, sequence: int) -> str:
        """Return the bank's name for the originator's nth instruction."""
        ...

    def timetable(self, now: datetime, service: Service = "standard") -> Timetable:
        """Return the dates of an instruction given at an instant."""
        ...

    def objections(self, instruction: Instruction) -> tuple[str, ...]:
        """Say why the rail cannot carry an instruction; nothing when it can."""
        ...

    def pack(
        self,
        instructions: Sequence[Instruction],
        originator: Originator,
        *,
        created_at: datetime,
        file_modifier: str,
        reference: str,
    ) -> bytes:
        """Return the file that orders the instructions, the same bytes for the same input.

        Raises FileRefused, naming each movement that the rail cannot carry.
        """
        ...

    def read(self, data: bytes) -> ReadFile:
        """Return what any file of this rail says; raises FileRefused with every problem."""
        ...
