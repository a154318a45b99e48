"""What banks want otherwise: each switch changes what it says it does, and nothing of money."""

from datetime import date, timedelta
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from msgspec import structs

from bezant.kernel.errors import FileRefused
from bezant.rail import IbanAccount
from bezant.rails.ach import ACH
from bezant.rails.ach.details import DETAILS
from bezant.rails.ach.dialect import Dialect
from bezant.rails.ach.rail import Ach
from tests.rails.ach_samples import CREATED, ORIGINATOR, instruction, instruction_lists

GUIDE = Path(__file__).parents[2] / "docs" / "guides" / "rails.md"

BUSINESS = [
    instruction(2, name="Müller & Søn", holder="company", account_number="12-34"),
    instruction(4, amount=250, direction="debit"),
    instruction(6, amount=100, service="same_day", effective_date=date(2026, 3, 2)),
]


def spoken(*instructions, modifier="A", **dialect):
    """Return the lines of a file in a dialect, without their endings."""
    return data(*instructions, modifier=modifier, **dialect).decode().splitlines()


def data(*instructions, modifier="A", **dialect):
    return ACH.pack(
        instructions or BUSINESS,
        structs.replace(ORIGINATOR, dialect=dialect),
        created_at=CREATED - timedelta(hours=5),
        file_modifier=modifier,
        reference="BZ000001",
    )


def column(lines, kind, start, end):
    """Return some columns, counted from 1, of each record of a kind."""
    return [line[start - 1 : end] for line in lines if line[0] == kind and line.strip("9")]


COLUMNS = {
    "destination": ({"destination": "011401533"}, "1", 4, 13, [" 011401533"]),
    "destination_prefix": ({"destination_prefix": "zero"}, "1", 4, 13, ["0021000021"]),
    "no prefix": ({"destination_prefix": "none"}, "1", 4, 13, ["021000021 "]),
    "destination_name": ({"destination_name": "The Fed"}, "1", 41, 63, [f"{'THE FED':<23}"]),
    "origin": ({"origin": "123"}, "1", 14, 23, ["       123"]),
    "origin_prefix": ({"origin": "198765432", "origin_prefix": "9"}, "1", 14, 23, ["9198765432"]),
    "origin_name": ({"origin_name": "We"}, "1", 64, 86, [f"{'WE':<23}"]),
    "header_reference": ({"header_reference": "no"}, "1", 87, 94, [" " * 8]),
    "directions": ({"directions": "mixed"}, "5", 2, 4, ["220", "220", "225"]),
    "odfi": ({"odfi": "02100002"}, "5", 80, 87, ["02100002"] * 4),
    "company_name": ({"company_name": "Our Shop"}, "5", 5, 20, [f"{'OUR SHOP':<16}"] * 4),
    "company_name_case": (
        {"company_name": "Our Shop", "company_name_case": "keep"},
        *("5", 5, 20, [f"{'Our Shop':<16}"] * 4),
    ),
    "company_data": ({"company_data": "unit 7"}, "5", 21, 40, [f"{'unit 7':<20}"] * 4),
    "return_account": ({"return_account": "998877"}, "5", 21, 40, [f"{'998877':<20}"] * 4),
    "effective": (
        {"descriptive_date": "effective"},
        *("5", 64, 69, ["260302", "260303", "260303"]),
    ),
    "created": ({"descriptive_date": "created"}, "5", 64, 69, ["260302"] * 3),
    "same_day": ({"descriptive_date": "same_day"}, "5", 64, 69, ["SD1700", " " * 6, " " * 6]),
    "individual_class": ({"individual_class": "WEB"}, "5", 51, 53, ["WEB", "CCD", "PPD"]),
    "company_class": ({"company_class": "CTX"}, "5", 51, 53, ["PPD", "CTX", "PPD"]),
    "consumer_debit_class": ({"consumer_debit_class": "TEL"}, "5", 51, 53, ["PPD", "CCD", "TEL"]),
    "characters": ({"characters": "letters_digits"}, "6", 55, 64, ["ADA LOVELA", "MULLER SON"]),
    "account_hyphens": ({"account_hyphens": "drop"}, "6", 13, 17, ["00012", "1234 "]),
}  # fmt: skip


