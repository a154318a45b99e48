"""ACSS as a simulated bank runs it: due days, and accounts that answer as asked.

Accounts that always answer, whatever their branch (the numbers are Stripe's where it has one):

    000111111116  902  account not found
    000111111113  905  account closed
    000222222227  901  not sufficient funds (debits; a credit is sent back as 912)
    900222222227  901  the same
    000333333335  917  agreement revoked (debits; a credit is sent back as 922)
    000444444440  909  currency and account do not match
    000555555559  915  no agreement existed (debits; a credit is sent back as 922)
    000666666661  912  invalid account number

A credit of less than a dollar, which tries an account, comes back from the last one and from those
that are not there or closed, and from no others.
Every other code has an account in the same spirit: 000999000 and the code.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from types import MappingProxyType
from typing import Literal

from msgspec.structs import replace

from bezant.sim.banking_days import CANADA
from bezant.sim.scheme import Answer, Client, Incoming, Letter, Order, Outcome, Received
from bezant.sim.schemes.acss.file import read_file, write_returns

_CODES = (*range(900, 913), *range(914, 923), 990)
_DEBITS_ALONE = frozenset({"907", "915", "916", "917", "918", "919", "920", "921"})
_NUMBERS = {
    "000111111116": "902",
    "000111111113": "905",
    "000222222227": "901",
    "900222222227": "901",
    "000333333335": "917",
    "000444444440": "909",
    "000555555559": "915",
    "000666666661": "912",
    "000111111116/cents": "902",
    "000111111113/cents": "905",
    "000666666661/cents": "912",
    **{f"000999000{code}": str(code) for code in _CODES},
}


class AcssScheme:
    """Automated funds transfers."""

    name = "acss"
    mode: Literal["batch", "instant"] = "batch"
    currency = "cad"
    magic: Mapping[str, tuple[Outcome, str]] = MappingProxyType(
        {number: ("returned", code) for number, code in _NUMBERS.items()}
    )
    by_chance: Sequence[tuple[Outcome, str]] = (
        ("returned", "901"),
        ("returned", "901"),
        ("returned", "902"),
        ("returned", "905"),
    )

    def recognize(self, content: bytes) -> bool:
        """Tell whether some bytes look like an AFT file."""
        return content[:10] == b"A000000001"

    def read(self, content: bytes, client: Client) -> Received:
        """Return what a file asks for; raises FileRefused with every problem."""
        return read_file(content, client)

    def settles_on(self, order: Order, today: date) -> date:
        """Return the due day, or the first banking day that is left."""
        earliest = CANADA.next_after(today)
        return CANADA.on_or_after(max(order.due_on or earliest, earliest))

    def answers_on(self, outcome: Outcome, settled_on: date) -> date:
        """Return the banking day after the due day, on which returns are exchanged."""
        del outcome
        return CANADA.next_after(settled_on)

    def acknowledge(
        self,
        received: Received | None,
        problems: Sequence[str],
        client: Client,
        at: datetime,
        number: int,
    ) -> Letter | None:
        """Return none: reports about files are for people."""
        del received, problems, client, at, number

    def write(
        self, answers: Sequence[Answer], client: Client, at: datetime, number: int
    ) -> list[Letter]:
        """Return one file of all that comes back; what is paid is not reported."""
        back = [_fitting(one) for one in answers if one.outcome in {"returned", "rejected"}]
        if not back:
            return []
        return [Letter("return", ".txt", write_returns(back, client, at, number))]

    def bring(
        self, incoming: Sequence[Incoming], client: Client, at: datetime, number: int
    ) -> list[Letter]:
        """Return none: what comes in stands on the statement alone."""
        del incoming, client, at, number
        return []


def _fitting(answer: Answer) -> Answer:
    """Return an answer with a code that its payment can have: no credit is short of money."""
    if not answer.order.is_credit:
        return answer
    if answer.code in {"901", "908"}:
        return replace(answer, code="912")
    return replace(answer, code="922") if answer.code in _DEBITS_ALONE else answer


ACSS = AcssScheme()
