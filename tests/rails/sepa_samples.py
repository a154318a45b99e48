"""Made-up SEPA business: an originator, receivers, instructions, and messages by hand."""

from datetime import UTC, date, datetime

from hypothesis import strategies as st
from schwifty import IBAN

from bezant.kernel.money import Money
from bezant.rail import (
    Address,
    IbanAccount,
    Instruction,
    Mandate,
    Original,
    Originator,
    Party,
)
from bezant.rails.sepa import SEPA_CREDIT

ORIGINATOR = Originator(
    name="Bezant Démo Platform",
    company_id="DE98ZZZ09999999999",
    bank_id="COBADEFFXXX",
    account=IbanAccount("DE89370400440532013000"),
    bank_name="Demo Bank",
    address=Address("DE", "Köln", "50667", "Domkloster", "4"),
)
CREATED = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
MONDAY = date(2026, 3, 2)
ADDRESS = Address("AT", "Wien", "1010", "Stephansplatz", "3")

ibans = st.builds(
    lambda bank, account: str(IBAN.generate("DE", bank, account)),
    st.sampled_from(["37040044", "10000000"]),
    st.from_regex(r"[0-9]{10}", fullmatch=True),
)
names = st.text(min_size=1, max_size=90).map(lambda text: "A" + text)
parties = st.builds(
    Party,
    name=names,
    account=st.builds(IbanAccount, ibans, st.sampled_from([None, "COBADEFF", "BNPAFRPPXXX"])),
    holder=st.just("company"),
    address=st.sampled_from([None, ADDRESS]),
)
mandates = st.builds(
    Mandate,
    reference=st.from_regex(r"[A-Z0-9]{1,35}", fullmatch=True),
    signed_on=st.dates(date(2024, 1, 1), MONDAY),
    sequence=st.sampled_from(["first", "recurring", "one_off", "final"]),
    amended_from=st.sampled_from(
        [{}, {"reference": "OLD-1"}, {"iban": "DE89370400440532013000"}, {"account": "changed"},
         {"creditor_id": "DE98ZZZ09999999999", "creditor_name": "Old & Söhne"}]
    ),
)  # fmt: skip


@st.composite
def instruction_lists(draw, *, direction="credit", service="standard", most=8):
    sequences = draw(st.lists(st.integers(1, 9_999_999), min_size=1, max_size=most, unique=True))
    return [
        Instruction(
            movement=f"mv_{sequence}",
            trace=SEPA_CREDIT.trace(ORIGINATOR, sequence),
            amount=Money(draw(st.integers(1, 99_999_999_999)), "eur"),
            direction=direction,
            counterparty=draw(parties),
            effective_date=draw(st.dates(MONDAY, date(2026, 3, 6))),
            service=service,
            reference=draw(st.text(max_size=20) | st.just("RF18539007547034")),
            remittance=draw(st.text(max_size=40)),
            end_to_end_id=draw(st.sampled_from(["", f"E{sequence}"])),
            purpose=draw(st.sampled_from(["", "SALA"])),
            mandate=draw(mandates) if direction == "debit" else None,
            details=draw(st.sampled_from([{}, {"ultimate_debtor": "Ada Ltd"}])),
        )
        for sequence in sequences
    ]


def instruction(sequence=1, amount=6000, **changes):
    """One transfer; `changes` replace parts of it."""
    party = Party("Grace Höpper", IbanAccount("AT611904300234573201"))
    plain = {
        "movement": f"mv_{sequence}",
        "trace": SEPA_CREDIT.trace(ORIGINATOR, sequence),
        "amount": Money(amount, "eur"),
        "direction": "credit",
        "counterparty": party,
        "effective_date": MONDAY,
    }
    return Instruction(**(plain | changes))


def collection(sequence=1, amount=6000, **changes):
    """One collection under a mandate."""
    mandate = Mandate("MANDATE-1", date(2025, 6, 1))
    party = Party("Grace Höpper", IbanAccount("AT611904300234573201"), "company")
    plain = {"direction": "debit", "mandate": mandate, "counterparty": party}
    return instruction(sequence, amount, **(plain | changes))


