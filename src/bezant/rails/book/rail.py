"""The book rail: there is no bank on the other side, so we accept our own slips ourselves.

A slip is a JSON document that says what to move; an acceptance repeats it. Both are kept like any
bank's files, so that a book transfer can be explained from the same records as any other.
"""

import hashlib
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from bezant.kernel.currency import table
from bezant.kernel.errors import FileRefused, Problem
from bezant.kernel.money import Money
from bezant.rail import (
    Capabilities,
    Direction,
    Fact,
    Instruction,
    Originator,
    OwnAccount,
    ReadFile,
    Rule,
    RuleBook,
    Service,
    Timetable,
    Totals,
    not_alone,
)

MOST = 10**18 - 1
"""Minor units of one transfer; sums of several still fit 64 bits."""
ACCEPTED = "BOOK"
"""The code of what the ledger has settled by itself."""

_BOOK: RuleBook = {
    "hours": (Rule("day and night", date(2000, 1, 1), None, "our own ledger"),),
}
_MARK = b'{"book":"'
_SIGNS = 14


class _Slip(Struct, forbid_unknown_fields=True):
    """A slip, or with `accepted_at` its acceptance."""

    book: Annotated[str, Meta(pattern="^(slip|acceptance)$")]
    trace: Annotated[str, Meta(pattern="^BOOK[0-9]{14}$")]
    source: str
    destination: str
    amount: Annotated[int, Meta(gt=0, le=MOST)]
    currency: Annotated[str, Meta(pattern="^[a-z]{3}$")]
    on: date
    reference: str = ""
    remittance: str = ""
    proof: str = ""


class Book:
    """Book transfers as a rail."""

    capabilities = Capabilities(
        name="book",
        title="Book transfer",
        mode="instant",
        currencies=tuple(sorted(table())),
        directions=("credit",),
        services=("instant",),
        max_amount=MOST,
        max_file_count=1,
        max_file_total=MOST,
        accounts=("own",),
        answers_in_seconds=1,
        format="book-slip",
        suffix=".json",
    )
    rule_book: RuleBook = _BOOK

    def trace(self, originator: Originator, sequence: int) -> str:
        """Return the name of the nth slip."""
        del originator
        assert 0 < sequence < 10**_SIGNS, "fourteen digits tell slips apart"
        return f"BOOK{sequence:0{_SIGNS}d}"

    def timetable(
        self,
        now: datetime,
        service: Service = "instant",
        direction: Direction = "credit",
        cut_off: time | None = None,
    ) -> Timetable:
        """Return the instant itself: the ledger settles at once, and what it settled is final."""
        del service, direction, cut_off
        return Timetable.final(now, now.astimezone(UTC).date(), now)

    def objections(self, instruction: Instruction) -> tuple[str, ...]:
        """Say why a book transfer cannot carry an instruction; nothing when it can."""
        return tuple(_objections(instruction))

    def pack(
        self,
        instructions: Sequence[Instruction],
        originator: Originator,
        *,
        created_at: datetime,
        file_modifier: str,
        reference: str,
    ) -> bytes:
        """Return the slip of one instruction; raises FileRefused, naming what is wrong."""
        del created_at, file_modifier, reference  # A slip is named by its trace alone.
        problems = [*self._problems(instructions, originator)]
        if problems:
            raise FileRefused(problems)
        (asked,) = instructions
        source, destination = originator.account, asked.counterparty.account
        assert isinstance(source, OwnAccount), "an originator that was refused does not pack"
        assert isinstance(destination, OwnAccount), "what was objected to is not packed"
        return msgspec.json.encode(
            _Slip(
                book="slip",
                trace=asked.trace,
                source=source.name,
                destination=destination.name,
                amount=asked.amount.amount,
                currency=asked.amount.currency,
                on=asked.effective_date,
                reference=asked.reference,
                remittance=asked.remittance,
            )
        )

    def _problems(
        self, instructions: Sequence[Instruction], originator: Originator
    ) -> Iterator[Problem]:
        yield from not_alone(instructions)
        if not isinstance(originator.account, OwnAccount):
            yield Problem(None, "account", "book transfers leave one of the own accounts")
        if originator.dialect:
            yield Problem(None, "dialect", "book transfers have no dialects")
        for asked in instructions:
            for reason in self.objections(asked):
                yield Problem(None, asked.movement, reason)
            if asked.counterparty.account == originator.account:
                yield Problem(None, asked.movement, "both accounts are the same")

    def accept(self, slip: bytes) -> bytes:
        """Return our own acceptance of a slip; raises FileRefused for what is none."""
        found = _decoded(slip)
        if found.book != "slip":
            raise FileRefused([Problem(1, "book", "an acceptance is not accepted again")])
        found.book = "acceptance"
        found.proof = hashlib.sha256(slip).hexdigest()
        return msgspec.json.encode(found)

    def recognize(self, data: bytes) -> str | None:
        """Return `book-slip` for what looks like a slip or an acceptance."""
        return "book-slip" if data.startswith(_MARK) else None

    def read(self, data: bytes) -> ReadFile:
        """Return what a slip asks or an acceptance settles; raises FileRefused for neither."""
        slip = _decoded(data)
        settled = slip.book == "acceptance"
        amount = Money(slip.amount, slip.currency)
        fact = Fact(
            kind="settled" if settled else "submitted",
            trace=slip.trace,
            amount=amount,
            code=ACCEPTED if settled else None,
            reason="Settled within the ledger" if settled else None,
            on=slip.on,
            line=1,
            direction="credit",
            remittance=slip.remittance,
            details={
                "source": slip.source,
                "destination": slip.destination,
                "reference": slip.reference,
            },
        )
        totals = Totals(1, amount, Money(0, slip.currency), {"reference": slip.trace})
        return ReadFile((fact,), (), totals)


def _decoded(data: bytes) -> _Slip:
    try:
        slip = msgspec.json.decode(data, type=_Slip)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise FileRefused([Problem(1, None, f"no slip: {error}")]) from error
    if slip.currency not in table():
        raise FileRefused([Problem(1, "currency", f"{slip.currency} is no currency")])
    return slip


def _objections(instruction: Instruction) -> Iterator[str]:
    amount = instruction.amount
    if instruction.act != "pay" or instruction.direction != "credit":
        yield "a book transfer pays from one own account to another"
    if not 0 < amount.amount <= MOST:
        yield f"the amount {amount.amount} is not some money"
    if amount.currency not in table():
        yield f"{amount.currency} is no currency"
    if not isinstance(instruction.counterparty.account, OwnAccount):
        yield "the account is not one of the operator's own"
    if instruction.service != "instant":
        yield f"book transfers have no service {instruction.service}"
    if instruction.details:
        yield f"book transfers know no details, not {sorted(instruction.details)}"
    if len(instruction.trace) != 4 + _SIGNS or not instruction.trace.startswith("BOOK"):
        yield "the trace is not BOOK and 14 digits"


BOOK = Book()
