"""The Bacs rail: files of credits, collections and mandates out, reports back."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time

from bezant.rail import (
    Batch,
    Capabilities,
    Direction,
    Instruction,
    Lodging,
    Meaning,
    Originator,
    ReadFile,
    RuleBook,
    Service,
    Source,
    Timetable,
    short_traces,
)
from bezant.rail.modulus import ModulusTable
from bezant.rail.packing import PackedInPieces
from bezant.rail.protocol import Retry
from bezant.rails.bacs import calendar, orders, reasons, rules
from bezant.rails.bacs.pack import batches_of, pack_stream, refuse
from bezant.rails.bacs.read import Stream, read
from bezant.rails.bacs.reports import read_report, report_of

_AGAIN = rules.REPRESENTING[-1].value


class Bacs(PackedInPieces):
    """Bacs as a rail; with a table of sort codes it checks account numbers as well."""

    capabilities = Capabilities(
        name="bacs",
        title="Bacs",
        mode="batch",
        currencies=("gbp",),
        directions=("credit", "debit"),
        services=("standard",),
        max_amount=rules.ITEM_LIMIT[-1].value,
        max_file_count=rules.MAX_FILE_COUNT,
        max_file_total=rules.MAX_FILE_TOTAL,
        acts=("pay", "mandate"),
        accounts=("gb",),
        format="standard-18",
        suffix=".txt",
        retry=Retry(_AGAIN.codes, _AGAIN.times, _AGAIN.within_days, rules.REPRESENTED),
    )
    rule_book: RuleBook = rules.BOOK
    lodging = Lodging(
        new=orders.NEW,
        ended=orders.ENDED,
        ends=reasons.ENDING,
        reinstates=frozenset({reasons.REINSTATED}),
        unfounded=reasons.UNFOUNDED,
    )

    def __init__(self, sort_codes: ModulusTable | None = None) -> None:
        """Keep the table for the modulus check, where there is one."""
        self._sort_codes = sort_codes

    def trace(self, originator: Originator, sequence: int) -> str:
        """Return the trace of the originator's nth instruction: seven digits and capitals."""
        del originator  # A service user number tells traces apart, and stands in the file.
        return short_traces.trace(sequence)

    def trace_in(self, name: str) -> str:
        """Return the trace that a reference ends with, after what the other side calls us."""
        return short_traces.trace_in(name)

    def timetable(
        self,
        now: datetime,
        service: Service = "standard",
        direction: Direction = "credit",
        cut_off: time | None = None,
    ) -> Timetable:
        """Return the dates of an instruction given at an instant; `cut_off` is London time."""
        assert service in self.capabilities.services, "Bacs has one service"
        ends = calendar.input_for(now, cut_off)
        entry = calendar.entry_day(ends)
        settles = calendar.opening(entry)
        back = calendar.return_by(entry)
        return Timetable(
            cut_off=ends,
            effective_date=entry,
            expected_settlement_at=settles,
            available_at=settles if direction == "credit" else back,
            return_by=back,
            final_at=calendar.claim_by(entry) if direction == "debit" else back,
        )

    def lodged_by(self, effective_date: date) -> datetime:
        """Return the instant by which a new instruction stands that no bank has refused."""
        return calendar.lodged_by(effective_date)

    def objections(self, instruction: Instruction) -> tuple[str, ...]:
        """Say why Bacs cannot carry an instruction; nothing when it can."""
        return tuple(orders.objections(instruction, self._sort_codes))

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
        refuse(instructions, originator, reference, self.objections)
        return pack_stream(
            instructions,
            originator,
            created_at=created_at,
            file_modifier=file_modifier,
            reference=reference,
        )

    def batches(
        self,
        instructions: Sequence[Instruction],
        originator: Originator,
        *,
        created_at: datetime,
        reference: str,
    ) -> Iterator[Batch]:
        """Yield what each contra record of the same file books as one."""
        del originator, created_at  # Bacs groups by day and direction alone.
        return batches_of(instructions, reference)

    def reason(self, code: str) -> Meaning | None:
        """Return what a code of ARUDD or ARUCS says; nothing for one that is in neither."""
        found = reasons.UNPAID_DEBITS.get(code) or reasons.UNAPPLIED_CREDITS.get(code)
        return Meaning(found.meaning, found.failure_code) if found else None

    def recognize(self, data: bytes) -> str | None:
        """Return `standard-18` or the name of a report (`bacs-arudd`)."""
        return "standard-18" if data.lstrip()[:4] == b"VOL1" else report_of(data)

    def read(self, data: bytes) -> ReadFile:
        """Return what a file or report says; raises FileRefused with every problem."""
        return read_report(data) if data.lstrip()[:1] == b"<" else read(data)

    def streams(self, kind: str) -> bool:
        """Tell whether files of a kind are read as streams: all but reports."""
        return kind == "standard-18"

    def read_stream(self, source: bytes | Source) -> Stream:
        """Return the facts of a Standard 18 file one by one; they count when the last has come."""
        return Stream(source)


BACS = Bacs()
