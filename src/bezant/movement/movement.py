"""Movement: money on its way through a rail; the one state machine behind every product."""

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from msgspec import Struct

from bezant.api.resource import Resource
from bezant.kernel.money import Money
from bezant.ledger.book import Book, book_of

Status = Literal[
    "created",
    "held",
    "scheduled",
    "submitted",
    "acknowledged",
    "settled",
    "rejected",
    "canceled",
    "returned",
    "recalled",
    "unknown",
]

NEXT: Mapping[str, frozenset[str]] = {
    "created": frozenset({"held", "scheduled", "submitted", "settled", "canceled", "rejected"}),
    "held": frozenset({"scheduled", "canceled", "rejected"}),
    "scheduled": frozenset({"submitted", "unknown", "canceled", "rejected"}),
    # Banks answer in any order: a return may be heard of before the settlement it undoes.
    "submitted": frozenset({"acknowledged", "settled", "rejected", "returned", "unknown"}),
    "acknowledged": frozenset({"settled", "rejected", "returned", "recalled"}),
    "unknown": frozenset({"submitted", "acknowledged", "settled", "rejected", "returned"}),
    "settled": frozenset({"returned", "recalled"}),
    "rejected": frozenset(),
    "canceled": frozenset(),
    "returned": frozenset(),
    "recalled": frozenset(),
}


class MovementFact(Struct, frozen=True):
    """What was heard of a movement, and where: never changed, only appended.

    `at` is when we heard it in Unix seconds, `on` the day it happened (ISO 8601). `code` is the
    network's, `failure_code` the API's. `file` is the bank file and `line` the line in it that
    said so, `statement_line` the booking that proves it.
    """

    kind: str
    at: int
    on: str | None = None
    code: str | None = None
    reason: str | None = None
    failure_code: str | None = None
    file: str | None = None
    line: int | None = None
    statement_line: str | None = None


class Movement(Resource, tag="movement"):
    """Money on its way through a rail, in minor units, for one owner and one object of theirs.

    The counterparty's full bank details are hidden; times are Unix seconds. `trace` is the bank's
    name for it, `reference` what a payer writes.
    """

    filters: ClassVar[Mapping[str, str]] = {
        "status": "status",
        "source": "source",
        "platform": "parent",
        "file": "file",
        "reference": "reference",
        "due_at": "due_at",
    }

    id: str
    account: str
    platform: str
    amount: int
    created: int
    currency: str
    direction: Literal["credit", "debit"]
    livemode: bool
    rail: str
    service: str
    source: str
    subject: str
    status: Status
    bank: str
    reference: str | None = None
    file: str | None = None
    due_at: str | None = None
    effective_date: str | None = None
    expected_settlement_at: int | None = None
    available_at: int | None = None
    return_by: int | None = None
    final_at: int | None = None
    facts: tuple[MovementFact, ...] = ()

    @property
    def money(self) -> Money:
        """Its amount as money."""
        return Money(self.amount, self.currency)

    @property
    def book(self) -> Book:
        """The owner's book."""
        return book_of(self.account, self.livemode)

    def may_become(self, status: str) -> bool:
        """Tell whether a fact of that kind has anything to change."""
        return status in NEXT[self.status]

    def with_fact(self, fact: MovementFact, status: str) -> dict[str, Any]:
        """Return the changes that a fact makes."""
        assert self.may_become(status), f"{self.id} is {self.status}, which never becomes {status}"
        return {"status": status, "facts": (*self.facts, fact)}
