"""Negative balances: debited at the owner's bank, and set aside at a platform that is liable."""

from itertools import pairwise

import pytest

from bezant.resources.connect import negative_balances
from bezant.resources.connect.negative_balances import NegativeBalances
from tests.resources.office import Office

SETTINGS = "/v1/balance_settings"


@pytest.fixture
def owing(office: Office) -> str:
    """An account that is 6.00 below zero: a reversal was undone when its money had gone again."""
    office.fund(5_000)
    return owe(office)


def owe(office: Office) -> str:
    seller = office.open_account()
    office.post("/v1/transfers", amount=1_000, currency="usd", destination=seller)
    first = pay(office, seller, 600)
    back = office.post(f"/v1/payouts/{first['id']}/reverse", seller)
    for kind in ("submitted", "settled"):
        office.hear(back["id"], kind, account=seller)
    pay(office, seller, 1_000)
    office.hear(back["id"], "returned", "R01", account=seller)
    assert available(office, seller) == -600
    return seller


def pay(office: Office, seller: str, amount: int) -> dict:
    made = office.post("/v1/payouts", seller, amount=amount, currency="usd")
    for kind in ("submitted", "settled"):
        office.hear(made["id"], kind, account=seller)
    return made


def available(office: Office, account: str | None = None) -> int:
    return office.get("/v1/balance", account)["available"][0]["amount"]


def reserved(office: Office) -> int:
    return office.get("/v1/balance")["connect_reserved"][0]["amount"]


def mind(office: Office) -> int:
    """Do what there is to do; afterwards nothing is left."""
    worker = NegativeBalances(office.runtime)
    done = office.run(worker.run_once())
    assert office.run(worker.run_once()) == 0
    return done


def test_a_platform_answers_for_its_accounts(office: Office, owing: str) -> None:
    assert mind(office) == 1
    assert (available(office), reserved(office)) == (3_400, 600)
    (made,) = office.get(
        "/v1/balance_transactions", type="reserve_transaction", expand=["data.source"]
    )["data"]
    assert (made["net"], made["reporting_category"]) == (-600, "connect_reserved_funds")
    assert (made["source"]["object"], made["source"]["amount"]) == ("reserve_transaction", -600)
    office.post("/v1/transfers", amount=250, currency="usd", destination=owing)
    assert mind(office) == 1
    assert (available(office), reserved(office)) == (3_400, 350)
    office.post("/v1/transfers", amount=900, currency="usd", destination=owing)
    assert mind(office) == 1
    assert (available(office), reserved(office), available(office, owing)) == (2_850, 0, 550)
    shown = office.get("/v1/balance_transactions", limit=100)["data"]
    assert sum(each["net"] for each in shown) == 2_850
    versions = [each["created"] for each in reversed(shown)]
    assert all(one <= later for one, later in pairwise(versions))


def test_what_is_owed_for_half_a_year_is_paid_of_the_reserve(office: Office, owing: str) -> None:
    assert mind(office) == 1
    office.pass_time(days=100)
    office.post("/v1/transfers", amount=400, currency="usd", destination=owing)
    assert (mind(office), available(office, owing)) == (1, -200)
    office.pass_time(days=79)
    assert mind(office) == 0
    office.pass_time(days=2)
    assert mind(office) == 1
    assert (available(office), reserved(office), available(office, owing)) == (3_400, 0, 0)
    for account, net in ((None, -200), (owing, 200)):
        kind = "connect_collection_transfer"
        (made,) = office.get("/v1/balance_transactions", account, type=kind)["data"]
        assert (made["net"], made["reporting_category"]) == (net, kind)
    (made,) = office.get("/v1/balance_transactions", type=kind, expand=["data.source"])["data"]
    assert (made["source"]["destination"], made["source"]["amount"]) == (owing, 200)
    shown = office.get("/v1/balance_transactions", limit=100)["data"]
    assert sum(each["net"] for each in shown) == 3_400


def test_a_platform_that_bears_no_losses_sets_nothing_aside(office: Office) -> None:
    office.fund(5_000)
    bears = {"losses": {"payments": "stripe"}, "fees": {"payer": "application"}}
    form = {
        "controller": bears,
        "settings": {"payouts": {"debit_negative_balances": False}},
        "capabilities": {"transfers": {"requested": True}},
        "external_account": "btok_us_verified",
    }
    seller = office.post("/v1/accounts", **form)["id"]
    office.post("/v1/transfers", amount=1_000, currency="usd", destination=seller)
    first = pay(office, seller, 600)
    back = office.post(f"/v1/payouts/{first['id']}/reverse", seller)
    for kind in ("submitted", "settled"):
        office.hear(back["id"], kind, account=seller)
    pay(office, seller, 1_000)
    office.hear(back["id"], "returned", "R01", account=seller)
    assert available(office, seller) == -600
    assert mind(office) == 0
    assert reserved(office) == 0


def test_the_bank_is_debited_where_the_owner_has_agreed(office: Office, owing: str) -> None:
    office.post(SETTINGS, owing, payments={"debit_negative_balances": True})
    assert mind(office) == 2
    made = office.get("/v1/payouts", owing)["data"][0]
    assert (made["amount"], made["automatic"], made["status"]) == (-600, True, "pending")
    held = office.get("/v1/balance", owing)
    assert (held["available"][0]["amount"], held["pending"][0]["amount"]) == (-600, 600)
    network = office.house().get("network:ach", 0)
    for kind in ("submitted", "settled"):
        office.hear(made["id"], kind, account=owing)
    assert office.get(f"/v1/payouts/{made['id']}", owing)["status"] == "paid"
    error = office.refused(f"/v1/payouts/{made['id']}/reverse", owing)
    assert (error["status"], error["code"]) == (400, "payout_reversal_not_allowed")
    assert available(office, owing) == 0
    assert office.house().get("network:ach", 0) == network + 600
    assert mind(office) == 1
    assert reserved(office) == 0
    shown = office.get("/v1/balance_transactions", owing, limit=100)["data"]
    assert sum(each["net"] for each in shown) == 0
    assert {each["status"] for each in shown} == {"available"}


def test_whoever_owes_nothing_that_can_be_had_holds_up_no_other(
    office: Office, owing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(negative_balances, "AT_ONCE", 1)
    sellers = [owing, owe(office)]
    for seller in sellers:
        office.post(SETTINGS, seller, payments={"debit_negative_balances": True})
    office.run(NegativeBalances(office.runtime).run_once())
    for seller in sellers:
        assert office.get("/v1/payouts", seller)["data"][0]["amount"] == -600


def test_a_bank_that_refuses_is_left_alone_for_a_while(office: Office, owing: str) -> None:
    office.post(SETTINGS, owing, payments={"debit_negative_balances": True})
    assert mind(office) == 2
    made = office.get("/v1/payouts", owing)["data"][0]
    for kind in ("submitted", "settled", "returned"):
        office.hear(made["id"], kind, "R01", account=owing)
    assert office.get(f"/v1/payouts/{made['id']}", owing)["status"] == "failed"
    assert available(office, owing) == -600
    assert mind(office) == 0
    office.pass_time(days=8)
    assert mind(office) == 1
    shown = office.get("/v1/balance_transactions", owing, limit=100)["data"]
    sums = [
        sum(each["net"] for each in shown if each["status"] == status)
        for status in ("available", "pending")
    ]
    assert sums == [-600, 600]
