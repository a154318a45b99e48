"""What an ACH file holds, as the simulated bank sees it; amounts in cents."""

from datetime import date
from functools import lru_cache

from msgspec import Struct

CREDITS = frozenset({"22", "32", "42", "52"})
DEBITS = frozenset({"27", "37", "47", "55"})
PRENOTES = frozenset({"23", "28", "33", "38", "43", "48", "53"})
CODES = CREDITS | DEBITS | PRENOTES
RETURNS = frozenset({"21", "26", "31", "36", "41", "46", "51", "56"})

_WEIGHTS = (3, 7, 1, 3, 7, 1, 3, 7)


class Entry(Struct, frozen=True):
    """One payment: money to a receiver, or from one; or an answer to somebody else's payment.

    `columns` are the 22 of the name as they stood, `addenda` the records after the entry.
    """

    code: str
    routing: str
    account: str
    amount: int
    identity: str
    name: str
    discretionary: str
    trace: str
    columns: str = ""
    addenda: list[str] = []

    @property
    def is_credit(self) -> bool:
        """Whether the receiver gets money; the second digit of the code says so."""
        return self.code[1] in "1234"


class Batch(Struct):
    """Payments of one company, for one purpose, on one day."""

    service: str
    company: str
    company_id: str
    sec: str
    description: str
    effective: date | None
    odfi: str
    number: int
    entries: list[Entry] = []


class AchFile(Struct):
    """A file as a client handed it in."""

    destination: str
    origin: str
    created: str
    modifier: str
    destination_name: str
    origin_name: str
    reference: str
    batches: list[Batch]

    @property
    def entries(self) -> list[Entry]:
        """The payments of all batches."""
        return [entry for batch in self.batches for entry in batch.entries]

    @property
    def identity(self) -> str:
        """What tells a file from every other: origin, date, time and modifier of its header."""
        return f"{self.origin}{self.created}{self.modifier}"


def check_digit(prefix: str) -> str:
    """Return the ninth digit of a routing number from its first eight."""
    total = sum(w * int(d) for w, d in zip(_WEIGHTS, prefix, strict=True))
    return str(-total % 10)


@lru_cache(maxsize=4096)
def is_routing_number(text: str) -> bool:
    """Return whether a text is nine digits of which the last proves the others."""
    return len(text) == 9 and text.isdigit() and check_digit(text[:8]) == text[8]
