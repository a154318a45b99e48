"""MT940 and MT942: what banks write, the dialects, and every way to be wrong."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bezant.kernel.errors import FileRefused
from bezant.kernel.money import Money
from bezant.reconcile.mt940 import read_mt940
from bezant.reconcile.mt940_fields import looks_like_mt940
from bezant.reconcile.statement import ties_out
from tests.rails.steps import steps_of

STATEMENT = """\
{1:F01DEMODEFFAXXX0000000000}{2:I940DEMODEFFXXXXN}{4:
:20:STARTUMS
:25:10020030/1234567
:28C:00049/001
:60F:C260302EUR1000,00
:61:2603020302CR250,10NTRFINV-7//BANKREF1
:86:166?00GUTSCHRIFT?20EREF+E2E-1?21SVWZ+RECHNUNG 7?32ACME GMBH
:61:2603030303DR50,NMSCNONREF
FEE
:86:/UETR/97ed4827-7b6f-4491-a06f-b548d5a7512d/REMI/CARD
:61:260303RC0,10NRTINONREF//BANKREF3
:62F:C260303EUR1200,00
:64:C260303EUR1100,00
-}
"""
REPORT = """\
:20:INTERIM
:25:PL29114010810000267002001002
:28C:1/1
:34F:PLN0
:13D:2601191815+0100
:61:2601190119CN0,01NTRFNONREF//A1
:61:2601190119CN0,02NTRFNONREF//A2
:90D:0PLN0,00
:90C:2PLN0,03
-
"""


def refusal(text, dialect=""):
    with pytest.raises(FileRefused) as caught:
        read_mt940(text.encode() if isinstance(text, str) else text, dialect)
    assert caught.value.problems
    return caught.value.problems


def test_a_statement():
    (statement,) = read_mt940(STATEMENT.encode())
    assert statement.account == "10020030/1234567"
    assert statement.message == "mt940"
    assert statement.sequence == "00049/001"
    assert (statement.from_date, statement.to_date) == (date(2026, 3, 2), date(2026, 3, 3))
    assert statement.opening == Money(100_000, "eur")
    assert statement.closing == Money(120_000, "eur")
    assert ties_out(statement) == Money(0, "eur")
    assert [each.code for each in statement.balances] == ["60F", "62F", "64"]


def test_the_lines_of_a_statement():
    credit, debit, reversal = read_mt940(STATEMENT.encode())[0].lines
    assert credit.signed == Money(25_010, "eur")
    assert (credit.bank_reference, credit.customer_reference) == ("BANKREF1", "INV-7")
    assert (credit.code, credit.line_no, credit.counterparty) == ("NTRF", 6, "ACME GMBH")
    assert credit.end_to_end_id == "E2E-1"
    assert debit.signed == Money(-5_000, "eur")
    assert debit.uetr == "97ed4827-7b6f-4491-a06f-b548d5a7512d"
    assert reversal.signed == Money(-10, "eur")
    assert reversal.reversal
    assert reversal.booking_date == reversal.value_date == date(2026, 3, 3)


def test_several_statements_stay_apart():
    second = STATEMENT.replace("C260302EUR1000,00", "C260303EUR1200,00").replace(
        "C260303EUR1200,00\n:64", "C260303EUR1400,00\n:64"
    )
    first, then = read_mt940((STATEMENT + second).encode())
    assert first.closing == then.opening
    assert first.id != then.id
    assert len(first.lines) == len(then.lines) == 3


def test_an_interim_report_has_sums_and_no_balances():
    (report,) = read_mt940(REPORT.encode())
    assert report.message == "mt942"
    assert report.opening is report.closing is None
    assert ties_out(report) is None
    assert sum(line.amount.amount for line in report.lines) == 3
    assert report.from_date == date(2026, 1, 19)


def test_what_lies_below_a_floor_limit_is_missing_from_the_lines():
    said = REPORT.replace(":34F:PLN0", ":34F:PLN5,00").replace("2PLN0,03", "3PLN0,04")
    (report,) = read_mt940(said.encode())
    assert "below the limit" in report.warnings[0]


def test_a_30_february_is_read_and_told():
    said = STATEMENT.replace(":61:260303RC0,10", ":61:260230RC0,10")
    (statement,) = read_mt940(said.encode())
    assert statement.lines[2].value_date == date(2026, 2, 28)
    assert statement.warnings == ("line 11: 30 February is taken for the month's last day",)


DIALECTS = {
    "asn": ":61:2603020302C10,00NOVBNL47INGB9999999999123\nhr gjlm paulissen",
    "gls": ":61:2603020302C10,00NTRFBIPI-dvT1FzfMqvzF5HaU4oetlH7SGRkonU//2022070616391534000",
}

REFERENCES = {
    "asn": "NL47INGB9999999999123",
    "gls": "BIPI-dvT1FzfMqvzF5HaU4oetlH7SGRkonU",
}


@pytest.mark.parametrize("name", DIALECTS)
def test_dialects_are_found_by_trying(name):
    said = STATEMENT.replace(":61:2603020302CR250,10NTRFINV-7//BANKREF1", DIALECTS[name])
    (statement,) = read_mt940(said.encode())
    assert statement.lines[0].amount == Money(1_000, "eur")
    (line, *_) = read_mt940(said.encode(), name)[0].lines
    assert line.customer_reference == REFERENCES[name]


def test_bytes_of_older_systems_are_read():
    assert read_mt940(STATEMENT.replace("ACME", "MÜLLER").encode("latin-1"))
    assert read_mt940(b"\xef\xbb\xbf" + STATEMENT.replace("\n", "\r\n").encode())


WRONG = {
    "nothing": ("", None, "there is no statement"),
    "garbage": ("hello\n", None, "there is no statement"),
    "no account": (STATEMENT.replace(":25:", ":99:"), 2, "names no account"),
    "amount": (STATEMENT.replace("250,10", "2,5,1"), 6, "is not what this field holds"),
    "finer than a cent": (STATEMENT.replace("250,10", "250,101"), 6, "finer than"),
    "date": (STATEMENT.replace(":61:2603020302CR", ":61:2613020302CR"), 6, "is not what"),
    "no type": (STATEMENT.replace("250,10NTRFINV-7//BANKREF1", "250,10"), 8, "has no type"),
    "currency": (STATEMENT.replace("EUR", "ZZZ"), 2, "none that exists"),
    "two closings": (
        STATEMENT.replace(":64:", ":62F:"),
        13,
        "stands twice",
    ),
    "sums": (REPORT.replace("2PLN0,03", "2PLN0,04"), 1, "another total"),
    "count": (REPORT.replace("2PLN0,03", "3PLN0,03"), 1, "says 3 entries"),
}


@pytest.mark.parametrize("name", WRONG)
def test_each_fault_is_named_with_its_line(name):
    said, line, reason = WRONG[name]
    problems = refusal(said)
    assert any(reason in p.reason and p.line == line for p in problems), problems


@pytest.mark.parametrize(
    ("data", "is_one"),
    [
        (STATEMENT, True),
        (REPORT, True),
        ("\n\n:20:X", True),
        (":940:\n:20:X", True),
        ("", False),
        ("01,X", False),
        ("<Document>", False),
    ],
)
def test_what_looks_like_one(data, is_one):
    assert looks_like_mt940(data.encode()) is is_one


def outcome(data):
    try:
        return read_mt940(data)
    except FileRefused as refused:
        return refused.problems


@given(st.integers(0, len(STATEMENT) - 1), st.binary(max_size=8))
def test_any_damage_gives_a_value_or_a_refusal(at, junk):
    data = STATEMENT.encode()
    assert outcome(data[:at] + junk + data[at + len(junk) :])


@given(
    st.lists(
        st.sampled_from([*STATEMENT.splitlines(), *REPORT.splitlines(), "x", ":61:", ":86:?"]),
        max_size=30,
    )
)
def test_any_order_of_lines_gives_a_value_or_a_refusal(lines):
    assert outcome("\n".join(lines).encode())


@pytest.mark.parametrize("piece", [STATEMENT, ":86:more\n", ":61:1\n", "x" * 70 + "\n"])
def test_reading_takes_steps_in_proportion_to_the_file(piece):
    before = steps_of(outcome, (STATEMENT + piece * 40).encode())
    after = steps_of(outcome, (STATEMENT + piece * 80).encode())
    assert after <= 2.3 * before + 200


@pytest.mark.parametrize(
    "text",
    ["/EREF/MV3GaqIlXBPZRc8px4P9IXCCtu/REMI/Parcel", "/EREF/MV3GaqIlXBPZRc8px\n4P9IXCCtu//REMI/X",
     "166?00GUT?20EREF+MV3GaqIlXBPZRc8px4P?219IXCCtu?22SVWZ+PARCEL",
     "EREF+MV3GaqIlXBPZRc8px4P9IXCCtuSVWZ+PARCEL"],
)  # fmt: skip
def test_a_reference_that_field_61_has_no_room_for_is_read_whole_from_field_86(text):
    whole = "MV3GaqIlXBPZRc8px4P9IXCCtu"
    cut = STATEMENT.replace("INV-7//", f"{whole[:16]}//")
    lines = [text if line.startswith(":86:166") else line for line in cut.splitlines()]
    data = "\n".join(f":86:{line}" if line == text else line for line in lines)
    line = read_mt940(data.encode())[0].lines[0]
    assert line.customer_reference == line.end_to_end_id == whole
