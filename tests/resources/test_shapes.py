"""Every answer has every field of the API's surface, of the right type, and no other."""

from typing import Any

from tests.resources.office import Office
from tests.resources.shapes import SURFACE, faults

INDIVIDUAL = {
    "first_name": "Ada",
    "last_name": "Byron",
    "dob": {"day": 10, "month": 12, "year": 1990},
    "ssn_last_4": "0000",
    "address": {"line1": "1 Main St", "city": "Reno", "country": "US"},
    "relationship": {"title": "Owner", "owner": True},
}
BUSINESS_PROFILE = {
    "mcc": "5734",
    "name": "Byron & Co",
    "support_address": {"city": "Reno"},
    "annual_revenue": {"amount": 1, "currency": "usd", "fiscal_year_end": "2025-12-31"},
}

ACCOUNTS: list[dict[str, Any]] = [
    {},
    {"type": "custom"},
    {"type": "express", "country": "DE", "email": "a@example.com"},
    {"controller": {"stripe_dashboard": {"type": "none"}}},
    {"individual": INDIVIDUAL, "business_type": "individual"},
    {
        "company": {"name": "C", "tax_id": "000000000", "structure": "llc"},
        "business_profile": BUSINESS_PROFILE,
        "settings": {"payouts": {"schedule": {"interval": "weekly", "weekly_anchor": "friday"}}},
        "tos_acceptance": {"date": 1, "ip": "::1", "service_agreement": "full"},
    },
]


def check(value: Any, kind: str) -> None:
    assert faults(value, kind) == []


def test_the_checker_sees_what_is_wrong() -> None:
    good = dict.fromkeys(("account_number", "bank_name"), "x")
    source = {"fields": {"a": ["#AchCreditTransfer", ""], "b": ["int", "n"]}}
    SURFACE["Made"] = source | {"nested": SURFACE["Source"]["nested"]}
    try:
        assert faults({"a": good, "b": None}, "Made") == []
        assert faults({"b": True, "c": 1}, "Made") == [
            "Made.c is not in the surface",
            "Made.a is missing",
            "Made.b is True, not int",
        ]
        assert faults({"a": {"bank_name": 1}, "b": 1}, "Made") == ["Made.a.bank_name is 1, not str"]
        assert faults({"a": None, "b": 1}, "Made") == ["Made.a is null"]
    finally:
        del SURFACE["Made"]


def test_accounts(office: Office) -> None:
    for params in ACCOUNTS:
        made = office.post("/v1/accounts", external_account="btok_us_verified", **params)
        check(made, "Account")
        check(office.get(f"/v1/accounts/{made['id']}"), "Account")
        if "individual" in params:
            check(made["individual"], "Person")


def test_the_platform_and_a_rejected_account(office: Office) -> None:
    check(office.get("/v1/account"), "Account")
    check(office.post(f"/v1/accounts/{office.open_account()}/reject", reason="other"), "Account")


def test_external_accounts_and_capabilities(office: Office) -> None:
    account = office.open_account()
    path = f"/v1/accounts/{account}"
    check(office.get(f"{path}/external_accounts")["data"][0], "BankAccount")
    for name in ("transfers", "card_payments"):
        check(office.get(f"{path}/capabilities/{name}"), "Capability")
    check(office.get(f"{path}/capabilities")["data"][0], "Capability")


def test_money(office: Office) -> None:
    seller = office.open_account()
    topup = office.post("/v1/topups", amount=500, currency="usd", description="d")
    check(topup, "Topup")
    check(topup["source"], "Source")
    office.hear(topup["id"], "settled")
    check(office.get(f"/v1/topups/{topup['id']}"), "Topup")
    transfer = office.post(
        "/v1/transfers", amount=400, currency="usd", destination=seller, metadata={"a": "b"}
    )
    check(transfer, "Transfer")
    reversal = office.post(f"/v1/transfers/{transfer['id']}/reversals", amount=100)
    check(reversal, "TransferReversal")
    check(office.get(f"/v1/transfers/{transfer['id']}"), "Transfer")
    check(office.get(f"/v1/charges/{transfer['destination_payment']}", seller), "Charge")
    check(office.get(f"/v1/refunds/{reversal['destination_payment_refund']}", seller), "Refund")
    payout = office.post("/v1/payouts", seller, amount=300, currency="usd")
    check(payout, "Payout")
    office.hear(payout["id"], "submitted", account=seller)
    office.hear(payout["id"], "returned", "R01", account=seller)
    check(office.get(f"/v1/payouts/{payout['id']}", seller), "Payout")
    for account in (None, seller):
        check(office.get("/v1/balance", account), "Balance")
        transactions = office.get("/v1/balance_transactions", account)["data"]
        assert len(transactions) > 2
        for each in transactions:
            check(each, "BalanceTransaction")
