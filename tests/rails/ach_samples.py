"""Made-up ACH business: an originator, receivers, instructions, and files written by hand."""

from datetime import UTC, date, datetime

from hypothesis import strategies as st

from bezant.kernel.money import Money
from bezant.rail import Instruction, Original, Originator, Party, UsAccount
from bezant.rails.ach import ACH, trace_number
from bezant.rails.ach.records import check_digit

ORIGINATOR = Originator(
    name="Bezant Demo Platform",
    company_id="1987654321",
    bank_id="021000021",
    account=UsAccount("021000021", "000111222333"),
    bank_name="Demo Bank",
)
CREATED = datetime(2026, 3, 2, 22, 0, tzinfo=UTC)
MONDAY = date(2026, 3, 2)

routing_numbers = st.integers(1, 10**8 - 1).map(
    lambda number: f"{number:08d}{check_digit(f'{number:08d}')}"
)
names = st.text(min_size=1, max_size=40).map(lambda text: "A" + text)
parties = st.builds(
    Party,
    name=names,
    account=st.builds(
        UsAccount,
        routing_number=routing_numbers,
        account_number=st.from_regex(r"[0-9]{4,17}", fullmatch=True),
        account_type=st.sampled_from(["checking", "savings"]),
    ),
    holder=st.sampled_from(["individual", "company"]),
)


@st.composite
def instruction_lists(draw):
    sequences = draw(st.lists(st.integers(1, 9_999_999), min_size=1, max_size=12, unique=True))
    return [draw(payments(sequence)) for sequence in sequences]


@st.composite
def payments(draw, sequence):
    direction = draw(st.sampled_from(["credit", "debit"]))
    classes = ["", "PPD", "CCD", "WEB", "CTX", *["TEL"] * (direction == "debit")]
    class_code = draw(st.sampled_from(classes))
    most = {"TEL": 0, "CTX": 400}.get(class_code, 80)
    return Instruction(
        movement=f"mv_{sequence}",
        trace=trace_number(ORIGINATOR.bank_id, sequence),
        amount=Money(draw(st.integers(1, 10**10 - 1)), "usd"),
        direction=direction,
        counterparty=draw(parties),
        effective_date=draw(st.dates(MONDAY, date(2026, 3, 6))),
        reference=draw(st.text(max_size=20)),
        remittance=draw(st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=most)),
        description=draw(st.sampled_from(["", "PAYOUT", "rent"])),
        details={"class_code": class_code} if class_code else {},
    )


def instruction(sequence=1, amount=6000, **changes):
    """One payout; `changes` replace parts of it or of its receiver."""
    account = {"routing_number": "011401533", "account_number": "000123456789"}
    account |= {key: changes.pop(key) for key in [*changes] if key in UsAccount.__struct_fields__}
    party = {"name": "Ada Lovelace", "account": UsAccount(**account)}
    party |= {key: changes.pop(key) for key in [*changes] if key in Party.__struct_fields__}
    values = {
        "movement": f"mv_{sequence}",
        "trace": trace_number(ORIGINATOR.bank_id, sequence),
        "amount": Money(amount, changes.pop("currency", "usd")),
        "direction": "credit",
        "counterparty": Party(**party),
        "effective_date": date(2026, 3, 3),
    }
    return Instruction(**(values | changes))


def packed(*instructions, **changes):
    values = {"created_at": CREATED, "file_modifier": "A", "reference": "BZ000001"}
    return ACH.pack([*instructions], ORIGINATOR, **(values | changes))


RETURN_FILE = """\
101 021000021 0114015332603041030A094101DEMO PLATFORM BANK     RECEIVING BANK
5220DEMO PLATFORM                       1987654321PPDPAYOUT          2603030631011401530000001
621021000021000123456789     0000006000MV1            ADA LOVELACE            1011401530000001
799R03021000020000001      01140153                                            011401530000001
621021000021000555           0000000250MV2            GRACE HOPPER            1011401530000002
799R01021000020000002      01140153CLOSED SINCE MAY                            011401530000002
822000000400042000040000000000000000000062501987654321                         011401530000001
9000001000001000000040004200004000000000000000000006250
"""

CHANGE_FILE = """\
101 021000021 0114015332603041031B094101DEMO PLATFORM BANK     RECEIVING BANK
5220DEMO PLATFORM                       1987654321CORPAYOUT          2603030631011401530000001
621021000021000123456789     0000000000MV1            ADA LOVELACE            1011401530000001
798C03021000020000001      01140153026009593   98765432109876543               011401530000001
822000000200021000020000000000000000000000001987654321                         011401530000001
9000001000001000000020002100002000000000000000000000000
"""


DISPUTE_FILE = """\
101 021000021 0114015332603030800A094101DEMO BANK              RECEIVING BANK
5225DEMO PLATFORM                       1987654321PPDPAYMENT         2603100691011401530000001
626021000021000123456789     0000006000MV1            ADA LOVELACE            1011401530000001
799R73021000020000001260304011401530620114015300000070630302100002000000806468 011401530000001
626021000021000123456789     0000000250MV2            ADA LOVELACE            1011401530000002
799R68021000020000002      01140153   02100002000001106403TOO LATE             011401530000002
822500000400042000040000000062500000000000001987654321                         011401530000001
9000001000001000000040004200004000000006250000000000000
"""


def many_instructions(count):
    return [instruction(number) for number in range(1, count + 1)]


def original(sequence=900, amount=6000, on=MONDAY):
    """Return the movement that an act is about."""
    trace = trace_number(ORIGINATOR.bank_id, sequence)
    return Original(trace=trace, amount=Money(amount, "usd"), on=on)


RETURNED = {"return_trace": "011401530000007", "return_code": "R03", "return_day": "2026-03-03"}
DISHONORED = RETURNED | {
    "dishonored_trace": "021000020000008",
    "dishonored_code": "R68",
    "dishonored_day": "2026-03-04",
    "returned_on": "2026-03-03",
}
THEIRS = {"company_name": "Their Firm", "company_id": "9876543210", "class_code": "CCD"}

ACTS = {
    "credit": {},
    "debit": {"direction": "debit"},
    "web": {"direction": "debit", "details": {"class_code": "WEB"}},
    "tel": {"direction": "debit", "details": {"class_code": "TEL", "payment_type": "R"}},
    "prenote": {"act": "prenote", "amount": 0},
    "debit prenote": {"act": "prenote", "amount": 0, "direction": "debit"},
    "micro-entry": {"act": "verify", "amount": 32},
    "reversal": {"act": "reverse", "direction": "debit", "original": original()},
    "retry": {
        "direction": "debit",
        "details": {"retry": "1"},
        "reason": "R01",
        "original": original(),
    },
    "return": {"act": "return", "reason": "R23", "original": original(), "details": THEIRS},
    "dishonor": {"act": "dishonor", "reason": "R68", "original": original(), "details": RETURNED},
    "contest": {
        "act": "contest",
        "reason": "R73",
        "original": original(),
        "details": DISHONORED | THEIRS,
    },
    "refused change": {
        "act": "dishonor",
        "amount": 0,
        "reason": "C65",
        "original": original(),
        "details": {
            "change_code": "C01",
            "corrected": "no digits",
            "return_trace": "011401530000011",
        },
    },
}
"""One instruction for each thing that can be asked, as changes of a plain payment."""
