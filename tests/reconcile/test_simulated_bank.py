"""The simulated bank and the readers share no code, and mean the same."""

from datetime import UTC, date, datetime

from hypothesis import given
from hypothesis import strategies as st

from bezant.kernel.money import Money
from bezant.reconcile.bai2 import read_bai2
from bezant.reconcile.camt import read_camt053
from bezant.reconcile.sniff import kind_of
from bezant.reconcile.statement import fingerprints, ties_out
from bezant.sim.bai2_writer import write_bai2
from bezant.sim.camt_writer import write_camt053
from bezant.sim.statement import Line, Statement

DAY = date(2026, 3, 4)
words = st.one_of(
    st.text("ABCXYZ 0189/,-", max_size=60),
    st.lists(st.sampled_from(["/88,", "/16,195,1,Z,,,", "/99,1,1,1/", "A", " ", "/"])).map("".join),
)
CODES = {"195": 1, "257": 1, "466": -1}


@st.composite
def statements(draw):
    codes = draw(st.lists(st.sampled_from([*CODES]), max_size=8))
    lines = [
        Line(
            number=number,
            day=DAY,
            type_code=code,
            amount=CODES[code] * draw(st.integers(1, 10**12)),
            items=draw(st.integers(1, 3)),
            bank_reference=f"B{number:07d}",
            customer_reference=draw(st.sampled_from(["BZ000001", "021000020000001", ""])),
            text=draw(words),
        )
        for number, code in enumerate(codes, 1)
    ]
    return Statement(
        number=7,
        day=DAY,
        made_at=datetime(2026, 3, 4, 23, 0, tzinfo=UTC),
        account="000111222333",
        routing="021000021",
        opening=draw(st.integers(-(10**12), 10**12)),
        lines=lines,
    )


@given(statements())
def test_both_formats_say_what_the_bank_booked(booked):
    bai2, camt = write_bai2(booked), write_camt053(booked)
    assert (kind_of(bai2), kind_of(camt)) == ("bai2", "camt.053")
    (first,), (second,) = read_bai2(bai2), read_camt053(camt)
    for said in (first, second):
        assert said.account == booked.account
        assert said.opening == Money(booked.opening, "usd")
        assert said.closing == Money(booked.closing, "usd")
        assert ties_out(said) == Money(0, "usd")
        assert [line.signed.amount for line in said.lines] == [line.amount for line in booked.lines]
        assert [line.customer_reference for line in said.lines] == [
            line.customer_reference for line in booked.lines
        ]
        assert [line.code for line in said.lines] == [line.type_code for line in booked.lines]
    assert fingerprints(first) == fingerprints(second)
