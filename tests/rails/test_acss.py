"""ACSS: files column by column, returns and what they say, days, and what it does not carry."""

from datetime import UTC, date, datetime, time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from bezant.kernel.errors import FileRefused
from bezant.kernel.money import Money
from bezant.rail import IbanAccount, Mandate, Original, Party
from bezant.rails.acss import ACSS, calendar
from bezant.rails.acss.reasons import RETURNS
from bezant.sim.scheme import Answer, Client
from bezant.sim.schemes.acss import ACSS as SCHEME
from tests.rails import acss_samples as samples
from tests.rails.acss_samples import collection, instruction, packed

CLIENT = Client("BEZANT DEMO", "9876543210", "00320", "1234567890")
AT = datetime(2026, 3, 5, 12, 0, tzinfo=UTC)


def columns(line, first, last):
    return line[first - 1 : last].decode()


COLUMNS = [
    (25, 27, "450"),
    (28, 37, "0000006000"),
    (38, 43, "026062"),
    (44, 52, "000011000"),
    (53, 64, "000123456789"),
    (65, 86, "0" * 22),
    (87, 89, "000"),
    (90, 104, "BEZANT DEMO PLA"),
    (105, 134, "ZOE OBRIEN-SMITH - SONS LTD".ljust(30)),
    (135, 164, "BEZANT DEMO PLATFORM".ljust(30)),
    (165, 174, "1234567890"),
    (175, 193, "INVOICE 7 0000001  "),
    (194, 202, "000300011"),
    (203, 214, "9876543210  "),
    (215, 229, "THANK YOU".ljust(15)),
    (230, 253, " " * 24),
    (254, 264, "0" * 11),
]
"""Where CPA Standard 005 has the elements 04 to 21 of a credit, counted from 1."""


def test_a_file_has_each_element_where_the_standard_has_it():
    one = instruction(1, 6000, name="Zoë O'Brien-Smith - Sons Ltd", remittance="Thank you")
    file = packed(one, *(collection(at, 100 * at) for at in range(2, 10)))
    header, credit, six, two, trailer = file.removesuffix(b"\r\n").split(b"\r\n")
    assert {len(line) for line in (header, credit, six, two, trailer)} == {1464}
    assert header.rstrip().decode() == f"A00000000112345678900001026061{'00320'}BZ000001{'':12}CAD"
    assert columns(credit, 1, 24) == "C00000000212345678900001"
    for first, last, value in COLUMNS:
        assert columns(credit, first, last) == value, (first, last)
    assert not credit[264:].strip()
    assert (columns(six, 1, 10), columns(two, 1, 10)) == ("D000000003", "D000000004")
    assert columns(six, 28 + 5 * 240, 37 + 5 * 240) == "0000000700"
    assert not two[24 + 2 * 240 :].strip()
    assert trailer.rstrip().decode() == (
        f"Z00000000512345678900001{4400:014d}{8:08d}{6000:014d}{1:08d}{'0' * 44}"
    )


def test_a_bank_may_want_another_name_and_no_words_in_the_header():
    said = {"communication": "blank", "short_name": "Bezant & Co"}
    told = structs.replace(samples.ORIGINATOR, dialect=said, bank_id="003")
    header, credit, _, _ = packed(
        instruction(details={"transaction_type": "460"}), originator=told, reference="BZ010000"
    ).split(b"\r\n")
    assert header.rstrip().decode() == f"A00000000112345678900001026061{'00320'}{'':20}CAD"
    assert (columns(credit, 25, 27), columns(credit, 90, 104)) == ("460", "BEZANT & CO    ")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"account": IbanAccount("GB82WEST12345698765432")}, "not one in Canada"),
        ({"institution_number": "03"}, "institution number is not three digits"),
        ({"transit_number": "0011"}, "transit number is not five digits"),
        ({"account_number": "1234"}, "account number is not 5 to 12 digits"),
        ({"name": "***"}, "no name"),
        ({"currency": "usd"}, "currency is usd"),
        ({"amount": 10**10}, "not between 1 and 9999999999 cents"),
        ({"effective_date": date(2026, 7, 1)}, "2026-07-01 is no banking day"),
        ({"service": "same_day"}, "no service same_day"),
        ({"act": "recall"}, "AFT has no recall"),
        ({"details": {"colour": "red"}}, "knows no detail colour"),
        ({"details": {"transaction_type": "901"}}, "901 is none of 200 to 799"),
        ({"reason": "901"}, "a payment has no reason"),
        ({"mandate": samples.MANDATE}, "a credit has no agreement"),
        ({"direction": "debit"}, "needs the payor's agreement"),
        ({"direction": "debit", "mandate": Mandate("M" * 12, date(2026, 2, 1))}, "1 to 11"),
        ({"direction": "debit", "act": "verify", "mandate": samples.MANDATE}, "by a credit"),
        ({"trace": "abc"}, "not seven digits and capitals"),
    ],
)
def test_what_a_file_does_not_carry(changes, reason):
    account = changes.pop("account", None)
    asked = instruction(**changes)
    if account:
        asked = structs.replace(asked, counterparty=Party("Ada", account))
    objections = ACSS.objections(asked)
    assert [text for text in objections if reason in text], objections
    with pytest.raises(FileRefused, match=asked.movement):
        packed(asked, instruction(2))


