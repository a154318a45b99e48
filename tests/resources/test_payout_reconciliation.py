"""Payout reconciliation: every payout says what it was made of, and nothing is in two of them."""

from typing import Any

import pytest

from bezant.resources.connect import automatic_payouts
from bezant.resources.connect.automatic_payouts import AutomaticPayouts
from bezant.resources.core import payout_reconciliation
from bezant.resources.core.payout_reconciliation import PayoutReconciler
from tests.resources.office import Office


@pytest.fixture
def seller(office: Office) -> str:
    office.fund(50_000)
    return office.open_account()


def give(office: Office, seller: str, amount: int) -> str:
    made = office.post("/v1/transfers", amount=amount, currency="usd", destination=seller)
    payment = office.get(f"/v1/charges/{made['destination_payment']}", seller)
    return payment["balance_transaction"]


def pay(office: Office, seller: str, amount: int) -> dict:
    office.pass_time(seconds=2)
    return office.post("/v1/payouts", seller, amount=amount, currency="usd")


def reconcile(office: Office) -> int:
    worker, done = PayoutReconciler(office.runtime), 0
    while step := office.run(worker.run_once()):
        done += step
    return done


def told(office: Office, seller: str, payout: dict) -> dict:
    return office.get(f"/v1/payouts/{payout['id']}/reconciliation", seller)


def of(office: Office, seller: str, payout: dict) -> set[str]:
    return set(office.listed("/v1/balance_transactions", seller, payout=payout["id"]))


def figures(shown: dict) -> tuple[int, int, int, int]:
    return shown["carried_in"], shown["net"], shown["amount"], shown["carried_on"]


def test_an_automatic_payout_is_reconciled_to_nothing(office: Office, seller: str) -> None:
    schedule = {"payouts": {"schedule": {"interval": "daily"}}}
    office.post("/v1/balance_settings", seller, payments=schedule)
    names = {give(office, seller, amount) for amount in (100, 250)}
    office.pass_time(days=1)
    assert office.run(AutomaticPayouts(office.runtime).run_once()) == 1
    (made,) = office.get("/v1/payouts", seller)["data"]
    assert made["reconciliation_status"] == "in_progress"
    later = give(office, seller, 5)
    assert reconcile(office) == 1
    done = office.get(f"/v1/payouts/{made['id']}", seller)
    assert done["reconciliation_status"] == "completed"
    assert of(office, seller, made) == {*names, made["balance_transaction"]}
    assert later not in of(office, seller, made)
    shown = office.get("/v1/balance_transactions", seller, payout=made["id"])["data"]
    assert sum(each["net"] for each in shown) == 0
    assert figures(told(office, seller, made)) == (0, 350, 350, 0)
    assert office.events(seller)[-1] == "payout.reconciliation_completed"
    assert reconcile(office) == 0


@pytest.mark.alone
def test_what_stays_in_the_balance_is_held_for_each_payout(office: Office, seller: str) -> None:
    payouts = {"schedule": {"interval": "daily"}, "minimum_balance_by_currency": {"usd": 150}}
    office.post("/v1/balance_settings", seller, payments={"payouts": payouts})
    for amount in (400, 60):
        give(office, seller, amount)
        office.pass_time(days=1)
        assert office.run(AutomaticPayouts(office.runtime).run_once()) == 1
        assert reconcile(office) == 1
    second, first = office.get("/v1/payouts", seller)["data"]
    assert figures(told(office, seller, first)) == (0, 250, 250, 0)
    assert figures(told(office, seller, second)) == (0, 60, 60, 0)
    shown = office.get("/v1/balance_transactions", seller, payout=second["id"])["data"]
    assert [(each["type"], each["net"]) for each in reversed(shown)] == [
        ("payout_minimum_balance_release", 150),
        ("payment", 60),
        ("payout_minimum_balance_hold", -150),
        ("payout", -60),
    ]
    assert office.ledger(seller)["available"] == 150


