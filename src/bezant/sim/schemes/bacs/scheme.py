"""Bacs as a simulated bank runs it: the three-day cycle, and accounts that answer as asked.

Accounts that always answer, whatever their sort code (the numbers are Stripe's where it has one):

    11111116  returned  5      no account
    11111113  returned  B      account closed
    22222227  returned  0      refer to payer, invalid details
    33333335  returned  1      instruction cancelled (debits; a credit is sent back as C)
    44444440  returned  3      account transferred
    55555559  returned  DDIC2  claimed under the guarantee (debits; a credit is sent back as C)
    66666662  corrected 3      the account has moved to 20-00-00 12345678
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from types import MappingProxyType
from typing import Literal

from bezant.sim.banking_days import ENGLAND
from bezant.sim.scheme import Answer, Client, Incoming, Letter, Order, Outcome, Received
from bezant.sim.schemes.bacs.reports import write_advices, write_claims, write_returns
from bezant.sim.schemes.bacs.submission import read_submission

_MOVED_TO = {"sort-code": "200000", "account-number": "12345678"}
_REFUSE_MANDATES = frozenset("1235BCFGHIKLMNOPQ")
_NOT_FOR_CREDITS = frozenset({"1", "DDIC2"})


class BacsScheme:
    """Bacs."""

    name = "bacs"
    mode: Literal["batch", "instant"] = "batch"
    currency = "gbp"
    magic: Mapping[str, tuple[Outcome, str]] = MappingProxyType(
        {
            "11111116": ("returned", "5"),
            "11111113": ("returned", "B"),
            "22222227": ("returned", "0"),
            "33333335": ("returned", "1"),
            "44444440": ("returned", "3"),
            "55555559": ("returned", "DDIC2"),
            "66666662": ("corrected", "3"),
        }
    )
    by_chance: Sequence[tuple[Outcome, str]] = (
        ("returned", "0"),
        ("returned", "0"),
        ("returned", "5"),
        ("returned", "B"),
    )

    def recognize(self, content: bytes) -> bool:
        """Tell whether some bytes look like a submission."""
        return content[:4] == b"VOL1"

    def read(self, content: bytes, client: Client) -> Received:
        """Return what a submission asks for; raises FileRefused with every problem."""
        return read_submission(content, client)

    def settles_on(self, order: Order, today: date) -> date:
        """Return the entry day: the working day after processing, which is after input."""
        processed = max(order.due_on or today, ENGLAND.next_after(today))
        return ENGLAND.next_after(processed)

    def answers_on(self, outcome: Outcome, settled_on: date) -> date:
        """Return the day of the report: what is unpaid comes back two working days after entry."""
        if outcome == "returned":
            return ENGLAND.next_after(ENGLAND.next_after(settled_on))
        return ENGLAND.next_after(settled_on)

    def acknowledge(
        self,
        received: Received | None,
        problems: Sequence[str],
        client: Client,
        at: datetime,
        number: int,
    ) -> Letter | None:
        """Return none: Bacs' input reports are for people."""
        del received, problems, client, at, number

    def write(
        self, answers: Sequence[Answer], client: Client, at: datetime, number: int
    ) -> list[Letter]:
        """Return a report for each kind of answer that there is; what settles is not reported."""
        return [*self._reports(answers, client, at, number)]

    def _reports(
        self, answers: Sequence[Answer], client: Client, at: datetime, number: int
    ) -> Iterator[Letter]:
        back = [answer for answer in answers if answer.outcome in {"returned", "rejected"}]
        lodged = [answer for answer in back if _refuses_mandate(answer)]
        credits_back = [_for_credit(answer) for answer in back if answer.order.act == "pay"]
        debits_back = [answer for answer in back if answer.order.act == "collect"]
        claims = [answer for answer in debits_back if answer.code.startswith("DDIC")]
        unpaid = [answer for answer in debits_back if not answer.code.startswith("DDIC")]
        if unpaid:
            yield write_returns("ARUDD", unpaid, client, at, number)
        if credits_back:
            yield write_returns("ARUCS", credits_back, client, at, number)
        if lodged:
            yield write_advices("N", lodged, client, at, number)
        if claims:
            yield write_claims(claims, client, at)
        moved = [_moved(answer) for answer in answers if answer.outcome == "corrected"]
        for kind in ("A", "W"):
            told = [answer for answer in moved if answer.order.is_credit == (kind == "W")]
            if told:
                yield write_advices(kind, told, client, at, number)

    def bring(
        self, incoming: Sequence[Incoming], client: Client, at: datetime, number: int
    ) -> list[Letter]:
        """Return none: what comes in by Bacs stands on the statement alone."""
        del incoming, client, at, number
        return []


def _refuses_mandate(answer: Answer) -> bool:
    """Tell whether a new instruction is refused; a payer without money has an account still."""
    return answer.order.act == "prenote" and answer.code in _REFUSE_MANDATES


def _for_credit(answer: Answer) -> Answer:
    if answer.code not in _NOT_FOR_CREDITS:
        return answer
    return Answer(
        answer.order, answer.outcome, "C", answer.amount, answer.day, answer.number, answer.text
    )


def _moved(answer: Answer) -> Answer:
    details = {**_MOVED_TO, **answer.details}
    return Answer(
        answer.order,
        answer.outcome,
        answer.code,
        answer.amount,
        answer.day,
        answer.number,
        answer.text,
        details,
    )


BACS = BacsScheme()
