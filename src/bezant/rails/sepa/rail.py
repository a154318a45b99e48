"""The rails of SEPA: transfers, instant transfers, and direct debits of either scheme."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, time, timedelta

from bezant.kernel.codec import joined
from bezant.rail import (
    Capabilities,
    Direction,
    Instruction,
    Originator,
    ReadFile,
    RuleBook,
    Service,
    Timetable,
    in_force,
)
from bezant.rails.sepa import calendar, credit, debit, inquiries, orders, read, rules, verify
from bezant.rails.sepa.orders import Order

Write = Callable[[Order], bytes]

_ABOUT_ORDERS: dict[str, Write] = {
    "recall": inquiries.write_recalls,
    "answer_recall": inquiries.write_answers,
    "reverse": inquiries.write_reversals,
    "enquire": inquiries.write_enquiries,
    "verify": verify.write,
}


class _Sepa:
    """What the schemes have in common."""

    capabilities: Capabilities
    rule_book: RuleBook
    _details: tuple[str, ...] = credit.DETAILS

    def trace(self, originator: Originator, sequence: int) -> str:
        """Return the name of the originator's nth order: its number and twelve digits."""
        return orders.trace(originator, sequence)

    def objections(self, instruction: Instruction) -> tuple[str, ...]:
        """Say why the scheme cannot carry an instruction; nothing when it can."""
        return tuple(self._objections(instruction))

    def pack(
        self,
        instructions: Sequence[Instruction],
        originator: Originator,
        *,
        created_at: datetime,
        file_modifier: str,
        reference: str,
    ) -> bytes:
        """Return one message of one act; raises FileRefused, naming each movement in the way."""
        del file_modifier  # A message's own name tells it from all others.
        can = self.capabilities
        act = instructions[0].act if instructions else "pay"
        most = can.max_file_count if act != "verify" else 1
        orders.refuse(instructions, originator, reference, self._objections, most)
        order = Order(tuple(instructions), originator, created_at, reference)
        return self._write(order) if act == "pay" else _ABOUT_ORDERS[act](order)

    def recognize(self, data: bytes) -> str | None:
        """Return the name of the message, such as `pain.002.001.10`, or `vop`."""
        return read.recognize(data)

    def read(self, data: bytes) -> ReadFile:
        """Return what a message says; raises FileRefused with every problem, line and path."""
        return read.read(data)

    def _objections(self, instruction: Instruction) -> Iterable[str]:
        can = self.capabilities
        yield from orders.common_objections(instruction, can.acts, can.max_amount, self._details)
        if instruction.direction not in can.directions:
            yield f"{instruction.direction}s are not carried by {can.title}"

    def _write(self, order: Order) -> bytes:
        raise AssertionError("each scheme writes its own orders")


class _Credit(_Sepa):
    """What both schemes of transfers have in common."""

    _instant = False

    def pack_stream(
        self,
        instructions: Iterable[Instruction],
        originator: Originator,
        *,
        created_at: datetime,
        reference: str,
    ) -> Iterator[bytes]:
        """Yield the file of payments that `pack` returns, in pieces.

        Instructions can be gone through again; those in the order of days and traces are not held.
        """
        most = self.capabilities.max_file_count
        orders.refuse(instructions, originator, reference, self._objections, most)
        order = Order(instructions, originator, created_at, reference)
        return credit.write_stream(order, instant=self._instant)

    def _write(self, order: Order) -> bytes:
        return joined(credit.write_stream(order, instant=self._instant))


class SepaCredit(_Credit):
    """SEPA Credit Transfer: with the receiver on the TARGET day after."""

    capabilities = Capabilities(
        name="sepa_credit",
        title="SEPA Credit Transfer",
        mode="batch",
        currencies=("eur",),
        directions=("credit",),
        services=("standard",),
        max_amount=rules.MAX_AMOUNT,
        max_file_count=rules.MAX_FILE_COUNT,
        max_file_total=rules.MAX_FILE_TOTAL,
        acts=("pay", "recall", "answer_recall", "enquire", "verify"),
        accounts=("iban",),
        format="pain.001",
        suffix=".xml",
        traced_by="end_to_end_id",
    )
    rule_book: RuleBook = rules.CREDIT

    def timetable(
        self,
        now: datetime,
        service: Service = "standard",
        direction: Direction = "credit",
        cut_off: time | None = None,
    ) -> Timetable:
        """Return the dates of a transfer given at an instant; `cut_off` is Brussels time."""
        ends = calendar.submission_for(now, cut_off)
        executed = calendar.day_of(ends)
        settled = calendar.add_target_days(executed, in_force(rules.CREDIT_DAYS, executed))
        returns = in_force(rules.CREDIT_RETURN_DAYS, settled)
        recalls = in_force(rules.RECALL_DAYS, executed)
        return Timetable(
            cut_off=ends,
            effective_date=executed,
            expected_settlement_at=calendar.opening(settled),
            available_at=calendar.opening(settled),
            return_by=calendar.end_of(calendar.add_target_days(settled, returns)),
            final_at=calendar.end_of(calendar.add_target_days(settled, recalls)),
        )


