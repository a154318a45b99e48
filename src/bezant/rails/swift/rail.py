"""The SWIFT rail: cross-border payments, followed by their UETR until they are credited."""

from collections.abc import Iterable
from datetime import date, datetime, time

from bezant.interbank import InterbankRail
from bezant.rail import (
    Address,
    Direction,
    Instruction,
    Originator,
    ReadFile,
    RuleBook,
    Service,
    Timetable,
    in_force,
)
from bezant.rail.identifiers import is_bic
from bezant.rails.swift import calendar, mt103, rules
from bezant.rails.swift.profile import PROFILE

_BEARERS = frozenset({"OUR", "SHA", "BEN", *PROFILE.bearers})
_MONEY = frozenset({"pay", "return"})


class Swift(InterbankRail):
    """Payments by correspondent banks as a rail."""

    rule_book: RuleBook = rules.BOOK

    def __init__(self) -> None:
        """One rail for all originators."""
        super().__init__(
            PROFILE,
            services=("standard", "urgent"),
            max_amount=rules.MAX_AMOUNT,
            answers_in_seconds=in_force(rules.ANSWER_SECONDS, rules.ANSWER_SECONDS[0].valid_from),
            marks=(b"swift.cbprplus",),
        )

    def own_objections(self, instruction: Instruction) -> Iterable[str]:
        """Ask for sound charges and, from their day on, for structured addresses."""
        details = instruction.details
        bearer = details.get("charges", "SHA")
        if bearer not in _BEARERS:
            yield f"charges {bearer!r} are not OUR, SHA or BEN"
        taken = details.get("charges_taken", "0")
        if not (taken.isascii() and taken.isdecimal() and len(taken) < 15):
            yield f"the charges taken {taken!r} are not an amount in minor units"
        agent = details.get("instructed_agent", "")
        if agent and not is_bic(agent):
            yield f"the instructed agent {agent!r} is no BIC"
        if instruction.act == "pay":
            address = instruction.counterparty.address
            yield from _address(address, instruction.effective_date, "the counterparty")

    def originator_objections(self, originator: Originator, on: date) -> Iterable[str]:
        """Ask for a BIC and, from their day on, for a structured address."""
        yield from super().originator_objections(originator, on)
        if not is_bic(originator.bank_id):
            yield "SWIFT knows a sender's bank by its BIC"
        yield from _address(originator.address, on, "the sender")

    def timetable(
        self,
        now: datetime,
        service: Service = "standard",
        direction: Direction = "credit",
        cut_off: time | None = None,
    ) -> Timetable:
        """Return the usual dates of a payment given at an instant; `cut_off` is in UTC."""
        day = calendar.value_date(now, service, cut_off)
        credited = calendar.end_of(day)
        count = in_force(rules.RETURN_WEEKDAYS, day)
        back = calendar.end_of(calendar.add_weekdays(day, count))
        return Timetable(
            cut_off=now,
            effective_date=day,
            expected_settlement_at=credited,
            available_at=credited,
            return_by=back,
            final_at=back,
        )

    def recognize(self, data: bytes) -> str | None:
        """Return the message's name: `pacs.008.001.08`, or `mt103`."""
        return "mt103" if mt103.is_mt103(data) else super().recognize(data)

    def read(self, data: bytes) -> ReadFile:
        """Return what a message says; raises FileRefused with every problem and its line."""
        return mt103.read_mt103(data) if mt103.is_mt(data) else super().read(data)


def _address(address: Address | None, on: date, whose: str) -> Iterable[str]:
    """Yield what an address lacks on a day: once it must be structured, it must also be there."""
    if in_force(rules.ADDRESS, max(on, rules.ADDRESS[0].valid_from)) != "town and country":
        return
    first = rules.ADDRESS[-1].valid_from
    if address is None or not address.town or not address.country:
        yield f"{whose} needs an address with town and country from {first} on"


SWIFT = Swift()
