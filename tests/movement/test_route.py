"""The router: which way is taken, of all that could be, and what speaks against the others."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from bezant.kernel.errors import ConfigError, InvalidRequest
from bezant.kernel.money import Money
from bezant.movement.banks import Banks
from bezant.movement.profile import SANDBOX
from bezant.movement.route import Wish, route
from bezant.rail import IbanAccount, Rule, UsAccount
from bezant.server.rails import RAILS
from tests.movement.blink import NOON, Blink
from tests.movement.world import BLINKBANK, with_rail

US = UsAccount("110000000", "000123456789")
ALL = {**RAILS, "blink": Blink()}
DEAR = replace(with_rail(BLINKBANK, "blink", prices={"instant": 90}), name="dearbank")
SMALL = with_rail(DEAR, "blink", max_amount=500)


def wish(amount=1_000, service="standard", **others):
    plain = {
        "amount": Money(amount, others.pop("currency", "usd")),
        "direction": "credit",
        "account": US,
        "service": service,
        "livemode": False,
    }
    return Wish(**{**plain, **others})


def chosen(profiles, asked):
    way = route(Banks(profiles, ALL), asked, NOON)
    return way.lane.name, way.service, way.decision.rule


TABLE = [
    ("the service that is wished", [SANDBOX, BLINKBANK], wish(), ("sandbox/ach", "standard")),
    ("the fast one", [SANDBOX, BLINKBANK], wish(service="instant"), ("blinkbank/blink", "instant")),
    ("a faster one", [BLINKBANK], wish(service="same_day"), ("blinkbank/blink", "instant")),
    ("the cheap one", [DEAR, BLINKBANK], wish(service="instant"), ("blinkbank/blink", "instant")),
    ("one that takes as much", [SMALL, BLINKBANK], wish(700), ("blinkbank/blink", "instant")),
    ("one that is named", [BLINKBANK, DEAR], wish(bank="dearbank"), ("dearbank/blink", "instant")),
    ("the day's, for speed", [SANDBOX], wish(service="same_day"), ("sandbox/ach", "same_day")),
]


@pytest.mark.parametrize(
    ("profiles", "asked", "way"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE]
)
def test_the_best_way_is_taken(profiles, asked, way):
    assert chosen(profiles, asked)[:2] == way


def test_the_price_is_that_of_the_day():
    """The dearer bank is cheap for this one day."""
    today = {"instant": (Rule(1, NOON.date(), NOON.date(), "its price list"),)}
    cheap = replace(with_rail(DEAR, "blink", dated_prices=today), name="cheaptoday")
    asked = wish(service="instant")
    banks = Banks([BLINKBANK, cheap], ALL)
    way = route(banks, asked, NOON)
    assert (way.lane.bank.name, way.decision.price) == ("cheaptoday", 1)
    assert route(banks, asked, NOON + timedelta(days=1)).lane.bank.name == "blinkbank"


REFUSED = [
    (wish(service="instant"), [SANDBOX], "it is not instant"),
    (wish(currency="eur"), [SANDBOX, BLINKBANK], "the account is in usd"),
    (wish(account=IbanAccount("DE89370400440532013000")), [SANDBOX], "does not reach"),
    (wish(direction="debit"), [BLINKBANK], "carries no debits"),
    (wish(10**12), [BLINKBANK], "it carries 1 to"),
]


@pytest.mark.parametrize(("asked", "profiles", "reason"), REFUSED)
def test_without_a_way_each_one_says_why(asked, profiles, reason):
    with pytest.raises(InvalidRequest, match=reason) as refused:
        route(Banks(profiles, ALL), asked, NOON)
    assert refused.value.code == "no_route"


def test_a_mode_without_a_bank_says_so():
    with pytest.raises(InvalidRequest) as refused:
        route(Banks([SANDBOX], ALL), wish(livemode=True), NOON)
    assert refused.value.code == "bank_not_connected"


def test_the_decision_keeps_what_it_was_chosen_from():
    decision = route(Banks([DEAR, BLINKBANK, SMALL_NAMED], ALL), wish(service="instant"), NOON)
    told = {(one.bank, one.price, one.refused) for one in decision.decision.alternatives}
    assert decision.decision.rule == "price"
    assert told == {("dearbank", 90, None), ("small", 90, "it carries 1 to 500 in minor units")}


def objecting(*names):
    """Object to whatever goes over some lanes."""
    return lambda lane, _service, _table: (f"{lane.name} says no",) * (lane.name in names)


BLINK, DEARER, SLOW = "blinkbank/blink", "dearbank/blink", "sandbox/ach"
ORDER_REFUSED = [
    ((), BLINK, []),
    ((BLINK,), DEARER, [BLINK]),
    ((DEARER,), BLINK, []),
    ((BLINK, SLOW), DEARER, [BLINK]),
]


@pytest.mark.parametrize(("refusing", "way", "told"), ORDER_REFUSED)
def test_what_one_rail_refuses_goes_by_the_next_and_the_reason_is_kept(refusing, way, told):
    banks = Banks([SANDBOX, BLINKBANK, DEAR], ALL)
    found = route(banks, wish(service="instant"), NOON, objecting(*refusing))
    assert found.lane.name == way
    reasons = {f"{one.bank}/{one.rail}": one.refused for one in found.decision.alternatives}
    assert [name for name, why in reasons.items() if why == f"{name} says no"] == told


def test_what_every_rail_refuses_is_refused_with_all_reasons():
    banks = Banks([BLINKBANK, DEAR], ALL)
    with pytest.raises(InvalidRequest) as refused:
        route(banks, wish(service="instant"), NOON, objecting(BLINK, DEARER))
    assert refused.value.code == "rail_refuses"
    assert "blinkbank/blink says no; by Blink: dearbank/blink says no" in refused.value.message


@pytest.mark.parametrize(("act", "way"), [("verify", SLOW), ("prenote", SLOW), ("enquire", BLINK)])
def test_a_question_goes_where_it_can_be_asked(act, way):
    banks = Banks([SANDBOX, BLINKBANK], ALL)
    asked = wish(0, service="instant", act=act)
    assert route(banks, asked, NOON).lane.name == way


SMALL_NAMED = replace(SMALL, name="small")


@settings(max_examples=60, deadline=None)
@given(
    prices=st.lists(st.integers(0, 100), min_size=1, max_size=6),
    amount=st.integers(1, 10_000_000),
    order=st.randoms(use_true_random=False),
)
def test_the_choice_is_the_cheapest_and_does_not_depend_on_the_order(prices, amount, order):
    profiles = [
        replace(with_rail(BLINKBANK, "blink", prices={"instant": price}), name=f"bank{at}")
        for at, price in enumerate(prices)
    ]
    asked = wish(amount, service="instant")
    first = route(Banks(profiles, ALL), asked, NOON)
    order.shuffle(profiles)
    second = route(Banks(profiles, ALL), asked, NOON)
    assert first.lane.name == second.lane.name
    assert first.decision.price == min(prices)


BAD = [
    ([SANDBOX, SANDBOX], "Two bank profiles are named sandbox"),
    ([replace(SANDBOX, currency="eur")], "which ACH can't carry"),
    ([replace(SANDBOX, rails={"pigeon": SANDBOX.rails["ach"]})], "names the rail pigeon"),
    ([with_rail(SANDBOX, "ach", services=("slow",))], "no service slow"),
    ([with_rail(SANDBOX, "ach", prices={"instant": 5})], "no service instant"),
    ([with_rail(BLINKBANK, "blink", directions=("debit",))], "no direction debit"),
]


@pytest.mark.parametrize(("profiles", "reason"), BAD)
def test_a_profile_that_cannot_be_is_refused_at_the_start(profiles, reason):
    with pytest.raises(ConfigError, match=reason):
        Banks(profiles, ALL)
