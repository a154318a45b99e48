"""The Faster Payments rail: sterling within seconds, at every hour, final once accepted."""

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta

from bezant.interbank import InterbankRail, Profile
from bezant.interbank.objections import account_objections
from bezant.iso20022.messages import Envelope
from bezant.kernel.errors import FileRefused, Problem
from bezant.kernel.money import Money
from bezant.rail import (
    Direction,
    GbAccount,
    Instruction,
    Originator,
    ReadFile,
    RuleBook,
    Service,
    Timetable,
    Totals,
    in_force,
)
from bezant.rail.identifiers import is_sort_code
from bezant.rail.modulus import ModulusTable
from bezant.rails.fps import calendar, payee, rules

OUT, IN = "urn:fps:member:out", "urn:fps:member:in"
"""Namespaces of what stands around messages to the member bank, and from it."""

_ACMT = f"{payee.NAMESPACE}acmt.02".encode()
_VERSIONS = {
    "pacs.008": "pacs.008.001.08",
    "pacs.004": "pacs.004.001.09",
    "pacs.028": "pacs.028.001.03",
    "camt.056": "camt.056.001.08",
    "camt.029": "camt.029.001.09",
}

PROFILE = Profile(
    name="fps",
    title="Faster Payments",
    currencies=("gbp",),
    versions=_VERSIONS,
    acts=("pay", "return", "recall", "answer_recall", "enquire", "verify"),
    accounts=("gb",),
    envelopes=dict.fromkeys(_VERSIONS, Envelope(("FasterPayment",), OUT)),
    sent=re.compile(OUT.encode()),
    named_by="instruction",
    clearing="FPS",
    members="GBDSC",
    network="",
    kinds={
        "RCVD": "acknowledged",
        "ACTC": "acknowledged",
        "ACSP": "acknowledged",
        "PDNG": "pending",
        "ACWP": "pending",
        "ACSC": "settled",
        "ACCC": "settled",
        "RJCT": "rejected",
    },
    granted="CNCL",
    refused="RJCR",
    bearers=("SLEV",),
    zone=calendar.LONDON,
    message_ids="BZ{plain}",
    names_payment=True,
    details=frozenset({"category", "case", "original_message"}),
    dialect=frozenset(),
)


class Fps(InterbankRail):
    """Faster Payments as a rail; with a table of sort codes it checks account numbers as well."""

    rule_book: RuleBook = rules.BOOK

    def __init__(self, sort_codes: ModulusTable | None = None) -> None:
        """Keep the table for the modulus check, where there is one."""
        super().__init__(
            PROFILE,
            services=("instant",),
            max_amount=rules.LIMIT[-1].value,
            answers_in_seconds=rules.ANSWER_SECONDS[-1].value,
            marks=(OUT.encode(), IN.encode()),
        )
        self._sort_codes = sort_codes

    def limit(self, on: date) -> int:
        """Return the pence that a payment may have on a day."""
        return in_force(rules.LIMIT, on)

    def objections(self, instruction: Instruction) -> tuple[str, ...]:
        """Say why Faster Payments cannot carry an instruction; nothing when it can."""
        if instruction.act != "verify":
            return super().objections(instruction)
        account = instruction.counterparty.account
        if not isinstance(account, GbAccount):
            return ("the account is not one in the United Kingdom",)
        return (
            *account_objections(account),
            *payee.objections(instruction),
            *self.own_objections(instruction),
        )

    def own_objections(self, instruction: Instruction) -> Iterable[str]:
        """Ask for a service that there is, and for numbers that fit each other."""
        if instruction.service != "instant":
            yield f"Faster Payments has no service {instruction.service}"
        account = instruction.counterparty.account
        if not isinstance(account, GbAccount):
            return
        if account.roll_number:
            yield "roll numbers of building societies are not carried: ask for an account number"
        if self._sort_codes is None or tuple(account_objections(account)):
            return
        if not self._sort_codes.fits(account.sort_code, account.account_number):
            yield "the account number does not fit the sort code (modulus check)"

    def originator_objections(self, originator: Originator, on: date) -> Iterable[str]:
        """Ask for a British account, and for the sort code that the member bank has given."""
        yield from super().originator_objections(originator, on)
        if not isinstance(originator.account, GbAccount):
            yield "the own account is not one in the United Kingdom"
        if not is_sort_code(originator.bank_id):
            yield "the own bank is known by a sort code of six digits (bank_id)"

    def pack(
        self,
        instructions: Sequence[Instruction],
        originator: Originator,
        *,
        created_at: datetime,
        file_modifier: str,
        reference: str,
    ) -> bytes:
        """Return the message of one instruction; raises FileRefused, naming what it cannot hold."""
        asks = [instruction for instruction in instructions if instruction.act == "verify"]
        if not asks or len(instructions) > 1:
            return super().pack(
                instructions,
                originator,
                created_at=created_at,
                file_modifier=file_modifier,
                reference=reference,
            )
        (asked,) = asks
        reasons = [
            *self.objections(asked),
            *self.originator_objections(originator, asked.effective_date),
        ]
        if reasons:
            raise FileRefused([Problem(None, asked.movement, reason) for reason in reasons])
        return payee.write(asked, originator, created_at)

    def recognize(self, data: bytes) -> str | None:
        """Return the message's name for what is one of this network, or about a payee."""
        if _ACMT not in data[:1000]:
            return super().recognize(data)
        return payee.QUESTION if b"IdVrfctnReq" in data[:1000] else payee.ANSWER

    def read(self, data: bytes) -> ReadFile:
        """Return what a message says; raises FileRefused with every problem and its line."""
        if _ACMT not in data[:1000]:
            return super().read(data)
        facts = payee.read(data)
        nothing = Money(0, "gbp")
        return ReadFile(facts, (), Totals(len(facts), nothing, nothing))

    def timetable(
        self,
        now: datetime,
        service: Service = "instant",
        direction: Direction = "credit",
        cut_off: time | None = None,
    ) -> Timetable:
        """Return the dates of a payment given now: it goes at once, and is final once accepted.

        The receiver has the money within two hours.
        """
        del service, direction, cut_off
        day = now.astimezone(calendar.LONDON).date()
        answered = now + timedelta(seconds=in_force(rules.ANSWER_SECONDS, day))
        return Timetable(
            cut_off=now,
            effective_date=day,
            expected_settlement_at=answered,
            available_at=now + timedelta(hours=in_force(rules.FUNDS_HOURS, day)),
            return_by=answered,
            final_at=answered,
        )


FPS = Fps()
