"""Payout reversals: money comes back from the bank account that a payout went to, or it doesn't."""

import pytest

from tests.resources.office import Office


@pytest.fixture
def seller(office: Office) -> str:
    office.fund(5_000)
    seller = office.open_account()
    office.post("/v1/transfers", amount=1_000, currency="usd", destination=seller)
    return seller


@pytest.fixture
def paid(office: Office, seller: str) -> dict:
    """A payout that has settled."""
    made = office.post("/v1/payouts", seller, amount=600, currency="usd")
    for kind in ("submitted", "settled"):
        office.hear(made["id"], kind, account=seller)
    return made


def reverse(office: Office, seller: str, payout: dict, **params: object) -> dict:
    return office.post(f"/v1/payouts/{payout['id']}/reverse", seller, **params)


def shown(office: Office, payout: dict, seller: str) -> dict:
    return office.get(f"/v1/payouts/{payout['id']}", seller)


def balance(office: Office, seller: str) -> tuple[int, int]:
    held = office.get("/v1/balance", seller)
    return held["available"][0]["amount"], held["pending"][0]["amount"]


def tied(office: Office, seller: str) -> None:
    """Balance transactions add up to the ledger's balances."""
    found = office.get("/v1/balance_transactions", seller, limit=100)["data"]
    sums = [
        sum(each["net"] for each in found if each["status"] == status)
        for status in ("available", "pending")
    ]
    assert tuple(sums) == balance(office, seller)


def test_the_money_comes_back(office: Office, seller: str, paid: dict) -> None:
    made = reverse(office, seller, paid, metadata={"why": "twice"}, expand=["original_payout"])
    assert (made["amount"], made["status"], made["metadata"]) == (-600, "pending", {"why": "twice"})
    assert made["original_payout"]["id"] == paid["id"]
    assert shown(office, paid, seller)["reversed_by"] == made["id"]
    assert balance(office, seller) == (400, 600)
    tied(office, seller)
    office.hear(made["id"], "submitted", account=seller)
    assert shown(office, made, seller)["status"] == "in_transit"
    assert office.hear(made["id"], "settled", account=seller) == 2
    assert shown(office, made, seller)["status"] == "paid"
    assert shown(office, paid, seller)["status"] == "paid"
    assert balance(office, seller) == (1_000, 0)
    assert office.ledger(seller) == {"available": 1_000, "due": -1_000}
    assert "network:ach" not in office.house()
    tied(office, seller)


def test_a_bank_that_refuses_gives_nothing(office: Office, seller: str, paid: dict) -> None:
    made = reverse(office, seller, paid)
    office.hear(made["id"], "submitted", account=seller)
    office.hear(made["id"], "rejected", "R13", account=seller)
    assert shown(office, made, seller)["status"] == "failed"
    assert balance(office, seller) == (400, 0)
    assert office.house()["network:ach"] == -600
    tied(office, seller)
    again = reverse(office, seller, paid)
    assert shown(office, paid, seller)["reversed_by"] == again["id"]


@pytest.mark.alone
def test_what_came_back_can_be_taken_again(office: Office, seller: str, paid: dict) -> None:
    made = reverse(office, seller, paid)
    for kind in ("submitted", "settled", "returned"):
        office.hear(made["id"], kind, "R01", account=seller)
    assert shown(office, made, seller)["status"] == "failed"
    assert balance(office, seller) == (400, 0)
    assert office.ledger(seller) == {"available": 400, "due": -400}
    assert office.house()["network:ach"] == -600
    tied(office, seller)


def test_a_reversal_that_no_bank_has_seen_is_canceled(
    office: Office, seller: str, paid: dict
) -> None:
    made = reverse(office, seller, paid)
    canceled = office.post(f"/v1/payouts/{made['id']}/cancel", seller)
    assert canceled["status"] == "canceled"
    assert balance(office, seller) == (400, 0)
    tied(office, seller)


def test_what_can_not_be_reversed(office: Office, seller: str, paid: dict) -> None:
    made = reverse(office, seller, paid)
    pending = office.post("/v1/payouts", seller, amount=100, currency="usd")
    canceled = office.post("/v1/payouts", seller, amount=100, currency="usd")
    office.post(f"/v1/payouts/{canceled['id']}/cancel", seller)
    for payout, words in (
        (paid, "already"),
        (made, "is a reversal"),
        (pending, "cancel it instead"),
        (canceled, "the money is back"),
    ):
        error = office.refused(f"/v1/payouts/{payout['id']}/reverse", seller)
        assert (error["status"], error["code"]) == (400, "payout_reversal_not_allowed")
        assert words in error["message"]


def test_a_rail_without_reversals_says_so(office: Office, seller: str) -> None:
    made = office.post("/v1/payouts", seller, amount=100, currency="usd", method="instant")
    office.hear(made["id"], "submitted", account=seller)
    error = office.refused(f"/v1/payouts/{made['id']}/reverse", seller)
    assert error["code"] == "act_not_offered"
    assert shown(office, made, seller)["reversed_by"] is None
