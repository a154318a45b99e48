"""Interbank rails against networks that share no code with them: both say the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from bezant.kernel.errors import FileRefused
from bezant.kernel.money import Money
from bezant.sim.scheme import Answer
from tests.rails.interbank_samples import (
    CHAPS_WORLD,
    CREATED,
    DAY,
    FEDNOW_WORLD,
    FEDWIRE_WORLD,
    RTP_WORLD,
    SWIFT_WORLD,
    WORLDS,
    instruction,
    instruction_lists,
)

each_world = pytest.mark.parametrize("world", WORLDS, ids=str)


@each_world
@given(data=st.data())
def test_the_network_reads_what_we_packed(world, data):
    (given,) = data.draw(instruction_lists(world))
    order = world.order(given)
    (fact,) = world.rail.read(world.pack(given)).facts
    assert (order.key, order.act, order.amount) == (given.trace, "pay", given.amount.amount)
    assert order.currency == given.amount.currency
    assert order.account in str(given.counterparty.account)
    assert order.bank in str(given.counterparty.account)
    assert order.due_on == given.effective_date
    assert order.name == fact.counterparty.name
    assert order.fields["end_to_end_id"] == fact.end_to_end_id
    assert fact.counterparty.account == given.counterparty.account
    assert given.end_to_end_id in {"", fact.end_to_end_id}


OUTCOMES = [
    ("pay", "accepted", "", "acknowledged", None),
    ("pay", "pending", "", "pending", None),
    ("pay", "settled", "", "settled", None),
    ("pay", "rejected", "AC03", "rejected", "no_account"),
    ("pay", "rejected", "AM04", "rejected", "insufficient_funds"),
    ("pay", "returned", "AC04", "returned", "account_closed"),
    ("return", "settled", "", "settled", None),
    ("return", "rejected", "AC06", "rejected", "account_frozen"),
    ("recall", "recalled", "", "recalled", None),
    ("recall", "recall_refused", "NOAS", "recall_refused", None),
    ("request", "accepted", "", "acknowledged", None),
    ("request", "pending", "", "pending", None),
    ("request", "settled", "", "acknowledged", None),
    ("request", "rejected", "AC06", "rejected", "account_frozen"),
]


@each_world
@pytest.mark.parametrize(("act", "outcome", "code", "kind", "failure"), OUTCOMES)
def test_what_the_network_answers_is_what_we_hear(world, act, outcome, code, kind, failure):
    if act not in world.rail.capabilities.acts:
        assert world.rail.objections(instruction(world, act=act))
        return
    given = instruction(world, act=act)
    order = world.order(given)
    facts = world.answers(order, outcome, code)
    if outcome == "accepted" and act == "pay" and world is RTP_WORLD:
        assert facts == []
        return
    fact = facts[0]
    assert (fact.kind, fact.trace) == (kind, given.trace)
    if world is RTP_WORLD and outcome == "returned":
        # Money that comes back by a new payment does not say why.
        code, failure = "FOCR", "could_not_process"
    assert fact.failure_code == failure
    assert fact.code == (code or fact.code)
    assert fact.reason
    assert fact.on == DAY
    assert fact.line


@each_world
def test_money_that_is_given_back_comes_once_and_names_what_it_was(world):
    order = world.order(instruction(world, act="recall"))
    granted, back = world.answers(order, "recalled")
    original = world.rail.trace(world.originator, 1000)
    assert granted.details["original"] == original
    assert (back.kind, back.trace, back.amount) == (
        "returned",
        original,
        Money(6000, world.currency),
    )


def test_rtp_has_no_return_and_gives_money_back_by_a_new_payment():
    order = RTP_WORLD.order(instruction(RTP_WORLD, end_to_end_id="OWN-NAME"))
    (fact,) = RTP_WORLD.answers(order, "returned", "AC06")
    assert (fact.kind, fact.trace, fact.code) == ("returned", order.key, "FOCR")
    for ours in ({"reference": order.key}, {"remittance": "011401533BZ0000000001"}):
        (other,) = RTP_WORLD.brought("credit", **ours)
        assert other.kind == "received"


@each_world
def test_an_enquiry_is_answered_about_what_it_is_about(world):
    order = world.order(instruction(world, act="enquire"))
    (unknown,) = world.answers(order, "rejected")
    assert (unknown.trace, unknown.code) == (world.rail.trace(world.originator, 1000), "NOOR")
    payment = world.order(instruction(world, 1000))
    assert payment.key == order.original
    (known,) = world.answers(payment, "settled", details={"enquiry": order.key})
    assert (known.kind, known.trace) == ("settled", payment.key)


def test_a_network_that_says_nothing_before_the_outcome_does_when_it_is_asked():
    order = RTP_WORLD.order(instruction(RTP_WORLD))
    (fact,) = RTP_WORLD.answers(order, "accepted", details={"enquiry": "ENQ-1"})
    assert (fact.kind, fact.trace) == ("pending", order.key)


@each_world
def test_a_recall_of_what_never_came_is_refused_and_says_so(world):
    asked = instruction(world, act="recall")
    (fact,) = world.answers(world.order(asked), "recall_refused")
    assert (fact.kind, fact.trace, fact.code) == ("recall_refused", asked.trace, "NOOR")


@each_world
@pytest.mark.parametrize(("reason", "act"), [("", "grant"), ("NOAS", "refuse")])
def test_our_answer_to_their_recall_says_yes_or_no(world, reason, act):
    asked = instruction(world, act="answer_recall", reason=reason, details={"case": "CASE-9"})
    order = world.order(asked)
    assert (order.act, order.original) == (act, asked.original.trace)


@each_world
def test_what_begins_outside_is_brought_to_us(world):
    (paid,) = world.brought("credit")
    assert (paid.kind, paid.direction) == ("received", "debit")
    assert paid.amount == Money(1234, world.currency)
    assert paid.end_to_end_id == "INV-77"
    assert paid.remittance == "Invoice 77"
    assert paid.counterparty.name == "Grace Hopper"
    assert paid.counterparty.account.account_number == "000987654321"
    (recalled,) = world.brought("recall", original=paid.trace, code="FRAD")
    assert (recalled.kind, recalled.trace, recalled.code) == (
        "recall_requested",
        paid.trace,
        "FRAD",
    )
    assert recalled.details["case"]
    if "request" in world.rail.capabilities.acts:
        (asked,) = world.brought("request")
        assert (asked.kind, asked.direction) == ("requested", "credit")
        assert asked.counterparty.account.account_number == "000987654321"
        assert asked.details["expires"] == str(DAY)


@each_world
def test_magic_accounts_answer_with_what_their_table_says(world):
    for number, (outcome, code) in world.scheme.magic.items():
        if not number.isdecimal() or outcome in {"recall_refused", "verified"}:
            continue
        account = world.account
        if hasattr(account, "account_number"):
            account = structs.replace(account, account_number=number)
        (fact,) = world.answers(world.order(instruction(world, account=account)), outcome, code)
        assert fact.kind == outcome
        assert fact.code in {code, "ACWP", "PDNG", "G002", "FOCR"}


@each_world
def test_a_message_that_is_refused_says_which(world):
    received = world.scheme.read(world.pack(instruction(world)), world.client)
    letter = world.scheme.acknowledge(received, ["the limit is reached"], world.client, CREATED, 5)
    (fact,) = world.rail.read(letter.content).facts
    assert (fact.kind, fact.trace) == ("rejected", received.orders[0].key)
    assert "the limit is reached" in fact.reason
    unread = world.scheme.acknowledge(None, ["not XML"], world.client, CREATED, 6)
    read = world.rail.read(unread.content)
    assert read.facts == ()
    assert "not XML" in read.warnings[0]
    assert world.scheme.acknowledge(received, [], world.client, CREATED, 7) is None


@pytest.mark.parametrize("world", [FEDNOW_WORLD, FEDWIRE_WORLD, CHAPS_WORLD, SWIFT_WORLD], ids=str)
def test_banks_pay_each_other_by_pacs_009(world):
    given = instruction(world, details={"transfer": "bank"})
    data = world.pack(given)
    assert world.rail.recognize(data) == "pacs.009.001.08"
    order = world.scheme.read(data, world.client).orders[0]
    assert (order.key, order.act, order.amount) == (given.trace, "pay", 6000)


def test_fedwire_names_what_it_settled_by_imad_and_omad():
    order = FEDWIRE_WORLD.order(instruction(FEDWIRE_WORLD, 42))
    (fact,) = FEDWIRE_WORLD.answers(order, "settled")
    assert fact.details["message_id"] == "20260304BZ000021000042"
    assert fact.details["clearing_reference"].startswith("20260304BZNTWK01")


def test_the_network_refuses_what_is_not_for_it():
    data = FEDNOW_WORLD.pack(instruction(FEDNOW_WORLD))
    for old, new, reason in (
        (b"FedNowIncomingMessage", b"FedNowOther", "stands in"),
        (b">60.00<", b">60.0<", "not an amount"),
        (b"<MmbId>021150706", b"<MmbId>021000021", "To 021000021"),
        (b"SLEV", b"SHAR", "ChrgBr"),
        (b"<NbOfTxs>1<", b"<NbOfTxs>2<", "one payment"),
        (b"pacs.008.001.08</MsgDefIdr>", b"pacs.008.001.09</MsgDefIdr>", "MsgDefIdr"),
        (b"<?xml", b"<!DOCTYPE a [<!ENTITY b 'c'>]><?xml", "document type"),
    ):
        assert old in data
        with pytest.raises(FileRefused, match=reason):
            FEDNOW_WORLD.scheme.read(data.replace(old, new), FEDNOW_WORLD.client)


@each_world
@given(damage=st.binary(max_size=60), at=st.floats(0, 1))
def test_any_damage_is_refused_or_read_by_the_network(world, damage, at):
    data = world.pack(instruction(world))
    place = int(at * len(data))
    damaged = data[:place] + damage + data[place + len(damage) :]
    try:
        outcome = world.scheme.read(damaged, world.client).orders
    except FileRefused as refused:
        outcome = [problem.reason for problem in refused.problems]
    assert all(outcome)


def test_an_answer_is_an_answer():
    order = SWIFT_WORLD.order(instruction(SWIFT_WORLD))
    with pytest.raises(AssertionError, match="no answer"):
        SWIFT_WORLD.scheme.write(
            [Answer(order, "corrected", "", 1, DAY, 1)], SWIFT_WORLD.client, CREATED, 1
        )
