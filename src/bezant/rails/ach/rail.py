"""The ACH rail: credits by batch file, returns and change notices back."""

from collections.abc import Sequence
from datetime import datetime, time

from bezant.rail import (
    Capabilities,
    Direction,
    Instruction,
    Originator,
    ReadFile,
    RuleBook,
    Service,
    Timetable,
)
from bezant.rails.ach import calendar, rules
from bezant.rails.ach.pack import objections, pack
from bezant.rails.ach.read import read
from bezant.rails.ach.records import trace_number


class Ach:
    """ACH credits as a rail."""

    capabilities = Capabilities(
        name="ach",
        title="ACH",
        mode="batch",
        currencies=("usd",),
        directions=("credit",),
        services=("standard", "same_day"),
        max_amount=rules.MAX_AMOUNT,
        max_file_count=rules.MAX_FILE_COUNT,
        max_file_total=rules.MAX_FILE_TOTAL,
        format="nacha",
        suffix=".ach",
    )
    rule_book: RuleBook = rules.BOOK

    def trace(self, originator: Originator, sequence: int) -> str:
        """Return the trace number of the originator's nth entry, from 1 to 9,999,999."""
        return trace_number(originator.bank_id, sequence)

    def timetable(
        self,
        now: datetime,
        service: Service = "standard",
        direction: Direction = "credit",
        cut_off: time | None = None,
    ) -> Timetable:
        """Return the dates of an instruction given at an instant; `cut_off` is Eastern time."""
        same_day = service == "same_day"
        hour = cut_off or rules.STANDARD_CUT_OFF
        goes_out = calendar.submission_for(now, same_day=same_day, cut_off=hour)
        day = calendar.settlement_date(goes_out, same_day=same_day)
        settles = calendar.settles_at(goes_out, same_day=same_day)
        return Timetable(
            cut_off=goes_out,
            effective_date=day,
            expected_settlement_at=settles,
            available_at=settles,
            return_by=calendar.return_by(day),
            final_at=calendar.return_by(day, extended=direction == "debit"),
        )

    def objections(self, instruction: Instruction) -> tuple[str, ...]:
        """Say why an ACH credit cannot carry an instruction; nothing when it can."""
        return objections(instruction)

    def pack(
        self,
        instructions: Sequence[Instruction],
        originator: Originator,
        *,
        created_at: datetime,
        file_modifier: str,
        reference: str,
    ) -> bytes:
        """Return a NACHA file; raises FileRefused, naming each movement it cannot hold."""
        return pack(
            instructions,
            originator,
            created_at=created_at,
            file_modifier=file_modifier,
            reference=reference,
        )

    def recognize(self, data: bytes) -> str | None:
        """Return `nacha` for what begins like a NACHA file."""
        return "nacha" if data.lstrip().startswith(b"101") else None

    def read(self, data: bytes) -> ReadFile:
        """Return what a NACHA file says; raises FileRefused with every problem and its line."""
        return read(data)


ACH = Ach()
