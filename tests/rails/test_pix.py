"""Pix's messages: what goes out, what comes back, and the system on the other side."""

from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from bezant.kernel.errors import FileRefused
from bezant.kernel.money import Money
from bezant.rail import BrAccount, GbAccount, Original, Party, PixKey
from bezant.rails.pix import PIX as RAIL
from bezant.sim.scheme import Answer, Client, Incoming
from bezant.sim.schemes.pix import PIX as SCHEME
from tests.rails import pix_samples as samples
from tests.rails.pix_samples import about, instruction, packed, refund

GOLDEN = Path(__file__).parent / "golden"
CLIENT = Client("Bezant", "1234567", "12345678", "11222333000181")
AT = samples.CREATED


def test_a_payment_is_written_as_the_catalogue_shows():
    assert packed(instruction()) == (GOLDEN / "pix-payment.xml").read_bytes()
    assert packed(refund()) == (GOLDEN / "pix-return.xml").read_bytes()


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        (instruction(currency="usd"), "currency is usd"),
        (instruction(amount=10**12), "centavos"),
        (instruction(service="standard"), "no service standard"),
        (instruction(act="verify"), "Pix has no verify"),
        (instruction(trace="1"), "BZ and nine"),
        (instruction(direction="debit"), "to collect, show a code"),
        (instruction(name=" "), "has no name"),
        (instruction(key="ADA"), "no key of kind email"),
        (instruction(account=GbAccount("108800", "00012345")), "neither a Pix key"),
        (instruction(account=BrAccount("1", "1", "1")), "ISPB is not"),
        (instruction(account=BrAccount("12345678", "12345", "1")), "branch"),
        (instruction(account=BrAccount("12345678", "1", "1-2")), "account number"),
        (instruction(details={"colour": "red"}), "knows no detail colour"),
        (instruction(details={"initiation": "WISH"}), "initiation is none of"),
        (instruction(details={"txid": "a b"}), "txid"),
        (instruction(details={"participant": "1"}), "participant is not an ISPB"),
        (refund(original=None), "names its original"),
        (refund(original=structs.replace(samples.RECEIVED, end_to_end_id="X")), "no end-to-end id"),
        (refund(reason="AC03"), "reason is none of"),
        (refund(effective_date=date(2026, 5, 31)), "more than 90 days"),
        (refund(amount=10_001), "more would be returned"),
        (refund(details={"returned": "5000"}, amount=5001), "more would be returned"),
        (refund(details={"returned": "half"}), "not a number of centavos"),
        (about("recall", reason="ANGER"), "['FRAUD', 'OPERATIONAL_FLAW']"),
        (about("recall", reason="FRAUD", effective_date=date(2026, 5, 22)), "more than 80 days"),
        (about("recall", reason="FRAUD", amount=6001), "more is asked back"),
        (about("answer_recall", reason="MAYBE"), "reason is none of"),
    ],
)
def test_what_pix_does_not_carry(asked, reason):
    objections = RAIL.objections(asked)
    assert [text for text in objections if reason in text], objections
    with pytest.raises(FileRefused, match=asked.movement):
        packed(asked)


def test_a_return_cannot_be_returned_and_parts_add_up_to_the_whole():
    theirs = structs.replace(samples.RECEIVED, end_to_end_id="D" + samples.THEIRS[1:])
    assert "a return cannot be returned" in RAIL.objections(refund(original=theirs))
    assert RAIL.objections(refund(amount=10_000, effective_date=date(2026, 5, 30))) == ()
    assert RAIL.objections(refund(amount=4000, details={"returned": "6000"})) == ()


def test_a_receivers_tax_id_is_checked():
    asked = instruction()
    wrong = structs.replace(asked.counterparty, tax_id="52998224724")
    assert "tax id" in RAIL.objections(structs.replace(asked, counterparty=wrong))[0]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("account", PixKey("52998224725", "cpf")),
        ("bank_id", "1"),
        ("company_id", "123"),
        ("dialect", {"a": "b"}),
    ],
)
def test_an_originator_that_pix_does_not_know(field, value):
    with pytest.raises(FileRefused, match=field):
        packed(instruction(), structs.replace(samples.ORIGINATOR, **{field: value}))


