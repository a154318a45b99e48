"""Money sent ahead for refunds and disputes: apart from the balance, used when that is short."""

import pytest

from bezant.resources.core.prefunding import PrefundingDrawer
from tests.resources.office import Office

AHEAD = {"currency": "usd", "destination_balance": "refund_and_dispute_prefunding"}


def parts(office: Office) -> tuple[int, ...]:
    """Return what may be spent, what was sent ahead, and what of that is still to come."""
    shown = office.get("/v1/balance")
    ahead = shown["refund_and_dispute_prefunding"]
    sums = shown["available"], ahead["available"], ahead["pending"]
    return tuple(each[0]["amount"] for each in sums)


def draw(office: Office) -> int:
    return office.run(PrefundingDrawer(office.runtime).run_once())


@pytest.mark.alone
def test_it_makes_good_what_a_refund_has_taken_below_zero(office: Office) -> None:
    sent = office.post("/v1/topups", amount=1_500, **AHEAD)
    assert parts(office) == (0, 0, 1_500)
    office.hear(sent["id"], "settled")
    assert parts(office) == (0, 1_500, 0)
    paid = office.post(
        "/v1/payment_intents", amount=1_000, currency="usd", confirm=True,
        payment_method="pm_card_bypassPending",
    )  # fmt: skip
    assert draw(office) == 0
    office.post("/v1/refunds", payment_intent=paid["id"])
    assert parts(office) == (-59, 1_500, 0)
    assert draw(office) == 1
    assert parts(office) == (0, 1_441, 0)
    assert draw(office) == 0
    shown = office.get("/v1/balance_transactions", type="adjustment")["data"]
    told = [(each["net"], each["balance_type"], each["reporting_category"]) for each in shown]
    assert told == [
        (59, "payments", "other_adjustment"),
        (-59, "refund_and_dispute_prefunding", "other_adjustment"),
    ]
    came = office.get(f"/v1/balance_transactions/{sent['balance_transaction']}")
    assert (came["balance_type"], came["status"]) == (AHEAD["destination_balance"], "available")


def test_what_does_not_come_is_dropped(office: Office) -> None:
    sent = office.post("/v1/topups", amount=700, **AHEAD)
    office.post(f"/v1/topups/{sent['id']}/cancel")
    assert parts(office) == (0, 0, 0)
    assert office.ledger() == {}
    refused = office.refused("/v1/topups", amount=1, currency="usd", destination_balance="issuing")
    assert refused["param"] == "destination_balance"
