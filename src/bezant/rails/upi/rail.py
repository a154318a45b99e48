"""The UPI rail: one message for each instruction, one answer for each message, day and night."""

from collections.abc import Iterator, Sequence
from datetime import datetime, time, timedelta

from bezant.kernel.errors import FileRefused, Problem
from bezant.rail import (
    Capabilities,
    Direction,
    Instruction,
    Originator,
    ReadFile,
    RuleBook,
    Service,
    Timetable,
    UpiAddress,
    in_force,
    not_alone,
)
from bezant.rail.identifiers import is_vpa
from bezant.rails.upi import messages, orders, rules
from bezant.rails.upi.read import ROOTS, read


class Upi:
    """UPI as a rail."""

    capabilities = Capabilities(
        name="upi",
        title="UPI",
        mode="instant",
        currencies=("inr",),
        directions=("credit",),
        services=("instant",),
        max_amount=rules.LIMITS[-1].value.raised,
        max_file_count=1,
        max_file_total=rules.LIMITS[-1].value.raised,
        acts=("pay", "request", "enquire", "verify"),
        accounts=("upi", "in"),
        answers_in_seconds=rules.ANSWERS_IN[-1].value,
        format="upi-reqpay",
        suffix=".xml",
    )
    rule_book: RuleBook = rules.BOOK

    def trace(self, originator: Originator, sequence: int) -> str:
        """Return the transaction id of the originator's nth instruction."""
        del originator
        return orders.trace(sequence)

    def timetable(
        self,
        now: datetime,
        service: Service = "instant",
        direction: Direction = "credit",
        cut_off: time | None = None,
    ) -> Timetable:
        """Return the dates of an instruction given now: it goes at once, and is final at once."""
        del service, direction, cut_off
        day = now.astimezone(messages.INDIA).date()
        settles = now + timedelta(seconds=in_force(rules.ANSWERS_IN, day))
        return Timetable.final(now, day, settles)

    def objections(self, instruction: Instruction) -> tuple[str, ...]:
        """Say why UPI cannot carry an instruction; nothing when it can."""
        return tuple(orders.objections(instruction))

    def pack(
        self,
        instructions: Sequence[Instruction],
        originator: Originator,
        *,
        created_at: datetime,
        file_modifier: str,
        reference: str,
    ) -> bytes:
        """Return the message of one instruction; raises FileRefused, naming what it cannot hold."""
        del file_modifier, reference  # A message is named by its transaction's id.
        problems = [*self._problems(instructions, originator)]
        if problems:
            raise FileRefused(problems)
        return messages.write(instructions[0], originator, created_at)

    def _problems(
        self, instructions: Sequence[Instruction], originator: Originator
    ) -> Iterator[Problem]:
        yield from not_alone(instructions)
        account = originator.account
        if not isinstance(account, UpiAddress) or not is_vpa(account.vpa):
            yield Problem(None, "account", "the own account is not an address such as name@bank")
        if not originator.bank_id.strip():
            yield Problem(None, "bank_id", "the member's organisation id is missing")
        if originator.dialect:
            yield Problem(None, "dialect", "UPI has no dialects")
        for instruction in instructions:
            for reason in self.objections(instruction):
                yield Problem(None, instruction.movement, reason)

    def recognize(self, data: bytes) -> str | None:
        """Return the kind of message (`upi-resppay`) of what looks like one of UPI."""
        head = data[:1000]
        if messages.NAMESPACE.encode() not in head:
            return None
        found = next((root for root in ROOTS if f"{root} ".encode() in head), None)
        return f"upi-{found.lower()}" if found else None

    def read(self, data: bytes) -> ReadFile:
        """Return what a message says; raises FileRefused with every problem and its line."""
        return read(data)


UPI = Upi()
