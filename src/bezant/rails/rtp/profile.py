"""RTP as a network: its messages, its envelope, its statuses; money comes back by a new payment."""

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from bezant.interbank import Profile
from bezant.iso20022.messages import Envelope

EASTERN = ZoneInfo("America/New_York")
NETWORK = "990000001S1"
"""The network's own number; each of its systems has its own ending."""

_NETWORKS = "990000001"
_NAMES: Mapping[str, str] = {
    "pacs.008": "CreditTransfer",
    "pacs.028": "PaymentStatusRequest",
    "camt.056": "ReturnOfFunds",
    "camt.029": "ResponseReturnOfFunds",
    "pain.013": "PaymentRequest",
}


PROFILE = Profile(
    name="rtp",
    title="RTP",
    currencies=("usd",),
    versions={
        "pacs.008": "pacs.008.001.08",
        "pacs.028": "pacs.028.001.03",
        "camt.056": "camt.056.001.08",
        "camt.029": "camt.029.001.09",
        "pain.013": "pain.013.001.07",
    },
    acts=("pay", "recall", "answer_recall", "enquire", "request"),
    accounts=("us",),
    envelopes={
        family: Envelope(
            ("Message",), "urn:tch", body=name, header_version="head.001.001.01", prefixed=True
        )
        for family, name in _NAMES.items()
    },
    sent_to=_NETWORKS,
    named_by="instruction",
    clearing="TCH",
    members="USABA",
    network=NETWORK,
    kinds={
        "ACTC": "settled",
        "ACSC": "settled",
        "ACCC": "settled",
        "ACWP": "pending",
        "PDNG": "pending",
        "RCVD": "acknowledged",
        "RJCT": "rejected",
        "BLCK": "rejected",
    },
    granted="IPAY",
    refused="RJCR",
    bearers=("SLEV",),
    zone=EASTERN,
    message_ids="M{day}{trace}",
    instruments={"pay": "STANDARD", "request": "STANDARD"},
    purposes={"individual": "CONSUMER", "company": "BUSINESS"},
    level="SDVA",
    names_payment=True,
    returns_by_payment=True,
    details=frozenset({"category", "case", "original_message", "expires_on"}),
)
