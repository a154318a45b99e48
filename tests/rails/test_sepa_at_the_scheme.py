"""SEPA against its other side: what we pack it reads, and what it answers we read."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from bezant.kernel.errors import FileRefused
from bezant.kernel.money import Money
from bezant.rail import IbanAccount, Party
from bezant.rails.sepa import SEPA_CREDIT, SEPA_DEBIT_B2B, SEPA_DEBIT_CORE, SEPA_INSTANT
from bezant.rails.sepa.reasons import REASONS
from bezant.sim.scheme import Answer, Client, Incoming
from bezant.sim.schemes import sepa as schemes
from tests.rails import sepa_samples as samples
from tests.rails.sepa_samples import ORIGINATOR, collection, instruction, original

CLIENT = Client("Bezant Demo Platform", "DE89370400440532013000", "COBADEFFXXX")
AT = datetime(2026, 3, 3, 7, 0, tzinfo=UTC)
SIDES = [
    (SEPA_CREDIT, schemes.SEPA_CREDIT, instruction),
    (SEPA_INSTANT, schemes.SEPA_INSTANT, instruction),
    (SEPA_DEBIT_CORE, schemes.SEPA_DEBIT_CORE, collection),
    (SEPA_DEBIT_B2B, schemes.SEPA_DEBIT_B2B, collection),
]
each_side = pytest.mark.parametrize(
    ("rail", "scheme", "asked"), SIDES, ids=[scheme.name for _, scheme, _ in SIDES]
)


def packed(rail, *instructions, **dialect):
    originator = structs.replace(ORIGINATOR, dialect=dialect)
    return rail.pack(
        instructions,
        originator,
        created_at=samples.CREATED,
        file_modifier="A",
        reference="BZ000001",
    )


def answers_to(rail, scheme, asked, outcome, code):
    received = scheme.read(packed(rail, *asked), CLIENT)
    answers = [
        Answer(order, outcome, code, order.amount, AT.date(), number)
        for number, order in enumerate(received.orders, 1)
    ]
    letters = scheme.write(answers, CLIENT, AT, 1)
    return [fact for letter in letters for fact in rail.read(letter.content).facts]


@given(data=st.data(), old=st.booleans())
@settings(max_examples=15)
@pytest.mark.parametrize("way", ["credit", "debit"])
def test_every_file_is_read_by_the_other_side(way, data, old):
    asked = data.draw(samples.instruction_lists(direction=way))
    rail, scheme, _ = SIDES[0 if way == "credit" else 2]
    versions = {"pain.001": "pain.001.001.03", "pain.008": "pain.008.001.02"} if old else {}
    received = scheme.read(packed(rail, *asked, **versions), CLIENT)
    assert {
        (it.key, it.amount, it.is_credit, it.account, it.due_on, it.fields.get("mandate"))
        for it in received.orders
    } == {
        (
            it.trace,
            it.amount.amount,
            way == "credit",
            it.counterparty.account.iban,
            it.effective_date,
            it.mandate.reference if it.mandate else None,
        )
        for it in asked
    }


@each_side
def test_each_scheme_knows_its_own_orders(rail, scheme, asked):
    data = packed(rail, asked())
    assert [it.name for _, it, _ in SIDES if it.recognize(data)] == [scheme.name]
    assert not scheme.recognize(b"<Document>")
    assert not scheme.recognize(b"101 02100002")


@each_side
@pytest.mark.parametrize(
    ("outcome", "code", "kind"),
    [
        ("accepted", "", "acknowledged"),
        ("pending", "", "pending"),
        ("settled", "", "settled"),
        ("rejected", "AC04", "rejected"),
        ("rejected", "", "rejected"),
        ("returned", "MS03", "returned"),
    ],
)
def test_each_answer_is_understood(rail, scheme, asked, outcome, code, kind):
    facts = answers_to(rail, scheme, [asked(1), asked(2)][: rail.capabilities.max_file_count],
                       outcome, code)  # fmt: skip
    traces = [rail.trace(ORIGINATOR, number) for number in range(1, len(facts) + 1)]
    assert [(fact.kind, fact.trace) for fact in facts] == [(kind, trace) for trace in traces]
    for fact in facts:
        assert fact.amount == Money(6000, "eur")
        assert fact.reason
        if kind in {"rejected", "returned"}:
            assert fact.code == (code or "MS03")
            assert fact.failure_code == REASONS[fact.code].failure_code


@each_side
def test_each_account_that_answers_is_understood(rail, scheme, asked):
    for account, (planned, code) in scheme.magic.items():
        party = Party("Grace", IbanAccount(account), "company")
        order = asked(1, counterparty=party)
        assert rail.objections(order) == ()
        outcome = "returned" if planned == "disputed" else planned
        (fact,) = answers_to(rail, scheme, [order], outcome, code)
        assert (fact.kind, fact.code) == (outcome, code or "PDNG")


def about(rail, asked, act, reason=""):
    name = "pain.008.001.08" if "debit" in rail.capabilities.name else "pain.001.001.09"
    return asked(9, act=act, reason=reason, original=original(end_to_end_id="E1", format=name))


@each_side
@pytest.mark.parametrize(
    ("outcome", "code", "kind"), [("recalled", "", "recalled"), ("recall_refused", "CUST", None)]
)
def test_a_recall_is_answered_under_its_own_name(rail, scheme, asked, outcome, code, kind):
    order = about(rail, asked, "recall", "DUPL")
    data = packed(rail, order)
    assert scheme.recognize(data)
    (known,) = scheme.read(data, CLIENT).orders
    assert (known.act, known.key, known.original) == ("recall", order.trace, original().trace)
    (fact,) = answers_to(rail, scheme, [order], outcome, code)
    assert (fact.kind, fact.trace) == (kind or "recall_refused", order.trace)
    assert fact.code == (code or "ACCR")


@pytest.mark.parametrize(
    ("name", "code"),
    [("Grace Hopper", "MTCH"), ("no match Ltd", "NMTC"), ("Close Match Ltd", "CMTC")],
)
def test_a_payee_is_verified(name, code):
    rail, scheme, _ = SIDES[0]
    order = instruction(7, 0, act="verify", counterparty=Party(name, samples.ORIGINATOR.account))
    (fact,) = answers_to(rail, scheme, [order], "verified", "")
    assert (fact.kind, fact.trace, fact.code) == ("verified", order.trace, code)
    assert ("matched_name" in fact.details) == (code == "CMTC")


@pytest.mark.parametrize(
    ("act", "reason", "known"),
    [("enquire", "", "enquire"), ("answer_recall", "", "return"),
     ("answer_recall", "LEGL", "refuse")],
)  # fmt: skip
def test_questions_and_answers_are_read(act, reason, known):
    order = about(SEPA_CREDIT, instruction, act, reason)
    (read,) = schemes.SEPA_CREDIT.read(packed(SEPA_CREDIT, order), CLIENT).orders
    assert (read.act, read.key, read.original) == (known, order.trace, original().trace)
    assert read.amount == (6000 if known == "return" else 0)


def test_a_reversal_is_read():
    order = about(SEPA_DEBIT_CORE, collection, "reverse", "AM05")
    (read,) = schemes.SEPA_DEBIT_CORE.read(packed(SEPA_DEBIT_CORE, order), CLIENT).orders
    assert (read.act, read.amount, read.original) == ("reverse", 6000, original().trace)


@pytest.mark.parametrize(
    ("kind", "told", "direction"),
    [("credit", "received", "debit"), ("debit", "received", "credit"),
     ("recall", "recall_requested", None)],
)  # fmt: skip
def test_what_begins_outside_is_read(kind, told, direction):
    incoming = Incoming(
        kind=kind, amount=1234, currency="eur", name="Ada & Co", account="AT611904300234573201",
        bank="BKAUATWW", reference="INV-7", remittance="Rechnung 7", day=AT.date(), number=5,
        original="IN000000000001", code="FRAD" if kind == "recall" else "",
    )  # fmt: skip
    (letter,) = schemes.SEPA_CREDIT.bring([incoming], CLIENT, AT, 1)
    (fact,) = SEPA_CREDIT.read(letter.content).facts
    assert (fact.kind, fact.direction, fact.amount) == (told, direction, Money(1234, "eur"))
    assert fact.end_to_end_id == "INV-7"
    if direction:
        account = IbanAccount("AT611904300234573201", "BKAUATWW")
        assert fact.counterparty == Party("Ada & Co", account)
        assert fact.remittance == "Rechnung 7"
    else:
        assert (fact.trace, fact.code) == ("IN000000000001", "FRAD")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"<NbOfTxs>1</NbOfTxs>", b"<NbOfTxs>2</NbOfTxs>"),
        (b"<CtrlSum>60.00</CtrlSum>", b"<CtrlSum>60.01</CtrlSum>"),
        (b'Ccy="EUR"', b'Ccy="USD"'),
        (b"DE89370400440532013000", b"DE62370400440532013001"),
        (b"60.00</InstdAmt>", b"60.0.0</InstdAmt>"),
        (b"<Dt>2026-03-02</Dt>", b"<Dt>2026-02-30</Dt>"),
    ],
)
def test_the_other_side_refuses_what_does_not_hold_together(old, new):
    file = packed(SEPA_CREDIT, instruction())
    assert old in file
    with pytest.raises(FileRefused):
        schemes.SEPA_CREDIT.read(file.replace(old, new, 1), CLIENT)


@pytest.mark.parametrize(
    ("scheme", "due", "today", "settles"),
    [
        (schemes.SEPA_CREDIT, "2026-03-02", "2026-03-02", "2026-03-03"),
        (schemes.SEPA_CREDIT, "2026-04-02", "2026-04-02", "2026-04-07"),
        (schemes.SEPA_INSTANT, "2026-04-03", "2026-04-03", "2026-04-03"),
        (schemes.SEPA_DEBIT_CORE, "2026-03-05", "2026-03-02", "2026-03-05"),
        (schemes.SEPA_DEBIT_CORE, "2026-03-02", "2026-03-02", "2026-03-03"),
    ],
)
def test_orders_settle_on_their_days(scheme, due, today, settles):
    rail, _, asked = next(side for side in SIDES if side[1] is scheme)
    order = structs.replace(
        scheme.read(packed(rail, asked()), CLIENT).orders[0], due_on=date.fromisoformat(due)
    )
    day = scheme.settles_on(order, date.fromisoformat(today))
    assert day == date.fromisoformat(settles)
    assert scheme.answers_on("returned", day) >= day
