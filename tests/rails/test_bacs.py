"""Bacs: files byte for byte, reports line by line, days, and what it does not carry."""

from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest
from msgspec import structs

from bezant.kernel.errors import FileRefused
from bezant.kernel.money import Money
from bezant.rail import GbAccount, IbanAccount, Mandate, Original, Party
from bezant.rail.modulus import parse
from bezant.rails.bacs import BACS, Bacs, calendar
from bezant.rails.bacs.text import bacs_text
from tests.rails import bacs_samples as samples
from tests.rails.bacs_samples import collection, instruction, packed
from tests.rails.steps import steps_of

GOLDEN = Path(__file__).parent / "golden"
FIRST = structs.replace(samples.MANDATE, reference="BZMANDATE2", sequence="first")
FINAL = structs.replace(samples.MANDATE, reference="BZMANDATE3", sequence="final")


def test_a_file_of_credits_is_what_the_standard_shows():
    name = "Zoë O'Brien-Smith & Sons Ltd"
    file = packed(
        instruction(1, 6000), instruction(2, 123456, name=name, account_number="11111116")
    )
    assert file == (GOLDEN / "bacs-credits.txt").read_bytes()


def test_a_file_of_several_days_says_the_day_in_each_record():
    file = packed(
        instruction(1, 6000),
        collection(10, 6500),
        collection(11, 123456, mandate=FIRST),
        collection(12, 100, mandate=FINAL, effective_date=date(2026, 4, 7)),
        collection(13, 0, act="mandate", mandate=FIRST),
        collection(14, 0, act="mandate", reason="0C", mandate=FINAL),
    )
    assert file == (GOLDEN / "bacs-mixed.txt").read_bytes()
    facts = {fact.trace: fact for fact in BACS.read(file).facts}
    last = facts[BACS.trace(samples.ORIGINATOR, 12)]
    assert (last.on, last.direction) == (date(2026, 4, 7), "debit")
    assert last.details["transaction_code"] == "19"
    assert last.details["reference"] == "BZMANDATE3"


def test_a_bank_may_want_a_bureau_and_days_in_each_record():
    dialect = {"bureau": "912345", "processing": "multi"}
    file = packed(instruction(), originator=structs.replace(samples.ORIGINATOR, dialect=dialect))
    lines = file.decode().split("\r\n")
    assert lines[1][15:21] == "912345"
    assert lines[3][28:37] == "4 MULTI  "
    assert {len(line) for line in lines[4:6]} == {106}


def test_contra_records_that_eleven_digits_cannot_say_are_several():
    many = [instruction(number, 2 * 10**9) for number in range(1, 121)]
    read = BACS.read(packed(*many))
    assert read.totals.credits == Money(240 * 10**9, "gbp")
    contras = [line for line in packed(*many).splitlines() if line[64:70] == b"CONTRA"]
    assert len(contras) == 3


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"account": IbanAccount("GB82WEST12345698765432")}, "not one in the United Kingdom"),
        ({"sort_code": "10-88-00"}, "sort code is not six digits"),
        ({"account_number": "1234567"}, "account number is not eight digits"),
        ({"roll_number": "A/123"}, "roll numbers"),
        ({"name": "***"}, "no name"),
        ({"currency": "eur"}, "currency is eur"),
        ({"amount": 2 * 10**9 + 1}, "not between 1 and 2000000000 pence"),
        ({"effective_date": date(2026, 4, 6)}, "2026-04-06 is no working day"),
        ({"service": "same_day"}, "no service same_day"),
        ({"act": "recall"}, "Bacs has no recall"),
        ({"details": {"colour": "red"}}, "knows no detail colour"),
        ({"details": {"transaction_code": "17"}}, "17 is no credit's"),
        ({"reason": "18"}, "a credit has no reason"),
        ({"mandate": samples.MANDATE}, "a credit has no mandate"),
        ({"direction": "debit"}, "needs a mandate"),
        ({"trace": "abc"}, "not seven digits and capitals"),
    ],
)
def test_what_bacs_does_not_carry(changes, reason):
    account = changes.pop("account", None)
    asked = instruction(**changes)
    if account:
        asked = structs.replace(asked, counterparty=Party("Ada", account))
    objections = BACS.objections(asked)
    assert [text for text in objections if reason in text], objections
    with pytest.raises(FileRefused, match=asked.movement):
        packed(asked, instruction(2))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"mandate": Mandate("SHORT", date(2026, 2, 1))}, "6 to 10 capitals"),
        ({"mandate": Mandate("AAAAAA", date(2026, 2, 1))}, "not all the same"),
        ({"mandate": Mandate("DDIC1234", date(2026, 2, 1))}, "begin with DDIC"),
        ({"reason": "0N"}, "none of ['18']"),
        ({"reason": "18"}, "names its original"),
        ({"act": "mandate"}, "its amount is 0"),
        ({"act": "mandate", "amount": 0, "reason": "XX"}, "none of ['0C', '0N', '0S']"),
        ({"act": "mandate", "amount": 0, "direction": "credit"}, "a mandate is for debits"),
        ({"details": {"transaction_code": "17"}}, "the mandate's sequence says"),
    ],
)
def test_what_a_collection_must_be(changes, reason):
    objections = BACS.objections(collection(**changes))
    assert [text for text in objections if reason in text], objections


