"""Bacs against its other side: what we pack it reads, and what it answers we read."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bezant.kernel.errors import FileRefused
from bezant.rails.bacs import BACS as RAIL
from bezant.sim.scheme import Answer, Client
from bezant.sim.schemes.bacs import BACS as SCHEME
from tests.rails import bacs_samples as samples
from tests.rails.bacs_samples import collection, instruction, packed

CLIENT = Client("BEZANT DEMO", "55779911", "200000", "123456")
AT = datetime(2026, 3, 6, 7, 0, tzinfo=UTC)


def answers_to(asked, outcome, code):
    received = SCHEME.read(packed(*asked), CLIENT)
    answers = [
        Answer(order, outcome, code, order.amount, AT.date(), number)
        for number, order in enumerate(received.orders, 1)
    ]
    letters = SCHEME.write(answers, CLIENT, AT, 1)
    return [fact for letter in letters for fact in RAIL.read(letter.content).facts]


@given(data=st.data())
@settings(max_examples=30)
def test_every_file_is_read_by_the_other_side(data):
    asked = data.draw(samples.instruction_lists())
    received = SCHEME.read(packed(*asked), CLIENT)
    assert {
        (order.key[-7:], order.amount, order.is_credit, order.account) for order in received.orders
    } == {
        (
            item.trace,
            item.amount.amount,
            item.direction == "credit",
            item.counterparty.account.account_number,
        )
        for item in asked
    }


@pytest.mark.parametrize("account", SCHEME.magic)
@pytest.mark.parametrize("asked", [instruction, collection], ids=["credit", "debit"])
def test_each_account_that_answers_is_understood(account, asked):
    outcome, code = SCHEME.magic[account]
    (fact,) = answers_to([asked(1, 6000, account_number=account)], outcome, code)
    told = {"corrected": {"corrected", "mandate_changed"}}.get(outcome, {outcome})
    assert fact.kind in told
    assert fact.trace == RAIL.trace(samples.ORIGINATOR, 1)
    assert fact.reason
    if fact.kind == "returned":
        assert fact.failure_code
        assert fact.amount.amount == 6000
    else:
        assert fact.details["account_number"] == "12345678"


def test_a_mandate_is_refused_by_the_payers_bank():
    lodged = collection(3, 0, act="mandate")
    (fact,) = answers_to([lodged], "returned", "5")
    assert (fact.kind, fact.code, fact.details["mandate"]) == ("rejected", "5", "BZMANDATE1")
    assert answers_to([lodged], "returned", "0") == []


def test_everything_settles_on_its_entry_day_or_the_first_that_is_left():
    (order,) = SCHEME.read(packed(instruction()), CLIENT).orders
    assert SCHEME.settles_on(order, date(2026, 3, 2)) == samples.ENTRY
    assert SCHEME.settles_on(order, date(2026, 4, 2)) == date(2026, 4, 8)
    assert SCHEME.answers_on("returned", samples.ENTRY) == date(2026, 3, 6)


def test_the_other_side_refuses_what_does_not_hold_together():
    file = packed(instruction(1, 6000))
    for old, new in ((b"UTL10", b"UTL19"), (b"00006000BEZ", b"00006001BEZ"), (b"HDR1", b"HDR9")):
        with pytest.raises(FileRefused):
            SCHEME.read(file.replace(old, new, 1), CLIENT)
    stranger = Client("OTHER", "1", "200000", "654321")
    with pytest.raises(FileRefused, match="not the client"):
        SCHEME.read(file, stranger)
