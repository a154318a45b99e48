"""The rails that the contract is tested on: a new rail is added here, and nowhere else."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from hypothesis.strategies import SearchStrategy

from bezant.rail import Originator, Rail
from bezant.rails.ach import ACH
from bezant.rails.acss import ACSS
from bezant.rails.bacs import BACS
from bezant.rails.book import BOOK
from bezant.rails.pix import PIX
from bezant.rails.sepa import SEPA_CREDIT, SEPA_DEBIT_B2B, SEPA_DEBIT_CORE, SEPA_INSTANT
from bezant.rails.upi import UPI
from tests.rails import (
    ach_samples,
    acss_samples,
    bacs_samples,
    book_samples,
    interbank_samples,
    pix_samples,
    sepa_samples,
    upi_samples,
)


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

    def whole(self, count):
        """Pack so many instructions, or as many as a message of the rail takes."""
        return self.pack(self.many(min(count, self.rail.capabilities.max_file_count)))

    def __str__(self) -> str:
        return self.rail.capabilities.name


RAILS = [
    Case(
        rail=ACH,
        originator=ach_samples.ORIGINATOR,
        created_at=ach_samples.CREATED,
        instructions=ach_samples.instruction_lists(),
        many=ach_samples.many_instructions,
        answers=(
            ach_samples.RETURN_FILE.encode(),
            ach_samples.CHANGE_FILE.encode(),
            ach_samples.DISPUTE_FILE.encode(),
        ),
    ),
    Case(
        rail=SEPA_CREDIT,
        originator=sepa_samples.ORIGINATOR,
        created_at=sepa_samples.CREATED,
        instructions=sepa_samples.instruction_lists(),
        many=sepa_samples.many_transfers,
        answers=sepa_samples.ANSWERS,
    ),
    Case(
        rail=SEPA_INSTANT,
        originator=sepa_samples.ORIGINATOR,
        created_at=sepa_samples.CREATED,
        instructions=sepa_samples.instruction_lists(service="instant", most=1),
        many=lambda _: sepa_samples.many_transfers(1),
        answers=sepa_samples.ANSWERS,
    ),
    Case(
        rail=SEPA_DEBIT_CORE,
        originator=sepa_samples.ORIGINATOR,
        created_at=sepa_samples.CREATED,
        instructions=sepa_samples.instruction_lists(direction="debit"),
        many=sepa_samples.many_collections,
        answers=sepa_samples.ANSWERS,
    ),
    Case(
        rail=SEPA_DEBIT_B2B,
        originator=sepa_samples.ORIGINATOR,
        created_at=sepa_samples.CREATED,
        instructions=sepa_samples.instruction_lists(direction="debit"),
        many=sepa_samples.many_collections,
        answers=sepa_samples.ANSWERS,
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
    Case(
        rail=ACSS,
        originator=acss_samples.ORIGINATOR,
        created_at=acss_samples.CREATED,
        instructions=acss_samples.instruction_lists(),
        many=acss_samples.many_instructions,
        answers=(acss_samples.RETURNS, acss_samples.REVERSALS),
    ),
    Case(
        rail=UPI,
        originator=upi_samples.ORIGINATOR,
        created_at=upi_samples.CREATED,
        instructions=upi_samples.instruction_lists(),
        many=upi_samples.many_instructions,
        answers=(
            upi_samples.SETTLED.encode(),
            upi_samples.REJECTED.encode(),
            upi_samples.CREDITED.encode(),
            upi_samples.COLLECTED.encode(),
        ),
    ),
    Case(
        rail=BOOK,
        originator=book_samples.ORIGINATOR,
        created_at=book_samples.CREATED,
        instructions=book_samples.instruction_lists(),
        many=lambda count: [book_samples.instruction(at) for at in range(1, count + 1)],
        answers=(BOOK.accept(book_samples.packed(book_samples.instruction())),),
    ),
    Case(
        rail=PIX,
        originator=pix_samples.ORIGINATOR,
        created_at=pix_samples.CREATED,
        instructions=pix_samples.instruction_lists(),
        many=lambda count: [pix_samples.instruction(at) for at in range(1, count + 1)],
        answers=(
            pix_samples.SETTLED.encode(),
            pix_samples.REJECTED.encode(),
            pix_samples.REFUSED.encode(),
        ),
    ),
    *(
        Case(
            rail=world.rail,
            originator=world.originator,
            created_at=interbank_samples.CREATED,
            instructions=interbank_samples.instruction_lists(world),
            many=partial(interbank_samples.many_instructions, world),
            answers=(
                world.letter("settled"),
                world.letter("pending"),
                world.letter("rejected", "AC04"),
                world.letter("returned", "AC06"),
            ),
        )
        for world in interbank_samples.WORLDS
    ),
]
