"""Fedwire from the other side: the Reserve Banks, on their business days, by IMAD and OMAD."""

from bezant.sim.banking_days import on_or_after
from bezant.sim.schemes.interbank_network import Network, is_routing_number
from bezant.sim.schemes.interbank_people import BY_CHANCE, US
from bezant.sim.schemes.interbank_scheme import InterbankScheme

NETWORK = Network(
    name="fedwire",
    currency="USD",
    header="head.001.001.03",
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
        "pacs.008": "FedwireFundsCustomerCreditTransfer",
        "pacs.009": "FedwireFundsFinancialInstitutionCreditTransfer",
        "pacs.002": "FedwireFundsPaymentStatus",
        "pacs.004": "FedwireFundsPaymentReturn",
        "pacs.028": "FedwireFundsPaymentStatusRequest",
        "camt.056": "FedwireFundsReturnRequest",
        "camt.029": "FedwireFundsReturnRequestResponse",
        "pain.013": "FedwireFundsDrawdownRequest",
        "pain.014": "FedwireFundsDrawdownResponse",
        "admi.002": "FedwireFundsMessageReject",
    },
    to_network=("FedwireFundsIncoming", "FedwireFundsIncomingMessage"),
    from_network=("FedwireFundsOutgoing", "FedwireFundsOutgoingMessage"),
    namespace_in="urn:fedwirefunds:incoming:v001",
    namespace_out="urn:fedwirefunds:outgoing:v001",
    own_id="021151080",
    clearing_system="FDW",
    names_by="uetr",
    member=is_routing_number,
    member_code="USABA",
    bearers=("SLEV", "SHAR", "DEBT", "CRED"),
    settled="ACSC",
    pending="PDNG",
    accepted="ACTC",
    granted="CNCL",
    refused="RJCR",
    settlement_reference="{at:%Y%m%d}BZNTWK01{number:06d}{at:%m%d%H%M}FT01",
)

FEDWIRE = InterbankScheme(
    NETWORK,
    marks=(b"FedwireFundsIncoming",),
    magic=US,
    by_chance=BY_CHANCE,
    settles=on_or_after,
)