def test_a_file_says_no_day_that_is_too_far_ahead():
    with pytest.raises(FileRefused, match="more than 173 days ahead"):
        packed(instruction(effective_date=date(2026, 8, 24)))
    assert packed(instruction(effective_date=date(2026, 8, 21)))


def test_a_debit_without_funds_is_presented_again_once_more():
    original = Original("000000A", Money(6000, "cad"), date(2026, 2, 20))
    by_itself = {"description": ACSS.capabilities.retry.description, "details": {"retry": "1"}}
    again = collection(reason="901", original=original, **by_itself)
    assert ACSS.objections(again) == ()
    late = structs.replace(again, original=structs.replace(original, on=date(2026, 1, 1)))
    more = structs.replace(again, amount=Money(6001, "cad"))
    assert "more than 30 days" in ACSS.objections(late)[0]
    assert "for the same amount" in ACSS.objections(more)[0]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("company_id", "12345678901"),
        ("bank_id", "0003"),
        ("account", IbanAccount("GB82WEST12345698765432")),
        ("name", ""),
        ("dialect", {"tempo": "slow"}),
        ("dialect", {"communication": "loud"}),
    ],
)
def test_an_originator_that_no_file_can_name(field, value):
    with pytest.raises(FileRefused) as refused:
        packed(instruction(), originator=structs.replace(samples.ORIGINATOR, **{field: value}))
    assert [problem.path for problem in refused.value.problems] == [field]


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (b"A000000001", b"B000000001", "an A record should stand here"),
        (b"C000000002", b"C000000003", "counted 3, not 2"),
        (b"C000000002", b"U000000002", "records of type 'U' are not read"),
        (b"C000000002123456789", b"C000000002123456780", "that of the A record"),
        (b"0000006000026062", b"0000006001026062", "C total is 6000"),
        (b"0000006000026062", b"000000600X026062", "is not a number"),
        (b"026062", b"026400", "is no day"),
        (b"CAD", b"USD", "the currency is USD"),
        (b"Z000000003", b"Y000000003", "a Z record should stand here"),
        (b"LOVELACE ", b"LOVELACE\xe9", "not printable ASCII"),
    ],
)
def test_a_file_that_does_not_hold_together_is_refused(old, new, reason):
    file = packed(instruction(1, 6000))
    assert old in file
    with pytest.raises(FileRefused) as refused:
        ACSS.read(file.replace(old, new, 1))
    assert reason in str(refused.value)


def test_a_file_is_read_without_line_ends_and_without_the_spaces_at_theirs():
    file = packed(*(instruction(at) for at in range(1, 9)))
    facts = ACSS.read(file).facts
    trimmed = b"\n".join(line.rstrip() for line in file.split(b"\r\n"))
    for other in (file.replace(b"\r\n", b""), trimmed):
        assert ACSS.read(other).facts == facts


def test_returns_say_what_came_back_and_why():
    read = ACSS.read(samples.RETURNS)
    assert [
        (fact.kind, fact.trace, fact.amount.amount, fact.code, fact.failure_code, fact.line)
        for fact in read.facts
    ] == [
        ("returned", "0000001", 6000, "905", "account_closed", 2),
        ("returned", "000000A", 6500, "901", "insufficient_funds", 3),
        ("returned", "000000B", 123456, "917", "debit_not_authorized", 3),
    ]
    credit, first, second = read.facts
    assert (first.on, first.details["account_number"]) == (date(2026, 3, 5), "000222222227")
    assert (second.details["transaction_type"], second.direction) == ("700", "debit")
    assert credit.details["invalid_element"] == "08000000000"
    assert (read.totals.credits.amount, read.totals.debits.amount) == (6000, 129956)
    swapped = samples.RETURNS.replace(b"901", b"450", 1).replace(b"0450BEZANT", b"0901BEZANT")
    assert [fact.code for fact in ACSS.read(swapped).facts][1] == "901"


def test_what_a_bank_has_reversed_is_told_as_taken_back():
    facts = ACSS.read(samples.REVERSALS).facts
    assert [(fact.kind, fact.trace, fact.code, fact.direction) for fact in facts] == [
        ("recalled", "0000002", "E", "credit"),
        ("recalled", "000000C", "F", "debit"),
    ]


