"""The ACSS rail: files of credits and pre-authorized debits out, files of returns back."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, time

from bezant.rail import (
    Batch,
    Capabilities,
    Direction,
    Instruction,
    Meaning,
    Originator,
    ReadFile,
    RuleBook,
    Service,
    Source,
    Timetable,
    short_traces,
)
from bezant.rail.packing import PackedInPieces
from bezant.rail.protocol import Retry
from bezant.rails.acss import calendar, orders, rules
from bezant.rails.acss.pack import batches_of, pack_stream, refuse
from bezant.rails.acss.read import Stream, read
from bezant.rails.acss.reasons import RETURNS

_AGAIN = rules.REPRESENTING[-1].value


class Acss(PackedInPieces):
    """Automated funds transfers (AFT), which clear in the ACSS."""

    capabilities = Capabilities(
        name="acss",
        title="ACSS (AFT)",
        mode="batch",
        currencies=("cad",),
        directions=("credit", "debit"),
        services=("standard",),
        max_amount=rules.ITEM_LIMIT[-1].value,
        max_file_count=rules.MAX_FILE_COUNT,
        max_file_total=rules.MAX_FILE_TOTAL,
        acts=("pay", "verify"),
        accounts=("ca",),
        format="cpa-005",
        suffix=".txt",
        retry=Retry(_AGAIN.codes, _AGAIN.times, _AGAIN.within_days, rules.REPRESENTED),
        micro_entries=True,
    )
    rule_book: RuleBook = rules.BOOK

    def trace(self, originator: Originator, sequence: int) -> str:
        """Return the trace of the originator's nth instruction: seven digits and capitals."""
        del originator  # The originator's number tells traces apart, and stands in the file.
        return short_traces.trace(sequence)

    def trace_in(self, name: str) -> str:
        """Return the trace that a cross-reference ends with, after what others call us."""
        return short_traces.trace_in(name)

    def timetable(
        self,
        now: datetime,
        service: Service = "standard",
        direction: Direction = "credit",
        cut_off: time | None = None,
    ) -> Timetable:
        """Return the dates of an instruction given at an instant; `cut_off` is Eastern time."""
        assert service in self.capabilities.services, "AFT has one service"
        ends = calendar.input_for(now, cut_off)
        due = calendar.due_day(ends)
        stands = calendar.opening(due)
        back = calendar.return_by(due)
        return Timetable(
            cut_off=ends,
            effective_date=due,
            expected_settlement_at=stands,
            available_at=stands if direction == "credit" else back,
            return_by=back,
            final_at=calendar.claim_by(due) if direction == "debit" else back,
        )

    def objections(self, instruction: Instruction) -> tuple[str, ...]:
        """Say why a file cannot carry an instruction; nothing when it can."""
        return tuple(orders.objections(instruction))

    def pack_stream(
        self,
        instructions: Iterable[Instruction],
        originator: Originator,
        *,
        created_at: datetime,
        file_modifier: str,
        reference: str,
    ) -> Iterator[bytes]:
        """Yield a file in pieces; instructions in the order of its records are not held."""
        del file_modifier  # Files are told apart by their number, which the reference has.
        refuse(instructions, originator, created_at, reference, self.objections)
        return pack_stream(instructions, originator, created_at=created_at, reference=reference)

    def batches(
        self,
        instructions: Sequence[Instruction],
        originator: Originator,
        *,
        created_at: datetime,
        reference: str,
    ) -> Iterator[Batch]:
        """Yield what a bank books as one: the file's credits, or debits, of a day."""
        del originator, created_at  # AFT groups by day and direction alone.
        return batches_of(instructions, reference)

    def reason(self, code: str) -> Meaning | None:
        """Return what a code says by which a payment came back; nothing for an unknown one."""
        found = RETURNS.get(code)
        return Meaning(found.meaning, found.failure_code) if found else None

    def recognize(self, data: bytes) -> str | None:
        """Return `cpa-005` for what begins as an AFT file does."""
        return "cpa-005" if data[:10] == b"A000000001" else None

    def read(self, data: bytes) -> ReadFile:
        """Return what a file says; raises FileRefused with every problem."""
        return read(data)

    def streams(self, kind: str) -> bool:
        """Tell whether files of a kind are read as streams: all are."""
        return kind == "cpa-005"

    def read_stream(self, source: bytes | Source) -> Stream:
        """Return the facts of a file one by one; they count when the last has come."""
        return Stream(source)


ACSS = Acss()
