"""FedNow from the other side: the service itself, at every hour of every day."""

from bezant.sim.schemes.interbank_network import Network, is_routing_number
from bezant.sim.schemes.interbank_people import BY_CHANCE, US
from bezant.sim.schemes.interbank_scheme import InterbankScheme

NETWORK = Network(
    name="fednow",
    currency="USD",
    header="head.001.001.02",
    versions={
        "pacs.008": "pacs.008.001.08",
        "pacs.009": "pacs.009.001.08",
        "pacs.002": "pacs.002.001.10",
        "pacs.004": "pacs.004.001.10",
        "pacs.028": "pacs.028.001.03",
        "camt.056": "camt.056.001.08",
        "camt.029": "camt.029.001.09",
        "pain.013": "pain.013.001.07",
        "pain.014": "pain.014.001.07",
        "admi.002": "admi.002.001.01",
    },
    wrappers={
        "pacs.008": "FedNowCustomerCreditTransfer",
        "pacs.009": "FedNowInstitutionCreditTransfer",
        "pacs.002": "FedNowPaymentStatus",
        "pacs.004": "FedNowPaymentReturn",
        "pacs.028": "FedNowPaymentStatusRequest",
        "camt.056": "FedNowReturnRequest",
        "camt.029": "FedNowReturnRequestResponse",
        "pain.013": "FedNowRequestForPayment",
        "pain.014": "FedNowRequestForPaymentResponse",
        "admi.002": "FedNowMessageReject",
    },
    to_network=("FedNowIncoming", "FedNowIncomingMessage"),
    from_network=("FedNowOutgoing", "FedNowOutgoingMessage"),
    namespace_in="urn:fednow:incoming:v001",
    namespace_out="urn:fednow:outgoing:v001",
    own_id="021150706",
    clearing_system="FDN",
    names_by="instruction",
    member=is_routing_number,
    member_code="USABA",
    bearers=("SLEV",),
    settled="ACSC",
    pending="ACWP",
    accepted="ACTC",
    granted="IPAY",
    refused="RJCR",
)

FEDNOW = InterbankScheme(
    NETWORK,
    marks=(b"FedNowIncoming",),
    magic=US,
    by_chance=BY_CHANCE,
    settles=lambda day: day,
)
