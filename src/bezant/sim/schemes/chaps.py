"""CHAPS from the other side: the Bank of England's settlement, on English working days."""

from bezant.sim.banking_days import ENGLAND
from bezant.sim.schemes.interbank_network import Network, is_bic, is_sort_code
from bezant.sim.schemes.interbank_people import BY_CHANCE, GB
from bezant.sim.schemes.interbank_scheme import InterbankScheme
from bezant.sim.schemes.swift import SAA, SAA_WRAPPER

NETWORK = Network(
    name="chaps",
    currency="GBP",
    header="head.001.001.02",
    versions={
        "pacs.008": "pacs.008.001.08",
        "pacs.009": "pacs.009.001.08",
        "pacs.002": "pacs.002.001.10",
        "pacs.004": "pacs.004.001.09",
        "pacs.028": "pacs.028.001.03",
        "camt.056": "camt.056.001.08",
        "camt.029": "camt.029.001.09",
        "admi.002": "admi.002.001.01",
    },
    wrappers={},
    to_network=SAA_WRAPPER,
    from_network=SAA_WRAPPER,
    namespace_in=SAA,
    namespace_out=SAA,
    own_id="BKENGB2LXXX",
    clearing_system="BOE",
    names_by="uetr",
    member=lambda text: is_bic(text) or is_sort_code(text),
    member_code="GBDSC",
    bearers=("SHAR", "DEBT", "CRED", "SLEV"),
    settled="ACSC",
    pending="PDNG",
    accepted="ACSP",
    granted="CNCL",
    refused="RJCR",
    service="boe.chaps.01",
)


CHAPS = InterbankScheme(
    NETWORK,
    marks=(b"boe.chaps.",),
    magic=GB,
    by_chance=BY_CHANCE,
    settles=ENGLAND.on_or_after,
)
