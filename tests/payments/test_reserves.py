"""Reserves: a share of payments is kept back by plan, and released in time or with refunds."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bezant.workers.release_reserves import ReserveReleaser
from tests.payments.till import Till

PLANS, HOLDS, RELEASES = (f"/v1/reserve/{name}" for name in ("plans", "holds", "releases"))
DAYS = 86_400


@pytest.fixture
def shop(till: Till) -> str:
    return till.open_shop()


def plan(till: Till, shop: str, **params: Any) -> dict:
    given = {"percent": 10, "type": "rolling_release", **params}
    if given["type"] == "rolling_release":
        given.setdefault("rolling_release", {"days_after_charge": 30})
    return till.post(PLANS, shop, **given)


def holds(till: Till, shop: str) -> list[dict]:
    return till.get(HOLDS, shop)["data"]


def release_due(till: Till) -> int:
    done = till.run(ReserveReleaser(till.runtime).run_once())
    assert till.run(ReserveReleaser(till.runtime).run_once()) == 0
    return done


def agrees(till: Till, shop: str) -> None:
    """The history of each balance adds up to the ledger's."""
    sums: dict[str, int] = {}
    for each in till.get("/v1/balance_transactions", shop, limit=100)["data"]:
        name = each["status"] if each["balance_type"] == "payments" else "reserved"
        sums[name] = sums.get(name, 0) + each["net"]
    ledger = till.ledger(shop)
    assert {name: each for name, each in sums.items() if each} == {
        name: ledger[name] for name in ("available", "pending", "reserved") if name in ledger
    }
    shown = till.get("/v1/balance", shop)
    assert shown["risk_reserved"]["available"][0]["amount"] == ledger.get("reserved", 0)
    left = sum(each["amount_releasable"] for each in holds(till, shop))
    assert left == ledger.get("reserved", 0)


def test_a_plan_keeps_back_a_share_until_its_day(till: Till, shop: str):
    made = plan(till, shop)
    assert (made["status"], made["created_by"], made["currency"]) == ("active", "application", None)
    paid = till.pay(account=shop)
    (held,) = holds(till, shop)
    assert (held["amount"], held["reason"], held["reserve_plan"]) == (1_000, "charge", made["id"])
    assert held["source_charge"] == paid["latest_charge"]
    assert till.ledger(shop) == {"incoming:cards": 10_000, "fees_payable": 320,
                                 "pending": 8_680, "reserved": 1_000}  # fmt: skip
    agrees(till, shop)
    till.pass_time(days=4)
    till.mature()
    assert till.ledger(shop)["available"] == 8_680
    agrees(till, shop)
    moment = datetime.fromtimestamp(held["release_schedule"]["scheduled_release"], UTC)
    assert moment == datetime(2026, 4, 2, tzinfo=UTC)
    till.clock.advance(moment - till.clock.now() - timedelta(seconds=1))
    assert release_due(till) == 0
    till.pass_time(seconds=1)
    assert release_due(till) == 1
    (released,) = till.get(RELEASES, shop, reserve_hold=held["id"])["data"]
    assert (released["amount"], released["reason"]) == (1_000, "hold_expired")
    again = till.get(f"{HOLDS}/{held['id']}", shop, expand=["reserve_plan"])
    assert (again["is_releasable"], again["amount_releasable"]) == (False, 0)
    assert again["release_details"] == [{"amount": 1_000, "reserve_release": released["id"]}]
    assert again["reserve_plan"]["id"] == made["id"]
    assert till.ledger(shop)["available"] == 9_680
    agrees(till, shop)
    told = [each for each in till.events(shop) if each.startswith("reserve.")]
    assert told == ["reserve.plan.created", "reserve.hold.created", "reserve.hold.updated",
                    "reserve.release.created"]  # fmt: skip


def test_what_comes_with_transfers_is_kept_back_too(till: Till, shop: str):
    plan(till, shop, currency="usd", percent=20)
    till.fund(5_000)
    till.post("/v1/transfers", amount=1_000, currency="usd", destination=shop)
    paid = till.pay(transfer_data={"destination": shop}, application_fee_amount=9_000)
    assert sorted(each["amount"] for each in holds(till, shop)) == [200, 1_000]
    assert till.ledger(shop) == {"available": 800, "reserved": 1_200, "due": -2_000}
    agrees(till, shop)
    # A transfer that is taken back takes what is kept back of it along.
    transfer = till.get(f"/v1/charges/{paid['latest_charge']}")["transfer"]
    till.post(f"/v1/transfers/{transfer}/reversals", amount=1_000)
    (reversal,) = till.get(RELEASES, shop)["data"]
    assert reversal["reason"] == "hold_reversed"
    assert till.ledger(shop)["reserved"] == 200
    agrees(till, shop)


