"""Every word that a simulated bank knows: it happens, and it happens once."""

from datetime import timedelta

import pytest

from bezant.resources.test_helpers.simulated import BANK, RAILS, VERBS
from bezant.sim.actions import ACTIONS, Wish, perform
from tests.sim.test_any_scheme import INSTANT, MONDAY, amounts, answers, bank, clock, send, told
from tests.sim.toy import order

__all__ = ["bank", "clock"]


def wish(action, rail=INSTANT.name, name="sim_1", **more):
    known = {name: more.pop(name) for name in ("key", "target", "amount") if name in more}
    return Wish(name, rail, action, details={k: str(v) for k, v in more.items()}, **known)


def test_every_word_is_known_on_both_sides():
    assert [*ACTIONS] == [*VERBS]
    assert sum(len(verb.rails) for verb in VERBS.values()) >= 40
    assert {rail for verb in VERBS.values() for rail in verb.rails} == {*RAILS, BANK}


@pytest.mark.parametrize(
    ("action", "then", "booked"),
    [
        ("return", [("a", "returned", "T7")], [-100, 100]),
        ("refuse-recall", [], [-100]),
        ("settle", None, None),
        ("reject", None, None),
    ],
)
def test_what_was_booked_can_come_back_and_nothing_else(bank, action, then, booked):
    send(bank, INSTANT, "m1", order("a"))
    if then is None:
        with pytest.raises(LookupError, match="can't be"):
            perform(bank, wish(action, key="a"))
        return
    perform(bank, wish(action, key="a"))
    bank.settle(MONDAY)
    assert answers(bank)[1:] == then
    assert amounts(bank) == booked


@pytest.mark.parametrize(
    ("action", "heard"), [("silence", []), ("misquote", [("a", 101)]), ("stranger", [("A", 100)])]
)
def test_an_answer_is_left_out_or_wrong_once_and_the_books_stay_right(bank, action, heard):
    perform(bank, wish(action, key="a"))
    send(bank, INSTANT, "m1", order("a"))
    said = [(it["key"], it["amount"]) for it in told(bank)]
    assert [amount for _, amount in said] == [amount for _, amount in heard]
    assert ("a" in {key for key, _ in said}) == (action == "misquote")
    assert amounts(bank) == [-100]
    send(bank, INSTANT, "m2", order("b", act="enquire", amount=0, original="a"))
    assert told(bank)[-1]["key"] == "a"
    assert told(bank)[-1]["amount"] == 100


def test_a_wish_comes_true_once(bank):
    one = wish("credit", amount=500)
    assert perform(bank, one) == perform(bank, one)
    assert amounts(bank) == [500]
    perform(bank, wish("credit", amount=500, name="sim_2"))
    assert amounts(bank) == [500, 500]


@pytest.mark.parametrize(
    ("action", "amount"),
    [("wire-in", 9), ("fee", -9), ("interest", 9), ("adjust-up", 9), ("adjust-down", -9)],
)
def test_the_bank_books_by_itself(bank, action, amount):
    perform(bank, wish(action, rail=BANK, amount=9))
    assert amounts(bank) == [amount]


def test_an_outage_ends_by_itself_or_when_it_is_told(bank, clock):
    perform(bank, wish("outage", rail=BANK, seconds=60))
    assert send(bank, INSTANT, "m1", order("a")) == []
    perform(bank, wish("recover", rail=BANK, name="sim_2"))
    assert len(bank.receive()) == 1
    perform(bank, wish("outage", rail=BANK, seconds=60, name="sim_3"))
    clock.advance(timedelta(seconds=60))
    assert not bank.is_out()


def test_what_is_delayed_arrives_later(bank, clock):
    perform(bank, wish("delay", rail=BANK, seconds=30))
    send(bank, INSTANT, "m1", order("a"))
    assert answers(bank) == []
    clock.advance(timedelta(seconds=30))
    bank.settle(MONDAY)
    assert answers(bank) == [("a", "settled", "")]


def test_accidents_happen_as_often_as_wished(bank):
    perform(bank, wish("lose", rail=BANK, kind="answers", times=2))
    for name in "abc":
        send(bank, INSTANT, name, order(name))
    assert answers(bank) == [("c", "settled", "")]
    perform(bank, wish("hold", rail=BANK, kind="answers", name="sim_2"))
    send(bank, INSTANT, "d", order("d"))
    assert perform(bank, wish("release", rail=BANK, name="sim_3")) == "brought 1 files"
    assert answers(bank)[-1] == ("d", "settled", "")


def test_a_rail_that_the_bank_has_not_is_said_so(bank):
    with pytest.raises(ValueError, match="offers no pix"):
        perform(bank, wish("credit", rail="pix", amount=1))