@pytest.mark.parametrize("name", COLUMNS)
def test_a_switch_changes_its_columns(name):
    dialect, kind, start, end, expected = COLUMNS[name]
    lines = spoken(**dialect)
    assert column(lines, kind, start, end)[: len(expected)] == expected[: 3 if kind == "5" else 4]


@pytest.mark.parametrize(
    ("modifiers", "ours", "theirs"),
    [("letters_digits", "7", "7"), ("letters", "0", "A"), ("letters", "C", "C"),
     ("digits", "A", "0"), ("digits", "Z", "5")],
)  # fmt: skip
def test_files_of_a_day_are_told_apart_by_what_the_bank_knows(modifiers, ours, theirs):
    assert spoken(modifier=ours, modifiers=modifiers)[0][33] == theirs


def test_lines_end_as_the_bank_wants():
    assert data(line_ending="crlf").count(b"\r\n") == 20
    assert b"\n" not in data(line_ending="none")
    assert data(line_ending="none") == data().replace(b"\n", b"")
    assert data(last_line_ending="no") == data().rstrip(b"\n")
    assert data(padding="none") == b"\n".join(data().splitlines()[:11]) + b"\n"


def test_batches_are_cut_as_the_bank_wants():
    three = [instruction(number) for number in (2, 4, 6)]
    assert len(column(spoken(*three), "5", 1, 1)) == 1
    assert len(column(spoken(*three, batch_by="entry"), "5", 1, 1)) == 3
    assert len(column(spoken(*three, max_batch_entries="2"), "5", 1, 1)) == 2
    mixed = [instruction(2), instruction(4, direction="debit", description="PAYOUT")]
    assert column(spoken(*mixed, directions="mixed"), "5", 2, 4) == ["200"]


def test_a_bank_that_likes_tel_gets_ppd_for_what_has_words():
    debit = instruction(2, direction="debit")
    told = instruction(4, direction="debit", remittance="for May")
    lines = spoken(debit, told, consumer_debit_class="TEL")
    assert column(lines, "5", 51, 53) == ["PPD", "TEL"]


def test_a_bank_takes_no_more_lines_than_it_says():
    assert spoken(max_lines="20")
    with pytest.raises(FileRefused, match="the bank takes 19: send fewer at once"):
        spoken(max_lines="19")


def test_each_batch_is_balanced_by_its_other_side():
    lines = spoken(offset="batch", offset_name="Settlement")
    debits, credits = (column(lines, "8", *where) for where in ((21, 32), (33, 44)))
    assert debits == credits
    assert column(lines, "5", 2, 4) == ["200"] * 3
    offsets = [line for line in lines if line[39:54].strip() == "OFFSET" and line[0] == "6"]
    assert [(line[1:3], line[3:12], line[12:29].strip(), int(line[29:39])) for line in offsets] == [
        ("27", "021000021", "000111222333", 100),
        ("27", "021000021", "000111222333", 6_000),
        ("22", "021000021", "000111222333", 250),
    ]
    assert [line[79:] for line in offsets] == [
        "021000020000007",
        "021000020000003",
        "021000020000005",
    ]
    assert offsets[0][54:76].strip() == "SETTLEMENT"


def test_each_day_is_balanced_by_a_batch_of_its_own():
    read = ACH.read(data(offset="day"))
    assert read.totals.credits == read.totals.debits
    offsets = [fact for fact in read.facts if fact.end_to_end_id == "OFFSET"]
    assert [(fact.on, fact.amount.amount, fact.direction) for fact in offsets] == [
        (date(2026, 3, 2), 100, "debit"),
        (date(2026, 3, 3), 6_000, "debit"),
        (date(2026, 3, 3), 250, "credit"),
    ]