def test_statuses_say_what_became_of_a_payment():
    (settled,) = RAIL.read(samples.SETTLED.encode()).facts
    # 02:30 in UTC is still the day before in Brasília.
    assert (settled.kind, settled.trace, settled.on) == ("settled", "BZ000000001", samples.DAY)
    assert settled.end_to_end_id == samples.OURS
    (rejected,) = RAIL.read(samples.REJECTED.encode()).facts
    assert (rejected.kind, rejected.code, rejected.failure_code) == (
        "rejected",
        "AC07",
        "account_closed",
    )
    assert rejected.reason == "Account is closed: Conta encerrada"


@pytest.mark.parametrize(
    ("text", "old", "new"),
    [
        (samples.SETTLED, "ACSC", "ACXX"),
        (samples.SETTLED, "E12345678202603020905BZ000000001", "E1"),
        (samples.SETTLED, "FIToFIPmtStsRpt", "FIToFIPmtRvsl"),
        (samples.SETTLED, "<Envelope", "<!DOCTYPE a><Envelope"),
        (samples.REFUSED, "E12345678202603020905BZ000000001", "E1"),
        (samples.REFUSED, "60.00", "60,00"),
        (samples.REFUSED, "REJECTED", "MAYBE"),
        (samples.REFUSED, "2026-03-09T12:00:00Z", "yesterday"),
        (samples.REFUSED, "GetRefund", "GotRefund"),
    ],
)
def test_a_message_that_does_not_hold_together_is_refused(text, old, new):
    assert old in text
    with pytest.raises(FileRefused):
        RAIL.read(text.replace(old, new).encode())


def answer_to(asked, outcome, code, details=None):
    (order,) = SCHEME.read(packed(asked), CLIENT).orders
    answer = Answer(order, outcome, code, order.amount, samples.DAY, 7, details=details or {})
    (letter,) = SCHEME.write([answer], CLIENT, AT, 1)
    assert RAIL.recognize(letter.content)
    (fact,) = RAIL.read(letter.content).facts
    return fact


@given(data=st.data())
@settings(max_examples=30)
def test_every_message_is_read_by_the_system(data):
    (asked,) = data.draw(samples.instruction_lists())
    (order,) = SCHEME.read(packed(asked), CLIENT).orders
    assert (order.key[-11:], order.amount, order.act) == (
        asked.trace,
        asked.amount.amount,
        asked.act,
    )


@pytest.mark.parametrize("key", SCHEME.magic)
def test_each_key_that_answers_is_understood(key):
    outcome, code = SCHEME.magic[key]
    account = PixKey(key, "email") if "@" in key else BrAccount("99999110", "1", key)
    fact = answer_to(instruction(account=account), outcome, code)
    assert (fact.kind, fact.code, fact.trace) == (outcome, code, "BZ000000001")
    assert fact.reason
    assert fact.failure_code
    assert fact.amount == (Money(6000, "brl") if outcome == "returned" else None)


def test_payments_and_returns_settle_under_their_own_names():
    assert answer_to(instruction(), "accepted", "").kind == "acknowledged"
    assert answer_to(instruction(), "pending", "").kind == "pending"
    assert answer_to(instruction(), "settled", "").trace == "BZ000000001"
    back = answer_to(refund(), "settled", "")
    assert (back.kind, back.trace) == ("settled", "BZ000000002")


def test_an_enquiry_is_answered_with_what_became_of_the_payment():
    (asks,) = SCHEME.read(packed(about("enquire")), CLIENT).orders
    assert (asks.act, asks.original) == ("enquire", samples.OURS)
    fact = answer_to(instruction(), "rejected", "AB03", {"enquiry": asks.key})
    assert (fact.trace, fact.details["enquiry"]) == ("BZ000000001", "BZ000000003")


