"""The CHAPS rail: sterling payments without a limit that settle one by one and are final."""

from collections.abc import Iterable
from datetime import date, datetime, time

from bezant.interbank import InterbankRail, Profile, saa
from bezant.rail import (
    Direction,
    IbanAccount,
    Instruction,
    Originator,
    RuleBook,
    Service,
    Timetable,
    in_force,
)
from bezant.rail.identifiers import is_bic
from bezant.rails.chaps import calendar, rules

CENTRAL_BANK = "BKENGB2LXXX"
"""The Bank of England's BIC, to which messages are addressed; unconfirmed."""

_VERSIONS = {
    "pacs.008": "pacs.008.001.08",
    "pacs.009": "pacs.009.001.08",
    "pacs.004": "pacs.004.001.09",
    "pacs.028": "pacs.028.001.03",
    "camt.056": "camt.056.001.08",
    "camt.029": "camt.029.001.09",
}

PROFILE = Profile(
    name="chaps",
    title="CHAPS",
    currencies=("gbp",),
    versions=_VERSIONS,
    acts=("pay", "return", "recall", "answer_recall", "enquire"),
    accounts=("gb", "iban"),
    envelopes=dict.fromkeys(_VERSIONS, saa.ENVELOPE),
    sent=saa.SENT,
    named_by="uetr",
    clearing="BOE",
    members="GBDSC",
    network=CENTRAL_BANK,
    kinds={
        "RCVD": "acknowledged",
        "ACTC": "acknowledged",
        "ACSP": "acknowledged",
        "PDNG": "pending",
        "ACSC": "settled",
        "ACCC": "settled",
        "RJCT": "rejected",
    },
    granted="CNCL",
    refused="RJCR",
    bearers=("SHAR", "DEBT", "CRED", "SLEV"),
    zone=calendar.LONDON,
    message_ids="BZ{plain}",
    service="boe.chaps.01",
    heading=saa.heading,
    short_instruction=True,
    dialect=frozenset({"network", "business_service"}),
    details=frozenset(
        {"transfer", "category", "case", "original_message", "charges", "instructed_agent"}
    ),
)


class Chaps(InterbankRail):
    """CHAPS payments as a rail."""

    rule_book: RuleBook = rules.BOOK

    def __init__(self) -> None:
        """One rail for all originators."""
        super().__init__(
            PROFILE,
            services=("urgent",),
            max_amount=rules.MAX_AMOUNT,
            answers_in_seconds=in_force(rules.ANSWER_SECONDS, rules.ISO_DAY),
            marks=(b"boe.chaps.", b"BKENGB2L"),
        )

    def own_objections(self, instruction: Instruction) -> Iterable[str]:
        """Ask for addresses that are structured, from their day on, and for agents abroad."""
        address = instruction.counterparty.address
        first = rules.STRUCTURED_ADDRESS[0].valid_from
        if address and not address.town and instruction.effective_date >= first:
            yield f"an address needs its town and country from {first} on"
        account = instruction.counterparty.account
        agent = instruction.details.get("instructed_agent", "")
        if isinstance(account, IbanAccount) and account.iban[:2] != "GB" and not agent:
            yield "CHAPS reaches accounts abroad by an agent alone (details.instructed_agent)"
        if agent and not is_bic(agent):
            yield f"the instructed agent {agent!r} is no BIC"

    def originator_objections(self, originator: Originator, on: date) -> Iterable[str]:
        """Ask for the BIC that a participant has, besides a sound account."""
        yield from super().originator_objections(originator, on)
        if not is_bic(originator.bank_id):
            yield "CHAPS knows a sender's bank by its BIC"

    def timetable(
        self,
        now: datetime,
        service: Service = "urgent",
        direction: Direction = "credit",
        cut_off: time | None = None,
    ) -> Timetable:
        """Return the dates of a payment given at an instant; `cut_off` is London time."""
        sent, day = calendar.goes_out(now, cut_off)
        return Timetable.final(sent, day, sent)


CHAPS = Chaps()
