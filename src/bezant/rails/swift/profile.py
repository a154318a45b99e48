"""SWIFT as a network: CBPR+ messages between banks, which name a payment by its UETR."""

from zoneinfo import ZoneInfo

from bezant.interbank import Profile, saa

_CODES = (
    "usd eur gbp chf jpy cad aud nzd sek nok dkk pln czk huf ron try zar ils aed sar qar kwd bhd "
    "omr inr cny hkd sgd thb myr idr php krw twd vnd mxn brl clp cop pen ars uyu egp kes ngn ghs "
    "mad tnd jod"
)
CURRENCIES = tuple(_CODES.split())
"""Currencies that correspondents commonly carry; a bank's profile may know fewer."""

_VERSIONS = {
    "pacs.008": "pacs.008.001.08",
    "pacs.009": "pacs.009.001.08",
    "pacs.004": "pacs.004.001.09",
    "pacs.028": "pacs.028.001.03",
    "camt.056": "camt.056.001.08",
    "camt.029": "camt.029.001.09",
}

PROFILE = Profile(
    name="swift",
    title="SWIFT",
    currencies=CURRENCIES,
    versions=_VERSIONS,
    acts=("pay", "return", "recall", "answer_recall", "enquire"),
    accounts=("iban", "bic"),
    envelopes=dict.fromkeys(_VERSIONS, saa.ENVELOPE),
    sent=saa.SENT,
    named_by="uetr",
    clearing="",
    members="",
    network="",
    kinds={
        "RCVD": "acknowledged",
        "ACTC": "acknowledged",
        "ACSP": "acknowledged",
        "ACSC": "acknowledged",
        "PDNG": "pending",
        "ACWP": "pending",
        "ACCC": "settled",
        "RJCT": "rejected",
    },
    granted="CNCL",
    refused="RJCR",
    bearers=("SHAR", "DEBT", "CRED"),
    zone=ZoneInfo("UTC"),
    message_ids="BZ{plain}",
    service="swift.cbprplus.02",
    heading=saa.heading,
    short_instruction=True,
    dialect=frozenset({"network", "business_service"}),
    details=frozenset(
        {
            "transfer",
            "category",
            "case",
            "original_message",
            "charges",
            "charges_taken",
            "instructed_agent",
            "service_level",
        }
    ),
)
