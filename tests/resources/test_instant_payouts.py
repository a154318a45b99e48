"""Instant payouts: their price, what is left to pay out, and the limit of a day."""

from pathlib import Path

import msgspec
import pytest

from bezant.api.context import Caller
from bezant.commit.change_set import Refused
from bezant.resources.core import payouts
from bezant.resources.core.fee_plans import plans_at
from tests.resources.office import Office

PLAN = """
[plans.standard]
tax_percent = "10"
instant_daily_limit = { usd = 500 }

[[plans.standard.rules]]
methods = ["instant_payout"]

[[plans.standard.rules.least_of]]
percent = "2"
"""


@pytest.fixture
def seller(office: Office) -> str:
    office.fund(50_000)
    seller = office.open_account()
    office.post("/v1/transfers", amount=10_000, currency="usd", destination=seller)
    return seller


def pay(office: Office, seller: str, amount: int) -> dict:
    return office.post(
        "/v1/payouts", seller, amount=amount, currency="usd", method="instant",
        expand=["balance_transaction"],
    )  # fmt: skip


def instant(office: Office, seller: str) -> dict:
    (held,) = office.get("/v1/balance", seller)["instant_available"]
    return held


def by_plan(office: Office, tmp_path: Path) -> None:
    path = tmp_path / "plans.toml"
    path.write_text(PLAN)
    plans_at.cache_clear()
    config = msgspec.structs.replace(office.runtime.config, fee_plans=path)
    office.runtime = msgspec.structs.replace(office.runtime, config=config)


def test_it_has_its_price(office: Office, seller: str) -> None:
    held = instant(office, seller)
    assert held["amount"] == 10_000
    (net,) = held["net_available"]
    assert net["amount"] == 9_901
    made = pay(office, seller, net["amount"])
    spent = made["balance_transaction"]
    assert (spent["amount"], spent["fee"], spent["net"]) == (-9_901, 99, -10_000)
    assert [(each["amount"], each["type"]) for each in spent["fee_details"]] == [(99, "stripe_fee")]
    assert office.ledger(seller)["fees_payable"] == 99
    assert instant(office, seller)["net_available"] == []
    error = office.refused("/v1/payouts", seller, amount=1, currency="usd", method="instant")
    assert error["code"] == "balance_insufficient"


def test_what_fails_costs_nothing(office: Office, seller: str) -> None:
    made = pay(office, seller, 5_000)
    office.hear(made["id"], "submitted", account=seller)
    office.hear(made["id"], "rejected", "R13", account=seller)
    failed = office.get(f"/v1/payouts/{made['id']}", seller)
    back = office.get(f"/v1/balance_transactions/{failed['failure_balance_transaction']}", seller)
    assert (back["amount"], back["fee"], back["net"]) == (5_000, -50, 5_050)
    assert office.ledger(seller) == {"available": 10_000, "due": -10_000}


def test_a_standard_one_costs_nothing(office: Office, seller: str) -> None:
    office.post("/v1/payouts", seller, amount=5_000, currency="usd")
    assert "fees_payable" not in office.ledger(seller)


def test_plans_say_the_price_and_the_limit(office: Office, seller: str, tmp_path: Path) -> None:
    by_plan(office, tmp_path)
    (net,) = instant(office, seller)["net_available"]
    assert net["amount"] == 500
    spent = pay(office, seller, 300)["balance_transaction"]
    assert [(each["amount"], each["type"]) for each in spent["fee_details"]] == [
        (6, "stripe_fee"),
        (1, "tax"),
    ]
    error = office.refused("/v1/payouts", seller, amount=201, currency="usd", method="instant")
    assert (error["status"], error["code"]) == (400, "instant_payouts_limit_exceeded")
    assert office.post("/v1/payouts", seller, amount=201, currency="usd")["method"] == "standard"
    pay(office, seller, 200)
    assert instant(office, seller)["net_available"] == []
    office.pass_time(days=1)
    (net,) = instant(office, seller)["net_available"]
    assert net["amount"] == 500


def test_two_at_the_same_moment_share_the_limit(
    office: Office, seller: str, tmp_path: Path
) -> None:
    by_plan(office, tmp_path)

    async def both() -> list[str]:
        params = payouts.CreatePayout(amount=300, currency="usd", method="instant")
        caller = Caller(office.platform, seller, livemode=False)
        first, second = office.context(caller), office.context(caller)
        for ctx in (first, second):
            await payouts.create(ctx, params)
        outcomes = [*await first.commit(), *await second.commit()]
        return [each.code if isinstance(each, Refused) else "" for each in outcomes]

    (taken, other) = office.run(both())
    assert (taken, other in ("exists", "stale")) == ("", True)
    (net,) = instant(office, seller)["net_available"]
    assert net["amount"] == 200