@pytest.mark.alone
def test_a_manual_payout_carries_on_what_it_leaves(office: Office, seller: str) -> None:
    first_in = give(office, seller, 300)
    first = pay(office, seller, 120)
    second_in = give(office, seller, 50)
    second = pay(office, seller, 230)
    assert told(office, seller, first)["status"] == "in_progress"
    assert reconcile(office) == 2
    assert figures(told(office, seller, first)) == (0, 300, 120, 180)
    assert figures(told(office, seller, second)) == (180, 50, 230, 0)
    assert of(office, seller, first) == {first_in, first["balance_transaction"]}
    assert of(office, seller, second) == {second_in, second["balance_transaction"]}
    shown = office.get(f"/v1/payouts/{first['id']}", seller)
    assert shown["reconciliation_status"] == "not_applicable"
    assert "payout.reconciliation_completed" not in office.events(seller)


def daily(office: Office, seller: str) -> dict:
    """Pay an account out automatically on the next day; returns the payout."""
    schedule = {"payouts": {"schedule": {"interval": "daily"}}}
    office.post("/v1/balance_settings", seller, payments=schedule)
    office.pass_time(days=1)
    assert office.run(AutomaticPayouts(office.runtime).run_once()) == 1
    return office.get("/v1/payouts", seller, limit=1)["data"][0]


@pytest.mark.alone
def test_what_payouts_by_hand_have_left_is_listed_with_the_next_automatic_one(
    office: Office, seller: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(payout_reconciliation, "CHUNK", 2)
    give(office, seller, 90)
    pay(office, seller, 90)
    names = {give(office, seller, amount) for amount in (300, 20)}
    by_hand = [pay(office, seller, 120), pay(office, seller, 7)]
    office.post(f"/v1/payouts/{by_hand[1]['id']}/cancel", seller)
    names.add(give(office, seller, 50))
    made = daily(office, seller)
    assert reconcile(office) == 5
    assert figures(told(office, seller, made)) == (193, 57, 250, 0)
    shown = office.get("/v1/balance_transactions", seller, payout=made["id"])["data"]
    assert sum(each["net"] for each in shown) == 0
    assert names < {each["id"] for each in shown}
    assert sorted(each["type"] for each in shown) == sorted(
        ["payment"] * 3 + ["payout"] * 3 + ["payout_cancel"]
    )
    assert len(of(office, seller, by_hand[0])) == 3
    give(office, seller, 30)
    second = daily(office, seller)
    assert reconcile(office) == 1
    assert figures(told(office, seller, second)) == (0, 30, 30, 0)
    assert len(of(office, seller, second)) == 2


@pytest.mark.alone
def test_what_comes_while_an_automatic_payout_is_made_is_in_the_next_one(
    office: Office, seller: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    give(office, seller, 300)
    read = automatic_payouts.balances_in

    async def meanwhile(*asked: Any) -> Any:
        found = await read(*asked)
        given = {"amount": 4, "currency": "usd", "destination": seller}
        await office.send("POST", "/v1/transfers", given)
        return found

    monkeypatch.setattr(automatic_payouts, "balances_in", meanwhile)
    first, second = daily(office, seller), daily(office, seller)
    while reconcile(office):
        pass
    assert figures(told(office, seller, first)) == (0, 300, 300, 0)
    assert figures(told(office, seller, second)) == (0, 4, 4, 0)


def test_money_that_came_back_is_in_the_next_payout(office: Office, seller: str) -> None:
    give(office, seller, 300)
    first = pay(office, seller, 300)
    assert reconcile(office) == 1
    for kind in ("submitted", "settled", "returned"):
        office.hear(first["id"], kind, "R03", account=seller)
    back = office.get(f"/v1/payouts/{first['id']}", seller)["failure_balance_transaction"]
    second = pay(office, seller, 300)
    assert reconcile(office) == 1
    assert of(office, seller, second) == {back, second["balance_transaction"]}
    assert figures(told(office, seller, second)) == (0, 300, 300, 0)


def test_many_transactions_are_taken_in_steps(
    office: Office, seller: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(payout_reconciliation, "CHUNK", 3)
    for amount in range(1, 9):
        give(office, seller, amount)
    made = pay(office, seller, 30)
    assert reconcile(office) == 3
    shown = told(office, seller, made)
    assert (shown["count"], shown["net"], shown["carried_on"]) == (8, 36, 6)
    assert office.ledger(seller)["available"] == 6
