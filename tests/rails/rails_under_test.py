"""The rails that the contract is tested on: a new rail is added here, and nowhere else."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hypothesis.strategies import SearchStrategy

from bezant.rail import Originator, Rail
from bezant.rails.ach import ACH
from bezant.rails.bacs import BACS
from tests.rails import ach_samples, bacs_samples


@dataclass(frozen=True)
class Case:
    """A rail with made-up business for it."""

    rail: Rail
    originator: Originator
    created_at: datetime
    instructions: SearchStrategy[Any]
    many: Any
    answers: tuple[bytes, ...]

    def pack(self, instructions):
        return self.rail.pack(
            instructions,
            self.originator,
            created_at=self.created_at,
            file_modifier="A",
            reference="BZ000001",
        )

    def __str__(self) -> str:
        return self.rail.capabilities.name


RAILS = [
    Case(
        rail=ACH,
        originator=ach_samples.ORIGINATOR,
        created_at=ach_samples.CREATED,
        instructions=ach_samples.instruction_lists(),
        many=ach_samples.many_instructions,
        answers=(ach_samples.RETURN_FILE.encode(), ach_samples.CHANGE_FILE.encode()),
    ),
    Case(
        rail=BACS,
        originator=bacs_samples.ORIGINATOR,
        created_at=bacs_samples.CREATED,
        instructions=bacs_samples.instruction_lists(),
        many=bacs_samples.many_instructions,
        answers=(
            bacs_samples.ARUDD.encode(),
            bacs_samples.ARUCS.encode(),
            bacs_samples.ADVICES.encode(),
            bacs_samples.DDICA.encode(),
        ),
    ),
]
