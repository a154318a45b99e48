"""The rails of SEPA: transfers, instant transfers, and direct debits of either scheme."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta

from bezant.kernel.codec import joined
from bezant.rail import (
    Batch,
    Capabilities,
    Direction,
    Instruction,
    Meaning,
    Originator,
    ReadFile,
    RecallReply,
    RuleBook,
    Service,
    Source,
    Timetable,
    in_force,
)
from bezant.rails.sepa import calendar, credit, debit, inquiries, orders, read, rules, verify
from bezant.rails.sepa.batches import Key, batches_of
from bezant.rails.sepa.orders import Order
from bezant.rails.sepa.read import Stream
from bezant.rails.sepa.reasons import ANSWER_REASONS, REASONS

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
    _batch_key: Key

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
        return joined(self._write(order)) if act == "pay" else _ABOUT_ORDERS[act](order)

    def pack_stream(
        self,
        instructions: Iterable[Instruction],
        originator: Originator,
        *,
        created_at: datetime,
        file_modifier: str,
        reference: str,
    ) -> Iterator[bytes]:
        """Yield the message that `pack` returns in pieces, of payments and collections.

        Instructions can be gone through again; those in the order of batches and traces are not
        held. What is about earlier orders is packed whole.
        """
        act = next((instruction.act for instruction in instructions), "pay")
        if act != "pay":
            held = tuple(instructions)
            yield self.pack(
                held,
                originator,
                created_at=created_at,
                file_modifier=file_modifier,
                reference=reference,
            )
            return
        most = self.capabilities.max_file_count
        orders.refuse(instructions, originator, reference, self._objections, most)
        yield from self._write(Order(instructions, originator, created_at, reference))

    def batches(
        self,
        instructions: Sequence[Instruction],
        originator: Originator,
        *,
        created_at: datetime,
        reference: str,
    ) -> Iterator[Batch]:
        """Yield the batches of the same message; what is about earlier orders is booked whole."""
        del originator, created_at  # Batches are made by what they hold alone.
        paid = [instruction for instruction in instructions if instruction.act == "pay"]
        return batches_of(paid, self._batch_key, reference)

    def reason(self, code: str) -> Meaning | None:
        """Return what a code says; nothing for one that is not in the table."""
        found = REASONS.get(code)
        return Meaning(found.meaning, found.failure_code) if found else None

    def recognize(self, data: bytes) -> str | None:
        """Return the name of the message, such as `pain.002.001.10`, or `vop`."""
        return read.recognize(data)

    def read(self, data: bytes) -> ReadFile:
        """Return what a message says; raises FileRefused with every problem, line and path."""
        return read.read(data)

    def streams(self, kind: str) -> bool:
        """Tell whether files of a kind are read as streams: all but answers about payees."""
        return kind != verify.FORMAT

    def read_stream(self, source: bytes | Source) -> Stream:
        """Return the facts of a message one by one; they count when the last one has come.

        Of orders and of what became of them none is held.
        """
        return Stream(source)

    def _objections(self, instruction: Instruction) -> Iterable[str]:
        can = self.capabilities
        yield from orders.common_objections(instruction, can.acts, can.max_amount, self._details)
        goes_back = instruction.act == "reverse"
        if not goes_back and instruction.direction not in can.directions:
            yield f"{instruction.direction}s are not carried by {can.title}"

    def _write(self, order: Order) -> Iterator[bytes]:
        raise AssertionError("each scheme writes its own orders")


class _Credit(_Sepa):
    """What both schemes of transfers have in common."""

    _batch_key = staticmethod(credit.batch_key)
    _instant = False

    def answer_by(self, asked_on: date) -> date | None:
        """Return the last day for an answer to a recall."""
        return calendar.add_target_days(asked_on, in_force(rules.RECALL_ANSWER_DAYS, asked_on))

    def recall_reply(
        self, code: str, details: Mapping[str, str], *, granted: bool, reason: str
    ) -> RecallReply:
        """Return how a recall is answered: a yes brings the money back by itself.

        Raises ValueError for a reason for which none is refused.
        """
        del code, details
        if granted:
            return RecallReply("")
        if reason and reason not in ANSWER_REASONS:
            known = ", ".join(sorted(ANSWER_REASONS))
            raise ValueError(f"a recall is refused for one of {known}")
        return RecallReply(reason or "CUST")

    def _write(self, order: Order) -> Iterator[bytes]:
        return credit.write_stream(order, instant=self._instant)


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
        gives_back="answer_recall",
        one_act=True,
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
        gives_back="answer_recall",
        one_act=True,
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
        return Timetable.final(now, day, settled)

    def _objections(self, instruction: Instruction) -> Iterable[str]:
        yield from super()._objections(instruction)
        limit = in_force(rules.INSTANT_LIMIT, instruction.effective_date)
        if limit < instruction.amount.amount <= self.capabilities.max_amount:
            yield f"the amount is more than {limit} cents, the limit on that day"


class SepaDebit(_Sepa):
    """SEPA Direct Debit, in one of its two schemes."""

    _details = debit.DETAILS
    _batch_key = staticmethod(debit.batch_key)

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
            one_act=True,
        )

    def timetable(
        self,
        now: datetime,
        service: Service = "standard",
        direction: Direction = "debit",
        cut_off: time | None = None,
    ) -> Timetable:
        """Return the dates of a collection given at an instant; `cut_off` is Brussels time.

        The money is there on the due date, and banks return it for days. Consumers (Core) have it
        back for longer: for weeks without a reason, for months where there was no mandate.
        """
        ends = calendar.submission_for(now, cut_off)
        day = calendar.day_of(ends)
        due = calendar.add_target_days(day, in_force(rules.DEBIT_LEAD_DAYS, day))
        settles = calendar.opening(due)
        core = self._instrument != "B2B"
        days = in_force(rules.DEBIT_RETURN_DAYS if core else rules.B2B_RETURN_DAYS, due)
        return_by = final = calendar.end_of(calendar.add_target_days(due, days))
        if core:
            months = in_force(rules.UNAUTHORISED_MONTHS, due)
            final = calendar.end_of(calendar.add_months(due, months))
        return Timetable(ends, due, settles, settles, return_by, final)

    def _objections(self, instruction: Instruction) -> Iterable[str]:
        yield from super()._objections(instruction)
        yield from debit.objections(instruction)
        if self._instrument == "B2B" and instruction.counterparty.holder != "company":
            yield "a consumer is not collected from by the scheme between companies"

    def _write(self, order: Order) -> Iterator[bytes]:
        return debit.write_stream(order, instrument=self._instrument)


SEPA_CREDIT = SepaCredit()
SEPA_INSTANT = SepaInstant()
SEPA_DEBIT_CORE = SepaDebit("sepa_debit_core", "SEPA Direct Debit Core", "CORE", rules.CORE)
SEPA_DEBIT_B2B = SepaDebit("sepa_debit_b2b", "SEPA Direct Debit B2B", "B2B", rules.B2B)
