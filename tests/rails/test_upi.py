"""UPI: links and codes, messages, limits of their days, and the switch on the other side."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from bezant.kernel.errors import FileRefused
from bezant.kernel.money import Money
from bezant.rail import GbAccount, InAccount, Original, UpiAddress, qr
from bezant.rails.upi import UPI as RAIL
from bezant.rails.upi import links
from bezant.rails.upi.links import PayLink
from bezant.sim.scheme import Answer, Client, Incoming
from bezant.sim.schemes.upi import UPI as SCHEME
from tests.rails import upi_samples as samples
from tests.rails.upi_samples import instruction, packed, request

CLIENT = Client("Bezant", "bezant@demobank", "100000")
AT = samples.CREATED


def test_a_link_is_written_as_applications_read_it():
    link = PayLink(
        address="shop@okbank",
        name="Ada's Shop & Co",
        amount=Money(123_450, "inr"),
        reference="ORDER-7",
        note="Tea, 2 cups",
        category="5411",
        mode="02",
        organisation="159012",
        signature="MEUCIQC+abc/def==",
    )
    written = links.write(link)
    assert written == (
        "upi://pay?pa=shop@okbank&pn=Ada%27s%20Shop%20%26%20Co&mc=5411&tr=ORDER-7"
        "&tn=Tea,%202%20cups&am=1234.50&cu=INR&mode=02&orgid=159012&sign=MEUCIQC%2Babc/def%3D%3D"
    )
    assert links.read(written) == link
    assert links.signed_part(written).decode() == written[: written.index("&sign=")]


@given(data=st.data())
def test_every_link_that_is_written_is_read(data):
    link = PayLink(
        address=data.draw(st.from_regex(r"[a-zA-Z0-9._-]{2,30}@[a-z]{2,10}", fullmatch=True)),
        name=data.draw(st.text(max_size=40).filter(str.isprintable)),
        note=data.draw(st.text(max_size=40).filter(str.isprintable)),
        amount=data.draw(st.none() | st.builds(Money, st.integers(1, 10**12 - 1), st.just("inr"))),
        reference=data.draw(st.from_regex(r"([0-9A-Za-z./-]{1,35})?", fullmatch=True)),
    )
    assert links.read(links.write(link)) == link


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("https://pay?pa=a@b", None),
        ("upi://mandate?pa=shop@okbank", None),
        ("upi://pay?pn=Shop", "pa"),
        ("upi://pay?pa=shop", "pa"),
        ("upi://pay?pa=shop@okbank&pa=thief@okbank", "pa"),
        ("upi://pay?pa=shop@okbank&am=1.234", "am"),
        ("upi://pay?pa=shop@okbank&am=0", "am"),
        ("upi://pay?pa=shop@okbank&cu=USD", "cu"),
        ("upi://pay?pa=shop@okbank&mc=12", "mc"),
        ("upi://pay?pa=shop@okbank&pn=%ff", "pn"),
        ("upi://pay?pa=shop@okbank&url=javascript:alert(1)", "url"),
        ("upi://pay?pa=shop@okbank&tn=" + "x" * 2000, None),
    ],
)
def test_a_link_that_is_none_is_refused_by_its_parameter(text, place):
    with pytest.raises(FileRefused) as refused:
        links.read(text)
    assert place in {problem.path for problem in refused.value.problems}


@given(text=st.text(max_size=200))
def test_any_text_is_a_link_or_refused(text):
    for whole in (text, links.SCHEME + text):
        try:
            link = links.read(whole)
        except FileRefused:
            continue
        assert "@" in link.address


def test_a_link_is_drawn_as_a_code():
    content = links.write(PayLink(address="shop@okbank"))
    assert qr.svg(content).startswith(b"<?xml")
    assert qr.png(content).startswith(b"\x89PNG")
    assert qr.png(content) == qr.png(content)


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        (instruction(vpa="ada"), "not one such as name@bank"),
        (instruction(account=InAccount("HDFC1000001", "123")), "IFSC"),
        (instruction(account=InAccount("HDFC0000001", "12-3")), "account number"),
        (instruction(account=GbAccount("108800", "00012345")), "neither a UPI address"),
        (instruction(currency="usd"), "currency is usd"),
        (instruction(amount=10_000_001), "between 1 and 10000000 paise"),
        (instruction(act="recall"), "UPI has no recall"),
        (instruction(act="enquire"), "names its original"),
        (instruction(service="standard"), "no service standard"),
        (instruction(trace="7"), "BZU and 32 digits"),
        (instruction(details={"category": "tea"}), "not four digits"),
        (instruction(details={"colour": "red"}), "knows no detail colour"),
        (request(details={}), "only merchants collect"),
        (request(direction="credit"), "a debit of the other side"),
        (
            request(details={"category": "5411", "expires_in_minutes": "64801"}),
            "1 to 64800 minutes",
        ),
    ],
)
def test_what_upi_does_not_carry(asked, reason):
    objections = RAIL.objections(asked)
    assert [text for text in objections if reason in text], objections
    with pytest.raises(FileRefused, match=asked.movement):
        packed(asked)


def test_limits_are_those_of_the_day_and_of_what_is_paid():
    school = {"details": {"category": "8211"}, "amount": 40_000_000}
    assert RAIL.objections(instruction(**school)) == ()
    assert RAIL.objections(instruction(**school, effective_date=date(2024, 9, 15)))
    asked = request(amount=150_000, details={})
    assert RAIL.objections(structs.replace(asked, effective_date=date(2025, 9, 30))) == ()
    assert RAIL.objections(structs.replace(asked, effective_date=date(2025, 10, 1)))


def test_a_message_has_one_instruction_and_a_member():
    with pytest.raises(FileRefused, match="not 2"):
        RAIL.pack(
            samples.many_instructions(2),
            samples.ORIGINATOR,
            created_at=AT,
            file_modifier="A",
            reference="BZ000001",
        )
    for field, value in (("account", UpiAddress("x")), ("bank_id", ""), ("dialect", {"a": "b"})):
        originator = structs.replace(samples.ORIGINATOR, **{field: value})
        with pytest.raises(FileRefused, match=field.partition("_")[0]):
            packed(instruction(), originator)


def test_responses_say_what_became_of_a_payment():
    (settled,) = RAIL.read(samples.SETTLED.encode()).facts
    assert (settled.kind, settled.code, settled.amount) == ("settled", "00", Money(6000, "inr"))
    assert settled.details["approval"] == "169353"
    (rejected,) = RAIL.read(samples.REJECTED.encode()).facts
    assert (rejected.kind, rejected.code, rejected.failure_code) == ("rejected", "ZH", "no_account")
    assert rejected.trace == RAIL.trace(samples.ORIGINATOR, 1)


def test_what_begins_outside_brings_money_or_asks_for_it():
    (credit,) = RAIL.read(samples.CREDITED.encode()).facts
    assert (credit.kind, credit.amount, credit.on) == (
        "received",
        Money(25_000, "inr"),
        date(2026, 3, 3),
    )
    assert credit.counterparty.account == UpiAddress("bob@okaxis")
    (asked,) = RAIL.read(samples.COLLECTED.encode()).facts
    assert (asked.kind, asked.direction) == ("requested", "credit")


def answer_to(asked, outcome, code, details=None):
    (order,) = SCHEME.read(packed(asked), CLIENT).orders
    answer = Answer(order, outcome, code, order.amount, AT.date(), 7, details=details or {})
    (letter,) = SCHEME.write([answer], CLIENT, AT, 1)
    (fact,) = RAIL.read(letter.content).facts
    assert fact.trace == asked.trace
    return fact


@given(data=st.data())
@settings(max_examples=30)
def test_every_message_is_read_by_the_switch(data):
    (asked,) = data.draw(samples.instruction_lists())
    (order,) = SCHEME.read(packed(asked), CLIENT).orders
    assert (order.key, order.amount) == (asked.trace, asked.amount.amount)
    assert order.is_credit == (asked.act == "pay")


@pytest.mark.parametrize("local", SCHEME.magic)
def test_each_address_that_answers_is_understood(local):
    outcome, code = SCHEME.magic[local]
    verifies = outcome == "verified"
    asked = instruction(vpa=f"{local}@demobank", act="verify" if verifies else "pay")
    fact = answer_to(asked, outcome, code)
    assert fact.kind == outcome
    assert fact.reason
    assert bool(fact.failure_code) == (fact.kind == "rejected")
    assert fact.details.get("verdict", "no_match") == "no_match"


def test_payments_requests_verifications_and_enquiries_are_answered():
    assert answer_to(instruction(), "settled", "").kind == "settled"
    assert answer_to(request(), "settled", "").amount == Money(6000, "inr")
    assert answer_to(instruction(act="verify"), "verified", "").details["verdict"] == "match"
    assert answer_to(instruction(), "verified", "01").kind == "settled"
    assert answer_to(instruction(act="verify"), "rejected", "Z9").details["verdict"] == "match"
    nobody = answer_to(instruction(act="verify"), "rejected", "ZH")
    assert (nobody.kind, nobody.details["verdict"]) == ("verified", "no_match")


def test_an_enquiry_is_answered_with_what_became_of_the_payment():
    paid = instruction(1)
    original = Original(paid.trace, paid.amount, samples.DAY)
    (asks,) = SCHEME.read(packed(instruction(2, act="enquire", original=original)), CLIENT).orders
    assert (asks.act, asks.original) == ("enquire", paid.trace)
    fact = answer_to(paid, "rejected", "Z9", {"enquiry": asks.key})
    assert (fact.kind, fact.code, fact.details["enquiry"]) == ("rejected", "Z9", asks.key)


@pytest.mark.parametrize(("kind", "told"), [("credit", "received"), ("request", "requested")])
def test_what_the_switch_brings_is_read(kind, told):
    item = Incoming(kind, 700, "inr", "Bob", "bob", "okaxis", "R1", "Tea", AT.date(), 9)
    (letter,) = SCHEME.bring([item], CLIENT, AT, 1)
    (fact,) = RAIL.read(letter.content).facts
    assert (fact.kind, fact.amount, fact.counterparty.name) == (told, Money(700, "inr"), "Bob")


def test_the_switch_refuses_what_it_cannot_read():
    for spoilt in (b"<x/>", b"<!DOCTYPE a><x/>", b"", packed(instruction()).replace(b"BZU", b"B")):
        with pytest.raises(FileRefused):
            SCHEME.read(spoilt, CLIENT)
    letter = SCHEME.acknowledge(None, ["not XML"], CLIENT, AT, 3)
    assert RAIL.read(letter.content).facts[0].kind == "rejected"


def test_upi_never_closes():
    sunday = datetime(2026, 3, 1, 20, 0, tzinfo=UTC)
    times = RAIL.timetable(sunday)
    assert times.effective_date == date(2026, 3, 2)
    assert (times.final_at - sunday).total_seconds() == 10
