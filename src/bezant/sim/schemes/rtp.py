"""RTP from the other side: the clearing house, which knows no return and answers with ACTC."""

import re

from bezant.sim.schemes.interbank_network import Network
from bezant.sim.schemes.interbank_people import BY_CHANCE, US
from bezant.sim.schemes.interbank_scheme import InterbankScheme

_MEMBER = re.compile(r"[0-9]{9}([A-Z0-9]{2})?")

NETWORK = Network(
    name="rtp",
    currency="USD",
    header="head.001.001.01",
    versions={
        "pacs.008": "pacs.008.001.08",
        "pacs.002": "pacs.002.001.10",
        "pacs.028": "pacs.028.001.03",
        "camt.056": "camt.056.001.08",
        "camt.029": "camt.029.001.09",
        "pain.013": "pain.013.001.07",
        "pain.014": "pain.014.001.07",
        "admi.002": "admi.002.001.01",
    },
    wrappers={
        "pacs.008": "CreditTransfer",
        "pacs.002": "MessageStatusReport",
        "pacs.028": "PaymentStatusRequest",
        "camt.056": "ReturnOfFunds",
        "camt.029": "ResponseReturnOfFunds",
        "pain.013": "PaymentRequest",
        "pain.014": "ResponsePaymentRequest",
        "admi.002": "MessageReject",
    },
    to_network=("Message",),
    from_network=("Message",),
    namespace_in="urn:tch",
    namespace_out="urn:tch",
    own_id="990000001S1",
    clearing_system="TCH",
    names_by="instruction",
    member=lambda text: _MEMBER.fullmatch(text) is not None,
    member_code="USABA",
    bearers=("SLEV",),
    settled="ACTC",
    pending="ACWP",
    accepted="",
    granted="IPAY",
    refused="RJCR",
    returns=False,
)

RTP = InterbankScheme(
    NETWORK,
    marks=(b"urn:tch",),
    magic=US,
    by_chance=BY_CHANCE,
    settles=lambda day: day,
)
