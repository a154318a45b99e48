"""MT103, read and never written: the mapping to our facts, and refusals that name their line."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bezant.kernel.errors import FileRefused
from bezant.kernel.money import Money
from bezant.rail import Address, BicAccount, IbanAccount, ReadFile
from bezant.rails.swift import SWIFT, read_mt103
from tests.rails.steps import steps_of

UETR = "eb6305c9-1f7f-49de-aed0-16487c27b42d"
IN = f"""\
{{1:F01DEMODEFFAXXX0000000000}}{{2:O1031200260304WESTGB2LAXXX00000000002603041200N}}\
{{3:{{108:REF1}}{{121:{UETR}}}}}{{4:
:20:WEST-REF-1
:23B:CRED
:32A:260304EUR1234,56
:33B:EUR1240,56
:50F:/GB82WEST12345698765432
1/GRACE HOPPER
2/1 NAVY STREET
3/GB/LONDON
:52A:WESTGB2L
:57A:DEMODEFF
:59:/DE89370400440532013000
BEZANT DEMO PLATFORM
:70:/ROC/INV-77//INVOICE 77
SECOND LINE
:71A:SHA
:71F:EUR4,
:71F:EUR2,
-}}{{5:{{CHK:123456789ABC}}}}
"""


def test_what_an_mt103_from_abroad_says():
    assert SWIFT.recognize(IN.encode()) == "mt103"
    (fact,) = SWIFT.read(IN.encode()).facts
    assert (fact.kind, fact.direction, fact.trace) == ("received", "debit", UETR)
    assert fact.amount == Money(123456, "eur")
    assert fact.on == date(2026, 3, 4)
    assert fact.end_to_end_id == "INV-77"
    assert fact.counterparty.name == "GRACE HOPPER"
    assert fact.counterparty.account == IbanAccount("GB82WEST12345698765432", "WESTGB2L")
    assert fact.counterparty.address == Address("GB", "LONDON", street="1 NAVY STREET")
    assert fact.details == {
        "instruction_id": "WEST-REF-1",
        "uetr": UETR,
        "bearer": "SHAR",
        "ordered": "124056",
        "ordered_currency": "eur",
        "charges": "600",
        "charges_currency": "eur",
    }


def test_what_an_mt103_of_ours_said():
    text = IN.replace(
        "{2:O1031200260304WESTGB2LAXXX00000000002603041200N}", "{2:I103WESTGB2LXXXXN}"
    )
    text = text.replace("/ROC/INV-77//", "").replace(":57A:DEMODEFF\n", "")
    (fact,) = read_mt103(text.encode()).facts
    assert (fact.kind, fact.direction, fact.trace) == ("submitted", "credit", UETR)
    assert fact.end_to_end_id == ""
    assert fact.details["end_to_end_id"] == "NOTPROVIDED"
    assert fact.counterparty.name == "BEZANT DEMO PLATFORM"
    assert fact.counterparty.account == IbanAccount("DE89370400440532013000", "WESTGB2LXXX")


def test_without_a_uetr_the_senders_reference_names_it():
    text = IN.replace(f"{{121:{UETR}}}", "").replace(":50F:/GB82WEST12345698765432", ":50K:/77-88")
    text = text.replace("1/GRACE", "GRACE")
    (fact,) = read_mt103(text.encode()).facts
    assert fact.trace == "WEST-REF-1"
    assert fact.counterparty.account == BicAccount("77-88", "WESTGB2L", "GB")
    assert fact.counterparty.name == "GRACE HOPPER"


def test_several_in_one_file():
    other = IN.replace(UETR, UETR.replace("eb", "ec"))
    read = read_mt103((IN.replace("\n", "\r\n") + "$" + other).encode())
    assert [fact.line for fact in read.facts] == [1, 20]
    assert read.totals.count == 2
    assert read.totals.debits == Money(246912, "eur")


@pytest.mark.parametrize(
    ("old", "new", "line", "reason"),
    [
        (":32A:260304EUR1234,56", ":32A:260230EUR1234,56", 4, "no date"),
        (":32A:260304EUR1234,56", ":32A:260304EUR1234.56", 4, "no date and amount"),
        (":32A:260304EUR1234,56", ":32A:260304EUR1234", 4, "decimal comma"),
        (":32A:260304EUR1234,56", ":32A:260304JPY1234,56", 4, "decimals"),
        (":32A:260304EUR1234,56", ":32A:260304XXY1234,56", 4, "currency"),
        (":71A:SHA", ":71A:ALL", 16, "OUR, SHA or BEN"),
        (":71F:EUR4,", ":71F:4", 17, "no amount"),
        (":59:/DE89370400440532013000\nBEZANT DEMO PLATFORM\n", "", 1, "missing"),
        (":20:WEST-REF-1\n", "WEST-REF-1\n", 2, "begin with a field"),
        (UETR, UETR.upper(), 1, "no UETR"),
        ("-}{5:", "{5:", 19, "no end"),
        ("{2:O103", "{2:O202", 1, "not an MT103"),
        ("{4:\n", "\n", 1, "no text block"),
    ],
)
def test_what_is_wrong_is_refused_with_its_line(old, new, line, reason):
    assert old in IN
    with pytest.raises(FileRefused, match=reason) as refused:
        SWIFT.read(IN.replace(old, new).encode())
    assert refused.value.problems[0].line == line


def test_a_reference_that_means_none_names_nothing():
    text = IN.replace(f"{{121:{UETR}}}", "").replace("WEST-REF-1", "NOTPROVIDED")
    with pytest.raises(FileRefused, match="names the payment"):
        read_mt103(text.encode())


def outcome(data):
    try:
        return read_mt103(data)
    except FileRefused as refused:
        return refused


@given(st.data())
def test_any_damage_gives_a_value_or_a_refusal(data):
    whole = IN.encode()
    start = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(start, len(whole)))
    found = outcome(whole[:start] + data.draw(st.binary(max_size=80)) + whole[end:])
    assert isinstance(found, ReadFile) or all(problem.reason for problem in found.problems)


@pytest.mark.parametrize("piece", ["{1:", ":20:\n", IN, "{1:{2:I103{4:\n:70:"])
def test_reading_takes_steps_in_proportion(piece):
    before, after = (steps_of(outcome, (piece * count).encode()) for count in (40, 80))
    assert after <= 2.2 * before + 200
