"""What stands around messages, what refuses them, and what their counts say."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from msgspec import structs

from bezant.iso20022 import head, messages, pacs, parties
from bezant.iso20022.messages import Envelope
from bezant.kernel.errors import FileRefused
from bezant.kernel.money import Money
from tests.iso20022.test_structure import sample, without_lines

AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
AGENT = parties.Agent(member="011401533", clearing="USABA")
TRANSFERS = pacs.CustomerTransfers(
    header=pacs.PaymentHeader(
        id="M1",
        created_at=AT,
        count=1,
        total=Money(4200, "usd"),
        settlement=parties.Settlement(method="CLRG", clearing="FDN"),
    ),
    payments=(
        pacs.Transfer(
            id=parties.PaymentId(end_to_end="E1", payment="T1"),
            amount=Money(4200, "usd"),
            settles_on=date(2026, 3, 2),
            charge_bearer="SLEV",
            debtor=parties.Party(name="Ada & Söhne <1>"),
            debtor_agent=AGENT,
            creditor_agent=AGENT,
            creditor=parties.Party(name="Grace"),
        ),
    ),
)
HEADER = head.Header(from_agent=AGENT, id="B1", message="pacs.008.001.08", created_at=AT)
ENVELOPES = [
    messages.PLAIN,
    Envelope(("Outgoing", "Batch"), "urn:x:outgoing", header_version="head.001.001.02"),
    Envelope(("Message",), "urn:tch", "CreditTransfer", "head.001.001.01", prefixed=True),
    Envelope(("BizMsg",), "urn:x", "Body"),
]


@pytest.mark.parametrize("envelope", ENVELOPES)
@pytest.mark.parametrize("header", [None, HEADER])
def test_a_message_is_known_and_read_in_every_envelope(envelope, header):
    if header is not None and not envelope.around:
        envelope = structs.replace(envelope, around=("Envelope",), namespace="urn:x")
    data = messages.write(TRANSFERS, "pacs.008.001.08", header, envelope)
    assert messages.recognize(data) == "pacs.008.001.08"
    message = messages.read(data)
    assert (message.name, message.family) == ("pacs.008.001.08", "pacs.008")
    assert message.header == header
    assert without_lines(message.body) == TRANSFERS
    assert message.body.payments[0].line == data[: data.index(b"CdtTrfTxInf>")].count(b"\n") + 1


@pytest.mark.parametrize(
    ("root", "name"),
    [
        ('<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pacs.002.001.10"><FIToFIPmtStsRpt>',
         "pacs.002.001.10"),
        ('<Document xmlns="http://x.example/de/pain.002.001.03.ch.02.xsd"><CstmrPmtStsRpt>',
         "pain.002.001.03"),
        ('<Document xmlns="urn:swift:xsd:pain.001.001.09"><CstmrCdtTrfInitn>', "pain.001.001.09"),
        ('<M xmlns:p="urn:iso:std:iso:20022:tech:xsd:pacs.008.001.08"><p:FIToFICstmrCdtTrf>',
         "pacs.008.001.08"),
        ("<Document><CstmrDrctDbtInitn>", "pain.008"),
        ('<Document xmlns="urn:x:camt.053.001.13"><BkToCstmrStmt>', "camt.053.001.13"),
        ('<Document xmlns="urn:x:camt.053.001.08"><Something>', None),
        ("<html><body>", None),
        ("101 02100002", None),
        ("", None),
    ],
)  # fmt: skip
def test_a_message_is_known_by_its_element_and_namespace(root, name):
    assert messages.recognize(root.encode()) == name
    assert messages.recognize(b"\xef\xbb\xbf" + root.encode()) == name
    assert messages.recognize(root.encode("utf-16")) == (name if root else None)


def refusal(data):
    with pytest.raises(FileRefused) as refused:
        messages.read(data)
    return [str(problem) for problem in refused.value.problems]


HEAD = "/Document/CstmrCdtTrfInitn/GrpHdr"
BATCH = "/Document/CstmrCdtTrfInitn/PmtInf[1]"
PAYMENT = f"{BATCH}/CdtTrfTxInf[1]"


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("<Document", "<!DOCTYPE x [<!ENTITY a 'b'>]><Document",
         "line 1: a document type (DOCTYPE) is not accepted"),
        ("<Document", "<!DOCTYPE x SYSTEM 'file:///etc/passwd'><Document",
         "line 1: a document type (DOCTYPE) is not accepted"),
        ("<MsgId>M</MsgId>", "<MsgId>&x;</MsgId>",
         "line 2, /Document/CstmrCdtTrfInitn/GrpHdr/MsgId: not XML: undefined entity"),
        ("</Document>", "", "line 7, /Document: not XML: no element found"),
        ("<NbOfTxs>1</NbOfTxs>", "<NbOfTxs>2</NbOfTxs>",
         "line 2, /CstmrCdtTrfInitn/GrpHdr/NbOfTxs: NbOfTxs is 2, and there are 1 payments"),
        ("<NbOfTxs>1</NbOfTxs>", "<NbOfTxs>1</NbOfTxs><CtrlSum>1.01</CtrlSum>",
         "line 2, /CstmrCdtTrfInitn/GrpHdr/CtrlSum: CtrlSum is 1.01, and the payments make 1.00"),
        ("<ReqdExctnDt>", "<CtrlSum>9</CtrlSum><ReqdExctnDt>",
         "line 3, /CstmrCdtTrfInitn/PmtInf[1]/CtrlSum: CtrlSum is 9, and the payments make 1.00"),
        (">1.00<", ">1.001<",
         f"line 6, {PAYMENT}/Amt/InstdAmt: 1.001 has more decimals than EUR (2)"),
        (">1.00<", ">1,00<", f"line 6, {PAYMENT}/Amt/InstdAmt: '1,00' is not an amount"),
        (">1.00<", ">-1.00<", f"line 6, {PAYMENT}/Amt/InstdAmt: '-1.00' is not an amount"),
        ('"EUR"', '"EUX"', f"line 6, {PAYMENT}/Amt/InstdAmt: 'EUX' is no currency (Ccy)"),
        ("<PmtMtd>TRF</PmtMtd>", "<PmtMtd>DD</PmtMtd>",
         f"line 3, {BATCH}/PmtMtd: 'DD' is not one of CHK, TRA, TRF"),
        ("<PmtMtd>TRF</PmtMtd>", "", f"line 3, {BATCH}: PmtMtd is missing or says nothing"),
        ("<PmtInfId>P</PmtInfId><PmtMtd>TRF</PmtMtd>",
         "<PmtMtd>TRF</PmtMtd><PmtInfId>P</PmtInfId>",
         f"line 3, {BATCH}/PmtInfId: PmtInfId stands after an element that must follow it"),
        ("<PmtInfId>P</PmtInfId>", "<PmtInfId>P</PmtInfId><PmtInfId>Q</PmtInfId>",
         f"line 3, {BATCH}/PmtInfId: PmtInfId stands more than 1 times"),
        ("<MsgId>M</MsgId>", f"<MsgId>{'M' * 36}</MsgId>",
         "line 2, /Document/CstmrCdtTrfInitn/GrpHdr/MsgId: longer than 35 characters"),
        ("2026-01-02T03:04:05", "2026-02-30T03:04:05",
         f"line 2, {HEAD}/CreDtTm: '2026-02-30T03:04:05' is no date and time"),
        ("<ReqdExctnDt>2026-01-02", "<ReqdExctnDt>20260102",
         f"line 4, {BATCH}/ReqdExctnDt: '20260102' is no date"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_its_line_and_path(old, new, told):
    data = sample(1).decode()
    assert old in data
    problems = refusal(data.replace(old, new, 1).encode())
    assert problems == [told]


def test_elements_inside_each_other_are_limited():
    deep = "<a>" * 100 + "</a>" * 100
    (told,) = refusal(sample(1).decode().replace("<GrpHdr>", f"<GrpHdr>{deep}").encode())
    assert told.endswith("more than 60 elements inside each other")
    assert refusal(b"<a>" * 100_000)[0].endswith("more than 60 elements inside each other")


def test_reading_stops_after_a_thousand_problems():
    bad = sample(2000).decode().replace("</EndToEndId>", "x" * 40 + "</EndToEndId>")
    told = refusal(bad.encode())
    assert len(told) == 1002
    assert told[-1].endswith("reading stopped here")


def test_two_messages_in_a_file_are_refused():
    whole = sample(1)
    told = refusal(b"<Two>" + whole + whole + b"</Two>")
    assert told == ["line 7: a second message in the same file"]


def test_totals_of_money_are_counted_too():
    wrong = structs.replace(
        TRANSFERS, header=structs.replace(TRANSFERS.header, total=Money(4201, "usd"))
    )
    (told,) = refusal(messages.write(wrong, "pacs.008.001.08"))
    assert "TtlIntrBkSttlmAmt is not what the payments make" in told


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"end_to_end": "x" * 36}, "longer than 35 characters"),
        ({"uetr": "00000000-0000-1000-8000-000000000000"}, "has not the form of this element"),
    ],
)
def test_what_cannot_stand_in_a_message_is_not_written(change, told):
    payment = TRANSFERS.payments[0]
    bad = structs.replace(payment, id=structs.replace(payment.id, **change))
    with pytest.raises(FileRefused, match=told):
        messages.write(structs.replace(TRANSFERS, payments=(bad,)), "pacs.008.001.08")


@pytest.mark.parametrize(
    ("currency", "minor", "text"),
    [("eur", 123456, "1234.56"), ("jpy", 1234, "1234"), ("kwd", 1234, "1.234"),
     ("isk", 120000, "1200"), ("usd", 5, "0.05"), ("eur", 10**15, "10000000000000.00")],
)  # fmt: skip
def test_amounts_have_their_currencys_own_digits(currency, minor, text):
    from_text = messages.read(amount_sample(text, currency.upper())).body
    assert from_text.batches[0].payments[0].amount == Money(minor, currency)
    order = structs.replace(from_text.batches[0].payments[0])
    batch = structs.replace(from_text.batches[0], payments=(order,), control_sum=Decimal(text))
    data = messages.write(structs.replace(from_text, batches=(batch,)), "pain.001.001.09")
    assert f'<InstdAmt Ccy="{currency.upper()}">{text}</InstdAmt>'.encode() in data


def amount_sample(text, currency):
    return sample(1).replace(b"1.00", text.encode()).replace(b'"EUR"', f'"{currency}"'.encode())
