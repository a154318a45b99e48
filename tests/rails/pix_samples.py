"""Made-up Pix business: a company and its participant, receivers, instructions, answers."""

from datetime import UTC, date, datetime

from hypothesis import strategies as st

from bezant.kernel.money import Money
from bezant.rail import BrAccount, Instruction, Original, Originator, Party, PixKey
from bezant.rails.pix import PIX

ORIGINATOR = Originator(
    name="Bezant Demo Platform",
    company_id="11222333000181",
    bank_id="12345678",
    account=BrAccount("12345678", "1", "1234567"),
    bank_name="Banco Demo",
)
CREATED = datetime(2026, 3, 2, 9, 5, tzinfo=UTC)
DAY = date(2026, 3, 2)
THEIRS = "E9999900420260301120512345678901"
OURS = "E12345678202603020905BZ000000001"
RECEIVED = Original(THEIRS, Money(10_000, "brl"), date(2026, 3, 1), THEIRS)
SENT = Original("BZ000000001", Money(6000, "brl"), DAY, OURS)

_accounts = st.one_of(
    st.sampled_from(
        [
            PixKey("52998224725", "cpf"),
            PixKey("11222333000181", "cnpj"),
            PixKey("+5561912345678", "phone"),
            PixKey("ada@loja.com.br", "email"),
            PixKey("123e4567-e12b-12d1-a456-426655440000", "evp"),
        ]
    ),
    st.builds(
        BrAccount,
        ispb=st.from_regex(r"[0-9]{8}", fullmatch=True),
        branch=st.from_regex(r"[0-9]{1,4}", fullmatch=True),
        account_number=st.from_regex(r"[0-9]{3,20}", fullmatch=True),
        account_type=st.sampled_from(["checking", "savings", "payment"]),
    ),
)


@st.composite
def instruction_lists(draw):
    asked = instruction(
        draw(st.integers(1, 10**12)),
        draw(st.integers(1, 10**12 - 1)),
        counterparty=Party(draw(st.text(max_size=30)) + "A", draw(_accounts)),
        remittance=draw(st.text(max_size=150)),
    )
    return [draw(st.sampled_from([asked, refund(asked.amount.amount % 10_000 + 1)]))]


def instruction(sequence=1, amount=6000, key="ada@loja.com.br", **changes):
    """One payment to a key; `changes` replace parts of it."""
    values = {
        "movement": f"mv_{sequence}",
        "trace": PIX.trace(ORIGINATOR, sequence),
        "amount": Money(amount, changes.pop("currency", "brl")),
        "direction": "credit",
        "service": "instant",
        "counterparty": Party(
            changes.pop("name", "Ada Lovelace"), changes.pop("account", PixKey(key, "email"))
        ),
        "effective_date": DAY,
        "remittance": "Fatura 7",
    }
    return Instruction(**(values | changes))


def refund(amount=6000, **changes):
    """Money that came in goes back."""
    values = {"act": "return", "reason": "MD06", "original": RECEIVED}
    return instruction(2, amount, **(values | changes))


def about(act, **changes):
    """An enquiry, a contestation or an answer about the payment that was sent."""
    return instruction(3, act=act, **({"original": SENT} | changes))


def packed(asked, originator=ORIGINATOR):
    return PIX.pack(
        [asked], originator, created_at=CREATED, file_modifier="A", reference="BZ000001"
    )


_STATUS = """\
<Envelope xmlns="https://www.bcb.gov.br/pi/pacs.002/1.14">
 <AppHdr xmlns="urn:iso:std:iso:20022:tech:xsd:head.001.001.01">
  <Fr><FIId><FinInstnId><Othr><Id>00038166</Id></Othr></FinInstnId></FIId></Fr>
  <To><FIId><FinInstnId><Othr><Id>12345678</Id></Othr></FinInstnId></FIId></To>
  <BizMsgIdr>M0003816620260302090600000000001</BizMsgIdr>
  <MsgDefIdr>pacs.002.001.10</MsgDefIdr>
  <CreDt>2026-03-02T09:05:02.000Z</CreDt>
 </AppHdr>
 <Document xmlns="urn:iso:std:iso:20022:tech:xsd:pacs.002.001.10">
  <FIToFIPmtStsRpt>
   <GrpHdr>
    <MsgId>M0003816620260302090600000000001</MsgId>
    <CreDtTm>2026-03-02T09:05:02.000Z</CreDtTm>
   </GrpHdr>
   <TxInfAndSts>
    <OrgnlInstrId>E12345678202603020905BZ000000001</OrgnlInstrId>
    <OrgnlEndToEndId>E12345678202603020905BZ000000001</OrgnlEndToEndId>
    {status}
   </TxInfAndSts>
  </FIToFIPmtStsRpt>
 </Document>
</Envelope>
"""
SETTLED = _STATUS.format(
    status="<TxSts>ACSC</TxSts><FctvIntrBkSttlmDt><DtTm>2026-03-03T02:30:00Z</DtTm>"
    "</FctvIntrBkSttlmDt>"
)
REJECTED = _STATUS.format(
    status="<TxSts>RJCT</TxSts><StsRsnInf><Rsn><Cd>AC07</Cd></Rsn>"
    "<AddtlInf>Conta encerrada</AddtlInf></StsRsnInf>"
)
REFUSED = """\
<GetRefundRequestResponse>
 <ResponseTime>2026-03-09T12:00:00Z</ResponseTime>
 <RefundRequest>
  <Id>91d65e98-97c0-4b0f-b577-73625da1f9fc</Id><Status>CLOSED</Status>
  <TransactionId>E12345678202603020905BZ000000001</TransactionId>
  <RefundReason>FRAUD</RefundReason><RefundAmount>60.00</RefundAmount>
  <RefundDetails>BZ000000003 golpe</RefundDetails>
  <RefundAnalysisResult>REJECTED</RefundAnalysisResult>
  <RefundRejectionReason>NO_BALANCE</RefundRejectionReason>
 </RefundRequest>
</GetRefundRequestResponse>
"""