class SepaInstant(_Credit):
    """SEPA Instant Credit Transfer: ten seconds, on every day of the year."""

    capabilities = Capabilities(
        name="sepa_instant",
        title="SEPA Instant Credit Transfer",
        mode="instant",
        currencies=("eur",),
        directions=("credit",),
        services=("instant",),
        max_amount=rules.INSTANT_LIMIT[-1].value,
        max_file_count=1,
        max_file_total=rules.MAX_FILE_TOTAL,
        acts=("pay", "recall", "answer_recall", "enquire", "verify"),
        accounts=("iban",),
        answers_in_seconds=rules.TIME_OUTS[-1].value.whole,
        format="pain.001",
        suffix=".xml",
        traced_by="end_to_end_id",
    )
    rule_book: RuleBook = rules.INSTANT
    _instant = True

    def timetable(
        self,
        now: datetime,
        service: Service = "instant",
        direction: Direction = "credit",
        cut_off: time | None = None,
    ) -> Timetable:
        """Return the dates of a transfer given at an instant: it goes at once, and is final."""
        day = calendar.day_of(now)
        settled = now + timedelta(seconds=in_force(rules.TIME_OUTS, day).whole)
        return Timetable(now, day, settled, settled, settled, settled)

    def _objections(self, instruction: Instruction) -> Iterable[str]:
        yield from super()._objections(instruction)
        limit = in_force(rules.INSTANT_LIMIT, instruction.effective_date)
        if limit < instruction.amount.amount <= self.capabilities.max_amount:
            yield f"the amount is more than {limit} cents, the limit on that day"


class SepaDebit(_Sepa):
    """SEPA Direct Debit, in one of its two schemes."""

    _details = debit.DETAILS

    def __init__(self, name: str, title: str, instrument: str, rule_book: RuleBook) -> None:
        """Keep what tells the schemes apart: the instrument, and the rules of coming back."""
        self._instrument = instrument
        self.rule_book = rule_book
        self.capabilities = Capabilities(
            name=name,
            title=title,
            mode="batch",
            currencies=("eur",),
            directions=("debit",),
            services=("standard",),
            max_amount=rules.MAX_AMOUNT,
            max_file_count=rules.MAX_FILE_COUNT,
            max_file_total=rules.MAX_FILE_TOTAL,
            acts=("pay", "reverse", "recall"),
            accounts=("iban",),
            format="pain.008",
            suffix=".xml",
            traced_by="end_to_end_id",
        )

    def timetable(
        self,
        now: datetime,
        service: Service = "standard",
        direction: Direction = "debit",
        cut_off: time | None = None,
    ) -> Timetable:
        """Return the dates of a collection given at an instant; `cut_off` is Brussels time.

        The money is there on the due date, and can go back: for weeks and months from consumers
        (Core), for days between companies (B2B).
        """
        ends = calendar.submission_for(now, cut_off)
        day = calendar.day_of(ends)
        due = calendar.add_target_days(day, in_force(rules.DEBIT_LEAD_DAYS, day))
        settles = calendar.opening(due)
        if self._instrument == "B2B":
            last = calendar.add_target_days(due, in_force(rules.B2B_RETURN_DAYS, due))
            return_by = final = calendar.end_of(last)
        else:
            weeks = timedelta(weeks=in_force(rules.REFUND_WEEKS, due))
            return_by = calendar.end_of(due + weeks)
            months = in_force(rules.UNAUTHORISED_MONTHS, due)
            final = calendar.end_of(calendar.add_months(due, months))
        return Timetable(ends, due, settles, settles, return_by, final)

    def _objections(self, instruction: Instruction) -> Iterable[str]:
        yield from super()._objections(instruction)
        yield from debit.objections(instruction)
        if self._instrument == "B2B" and instruction.counterparty.holder != "company":
            yield "a consumer is not collected from by the scheme between companies"

    def _write(self, order: Order) -> bytes:
        return debit.write(order, instrument=self._instrument)


SEPA_CREDIT = SepaCredit()
SEPA_INSTANT = SepaInstant()
SEPA_DEBIT_CORE = SepaDebit("sepa_debit_core", "SEPA Direct Debit Core", "CORE", rules.CORE)
SEPA_DEBIT_B2B = SepaDebit("sepa_debit_b2b", "SEPA Direct Debit B2B", "B2B", rules.B2B)
