"""How a simulated bank books: the BAI2 type code of each kind of line, and its reference."""

from datetime import date
from typing import NamedTuple

from bezant.sim.scheme import Scheme
from bezant.sim.statement import Line


class Codes(NamedTuple):
    """BAI2 type codes of one way to move money: sent, collected, come back, and from outside."""

    paid: str
    collected: str
    paid_back: str
    taken_back: str
    credited: str
    debited: str


BATCH = Codes("466", "166", "257", "557", "165", "455")
INSTANT = Codes("458", "158", "158", "458", "158", "458")
WIRE = Codes("495", "195", "195", "495", "195", "495")
WIRES = frozenset({"fedwire", "chaps", "swift"})

ACH_IN, ACH_OUT = "142", "451"
WIRE_IN, FEE, INTEREST, ADJUSTMENT_UP, ADJUSTMENT_DOWN = "195", "698", "354", "306", "508"


def codes_of(scheme: Scheme) -> Codes:
    """Return the type codes that a scheme's lines get."""
    if scheme.name in WIRES:
        return WIRE
    return INSTANT if scheme.mode == "instant" else BATCH


def new_line(
    number: int,
    day: date,
    type_code: str,
    amount: int,
    reference: str,
    text: str,
    *,
    items: int = 1,
    reason: str = "",
) -> Line:
    """Return a line whose bank reference is made of its day and its number, so it is unique."""
    bank_reference = f"{day:%y%m%d}{number:010d}"
    return Line(number, day, type_code, amount, items, bank_reference, reference, text, reason)
