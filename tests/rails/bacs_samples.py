"""Made-up Bacs business: a service user, payers and payees, instructions, and reports by hand."""

from datetime import UTC, date, datetime

from hypothesis import strategies as st

from bezant.kernel.money import Money
from bezant.rail import GbAccount, Instruction, Mandate, Originator, Party
from bezant.rails.bacs import BACS
from bezant.rails.bacs.calendar import is_working_day

ORIGINATOR = Originator(
    name="Bezant Demo Platform",
    company_id="123456",
    bank_id="200000",
    account=GbAccount("200000", "55779911"),
    bank_name="Demo Bank",
)
CREATED = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ENTRY = date(2026, 3, 4)
MANDATE = Mandate("BZMANDATE1", date(2026, 2, 1))

_DAYS = [day for day in (date(2026, 3, at) for at in range(4, 10)) if is_working_day(day)]
_parties = st.builds(
    Party,
    name=st.text(max_size=30).map(lambda text: "A" + text),
    account=st.builds(
        GbAccount,
        sort_code=st.integers(1, 999_999).map(lambda number: f"{number:06d}"),
        account_number=st.integers(0, 99_999_999).map(lambda number: f"{number:08d}"),
    ),
)
_mandates = st.builds(
    Mandate,
    reference=st.from_regex(r"M[0-9A-Z]{4,8}7", fullmatch=True),
    signed_on=st.just(date(2026, 2, 1)),
    sequence=st.sampled_from(["first", "recurring", "one_off", "final"]),
)


@st.composite
def instruction_lists(draw):
    sequences = draw(st.lists(st.integers(1, 10**9), min_size=1, max_size=12, unique=True))
    return [_drawn(draw, sequence) for sequence in sequences]


def _drawn(draw, sequence):
    kind = draw(st.sampled_from(["credit", "debit", "mandate"])) if sequence % 3 else "credit"
    lodges = kind == "mandate"
    return Instruction(
        movement=f"mv_{sequence}",
        trace=BACS.trace(ORIGINATOR, sequence),
        amount=Money(0 if lodges else draw(st.integers(1, 2 * 10**9)), "gbp"),
        direction="credit" if kind == "credit" else "debit",
        act="mandate" if lodges else "pay",
        reason=draw(st.sampled_from(["", "0N", "0C", "0S"])) if lodges else "",
        counterparty=draw(_parties),
        effective_date=draw(st.sampled_from(_DAYS)),
        mandate=None if kind == "credit" else draw(_mandates),
        reference=draw(st.text(max_size=20)),
    )


def instruction(sequence=1, amount=6000, **changes):
    """One payment; `changes` replace parts of it, of its account or of its name."""
    account = {"sort_code": "108800", "account_number": "00012345"}
    account |= {key: changes.pop(key) for key in [*changes] if key in GbAccount.__struct_fields__}
    values = {
        "movement": f"mv_{sequence}",
        "trace": BACS.trace(ORIGINATOR, sequence),
        "amount": Money(amount, changes.pop("currency", "gbp")),
        "direction": "credit",
        "counterparty": Party(changes.pop("name", "Ada Lovelace"), GbAccount(**account)),
        "effective_date": ENTRY,
        "reference": "INVOICE 7",
    }
    return Instruction(**(values | changes))


def collection(sequence=1, amount=6000, **changes):
    """One collection by Direct Debit."""
    return instruction(sequence, amount, **({"direction": "debit", "mandate": MANDATE} | changes))


def many_instructions(count):
    return [instruction(number, 100 + number) for number in range(1, count + 1)]


def packed(*instructions, originator=ORIGINATOR, **changes):
    values = {"created_at": CREATED, "file_modifier": "A", "reference": "BZ000001"}
    return BACS.pack([*instructions], originator, **(values | changes))


