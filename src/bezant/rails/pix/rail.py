"""The Pix rail: one message for each instruction, day and night, final once it is settled."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta

from bezant.iso20022 import messages as iso
from bezant.kernel.errors import FileRefused, Problem
from bezant.kernel.money import Money
from bezant.rail import (
    BrAccount,
    Capabilities,
    Direction,
    Instruction,
    Meaning,
    Originator,
    ReadFile,
    RecallReply,
    RuleBook,
    Service,
    Timetable,
    Totals,
    in_force,
    not_alone,
)
from bezant.rail.identifiers import is_cnpj, is_cpf, is_ispb
from bezant.rails.pix import ids, messages, orders, refunds, rules
from bezant.rails.pix.calendar import brazilian_day, night_limit
from bezant.rails.pix.read import read
from bezant.rails.pix.reasons import REASONS

_FAMILIES = frozenset({"pacs.008", "pacs.002", "pacs.004", "pacs.028"})


class Pix:
    """Pix as a rail."""

    capabilities = Capabilities(
        name="pix",
        title="Pix",
        mode="instant",
        currencies=("brl",),
        directions=("credit",),
        services=("instant",),
        max_amount=rules.MAX_AMOUNT,
        max_file_count=1,
        max_file_total=rules.MAX_AMOUNT,
        acts=orders.ACTS,
        accounts=("pix", "br"),
        answers_in_seconds=rules.ANSWERS_IN[-1].value,
        format="pix-pacs.008",
        suffix=".xml",
    )
    rule_book: RuleBook = rules.BOOK

    def trace(self, originator: Originator, sequence: int) -> str:
        """Return the trace of the originator's nth instruction, the end of its names."""
        del originator
        return ids.trace(sequence)

    def end_to_end(self, originator: Originator, trace: str, created_at: datetime) -> str:
        """Return the end-to-end id of a payment: bank and minute, before its trace."""
        return ids.name("E", originator.bank_id, created_at, trace)

    def trace_in(self, name: str) -> str:
        """Return the trace in an end-to-end id or a return's id of ours."""
        trace = ids.trace_of(name)
        return "" if trace == name else trace

    def timetable(
        self,
        now: datetime,
        service: Service = "instant",
        direction: Direction = "credit",
        cut_off: time | None = None,
    ) -> Timetable:
        """Return the dates of an instruction given now: it goes at once, and is final at once."""
        del service, direction, cut_off
        day = brazilian_day(now)
        settles = now + timedelta(seconds=in_force(rules.ANSWERS_IN, day))
        return Timetable.final(now, day, settles)

    def answer_by(self, asked_on: date) -> date | None:
        """Return the last day on which a contestation is decided."""
        return asked_on + timedelta(days=in_force(rules.ANALYSIS_DAYS, asked_on))

    def recall_reply(
        self, code: str, details: Mapping[str, str], *, granted: bool, reason: str
    ) -> RecallReply:
        """Return how a contestation is answered, and why the money goes back."""
        del details, reason  # The directory has one word for no.
        if not granted:
            return RecallReply(orders.REFUSED)
        return RecallReply(orders.GRANTED, returns_as=orders.RETURNS_AS.get(code, "MD06"))

    def objections(self, instruction: Instruction) -> tuple[str, ...]:
        """Say why Pix cannot carry an instruction; nothing when it can."""
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
        del file_modifier, reference  # Messages are named by their instruction's trace.
        problems = [*self._problems(instructions, originator)]
        problems += [*_of_the_night(instructions, originator, created_at)]
        if problems:
            raise FileRefused(problems)
        (asked,) = instructions
        if asked.act in {"recall", "answer_recall"}:
            return refunds.write(asked, originator)
        return messages.write(asked, originator, created_at)

    def _problems(
        self, instructions: Sequence[Instruction], originator: Originator
    ) -> Iterator[Problem]:
        yield from not_alone(instructions)
        if not isinstance(originator.account, BrAccount):
            yield Problem(None, "account", "the own account is not one in Brazil")
        if not is_ispb(originator.bank_id):
            yield Problem(None, "bank_id", "the own participant's ISPB is not eight characters")
        if not (is_cnpj(originator.company_id) or is_cpf(originator.company_id)):
            yield Problem(None, "company_id", "neither a CNPJ nor a CPF")
        if originator.dialect:
            yield Problem(None, "dialect", "Pix has no dialects")
        for instruction in instructions:
            for reason in self.objections(instruction):
                yield Problem(None, instruction.movement, reason)

    def reason(self, code: str) -> Meaning | None:
        """Return what a code says; nothing for one that is not in the table."""
        found = REASONS.get(code)
        return Meaning(*found) if found else None

    def recognize(self, data: bytes) -> str | None:
        """Return the kind of message (`pix-pacs.002`) of what looks like one of Pix."""
        head = data[:1000]
        root = next((root for root in refunds.ROOTS if f"<{root}".encode() in head), None)
        if root:
            return f"pix-{root.lower()}"
        if messages.NAMESPACE.encode() not in head:
            return None
        name = iso.recognize(data)
        return f"pix-{name[:8]}" if name and name[:8] in _FAMILIES else None

    def read(self, data: bytes) -> ReadFile:
        """Return what a message says; raises FileRefused with every problem and its line."""
        if b"RefundRequest" not in data[:1000]:
            return read(data)
        fact = refunds.read(data)
        money = fact.amount or Money(0, "brl")
        nothing = Money(0, "brl")
        sums = (nothing, money) if fact.direction == "debit" else (money, nothing)
        return ReadFile((fact,), (), Totals(1, *sums, {"reference": fact.trace}))


def _of_the_night(
    instructions: Sequence[Instruction], originator: Originator, created_at: datetime
) -> Iterator[Problem]:
    """Yield what an individual may not send to another at this hour."""
    limit = night_limit(created_at)
    if limit is None or not is_cpf(originator.company_id):
        return
    for one in instructions:
        to = one.counterparty
        private = to.holder == "individual" and not is_cnpj(to.tax_id or "")
        if one.act == "pay" and private and one.amount.amount > limit:
            reason = f"at night an individual sends another at most {limit} centavos at once"
            yield Problem(None, one.movement, f"{reason}: send it by day")


PIX = Pix()
