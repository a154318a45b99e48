"""NACHA files as they are written: columns, batches, names, and what is refused."""

from datetime import date

import pytest
from msgspec import structs

from bezant.kernel.errors import FileRefused
from bezant.rail.identifiers import is_routing_number
from bezant.rails.ach import ACH, trace_number
from bezant.rails.ach.records import FILLER, check_digit
from bezant.rails.ach.text import ascii_upper
from tests.rails.ach_samples import CREATED, ORIGINATOR, instruction, packed

GOLDEN = """\
101 02100002119876543212603021700A094101DEMO BANK              BEZANT DEMO PLATFORM   BZ000001
5220BEZANT DEMO PLAT                    1987654321CCDPAYOUT          260303   1021000020000001
622011401533000123456789     0000006000PO 2           MULLER & SON            0021000020000002
822000000100011401530000000000000000000060001987654321                         021000020000001
5220BEZANT DEMO PLAT                    1987654321PPDPAYOUT          260303   1021000020000002
622011401533000123456789     0000006000               ADA LOVELACE            0021000020000001
632011401533000123456789     0000000001               ADA LOVELACE            0021000020000003
822000000200022803060000000000000000000060011987654321                         021000020000002
9000002000001000000030003420459000000000000000000012001                                       
"""  # noqa: W291 - records are padded with spaces


def lines(*instructions, **changes):
    return packed(*instructions, **changes).decode().splitlines()


def test_a_file_is_exactly_these_bytes():
    company = instruction(2, holder="company", name="Müller & Søn", reference="po 2")
    savings = instruction(3, amount=1, account_type="savings")
    text = packed(savings, instruction(1), company).decode()
    assert text == GOLDEN + f"{FILLER}\n"


def test_each_effective_date_and_class_is_a_batch_of_its_own():
    packed_lines = lines(
        instruction(4),
        instruction(3, effective_date=date(2026, 3, 4)),
        instruction(2, holder="company"),
        instruction(1),
    )
    headers = [(line[50:53], line[69:75]) for line in packed_lines if line[0] == "5"]
    assert headers == [("CCD", "260303"), ("PPD", "260303"), ("PPD", "260304")]
    assert [int(line[-7:]) for line in packed_lines if line[0] == "5"] == [1, 2, 3]
    assert [line[-7:] for line in packed_lines if line[0] == "6"] == [
        "0000002",
        "0000001",
        "0000004",
        "0000003",
    ]


@pytest.mark.parametrize("count", [1, 4, 5, 6, 7, 16])
def test_a_file_is_blocks_of_ten_records_of_94(count):
    packed_lines = lines(*(instruction(number) for number in range(1, count + 1)))
    assert len(packed_lines) % 10 == 0
    assert {len(line) for line in packed_lines} == {94}
    control = next(line for line in packed_lines if line[0] == "9")
    assert int(control[7:13]) == len(packed_lines) // 10


def test_the_hash_keeps_ten_digits():
    many = [instruction(number, routing_number="999999992") for number in range(1, 121)]
    control = next(line for line in lines(*many) if line[0] == "8")
    assert int(control[10:20]) == 120 * 99_999_999 % 10**10


def test_the_header_says_eastern_time():
    assert lines(instruction())[0][23:33] == "2603021700"


def test_the_origin_is_a_routing_number_where_the_bank_wants_one():
    originator = structs.replace(ORIGINATOR, origin_id="011401533")
    data = ACH.pack(
        [instruction()],
        originator,
        created_at=CREATED,
        file_modifier="B",
        reference="",
    )
    assert data[13:23] == b" 011401533"


REFUSED = {
    "the currency is eur, not usd": {"currency": "eur"},
    "between 1 and 9999999999 cents": {"amount": 10**10},
    "the amount 0": {"amount": 0},
    "between 1 and 100000000 cents": {"amount": 100_000_001, "service": "same_day"},
    "nine digits with a right check digit": {"routing_number": "011401534"},
    "letters, digits or hyphens": {"account_number": "12 34"},
    "the account number is not 1 to 17": {"account_number": "1" * 18},
    "account number": {"account_number": ""},
    "the receiver has no name": {"name": " "},
    "the trace is not 15 digits": {"trace": "02100002"},
    "does not begin with the originating bank's number": {"trace": "011401530000001"},
}


@pytest.mark.parametrize("reason", REFUSED)
def test_what_cannot_be_sent_is_named(reason):
    with pytest.raises(FileRefused) as refused:
        packed(instruction(2), instruction(1, **({"movement": "mv_bad"} | REFUSED[reason])))
    assert {problem.path for problem in refused.value.problems} == {"mv_bad"}
    assert any(reason in problem.reason for problem in refused.value.problems)


def test_a_trace_is_used_once():
    with pytest.raises(FileRefused, match="mv_7: the trace is used twice"):
        packed(instruction(7), instruction(7))


def test_a_total_beyond_twelve_digits_is_refused():
    whales = [instruction(number, amount=10**10 - 1) for number in range(1, 102)]
    with pytest.raises(FileRefused, match="cents in one file"):
        packed(*whales)
    assert packed(*whales[:100])


@pytest.mark.parametrize("reference", ["BZ0000001", "bz000001", " BZ"])
def test_a_reference_that_would_not_come_back_is_refused(reference):
    with pytest.raises(FileRefused, match="reference"):
        packed(instruction(), reference=reference)


def test_a_file_modifier_is_one_letter_or_digit():
    for modifier in ("", "a", "AB", "-"):
        with pytest.raises(AssertionError):
            packed(instruction(), file_modifier=modifier)


def test_same_day_up_to_the_limit_goes_out():
    assert packed(instruction(amount=100_000_000, service="same_day"))


@pytest.mark.parametrize(
    ("text", "width", "written"),
    [
        ("Ada Lovelace", 22, "ADA LOVELACE"),
        ("Zoë  Ångström\t", 22, "ZOE ANGSTROM"),
        ("Straße Łódź", 22, "STRASSE LODZ"),
        ("Æther & Øre", 22, "AETHER & ORE"),
        ("O\u2019Neil\u2014Smith", 22, "O'NEIL-SMITH"),
        ("山田", 22, "??"),
        ("A\r\n6B\x00", 22, "A 6B"),
        ("\uff26\uff35\uff2c\uff2c", 22, "FULL"),
        ("a very long name of a company", 16, "A VERY LONG NAME"),
        ("abc def", 4, "ABC"),
        ("", 22, ""),
    ],
)
def test_names_become_upper_case_ascii(text, width, written):
    assert ascii_upper(text, width) == written


@pytest.mark.parametrize(
    ("routing", "digit"), [("02100002", "1"), ("01140153", "3"), ("23138010", "4")]
)
def test_check_digits(routing, digit):
    assert check_digit(routing) == digit
    assert is_routing_number(routing + digit)
    assert not is_routing_number(routing + str((int(digit) + 1) % 10))


@pytest.mark.parametrize("text", ["", "02100002", "0210000211", "02100002x", "٠٢١٠٠٠٠٢١"])
def test_what_is_no_routing_number(text):
    assert not is_routing_number(text)


def test_a_trace_is_the_bank_and_a_sequence():
    assert trace_number("021000021", 42) == "021000020000042"
    for sequence in (0, 10**7):
        with pytest.raises(AssertionError):
            trace_number("021000021", sequence)
