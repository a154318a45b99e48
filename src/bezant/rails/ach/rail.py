"""The ACH rail: credits by batch file, returns and change notices back."""

from collections.abc import Sequence
from datetime import datetime

from bezant.rail import Capabilities, Instruction, Originator, ReadFile, Service, Timetable
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
    )

    def trace(self, originator: Originator, sequence: int) -> str:
        """Return the trace number of the originator's nth entry, from 1 to 9,999,999."""
        return trace_number(originator.odfi_routing, sequence)

    def timetable(self, now: datetime, service: Service = "standard") -> Timetable:
        """Return the dates of an instruction given at an instant."""
        same_day = service == "same_day"
        cut_off = calendar.submission_for(now, same_day=same_day)
        day = calendar.settlement_date(cut_off, same_day=same_day)
        return Timetable(
            cut_off=cut_off,
            effective_date=day,
            expected_settlement_at=calendar.settles_at(cut_off, same_day=same_day),
            return_by=calendar.return_by(day),
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

    def read(self, data: bytes) -> ReadFile:
        """Return what a NACHA file says; raises FileRefused with every problem and its line."""
        return read(data)


ACH = Ach()
