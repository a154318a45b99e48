"""Calls about one payment at the same moment: whoever comes first, the sums are right."""

import asyncio

import pytest

from tests.payments.till import Till

GROUPS = [("capture", "cancel", "refund"), ("refund", "refund", "reverse")]
"""Over HTTP; every other one is played step by step in test_interleavings."""


@pytest.mark.parametrize("acts", GROUPS, ids="-".join)
def test_sums_are_right_whoever_comes_first(till: Till, acts: tuple[str, ...]):
    shop = till.open_account()
    held = till.pay(1_000, capture_method="manual", transfer_data={"destination": shop})
    path = f"/v1/payment_intents/{held['id']}"
    transfer = ""
    if "reverse" in acts or acts == ("refund", "refund"):
        till.post(f"{path}/capture")
        charge = till.get(f"/v1/charges/{held['latest_charge']}")
        transfer = charge["transfer"]
    calls = {
        "capture": (f"{path}/capture", {"amount_to_capture": 600}),
        "cancel": (f"{path}/cancel", {}),
        "refund": ("/v1/refunds", {"payment_intent": held["id"], "amount": 600}),
        "reverse": (f"/v1/transfers/{transfer}/reversals", {"amount": 600}),
    }

    async def at_once() -> list[int]:
        sent = [till.send("POST", *calls[act]) for act in acts]
        return [answer.status for answer in await asyncio.gather(*sent)]

    statuses = till.run(at_once())
    assert set(statuses) <= {200, 400, 402}
    intent = till.get(path)
    charge = till.get(f"/v1/charges/{held['latest_charge']}")
    assert 0 <= charge["amount_refunded"] <= charge["amount_captured"] <= charge["amount"]
    assert intent["amount_received"] == charge["amount_captured"]
    incoming = till.ledger().get("incoming:cards", 0)
    assert incoming == charge["amount_captured"] - charge["amount_refunded"]
    if intent["status"] == "canceled":
        assert (charge["amount_captured"], incoming) == (0, 0)
    if transfer:
        moved = till.get(f"/v1/transfers/{transfer}")
        assert moved["amount_reversed"] <= moved["amount"]
        assert till.ledger(shop).get("pending", 0) == moved["amount"] - moved["amount_reversed"]
    till.work_off()
    assert till.dues(shop) == {}
