"""Made-up book transfers between two own accounts."""

from datetime import UTC, date, datetime

from hypothesis import strategies as st

from bezant.kernel.money import Money
from bezant.rail import Instruction, Originator, OwnAccount, Party
from bezant.rails.book import BOOK

ORIGINATOR = Originator("Bezant Demo", "", "", OwnAccount("operating"), "")
SIXTY = Money(6000, "usd")
CREATED = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@st.composite
def instruction_lists(draw):
    amount = Money(draw(st.integers(1, 10**18 - 1)), draw(st.sampled_from(["usd", "jpy", "kwd"])))
    text = draw(st.text(max_size=30))
    return [instruction(draw(st.integers(1, 10**12)), amount, reference=text, remittance=text)]


def instruction(sequence=1, amount=SIXTY, **changes):
    values = {
        "movement": f"mv_{sequence}",
        "trace": BOOK.trace(ORIGINATOR, sequence),
        "amount": amount,
        "direction": "credit",
        "service": "instant",
        "counterparty": Party("Bezant Demo", OwnAccount("payroll")),
        "effective_date": date(2026, 3, 2),
    }
    return Instruction(**(values | changes))


def packed(asked, originator=ORIGINATOR):
    return BOOK.pack(
        [asked], originator, created_at=CREATED, file_modifier="A", reference="BZ000001"
    )
