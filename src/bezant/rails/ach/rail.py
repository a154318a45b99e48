"""The ACH rail: credits and debits by batch file; returns, disputes and change notices back."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, time

from msgspec import Struct, field

from bezant.rail import (
    Batch,
    Capabilities,
    Direction,
    Instruction,
    Meaning,
    Originator,
    ReadFile,
    Retry,
    RuleBook,
    Service,
    Source,
    Timetable,
)
from bezant.rail.packing import PackedInPieces
from bezant.rails.ach import calendar, receipt, rules
from bezant.rails.ach.dialect import Dialect, dialect_of
from bezant.rails.ach.objections import ACTS, objections
from bezant.rails.ach.orders import RETRY
from bezant.rails.ach.pack import batches_of, pack_stream
from bezant.rails.ach.read import Stream, read
from bezant.rails.ach.records import trace_number
from bezant.rails.ach.returns import RETURN_REASONS

_BY_HAND = Dialect()
_TRACES = 9_999_999
_WITH_OFFSETS = 4_999_999


class Ach(PackedInPieces, Struct, frozen=True):
    """ACH as a rail; `reading` are the switches of the bank whose files it reads."""

    reading: Mapping[str, str] = field(default_factory=dict[str, str])

    def reading_for(self, originator: Originator) -> "Ach":
        """Return ACH as it reads the files of the bank that an originator sends to."""
        return Ach(originator.dialect)

    @property
    def capabilities(self) -> Capabilities:
        """What ACH can do."""
        return _CAPABILITIES

    @property
    def rule_book(self) -> RuleBook:
        """Its dated rows."""
        return rules.BOOK

    def trace(self, originator: Originator, sequence: int) -> str:
        """Return the trace number of the originator's nth entry; seven digits begin again.

        Where a bank wants files that balance, every other number is kept for the other side.
        """
        dialect = dialect_of(originator.dialect)
        if dialect.offset != "none":
            sequence = 2 * ((sequence - 1) % _WITH_OFFSETS + 1)
        sequence = (sequence - 1) % _TRACES + 1
        return trace_number(dialect.odfi or originator.bank_id, sequence)

    def timetable(
        self,
        now: datetime,
        service: Service = "standard",
        direction: Direction = "credit",
        cut_off: time | None = None,
    ) -> Timetable:
        """Return the dates of an instruction given at an instant; `cut_off` is Eastern time."""
        same_day = service == "same_day"
        goes_out = calendar.submission_for(now, same_day=same_day, cut_off=cut_off)
        day = calendar.settlement_date(goes_out, same_day=same_day)
        settles = calendar.settles_at(goes_out, same_day=same_day)
        return Timetable(
            cut_off=goes_out,
            effective_date=day,
            expected_settlement_at=settles,
            available_at=calendar.available_at(settles) if direction == "credit" else settles,
            return_by=calendar.return_by(day),
            final_at=calendar.return_by(day, extended=direction == "debit"),
        )

    def objections(self, instruction: Instruction) -> tuple[str, ...]:
        """Say why an ACH entry cannot carry an instruction; nothing when it can."""
        return tuple(objections(instruction, _BY_HAND))

    def pack_stream(
        self,
        instructions: Iterable[Instruction],
        originator: Originator,
        *,
        created_at: datetime,
        file_modifier: str,
        reference: str,
    ) -> Iterator[bytes]:
        """Yield a NACHA file in pieces; instructions in the order of its entries are not held."""
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
        """Yield the batches of the same file; statements know them by the file's reference."""
        return batches_of(instructions, originator, created_at=created_at, reference=reference)

    def reason(self, code: str) -> Meaning | None:
        """Return what a return code says; nothing for one that is not in the table."""
        found = RETURN_REASONS.get(code)
        return Meaning(found.meaning, found.failure_code) if found else None

    def recognize(self, data: bytes) -> str | None:
        """Return `nacha` for what begins like a NACHA file, `ach.receipt` for a bank's receipt."""
        if receipt.is_receipt(data):
            return "ach.receipt"
        return "nacha" if data[:100].lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"101") else None

    def read(self, data: bytes) -> ReadFile:
        """Return what a file says; raises FileRefused with every problem and its line."""
        return receipt.read(data) if receipt.is_receipt(data) else read(data, self.reading)

    def streams(self, kind: str) -> bool:
        """Tell whether files of a kind are read as streams: all but a bank's receipt."""
        return kind == "nacha"

    def read_stream(self, source: bytes | Source) -> Stream:
        """Return the facts of a NACHA file one by one; they count when the last one has come."""
        return Stream(source, dialect_of(self.reading))


_RETRIES = rules.RETRIES[-1].value

_CAPABILITIES = Capabilities(
    name="ach",
    title="ACH",
    mode="batch",
    currencies=("usd",),
    directions=("credit", "debit"),
    services=("standard", "same_day"),
    max_amount=rules.MAX_AMOUNT,
    max_file_count=rules.MAX_FILE_COUNT,
    max_file_total=rules.MAX_FILE_TOTAL,
    acts=ACTS,
    format="nacha",
    suffix=".ach",
    retry=Retry(_RETRIES.codes, _RETRIES.times, _RETRIES.days, RETRY),
    micro_entries=True,
)

ACH = Ach()