@settings(max_examples=40)
@given(instruction_lists())
def test_balanced_files_balance_and_keep_every_entry(instructions):
    originator = structs.replace(ORIGINATOR, dialect={"offset": "batch", "directions": "mixed"})
    traces = [ACH.trace(originator, number) for number in range(1, len(instructions) + 1)]
    even = [
        structs.replace(one, trace=trace) for one, trace in zip(instructions, traces, strict=True)
    ]
    read = ACH.read(data(*even, offset="batch", directions="mixed"))
    assert read.totals.credits == read.totals.debits
    kept = {fact.trace: fact.amount for fact in read.facts if fact.end_to_end_id != "OFFSET"}
    assert kept == {one.trace: one.amount for one in even}


def test_offsets_have_numbers_of_their_own():
    originator = structs.replace(ORIGINATOR, dialect={"offset": "day"})
    traces = {int(ACH.trace(originator, number)[8:]) for number in (1, 2, 4_999_999)}
    assert traces == {2, 4, 9_999_998}
    assert ACH.trace(originator, 5_000_000) == ACH.trace(originator, 1)
    with pytest.raises(FileRefused, match="the trace after it is used"):
        data(instruction(1), instruction(2), offset="batch")
    with pytest.raises(FileRefused, match=r"dialect\.offset"):
        ACH.pack(
            [instruction(2)],
            structs.replace(originator, account=IbanAccount("DE02120300000000202051")),
            created_at=CREATED,
            file_modifier="A",
            reference="",
        )


@pytest.mark.parametrize(
    "dialect",
    [{"ofset": "day"}, {"offset": "week"}, {"max_lines": "many"}, {"max_lines": "-1"},
     {"destination": "12"}, {"origin_prefix": "99"}],
)  # fmt: skip
def test_a_key_or_value_that_is_not_known_is_refused(dialect):
    with pytest.raises(FileRefused, match="dialect"):
        data(**dialect)


def test_an_origin_that_has_no_room_for_its_digit_is_refused():
    with pytest.raises(FileRefused, match="no room"):
        data(origin="1234567890", origin_prefix="1")


PLAIN = data(instruction(1), instruction(2, amount=250), instruction(3))


def edited(line, start, text):
    lines = PLAIN.decode().splitlines()
    row = lines[line - 1]
    lines[line - 1] = row[: start - 1] + text + row[start - 1 + len(text) :]
    return "\n".join(lines).encode()


TOLERATED = {
    "read_check_digit": (edited(3, 12, "4"), "the check digit"),
    "read_trace_order": (edited(4, 88, "0000009"), "does not ascend"),
    "read_trace_bank": (edited(3, 80, "01"), "is not of the batch's bank"),
    "read_block_count": (edited(7, 8, "000002"), "block count is 2, not 1"),
}


@pytest.mark.parametrize("key", TOLERATED)
def test_what_a_bank_is_known_for_is_only_remarked_on(key):
    wrong, remark = TOLERATED[key]
    with pytest.raises(FileRefused, match=remark):
        ACH.read(wrong)
    read = Ach({key: "no"}).read(wrong)
    assert any(remark in warning for warning in read.warnings)
    assert read.totals == ACH.read(PLAIN).totals


def test_a_bank_that_keeps_to_the_rules_is_read_by_them():
    short = b"\n".join(line.rstrip() for line in PLAIN.splitlines())
    assert ACH.read(short).warnings
    with pytest.raises(FileRefused, match="characters long, not 94"):
        Ach({"read_short_lines": "no"}).read(short)


def test_every_switch_is_documented_and_there_are_enough():
    keys = [field.name for field in msgspec.structs.fields(Dialect)]
    assert len(keys) >= 15
    guide = GUIDE.read_text(encoding="utf-8")
    assert [key for key in (*keys, *DETAILS) if f"`{key}`" not in guide] == []
