"""Refunds by card: out of the purse that the payment is in, never more than was captured."""

from datetime import date

import pytest

from bezant.api.context import Caller
from bezant.kernel.money import Money
from bezant.rail.cards import About, RefundTold
from bezant.resources.payments.refund_told import refund_told
from tests.payments.till import Till


def test_parts_go_back_and_add_up_to_the_whole(till: Till):
    paid = till.pay(10_000)
    first = till.post("/v1/refunds", payment_intent=paid["id"], amount=3_000, reason="duplicate")
    assert (first["status"], first["charge"]) == ("succeeded", paid["latest_charge"])
    assert first["destination_details"]["card"]["type"] == "refund"
    assert till.refused("/v1/refunds", charge=first["charge"], amount=7_001)["param"] == "amount"
    till.post("/v1/refunds", charge=first["charge"])
    intent = till.get(f"/v1/payment_intents/{paid['id']}", expand=["latest_charge.refunds"])
    charge = intent["latest_charge"]
    assert (charge["refunded"], charge["amount_refunded"]) == (True, 10_000)
    assert [each["amount"] for each in charge["refunds"]["data"]] == [7_000, 3_000]
    assert charge["refunds"]["url"] == f"/v1/refunds?charge={charge['id']}"
    error = till.refused("/v1/refunds", charge=first["charge"])
    assert error["code"] == "charge_already_refunded"
    assert till.transactions() == [
        ("charge", 10_000, 320, "pending"),
        ("refund", -3_000, 0, "pending"),
        ("refund", -7_000, 0, "pending"),
    ]
    assert till.ledger() == {"pending": -320, "fees_payable": 320}
    till.pass_time(days=2)
    assert till.mature() == 3
    assert till.ledger() == {"available": -320, "fees_payable": 320}
    assert till.events()[-5:-1] == ["charge.refunded", "refund.created"] * 2
    told = till.get("/v1/events", type="charge.refunded")["data"]
    assert [each["data"]["previous_attributes"] for each in told] == [
        {"amount_refunded": 3_000, "refunded": False},
        {"amount_refunded": 0},
    ]
    assert till.listed("/v1/refunds", charge=charge["id"])[-1] == first["id"]
    changed = till.post(f"/v1/refunds/{first['id']}", metadata={"a": "b"})
    assert changed["metadata"] == {"a": "b"}
    assert till.events()[-2:] == ["refund.updated", "charge.refund.updated"]
    error = till.refused(f"/v1/refunds/{first['id']}/cancel")
    assert error["code"] == "refund_not_cancelable"
    assert till.refused(f"/v1/test_helpers/refunds/{first['id']}/expire")["status"] == 400


def test_what_was_captured_in_parts_goes_back_capture_by_capture(till: Till):
    held = till.pay(1_000, capture_method="manual")
    path = f"/v1/payment_intents/{held['id']}/capture"
    till.post(path, amount_to_capture=600, final_capture=False)
    till.post(path)
    till.post("/v1/refunds", payment_intent=held["id"], amount=700)
    asked = [(each.act, each.amount.amount) for each in till.acquirer.asked]
    assert [each for each in asked if each[0] == "refund"] == [("refund", 600), ("refund", 100)]
    till.work_off()
    assert till.ledger()["incoming:cards"] == 300


def test_a_refund_of_what_is_available_may_leave_the_owner_owing_it(till: Till):
    paid = till.pay(1_000, card="at_once")
    assert till.transactions() == [("charge", 1_000, 59, "available")]
    till.post("/v1/refunds", payment_intent=paid["id"])
    assert till.ledger() == {"available": -59, "fees_payable": 59}


def test_a_refund_may_take_its_time(till: Till):
    paid = till.pay(card="pending_refund")
    refund = till.post("/v1/refunds", payment_intent=paid["id"], expand=["charge.refunds"])
    assert (refund["status"], refund["pending_reason"]) == ("pending", "processing")
    assert refund["charge"]["refunds"]["data"][0]["id"] == refund["id"]
    refund["charge"] = refund["charge"]["id"]
    tell(till, refund, succeeded=True)
    done = till.get(f"/v1/refunds/{refund['id']}")
    assert (done["status"], "pending_reason" in done) == ("succeeded", False)


def test_a_refund_that_comes_back_is_the_owners_again(till: Till):
    paid = till.pay(1_000)
    refund = till.post("/v1/refunds", payment_intent=paid["id"])
    before = till.ledger()
    for _ in range(2):  # A notice that comes twice changes nothing the second time.
        tell(till, refund, succeeded=False)
    failed = till.get(f"/v1/refunds/{refund['id']}", expand=["failure_balance_transaction"])
    assert failed["status"] == "failed"
    assert failed["failure_balance_transaction"]["amount"] == 1_000
    assert till.get(f"/v1/charges/{paid['latest_charge']}")["amount_refunded"] == 0
    assert till.ledger() == {**before, "incoming:cards": 1_000, "pending": 941}
    assert till.events()[-2:] == ["refund.failed", "charge.refund.updated"]


def test_whoever_comes_later_than_another_refund_gives_nothing_back(till: Till):
    paid = till.pay(1_000)
    till.work_off()
    before = till.ledger()
    till.acquirer.captured = dict.fromkeys(till.acquirer.captured, 400)
    error = till.refused("/v1/refunds", payment_intent=paid["id"], amount=600)
    assert (error["status"], error["code"], error["param"]) == (400, "amount_too_large", "amount")
    assert till.ledger() == before


def tell(till: Till, refund: dict, *, succeeded: bool) -> None:
    """Let the acquirer's file say what became of a refund."""
    notice = RefundTold(
        acquirer_reference=refund["destination_details"]["card"]["reference"],
        about=About(till.platform, till.platform, refund["charge"]),
        succeeded=succeeded,
        amount=Money(refund["amount"], "usd"),
        on=date(2026, 3, 3),
    )

    async def work() -> None:
        ctx = till.context(Caller(till.platform, till.platform, livemode=False))
        await refund_told(ctx, notice)
        await ctx.write()

    till.run(work())


@pytest.mark.parametrize(
    ("params", "param"),
    [
        ({}, "charge"),
        ({"charge": "ch_none"}, "charge"),
        ({"payment_intent": "pi_none"}, "payment_intent"),
        ({"origin": "customer_balance"}, "customer"),
    ],
)
def test_bad_input_gets_its_error(till: Till, params: dict, param: str):
    assert till.refused("/v1/refunds", **params)["param"] == param


def test_what_is_held_only_is_not_refunded(till: Till):
    held = till.pay(1_000, capture_method="manual")
    assert "cancel" in till.refused("/v1/refunds", payment_intent=held["id"])["message"]