def test_an_unpaid_debit_is_presented_again_once_more_as_18():
    original = Original("000000A", Money(6000, "gbp"), date(2026, 2, 20))
    again = collection(reason="18", original=original)
    assert BACS.objections(again) == ()
    assert b"00012345018" in packed(again)
    by_itself = {"description": BACS.capabilities.retry.description, "details": {"retry": "1"}}
    retried = collection(reason="0", original=original, **by_itself)
    assert b"00012345018" in packed(retried)
    late = structs.replace(again, original=structs.replace(original, on=date(2026, 1, 1)))
    more = structs.replace(again, amount=Money(6001, "gbp"))
    assert "more than 30 days" in BACS.objections(late)[0]
    assert "for the same amount" in BACS.objections(more)[0]


@pytest.mark.parametrize(
    ("field", "value", "place"),
    [
        ("company_id", "12345", "company_id"),
        ("account", IbanAccount("GB82WEST12345698765432"), "account"),
        ("name", "", "name"),
        ("dialect", {"tempo": "slow"}, "dialect"),
        ("dialect", {"processing": "daily"}, "dialect"),
        ("dialect", {"bureau": "one"}, "dialect"),
    ],
)
def test_a_service_user_that_bacs_does_not_know(field, value, place):
    with pytest.raises(FileRefused) as refused:
        packed(instruction(), originator=structs.replace(samples.ORIGINATOR, **{field: value}))
    assert [problem.path for problem in refused.value.problems] == [place]


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (b"VOL1", b"VOL2", "VOL1 should stand here"),
        (b"F0010000100", b"F0010100101", "neither 00100 nor 00106"),
        (b"00000006000", b"00000006001", "their contra records"),
        (b"0000006000BEZ", b"000000600XBEZ", "is not a number"),
        (b"UTL10000000006000", b"UTL10000000006001", "UTL1: debit total"),
        (b"EOF1A123456", b"EOF1A123457", "EOF1: user number"),
        (b" 26062999999", b" 26000999999", "is no day"),
        (b"9920000055779911", b"9820000055779911", "transaction code '98'"),
        (b"LOVELACE ", b"LOVELACE\xe9", "not printable ASCII"),
    ],
)
def test_a_file_that_does_not_hold_together_is_refused(old, new, reason):
    file = packed(instruction(1, 6000))
    assert old in file
    with pytest.raises(FileRefused) as refused:
        BACS.read(file.replace(old, new, 1))
    assert reason in str(refused.value)


