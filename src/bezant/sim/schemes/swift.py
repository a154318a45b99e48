"""SWIFT from the other side: a correspondent bank that takes CBPR+ and tells the tracker."""

from bezant.sim.banking_days import WEEKDAYS
from bezant.sim.schemes.interbank_network import Network, is_bic
from bezant.sim.schemes.interbank_people import BY_CHANCE, CROSS_BORDER
from bezant.sim.schemes.interbank_scheme import InterbankScheme

SAA = "urn:swift:saa:xsd:saa.2.0"
SAA_WRAPPER = ("DataPDU", "Body")

NETWORK = Network(
    name="swift",
    currency="",
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
    own_id="",
    clearing_system="",
    names_by="uetr",
    member=is_bic,
    member_code="",
    bearers=("SHAR", "DEBT", "CRED"),
    settled="ACCC",
    pending="ACSP",
    pending_reason="G002",
    accepted="ACSP",
    granted="CNCL",
    refused="RJCR",
    service="swift.cbprplus.02",
)


SWIFT = InterbankScheme(
    NETWORK,
    marks=(b"swift.cbprplus",),
    magic=CROSS_BORDER,
    by_chance=BY_CHANCE,
    settles=WEEKDAYS.on_or_after,
)