def test_a_contested_payment_is_granted_or_refused():
    contest = about("recall", reason="FRAUD")
    granted = answer_to(contest, "recalled", "")
    assert (granted.kind, granted.trace) == ("recalled", "BZ000000003")
    refused = answer_to(contest, "recall_refused", "ACCOUNT_CLOSURE")
    assert (refused.kind, refused.code) == ("recall_refused", "ACCOUNT_CLOSURE")
    (read,) = RAIL.read(packed(contest)).facts
    assert (read.kind, read.trace) == ("submitted", "BZ000000003")


def test_what_the_system_brings_is_read():
    item = Incoming(
        "credit", 700, "brl", "Bob", "7654321", "99999004", "ABC", "Aluguel", samples.DAY, 9,
        fields={"tax_id": "52998224725"},
    )  # fmt: skip
    asks_back = structs.replace(item, kind="recall", original=samples.THEIRS, code="FRAUD")
    credit, recall = SCHEME.bring([item, asks_back], CLIENT, AT, 1)
    (fact,) = RAIL.read(credit.content).facts
    assert (fact.kind, fact.amount, fact.direction) == ("received", Money(700, "brl"), "debit")
    assert fact.counterparty == Party(
        "Bob", BrAccount("99999004", "1", "7654321"), tax_id="52998224725"
    )
    assert fact.trace == fact.end_to_end_id
    (wanted,) = RAIL.read(recall.content).facts
    assert (wanted.kind, wanted.code, wanted.details["original"]) == (
        "recall_requested",
        "FRAUD",
        samples.THEIRS,
    )
    original = Original(wanted.trace, Money(700, "brl"), samples.DAY, samples.THEIRS)
    answer = packed(about("answer_recall", reason="REJECTED", original=original, amount=700))
    (told,) = SCHEME.read(answer, CLIENT).orders
    assert (told.act, told.key, told.original) == ("refuse", "BZ000000003", samples.THEIRS)


def test_the_system_refuses_what_is_not_from_its_client():
    stranger = structs.replace(CLIENT, bank="87654321")
    for message in (packed(instruction()), packed(about("recall", reason="FRAUD"))):
        with pytest.raises(FileRefused, match="client"):
            SCHEME.read(message, stranger)
    for spoilt in (b"", b"<x/>", b"<!DOCTYPE a><x/>", samples.SETTLED.encode()):
        with pytest.raises(FileRefused):
            SCHEME.read(spoilt, CLIENT)


def test_pix_never_closes():
    night = datetime(2026, 3, 1, 2, 0, tzinfo=UTC)
    times = RAIL.timetable(night)
    assert times.effective_date == date(2026, 2, 28)
    assert (times.final_at - night).total_seconds() == 10


@pytest.mark.parametrize(
    ("hour", "amount", "sender", "holder", "goes"),
    [
        (2, 100_001, "52998224725", "individual", False),
        (2, 100_000, "52998224725", "individual", True),
        (12, 100_001, "52998224725", "individual", True),
        (2, 100_001, "52998224725", "company", True),
        (2, 100_001, "11222333000181", "individual", True),
    ],
)
def test_at_night_an_individual_sends_another_little(hour, amount, sender, holder, goes):
    at = datetime(2026, 3, 2, hour, tzinfo=UTC)
    private = structs.replace(samples.ORIGINATOR, company_id=sender)
    one = instruction(amount=amount)
    one = structs.replace(one, counterparty=structs.replace(one.counterparty, holder=holder))
    pack = partial(RAIL.pack, [one], private, created_at=at, file_modifier="A", reference="BZ1")
    if goes:
        assert pack()
    else:
        with pytest.raises(FileRefused, match="mv_1: at night an individual sends another at most"):
            pack()