def test_reports_say_what_came_back_and_why():
    unpaid = BACS.read(samples.ARUDD.encode())
    assert [
        (fact.trace, fact.amount, fact.code, fact.failure_code, fact.on, fact.line)
        for fact in unpaid.facts
    ] == [
        ("000000A", Money(6500, "gbp"), "0", "insufficient_funds", date(2026, 3, 5), 12),
        ("000000B", Money(123456, "gbp"), "1", "debit_not_authorized", date(2026, 3, 5), 17),
    ]
    assert unpaid.totals.debits == Money(129956, "gbp")
    (credit,) = BACS.read(samples.ARUCS.encode()).facts
    assert (credit.trace, credit.failure_code) == ("0000001", "account_closed")
    assert credit.details["account_number"] == "11111113"


def test_advices_say_what_became_of_mandates_and_accounts():
    read = BACS.read(samples.ADVICES.encode())
    assert [
        (fact.kind, fact.trace, fact.code, fact.details.get("state")) for fact in read.facts
    ] == [
        ("mandate_changed", "BZMANDATE1", "1", "ended"),
        ("mandate_changed", "BZMANDATE2", "3", "amended"),
        ("mandate_changed", "BZMANDATE3", "R", "reinstated"),
        ("rejected", "000000D", "5", "ended"),
        ("corrected", "0000001", "3", None),
    ]
    assert read.facts[1].details["sort_code"] == "200000"
    assert read.totals.details["accepted_instructions"] == "3"


def test_claims_under_the_guarantee_are_returns_of_each_collection():
    read = BACS.read(samples.DDICA.encode())
    assert [(fact.kind, fact.code, fact.amount.amount, fact.on) for fact in read.facts] == [
        ("returned", "DDIC2", 6000, date(2026, 3, 20)),
        ("returned", "DDIC2", 4000, date(2026, 3, 20)),
    ]
    assert read.facts[1].details["collected_on"] == "2025-03-04"


def test_reading_a_report_takes_steps_in_proportion_to_it():
    start, end = samples.ARUDD.index("<ReturnedDebitItem"), samples.ARUDD.index("<Totals")
    items = samples.ARUDD[start:end]

    def report(count):
        text = samples.ARUDD.replace(items, items * count)
        text = text.replace('numberOf="2"', f'numberOf="{2 * count}"')
        pounds = f"{129_956 * count // 100}.{129_956 * count % 100:02d}"
        return text.replace("1299.56", pounds).encode()

    assert len(BACS.read(report(3)).facts) == 6
    before, after = (steps_of(BACS.read, report(count)) for count in (200, 400))
    assert after <= 2.3 * before + 200


@pytest.mark.parametrize(
    ("report", "old", "new", "reason"),
    [
        (samples.ARUDD, "1299.56", "1299.57", "the total is 129957"),
        (samples.ARUDD, '"65.00"', '"65.0"', "no amount of pounds"),
        (samples.ARUDD, "2026-03-05", "5 March", "is no day"),
        (samples.ARUDD, 'numberOf="2"', 'numberOf="3"', "there are 2 items"),
        (samples.ARUDD, "ARUDD>", "ARUDE>", "no report of Bacs"),
        (samples.ADVICES, 'record-type="W"', 'record-type="Z"', "record-type 'Z'"),
        (samples.DDICA, "<Amount>40.00", "<Amount>41.00", "TotalValueOfDebits"),
        (samples.ARUCS, "<BACSDocument>", "<!DOCTYPE x><BACSDocument>", "DOCTYPE"),
    ],
)
def test_a_report_that_does_not_hold_together_is_refused(report, old, new, reason):
    assert old in report
    with pytest.raises(FileRefused, match=reason):
        BACS.read(report.replace(old, new).encode())


# From the published lists of bank holidays in England and Wales.
HOLIDAYS = {
    2024: ["01-01", "03-29", "04-01", "05-06", "05-27", "08-26", "12-25", "12-26"],
    2025: ["01-01", "04-18", "04-21", "05-05", "05-26", "08-25", "12-25", "12-26"],
    2026: ["01-01", "04-03", "04-06", "05-04", "05-25", "08-31", "12-25", "12-28"],
    2027: ["01-01", "03-26", "03-29", "05-03", "05-31", "08-30", "12-27", "12-28"],
}