def original(sequence=1, amount=6000, **changes):
    """An earlier order, as another is about it."""
    trace = SEPA_CREDIT.trace(ORIGINATOR, sequence)
    plain = {"trace": trace, "amount": Money(amount, "eur"), "on": MONDAY}
    return Original(**(plain | {"file_reference": "BZ000001"} | changes))


def many_transfers(count):
    return [instruction(number + 1, 100 + number) for number in range(count)]


def many_collections(count):
    return [collection(number + 1, 100 + number) for number in range(count)]


TRACE = SEPA_CREDIT.trace(ORIGINATOR, 1)

STATUS = f"""<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10">
<CstmrPmtStsRpt>
<GrpHdr><MsgId>S1</MsgId><CreDtTm>2026-03-02T10:00:00+01:00</CreDtTm></GrpHdr>
<OrgnlGrpInfAndSts><OrgnlMsgId>BZ000001</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId>
<GrpSts>PART</GrpSts></OrgnlGrpInfAndSts>
<OrgnlPmtInfAndSts><OrgnlPmtInfId>BZ000001</OrgnlPmtInfId><PmtInfSts>PART</PmtInfSts>
<TxInfAndSts><OrgnlInstrId>{TRACE}</OrgnlInstrId><OrgnlEndToEndId>{TRACE}</OrgnlEndToEndId>
<TxSts>RJCT</TxSts><StsRsnInf><Rsn><Cd>AC04</Cd></Rsn><AddtlInf>closed</AddtlInf></StsRsnInf>
<OrgnlTxRef><Amt><InstdAmt Ccy="EUR">60.00</InstdAmt></Amt></OrgnlTxRef></TxInfAndSts>
<TxInfAndSts><OrgnlInstrId>T2</OrgnlInstrId><OrgnlEndToEndId>E2</OrgnlEndToEndId>
<TxSts>ACSC</TxSts></TxInfAndSts>
</OrgnlPmtInfAndSts></CstmrPmtStsRpt></Document>
"""

RETURN = f"""<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pacs.004.001.09"><PmtRtr>
<GrpHdr><MsgId>R1</MsgId><CreDtTm>2026-03-04T10:00:00</CreDtTm><NbOfTxs>1</NbOfTxs>
<TtlRtrdIntrBkSttlmAmt Ccy="EUR">60.00</TtlRtrdIntrBkSttlmAmt>
<IntrBkSttlmDt>2026-03-05</IntrBkSttlmDt><SttlmInf><SttlmMtd>CLRG</SttlmMtd></SttlmInf></GrpHdr>
<TxInf><RtrId>RT1</RtrId><OrgnlEndToEndId>{TRACE}</OrgnlEndToEndId>
<OrgnlIntrBkSttlmAmt Ccy="EUR">60.00</OrgnlIntrBkSttlmAmt>
<OrgnlIntrBkSttlmDt>2026-03-03</OrgnlIntrBkSttlmDt>
<RtrdIntrBkSttlmAmt Ccy="EUR">60.00</RtrdIntrBkSttlmAmt>
<RtrRsnInf><Rsn><Cd>MS03</Cd></Rsn></RtrRsnInf></TxInf></PmtRtr></Document>
"""

RESOLUTION = f"""<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.029.001.09"><RsltnOfInvstgtn>
<Assgnmt><Id>A1</Id><Assgnr><Agt><FinInstnId><BICFI>COBADEFF</BICFI></FinInstnId></Agt></Assgnr>
<Assgne><Pty><Nm>Bezant</Nm></Pty></Assgne><CreDtTm>2026-03-05T10:00:00Z</CreDtTm></Assgnmt>
<Sts><Conf>RJCR</Conf></Sts><CxlDtls><TxInfAndSts><CxlStsId>C1</CxlStsId>
<OrgnlEndToEndId>{TRACE}</OrgnlEndToEndId><TxCxlSts>RJCR</TxCxlSts>
<CxlStsRsnInf><Rsn><Cd>CUST</Cd></Rsn></CxlStsRsnInf></TxInfAndSts></CxlDtls>
</RsltnOfInvstgtn></Document>
"""

VERIFIED = f"""{{"headers": {{"X-Request-ID": "{TRACE}"}},
 "body": {{"partyNameMatch": "CMTC", "matchedName": "Grace Hopper"}}}}
"""
ANSWERS = tuple(text.encode() for text in (STATUS, RETURN, RESOLUTION, VERIFIED))
