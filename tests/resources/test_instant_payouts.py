"""Instant payouts: what they cost and whom, what is left to pay out, and the limits of a day."""

from pathlib import Path

import msgspec
import pytest

from bezant.api.context import Caller
from bezant.commit.change_set import Refused
from bezant.resources.core import payouts
from bezant.resources.core.fee_plans import plans_at
from tests.resources.office import Office
from tests.resources.test_reports import SUMMARY, rows

LIMITED = """
[plans.standard]
tax_percent = "10"
instant_daily_limit = { usd = 500 }

[[plans.standard.rules]]
methods = ["instant_payout"]

[[plans.standard.rules.least_of]]
percent = "2"
"""

PRICED = """
[plans.standard]
instant_daily_limit_together = { usd = 9000 }

[[plans.standard.rules]]
methods = ["instant_payout"]

[[plans.standard.rules.least_of]]
percent = "1"

[[plans.standard.instant_application_fee]]
countries = ["US"]
least = { usd = 50 }

[[plans.standard.instant_application_fee.least_of]]
percent = "1.5"
"""
"""A platform takes a share of its accounts' instant payouts, at least 0.50."""

OWN_FEES = {
    "fees": {"payer": "account"},
    "losses": {"payments": "stripe"},
    "requirement_collection": "stripe",
    "stripe_dashboard": {"type": "full"},
}
"""An account that pays the operator's fees itself."""


def open_seller(office: Office) -> str:
    seller = office.open_account()
    office.post("/v1/transfers", amount=10_000, currency="usd", destination=seller)
    return seller


@pytest.fixture
def seller(office: Office) -> str:
    """An account whose platform pays what instant payouts cost, as custom accounts have it."""
    office.fund(50_000)
    return open_seller(office)


@pytest.fixture
def payer(office: Office) -> str:
    """An account that pays what its instant payouts cost itself."""
    office.fund(50_000)
    params = {"capabilities": {"transfers": {"requested": True}},
              "external_account": "btok_us_verified",
              "controller": OWN_FEES}  # fmt: skip
    payer = office.post("/v1/accounts", **params)["id"]
    office.post("/v1/transfers", amount=10_000, currency="usd", destination=payer)
    return payer


def pay(office: Office, seller: str, amount: int) -> dict:
    return office.post(
        "/v1/payouts", seller, amount=amount, currency="usd", method="instant",
        expand=["balance_transaction"],
    )  # fmt: skip


def instant(office: Office, seller: str) -> dict:
    (held,) = office.get("/v1/balance", seller)["instant_available"]
    return held


def by_plan(office: Office, tmp_path: Path, plan: str) -> None:
    path = tmp_path / "plans.toml"
    path.write_text(plan)
    plans_at.cache_clear()
    config = msgspec.structs.replace(office.runtime.config, fee_plans=path)
    office.runtime = msgspec.structs.replace(office.runtime, config=config)


def test_it_has_its_price(office: Office, payer: str) -> None:
    held = instant(office, payer)
    assert held["amount"] == 10_000
    (net,) = held["net_available"]
    assert net["amount"] == 9_901
    made = pay(office, payer, net["amount"])
    spent = made["balance_transaction"]
    assert (spent["amount"], spent["fee"], spent["net"]) == (-9_901, 99, -10_000)
    assert [(each["amount"], each["type"]) for each in spent["fee_details"]] == [(99, "stripe_fee")]
    assert office.ledger(payer)["fees_payable"] == 99
    assert (made["application_fee"], made["application_fee_amount"]) == (None, None)
    assert instant(office, payer)["net_available"] == []
    error = office.refused("/v1/payouts", payer, amount=1, currency="usd", method="instant")
    assert error["code"] == "balance_insufficient"


def test_what_fails_costs_nothing(office: Office, payer: str) -> None:
    made = pay(office, payer, 5_000)
    office.hear(made["id"], "submitted", account=payer)
    office.hear(made["id"], "rejected", "R13", account=payer)
    failed = office.get(f"/v1/payouts/{made['id']}", payer)
    back = office.get(f"/v1/balance_transactions/{failed['failure_balance_transaction']}", payer)
    assert (back["amount"], back["fee"], back["net"]) == (5_000, -50, 5_050)
    assert office.ledger(payer) == {"available": 10_000, "due": -10_000}


def test_the_platform_pays_for_accounts_that_do_not(office: Office, seller: str) -> None:
    made = pay(office, seller, 10_000)
    assert made["balance_transaction"]["fee"] == 0
    own = {"available": 40_000 - 100, "fees_payable": 100}
    assert {name: office.ledger().get(name) for name in own} == own
    (billed,) = office.get("/v1/balance_transactions", type="stripe_fee")["data"]
    assert (billed["net"], billed["reporting_category"]) == (-100, "fee")
    assert made["id"] in billed["description"]
    office.post(f"/v1/payouts/{made['id']}/cancel", seller)
    assert office.ledger()["available"] == 40_000
    assert office.ledger(seller)["available"] == 10_000