def test_refunds_take_what_is_kept_back_of_their_payment_first(till: Till, shop: str):
    plan(till, shop)
    paid = till.pay(account=shop)
    other = till.pay(account=shop)
    refund = till.post("/v1/refunds", shop, payment_intent=paid["id"], amount=600)
    (released,) = till.get(RELEASES, shop)["data"]
    assert (released["amount"], released["created_by"]) == (600, "stripe")
    assert released["source_transaction"] == {"refund": refund["id"], "type": "refund"}
    assert till.ledger(shop)["reserved"] == 1_400
    till.post("/v1/refunds", shop, payment_intent=paid["id"], amount=900)
    assert till.ledger(shop)["reserved"] == 1_000
    (left,) = [each for each in holds(till, shop) if each["is_releasable"]]
    assert left["source_charge"] == other["latest_charge"]
    agrees(till, shop)


@pytest.mark.alone
def test_plans_change_end_and_are_disabled(till: Till, shop: str):
    now = int(till.clock.now().timestamp())
    fixed = plan(till, shop, type="fixed_release", fixed_release={"release_after": now + 10 * DAYS})
    rolling = plan(till, shop, rolling_release={"days_after_charge": 90, "expires_on": now + DAYS})
    manual = plan(till, shop, type="manual_release", percent=1)
    till.pay(account=shop)
    assert till.ledger(shop)["reserved"] == 2_100
    path = f"{PLANS}/{fixed['id']}"
    till.post(path, shop, percent=50, fixed_release={"release_after": now + 20 * DAYS})
    till.work_off()
    (held,) = till.get(HOLDS, shop, reserve_plan=fixed["id"])["data"]
    assert held["release_schedule"]["release_after"] == now + 20 * DAYS
    till.pass_time(days=2)
    assert release_due(till) == 1
    assert till.get(f"{PLANS}/{rolling['id']}", shop)["status"] == "expired"
    till.pay(account=shop)
    assert till.ledger(shop)["reserved"] == 2_100 + 5_000 + 100
    disabled = till.post(f"{path}/disable", shop)
    assert disabled["status"] == "disabled"
    till.work_off()
    assert till.ledger(shop)["reserved"] == 1_000 + 200
    reasons = [each["reason"] for each in till.get(RELEASES, shop)["data"]]
    assert reasons == ["plan_disabled"] * 2
    assert till.listed(PLANS, shop, status="active") == [manual["id"]]
    assert till.refused(path, shop, percent=5)["status"] == 400
    till.pass_time(days=200)
    assert release_due(till) == 1
    till.mature()
    assert till.ledger(shop)["reserved"] == 200
    agrees(till, shop)


def test_an_amount_is_kept_back_and_released_by_hand(till: Till, shop: str):
    till.fund(5_000)
    till.post("/v1/transfers", amount=1_000, currency="usd", destination=shop)
    now = int(till.clock.now().timestamp())
    schedule = {"release_schedule": {"release_after": now + 5 * DAYS}}
    too_much = till.refused(HOLDS, shop, amount=1_001, currency="usd", **schedule)
    assert too_much["code"] == "balance_insufficient"
    held = till.post(HOLDS, shop, amount=700, currency="usd", **schedule)
    assert (held["reason"], held["release_schedule"]["scheduled_release"] % DAYS) == (
        "standalone", 0)  # fmt: skip
    assert till.ledger(shop)["available"] == 300
    till.post(RELEASES, shop, reserve_hold=held["id"], amount=200)
    assert till.refused(RELEASES, shop, reserve_hold=held["id"], amount=501)["param"] == "amount"
    changed = till.post(
        f"{HOLDS}/{held['id']}", shop, release_schedule={"release_after": now + 9 * DAYS}
    )
    assert changed["amount_releasable"] == 500
    till.post(RELEASES, shop, reserve_hold=held["id"])
    assert till.ledger(shop)["available"] == 1_000
    agrees(till, shop)


BAD_PLANS: list[tuple[dict[str, Any], str]] = [
    ({"percent": 101}, "percent"),
    ({"type": "fixed_release"}, "fixed_release[release_after]"),
    ({"rolling_release": {"days_after_charge": 2}}, "rolling_release[days_after_charge]"),
    ({"rolling_release": {"days_after_charge": 3, "expires_on": 5}}, "rolling_release[expires_on]"),
    (
        {"type": "fixed_release", "fixed_release": {"release_after": 5}},
        "fixed_release[release_after]",
    ),
    ({"fixed_release": {"release_after": 5}}, "fixed_release"),
]


def test_bad_plans_get_their_error(till: Till, shop: str):
    for params, param in BAD_PLANS:
        given = {"percent": 10, "type": "rolling_release", **params}
        error = till.refused(PLANS, shop, **given)
        assert (error["status"], error["param"]) == (400, param)


def test_only_those_who_bear_the_losses_keep_anything_back(till: Till):
    standard = till.post("/v1/accounts", type="standard")["id"]
    params = {"percent": 10, "type": "manual_release"}
    assert "losses" in till.refused(PLANS, standard, **params)["message"]
    assert "Stripe-Account" in till.refused(PLANS, **params)["message"]
