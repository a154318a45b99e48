"""Made-up Canadian business: an originator, payors and payees, and a file of returns by hand."""

from datetime import UTC, date, datetime

from hypothesis import strategies as st

from bezant.kernel.money import Money
from bezant.rail import CaAccount, Instruction, Mandate, Originator, Party
from bezant.rails.acss import ACSS
from bezant.rails.acss.calendar import is_banking_day

ORIGINATOR = Originator(
    name="Bezant Demo Platform",
    company_id="1234567890",
    bank_id="00320",
    account=CaAccount("003", "00011", "9876543210"),
    bank_name="Demo Bank",
)
CREATED = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
DUE = date(2026, 3, 3)
MANDATE = Mandate("BZMANDATE1", date(2026, 2, 1))

_DAYS = [day for day in (date(2026, 3, at) for at in range(3, 10)) if is_banking_day(day)]


def _number(most, width):
    return st.integers(0, most).map(lambda number: f"{number:0{width}d}")


_parties = st.builds(
    Party,
    name=st.text(max_size=40).map(lambda text: "A" + text),
    account=st.builds(
        CaAccount,
        institution_number=_number(999, 3),
        transit_number=_number(99_999, 5),
        account_number=_number(10**12 - 1, 5),
    ),
)
_mandates = st.builds(
    Mandate,
    reference=st.from_regex(r"M[0-9A-Z]{0,10}", fullmatch=True),
    signed_on=st.just(date(2026, 2, 1)),
)


@st.composite
def instruction_lists(draw):
    sequences = draw(st.lists(st.integers(1, 10**9), min_size=1, max_size=15, unique=True))
    return [_drawn(draw, sequence) for sequence in sequences]


def _drawn(draw, sequence):
    collects = draw(st.booleans())
    return Instruction(
        movement=f"mv_{sequence}",
        trace=ACSS.trace(ORIGINATOR, sequence),
        amount=Money(draw(st.integers(1, 10**10 - 1)), "cad"),
        direction="debit" if collects else "credit",
        counterparty=draw(_parties),
        effective_date=draw(st.sampled_from(_DAYS)),
        mandate=draw(_mandates) if collects else None,
        reference=draw(st.text(max_size=20)),
        remittance=draw(st.text(max_size=20)),
    )


def instruction(sequence=1, amount=6000, **changes):
    """One payment; `changes` replace parts of it, of its account or of its name."""
    account = {
        "institution_number": "000",
        "transit_number": "11000",
        "account_number": "000123456789",
    }
    account |= {key: changes.pop(key) for key in [*changes] if key in account}
    values = {
        "movement": f"mv_{sequence}",
        "trace": ACSS.trace(ORIGINATOR, sequence),
        "amount": Money(amount, changes.pop("currency", "cad")),
        "direction": "credit",
        "counterparty": Party(changes.pop("name", "Ada Lovelace"), CaAccount(**account)),
        "effective_date": DUE,
        "reference": "INVOICE 7",
    }
    return Instruction(**(values | changes))


def collection(sequence=1, amount=6000, **changes):
    """One pre-authorized debit."""
    return instruction(sequence, amount, **({"direction": "debit", "mandate": MANDATE} | changes))


def many_instructions(count):
    return [instruction(number, 100 + number) for number in range(1, count + 1)]


def packed(*instructions, originator=ORIGINATOR, **changes):
    values = {"created_at": CREATED, "file_modifier": "A", "reference": "BZ000001"}
    return ACSS.pack([*instructions], originator, **(values | changes))


def segment(code, amount, key, account, stored="450", item="0" * 22, element="0" * 11):
    """A payment that comes back, column by column as the standard counts them."""
    return (
        f"{code}{amount:010d}026064"  # 1-19: reason, amount, the day on which it comes back
        f"000300011{'9876543210':<12}"  # 20-40: where it goes back to
        f"{item}{stored}"  # 41-65
        f"{'BEZANT DEMO':<15}{'ADA LOVELACE':<30}{'BEZANT DEMO PLATFORM':<30}"  # 66-140
        f"{'1234567890':<10}{key:<19}"  # 141-169
        f"000011000{account:<12}"  # 170-190: where it was to go
        f"{'':15}{'0' * 22}{'':2}{element}"  # 191-240
    )


def file_of(*records, sums="0" * 88, number="0042", currency="CAD"):
    """A file of records: each a letter and its segments."""
    head = f"1234567890{number}"
    lines = [f"A000000001{head}02606400320{'':20}{currency}"]
    lines += [f"{kind}{at:09d}{head}{''.join(told)}" for at, (kind, *told) in enumerate(records, 2)]
    lines.append(f"Z{len(lines) + 1:09d}{head}{sums}")
    return "".join(f"{line:<1464}\r\n" for line in lines).encode()


RETURNED_DEBITS = (
    segment("901", 6500, "BZMANDATE1 000000A", "000222222227"),
    segment("917", 123456, "BZMANDATE2 000000B", "000333333335", stored="700"),
)
RETURNED_CREDIT = segment("905", 6000, "INVOICE 7 0000001", "000111111113", element="08000000000")
RETURNS = file_of(
    ("I", RETURNED_CREDIT),
    ("J", *RETURNED_DEBITS),
    sums=f"{129956:014d}{2:08d}{6000:014d}{1:08d}{'0' * 44}",
)
REVERSALS = file_of(
    ("E", segment("450", 700, "INVOICE 8 0000002", "000123456789")),
    ("F", segment("450", 800, "BZMANDATE1 000000C", "000123456789")),
    sums=f"{'0' * 44}{700:014d}{1:08d}{800:014d}{1:08d}",
)