def test_a_platform_has_its_own_price(office: Office, seller: str, tmp_path: Path) -> None:
    by_plan(office, tmp_path, PRICED)
    (net,) = instant(office, seller)["net_available"]
    assert net["amount"] == 9_000, "what all may be paid out today"
    made = pay(office, seller, 6_000)
    assert made["application_fee_amount"] == 90
    spent = made["balance_transaction"]
    assert (spent["amount"], spent["fee"], spent["net"]) == (-6_000, 90, -6_090)
    (detail,) = spent["fee_details"]
    assert (detail["type"], detail["amount"]) == ("application_fee", 90)
    shown = office.get(f"/v1/payouts/{made['id']}", seller, expand=["application_fee"])
    fee = shown["application_fee"]
    assert fee == office.get(f"/v1/application_fees/{made['application_fee']}")
    assert fee["fee_source"] == {"type": "payout", "payout": made["id"]}
    assert (fee["account"], fee["amount"], fee["charge"]) == (seller, 90, None)
    earned = office.get(f"/v1/balance_transactions/{fee['balance_transaction']}")
    assert (earned["type"], earned["net"], earned["status"]) == ("application_fee", 90, "available")
    assert office.ledger()["available"] == 40_000 + 90 - 60
    assert office.ledger(seller)["available"] == 10_000 - 6_090
    assert "application_fee.created" in office.events()
    span = {"interval_start": made["created"] - 1, "interval_end": made["created"] + 1}
    office.pass_time(seconds=2)
    summary = rows(office, SUMMARY, seller, **span)
    told = [(each["category"], each["net_amount"]) for each in summary]
    assert told[1:3] == [("activity", "100.00"), ("payouts", "-60.90")]
    assert instant(office, seller)["net_available"][0]["amount"] == 3_000


def test_a_platforms_price_is_given_back_for_what_fails(
    office: Office, seller: str, tmp_path: Path
) -> None:
    by_plan(office, tmp_path, PRICED)
    first, second = pay(office, seller, 1_000), pay(office, seller, 1_000)
    assert second["application_fee_amount"] == 50
    office.post(f"/v1/application_fees/{second['application_fee']}/refunds", amount=20)
    office.hear(first["id"], "submitted", account=seller)
    office.hear(first["id"], "rejected", "R03", account=seller)
    office.post(f"/v1/payouts/{second['id']}/cancel", seller)
    assert office.work() >= 2
    assert office.ledger()["available"] == 40_000
    assert office.ledger(seller)["available"] == 10_000
    for payout in (first, second):
        fee = office.get(f"/v1/application_fees/{payout['application_fee']}")
        assert (fee["refunded"], fee["amount_refunded"]) == (True, 50)
    for account, sign in ((None, -1), (seller, 1)):
        shown = office.get("/v1/balance_transactions", account, type="application_fee_refund")
        assert sorted(sign * each["net"] for each in shown["data"]) == [20, 30, 50]
    assert office.events().count("application_fee.refunded") == 3


@pytest.mark.alone
def test_what_can_arrive_is_told_for_each_bank_account(office: Office, payer: str) -> None:
    abroad = {"object": "bank_account", "country": "US", "currency": "usd",
              "routing_number": "110000000", "account_number": "000999999991"}  # fmt: skip
    path = f"/v1/accounts/{payer}/external_accounts"
    other = office.post(path, external_account=abroad)["id"]
    answer = office.get("/v1/balance", payer, expand=["instant_available.net_available"])
    nets = answer["instant_available"][0]["net_available"]
    assert {each["destination"] for each in nets} == set(office.listed(path))
    assert other in {each["destination"] for each in nets}
    assert [each["amount"] for each in nets] == [9_901, 9_901]


def test_a_standard_one_costs_nothing(office: Office, payer: str) -> None:
    office.post("/v1/payouts", payer, amount=5_000, currency="usd")
    assert "fees_payable" not in office.ledger(payer)


def test_plans_say_the_price_and_the_limit(office: Office, payer: str, tmp_path: Path) -> None:
    by_plan(office, tmp_path, LIMITED)
    (net,) = instant(office, payer)["net_available"]
    assert net["amount"] == 500
    spent = pay(office, payer, 300)["balance_transaction"]
    assert [(each["amount"], each["type"]) for each in spent["fee_details"]] == [
        (6, "stripe_fee"),
        (1, "tax"),
    ]
    error = office.refused("/v1/payouts", payer, amount=201, currency="usd", method="instant")
    assert (error["status"], error["code"]) == (400, "instant_payouts_limit_exceeded")
    assert office.post("/v1/payouts", payer, amount=201, currency="usd")["method"] == "standard"
    pay(office, payer, 200)
    assert instant(office, payer)["net_available"] == []
    office.pass_time(days=1)
    (net,) = instant(office, payer)["net_available"]
    assert net["amount"] == 500


def test_all_accounts_of_a_platform_share_its_limit(
    office: Office, seller: str, tmp_path: Path
) -> None:
    by_plan(office, tmp_path, PRICED)
    other = open_seller(office)
    pay(office, seller, 8_000)
    assert instant(office, other)["net_available"][0]["amount"] == 1_000
    error = office.refused("/v1/payouts", other, amount=1_001, currency="usd", method="instant")
    assert error["code"] == "instant_payouts_limit_exceeded"
    assert office.post("/v1/payouts", other, amount=1_001, currency="usd")["method"] == "standard"
    pay(office, other, 1_000)


def test_two_at_the_same_moment_share_the_limit(
    office: Office, seller: str, tmp_path: Path
) -> None:
    by_plan(office, tmp_path, LIMITED)

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