@pytest.mark.parametrize("year", HOLIDAYS)
def test_the_bank_holidays_of_england(year):
    on_weekdays = [f"{day:%m-%d}" for day in calendar.bank_holidays(year) if day.weekday() < 5]
    assert sorted(on_weekdays) == HOLIDAYS[year]


@pytest.mark.parametrize(
    ("now", "cut_off", "goes_out", "entry"),
    [
        # A Monday; at the end of input itself the file has gone; then over Easter.
        ("2026-03-02T09:00", None, "2026-03-02T22:30", "2026-03-04"),
        ("2026-03-02T22:29", None, "2026-03-02T22:30", "2026-03-04"),
        ("2026-03-02T22:30", None, "2026-03-03T22:30", "2026-03-05"),
        ("2026-03-02T15:00", time(14, 0), "2026-03-03T14:00", "2026-03-05"),
        ("2026-04-01T12:00", None, "2026-04-01T21:30", "2026-04-07"),
        ("2026-04-03T12:00", None, "2026-04-07T21:30", "2026-04-09"),
        # Summer time begins on 29 March and ends on 25 October 2026.
        ("2026-03-27T22:00", None, "2026-03-27T22:30", "2026-03-31"),
        ("2026-03-30T21:29", None, "2026-03-30T21:30", "2026-04-01"),
        ("2026-10-26T22:00", None, "2026-10-26T22:30", "2026-10-28"),
    ],
)
def test_the_three_days_of_bacs(now, cut_off, goes_out, entry):
    times = BACS.timetable(datetime.fromisoformat(now).replace(tzinfo=UTC), cut_off=cut_off)
    assert f"{times.cut_off:%Y-%m-%dT%H:%M}" == goes_out
    assert str(times.effective_date) == entry
    assert calendar.processing_day(times.effective_date) > times.cut_off.date()


def test_a_collection_is_never_final_and_its_money_waits_for_returns():
    times = BACS.timetable(samples.CREATED, direction="debit")
    assert times.available_at == times.return_by == datetime(2026, 3, 7, tzinfo=UTC)
    assert times.final_at.year == 9999


TABLE = """
089000 089999 MOD10 0 0 0 0 0 0 7 1 3 7 1 3 7 1
107999 107999 MOD11 0 0 0 0 0 0 8 7 6 5 4 3 2 1
118765 118765 DBLAL 2 1 2 1 2 1 2 1 2 1 2 1 2 1 1
134020 134020 MOD11 0 0 0 7 5 9 8 4 6 3 5 2 0 0 4
180002 180002 MOD11 0 0 0 0 0 0 8 7 6 5 4 3 2 1 14
"""


@pytest.mark.parametrize(
    ("sort_code", "account_number", "fits"),
    [
        ("089999", "66374958", True),
        ("089999", "66374959", False),
        ("107999", "88837491", True),
        ("107999", "88837493", False),
        ("118765", "64371386", True),
        ("118765", "64371389", False),
        ("134020", "63849203", True),
        ("180002", "00000190", True),
        ("200000", "00000001", True),
    ],
)
def test_a_table_of_sort_codes_proves_account_numbers(sort_code, account_number, fits):
    rail = Bacs(parse(TABLE))
    objections = rail.objections(instruction(sort_code=sort_code, account_number=account_number))
    assert (objections == ()) == fits, objections


def test_a_table_that_cannot_be_read_names_its_lines():
    with pytest.raises(FileRefused, match="line 2: not two sort codes"):
        parse("089000 089999 MOD10 0 0 0 0 0 0 7 1 3 7 1 3 7 1\n089999 MOD10")
    with pytest.raises(FileRefused, match="is empty"):
        parse("\n")


def test_names_are_written_in_the_letters_that_bacs_has():
    assert bacs_text("Łukasz O'Hara_& Söhne (2)", 40) == "LUKASZ OHARA & SOHNE 2"
    assert GbAccount("108800", "00012345").roll_number is None
