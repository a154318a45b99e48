"""FedNow as a network: its messages, its envelope, its statuses.

What the service calls incoming is what comes into it: what we send.
"""

import re
from collections.abc import Mapping
from zoneinfo import ZoneInfo

from bezant.interbank import Profile
from bezant.iso20022.messages import Envelope

EASTERN = ZoneInfo("America/New_York")
SERVICE = "021150706"
"""The service's own number, to which every message is addressed."""

_INCOMING = "urn:fednow:incoming:v001"
_NAMES: Mapping[str, str] = {
    "pacs.008": "FedNowCustomerCreditTransfer",
    "pacs.009": "FedNowInstitutionCreditTransfer",
    "pacs.004": "FedNowPaymentReturn",
    "pacs.028": "FedNowPaymentStatusRequest",
    "camt.056": "FedNowReturnRequest",
    "camt.029": "FedNowReturnRequestResponse",
    "pain.013": "FedNowRequestForPayment",
}


PROFILE = Profile(
    name="fednow",
    title="FedNow",
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
        family: Envelope(("FedNowIncoming", "FedNowIncomingMessage", name), _INCOMING)
        for family, name in _NAMES.items()
    },
    sent=re.compile(b"FedNowIncoming"),
    named_by="instruction",
    clearing="FDN",
    members="USABA",
    network=SERVICE,
    kinds={
        "ACTC": "acknowledged",
        "ACWP": "pending",
        "PDNG": "pending",
        "ACSC": "settled",
        "ACCC": "settled",
        "RJCT": "rejected",
        "BLCK": "rejected",
    },
    granted="IPAY",
    refused="RJCR",
    bearers=("SLEV",),
    zone=EASTERN,
    message_ids="{day}{trace}",
    instruments={"pay": "FDNA", "pay_bank": "FDNA", "request": "FDNA"},
    own_ids=False,
    purposes={"individual": "CONS", "company": "BIZZ"},
    practice=(
        "www2.swift.com/mystandards/#/group/Federal_Reserve_Financial_Services/FedNow_Service",
        "frb.fednow.01",
    ),
    details=frozenset({"transfer", "category", "case", "original_message", "expires_on"}),
)