ARUDD = """\
<?xml version="1.0" encoding="UTF-8"?>
<BACSDocument>
 <Data>
  <ARUDD>
   <Header reportType="REFT1019" adviceNumber="916" currentProcessingDate="2026-03-05"/>
   <AddresseeInformation name="BEZANT DEMO"/>
   <ServiceLicenseInformation userName="BEZANT DEMO" userNumber="123456"/>
   <Advice><OriginatingAccountRecords><OriginatingAccountRecord>
     <OriginatingAccount name="BEZANT DEMO" number="55779911" sortCode="20-00-00" type="0"/>
     <ReturnedDebitItem ref="BZMANDATE1 000000A" transCode="17" returnCode="0"
       returnDescription="REFER TO PAYER" originalProcessingDate="2026-03-03"
       valueOf="65.00" currency="GBP">
      <PayerAccount number="22222227" ref="BZMANDATE1" name="A LOVELACE" sortCode="10-88-00"/>
     </ReturnedDebitItem>
     <ReturnedDebitItem ref="BZMANDATE2 000000B" transCode="01" returnCode="1012"
       returnDescription="INSTRUCTION CANCELLED" originalProcessingDate="2026-03-03"
       valueOf="1,234.56" currency="GBP">
      <PayerAccount number="33333335" ref="BZMANDATE2" name="B BABBAGE" sortCode="10-88-00"/>
     </ReturnedDebitItem>
     <Totals numberOf="2" valueOf="1299.56" currency="GBP"/>
   </OriginatingAccountRecord></OriginatingAccountRecords></Advice>
  </ARUDD>
 </Data>
</BACSDocument>
"""
ARUCS = """\
<BACSDocument><Data><ARUCS>
 <Header adviceNumber="17" currentProcessingDate="2026-03-06"/>
 <Advice><OriginatingAccountRecords><OriginatingAccountRecord>
  <ReturnedCreditItem ref="INVOICE 7 0000001" transCode="99" returnCode="B"
    returnDescription="ACCOUNT CLOSED" originalProcessingDate="2026-03-03" valueOf="60.00">
   <ReceiverAccount number="11111113" sortCode="10-88-00" name="A LOVELACE"/>
  </ReturnedCreditItem>
  <Totals numberOf="1" valueOf="60.00"/>
 </OriginatingAccountRecord></OriginatingAccountRecords></Advice>
</ARUCS></Data></BACSDocument>
"""
ADVICES = """\
<BACSDocument><Data><MessagingAdvices>
 <MessagingHeader user-number="123456" envelope-sequence-number="4"/>
 <MessagingAdvice record-type="A" user-number="123456" reference="BZMANDATE1" reason-code="1"
   payer-name="A LOVELACE" payer-sort-code="108800" payer-account-number="00012345"
   effective-date="2026-03-09"/>
 <MessagingAdvice record-type="A" user-number="123456" reference="BZMANDATE2" reason-code="3"
   payer-new-sort-code="20-00-00" payer-new-account-number="12345678"
   effective-date="2026-03-09"/>
 <MessagingAdvice record-type="A" user-number="123456" reference="BZMANDATE3" reason-code="R"
   effective-date="2026-03-09"/>
 <MessagingAdvice record-type="N" user-number="123456" reference="BZMANDATE4 000000D"
   reason-code="5" effective-date="2026-03-09"/>
 <MessagingAdvice record-type="W" user-number="123456" reference="INVOICE 7 0000001"
   reason-code="3" payer-new-sort-code="200000" payer-new-account-number="12345678"
   effective-date="2026-03-09"/>
 <MessagingAdvice record-type="V" user-number="123456" accepted-ddi="3" rejected-ddi="1"/>
</MessagingAdvices></Data></BACSDocument>
"""
DDICA = """\
<VocaDocument><Data><Document type="DDICReport">
 <ReportType>REFT2047</ReportType>
 <ServiceUserNumber>123456</ServiceUserNumber>
 <NewAdvices>
  <DDICAdvice>
   <SeqNo>1</SeqNo>
   <PayingBankReference>AEFDDIC2026</PayingBankReference>
   <SUReference>BZMANDATE1 000000A</SUReference>
   <ReasonCode>2</ReasonCode>
   <ReasonCodeMeaning>No advance notice</ReasonCodeMeaning>
   <DDCollections>
    <DDCollection><DateOfDirectDebit>2026-03-04</DateOfDirectDebit><Amount>60.00</Amount>
    </DDCollection>
    <DDCollection><DateOfDirectDebit>2025-03-04</DateOfDirectDebit><Amount>40.00</Amount>
    </DDCollection>
   </DDCollections>
   <TotalAmount>100.00</TotalAmount>
  </DDICAdvice>
  <TotalNumberOfNewDDIAdvices>1</TotalNumberOfNewDDIAdvices>
  <TotalValueOfDebits>100.00</TotalValueOfDebits>
  <DateOfDebit>2026-03-20</DateOfDebit>
 </NewAdvices>
</Document></Data></VocaDocument>
"""
