"""Made-up UPI business: a merchant, people, instructions, and responses written by hand."""

from datetime import UTC, date, datetime

from hypothesis import strategies as st

from bezant.kernel.money import Money
from bezant.rail import InAccount, Instruction, Originator, Party, UpiAddress
from bezant.rails.upi import UPI

ORIGINATOR = Originator(
    name="Bezant Demo Platform",
    company_id="100000",
    bank_id="100000",
    account=UpiAddress("bezant@demobank"),
    bank_name="Demo Bank",
)
CREATED = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
DAY = date(2026, 3, 2)

_accounts = st.one_of(
    st.builds(UpiAddress, vpa=st.from_regex(r"[a-z0-9.]{2,20}@[a-z]{2,10}", fullmatch=True)),
    st.builds(
        InAccount,
        ifsc=st.from_regex(r"[A-Z]{4}0[0-9A-Z]{6}", fullmatch=True),
        account_number=st.from_regex(r"[0-9]{4,18}", fullmatch=True),
    ),
)


@st.composite
def instruction_lists(draw):
    sequence = draw(st.integers(1, 10**12))
    collects = draw(st.booleans())
    return [
        Instruction(
            movement=f"mv_{sequence}",
            trace=UPI.trace(ORIGINATOR, sequence),
            amount=Money(draw(st.integers(1, 10_000_000)), "inr"),
            direction="debit" if collects else "credit",
            act="request" if collects else "pay",
            service="instant",
            counterparty=Party(draw(st.text(max_size=30)) + "A", draw(_accounts)),
            effective_date=DAY,
            remittance=draw(st.text(max_size=60)),
            details={"category": "5411"},
        )
    ]


def instruction(sequence=1, amount=6000, vpa="ada@demobank", **changes):
    """One payment; `changes` replace parts of it."""
    values = {
        "movement": f"mv_{sequence}",
        "trace": UPI.trace(ORIGINATOR, sequence),
        "amount": Money(amount, changes.pop("currency", "inr")),
        "direction": "credit",
        "service": "instant",
        "counterparty": Party("Ada Lovelace", changes.pop("account", UpiAddress(vpa))),
        "effective_date": DAY,
        "remittance": "Invoice 7",
    }
    return Instruction(**(values | changes))


def request(sequence=1, amount=6000, vpa="ada@demobank", **changes):
    """One collect request of a merchant."""
    values = {"act": "request", "direction": "debit", "details": {"category": "5411"}}
    return instruction(sequence, amount, vpa, **(values | changes))


def many_instructions(count):
    return [instruction(number, 100 + number) for number in range(1, count + 1)]


def packed(instruction, originator=ORIGINATOR):
    return UPI.pack(
        [instruction], originator, created_at=CREATED, file_modifier="A", reference="BZ000001"
    )


REJECTED = f"""\
<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<ns2:RespPay xmlns:ns2="http://npci.org/upi/schema/" xmlns:ns3="http://npci.org/cm/schema/">
 <Head ver="2.0" ts="2026-03-02T14:30:05+05:30" orgId="NPCI" msgId="1GRDpegBbA5wfsdnypyf"/>
 <Txn id="{UPI.trace(ORIGINATOR, 1)}" note="Invoice 7" ts="2026-03-02T14:30:00+05:30" type="PAY"
   custRef="804813039157"/>
 <Resp reqMsgId="{UPI.trace(ORIGINATOR, 1)}" result="FAILURE" errCode="ZH">
  <Ref type="PAYEE" seqNum="1" addr="ada@demobank" settAmount="0.00" respCode="ZH"/>
 </Resp>
</ns2:RespPay>
"""
SETTLED = REJECTED.replace('result="FAILURE" errCode="ZH"', 'result="SUCCESS"').replace(
    'settAmount="0.00" respCode="ZH"', 'settAmount="60.00" approvalNum="169353" respCode="00"'
)
CREDITED = """\
<ns2:ReqPay xmlns:ns2="http://npci.org/upi/schema/">
 <Head ver="2.0" ts="2026-03-02T14:30:05+05:30" orgId="NPCI" msgId="M1"/>
 <Txn id="OBN0000000000000000000000000000001" note="Rent" refId="R7" type="CREDIT"
   ts="2026-03-03T02:00:00+05:30"/>
 <Payer addr="bob@okaxis" name="Bob" seqNum="1" type="PERSON"><Amount value="250" curr="INR"/>
 </Payer>
 <Payees><Payee addr="bezant@demobank" name="Bezant" seqNum="1" type="ENTITY">
  <Amount value="250" curr="INR"/></Payee></Payees>
</ns2:ReqPay>
"""
COLLECTED = CREDITED.replace('"CREDIT"', '"COLLECT"')
