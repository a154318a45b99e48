"""Fedwire as a network: its messages, its envelope, its statuses; IMAD and UETR name a transfer."""

import re
from collections.abc import Mapping

from bezant.interbank import Profile
from bezant.iso20022.messages import Envelope
from bezant.rails.fedwire.calendar import EASTERN

SERVICE = "021151080"
"""The service's own number, to which every message is addressed; unconfirmed."""
IMAD = "{day}{source}{number:06d}"
"""Input message accountability data: cycle day, source, running number."""

_INCOMING = "urn:fedwirefunds:incoming:v001"
_NAMES: Mapping[str, str] = {
    "pacs.008": "FedwireFundsCustomerCreditTransfer",
    "pacs.009": "FedwireFundsFinancialInstitutionCreditTransfer",
    "pacs.004": "FedwireFundsPaymentReturn",
    "pacs.028": "FedwireFundsPaymentStatusRequest",
    "camt.056": "FedwireFundsReturnRequest",
    "camt.029": "FedwireFundsReturnRequestResponse",
    "pain.013": "FedwireFundsDrawdownRequest",
}


PROFILE = Profile(
    name="fedwire",
    title="Fedwire",
    currencies=("usd",),
    versions={
        "pacs.008": "pacs.008.001.08",
        "pacs.009": "pacs.009.001.08",
        "pacs.004": "pacs.004.001.10",
        "pacs.028": "pacs.028.001.03",
        "camt.056": "camt.056.001.08",
        "camt.029": "camt.029.001.09",
        "pain.013": "pain.013.001.07",
    },
    acts=("pay", "return", "recall", "answer_recall", "enquire", "request"),
    accounts=("us",),
    envelopes={
        family: Envelope(
            ("FedwireFundsIncoming", "FedwireFundsIncomingMessage", name),
            _INCOMING,
            header_version="head.001.001.03",
        )
        for family, name in _NAMES.items()
    },
    sent=re.compile(b"FedwireFundsIncoming"),
    named_by="uetr",
    clearing="FDW",
    members="USABA",
    network=SERVICE,
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
    bearers=("SLEV", "SHAR", "DEBT", "CRED"),
    zone=EASTERN,
    message_ids=IMAD,
    instruments={"pay": "CTRC", "pay_bank": "BTRC", "request": "DRRC"},
    practice=(
        "www2.swift.com/mystandards/#/group/Federal_Reserve_Financial_Services/Fedwire_Funds_Service",
        "frb.fedwire.01",
    ),
    dialect=frozenset({"network", "market_practice", "source"}),
    details=frozenset(
        {"transfer", "category", "case", "original_message", "charges", "expires_on"}
    ),
)