@pytest.mark.parametrize(
    ("now", "due", "returned_by", "final_by"),
    [
        # Monday before the cut-off at 17:00 Eastern, and at it.
        ("2026-03-02 21:59", "2026-03-03", "2026-03-06", "2026-06-04"),
        ("2026-03-02 22:00", "2026-03-04", "2026-03-07", "2026-06-05"),
        # Over Good Friday, over Canada Day, and over the year's end with Boxing Day observed.
        ("2026-04-02 12:00", "2026-04-06", "2026-04-09", "2026-07-09"),
        ("2026-06-30 12:00", "2026-07-02", "2026-07-07", "2026-10-06"),
        ("2026-12-24 12:00", "2026-12-29", "2027-01-01", "2027-04-01"),
        # Provincial holidays close nothing.
        ("2026-08-03 12:00", "2026-08-04", "2026-08-07", "2026-11-05"),
    ],
)
def test_days(now, due, returned_by, final_by):
    instant = datetime.fromisoformat(now).replace(tzinfo=UTC)
    table = ACSS.timetable(instant, direction="debit")
    assert table.effective_date == date.fromisoformat(due)
    assert table.return_by == calendar.eastern(date.fromisoformat(returned_by), time())
    assert table.final_at == calendar.eastern(date.fromisoformat(final_by), time())
    assert ACSS.timetable(instant).final_at == table.return_by


@given(data=st.data())
@settings(max_examples=6)
def test_every_file_is_read_by_the_other_side_and_every_return_by_us(data):
    asked = data.draw(samples.instruction_lists())
    orders = SCHEME.read(packed(*asked), CLIENT).orders
    told = {
        (
            one.key[-7:],
            one.amount,
            one.is_credit,
            one.bank + one.account.partition("/")[0],
            one.due_on,
        )
        for one in orders
    }
    accounts = {one.trace: one.counterparty.account for one in asked}
    assert told == {
        (
            one.trace,
            one.amount.amount,
            one.direction == "credit",
            accounts[one.trace].institution_number
            + accounts[one.trace].transit_number
            + accounts[one.trace].account_number,
            one.effective_date,
        )
        for one in asked
    }
    codes = [*RETURNS]
    answers = [
        Answer(order, "returned", codes[number % len(codes)], order.amount, AT.date(), number)
        for number, order in enumerate(orders, 1)
    ]
    (letter,) = SCHEME.write(answers, CLIENT, AT, 1)
    facts = {fact.trace: fact for fact in ACSS.read(letter.content).facts}
    for one in asked:
        fact = facts[one.trace]
        account = accounts[one.trace]
        assert (fact.kind, fact.amount, fact.direction) == ("returned", one.amount, one.direction)
        assert fact.details["account_number"] == account.account_number
        assert fact.details["transit_number"] == account.transit_number
        assert fact.failure_code


def test_the_other_side_answers_credits_as_credits():
    assert {outcome for outcome, _ in SCHEME.magic.values()} == {"returned"}
    for known, (_, code) in SCHEME.magic.items():
        for asked in (instruction, collection):
            number, _, cents = known.partition("/")
            file = packed(asked(1, 1 if cents else 100, account_number=number))
            (order,) = SCHEME.read(file, CLIENT).orders
            assert order.account == (number + "/cents" if cents and order.is_credit else number)
            answer = Answer(order, "returned", code, order.amount, AT.date(), 1)
            (letter,) = SCHEME.write([answer], CLIENT, AT, 1)
            (fact,) = ACSS.read(letter.content).facts
            assert fact.code in RETURNS
            if asked is collection:
                assert fact.code == code
            else:
                assert fact.failure_code not in {"insufficient_funds", "debit_not_authorized"} or (
                    fact.code == "903"
                )
    assert SCHEME.settles_on(order, date(2026, 3, 2)) == samples.DUE
    assert SCHEME.settles_on(order, date(2026, 4, 2)) == date(2026, 4, 6)
    assert SCHEME.answers_on("returned", samples.DUE) == date(2026, 3, 4)


def test_the_other_side_refuses_what_does_not_hold_together():
    file = packed(instruction(1, 6000))
    for old, new in (
        (b"Z000000003", b"Z000000004"),
        (b"0000006000026062", b"0000006001026062"),
        (b"C000000002", b"Q000000002"),
        (b"1234567890", b"1234567891"),
        (b"CAD", b"USD"),
        (b"026062", b"026400"),
        (b"\r\n", b"\n"),
    ):
        assert old in file
        with pytest.raises(FileRefused):
            SCHEME.read(file.replace(old, new, 1), CLIENT)
