"""The table of the three types of charge on connected accounts, line by line.

A payment of 100.00 of which the platform keeps 15.00; processing costs 3.20.
"""

from typing import Any

from tests.payments.till import Till


def seller(till: Till) -> str:
    return till.open_account()


def nets(till: Till, account: str | None = None) -> dict[str, int]:
    """Return what an owner has, pending or available, and owes in fees."""
    found = till.ledger(account)
    return {path: amount for path, amount in found.items()
            if not path.startswith("incoming") and path != "due"}  # fmt: skip


def everything_matures(till: Till, *accounts: str) -> None:
    """Let time pass: pending becomes available everywhere, and nothing is between books."""
    till.pass_time(days=4)
    till.mature()
    for account in (None, *accounts):
        assert "pending" not in till.ledger(account)
    assert till.dues(*accounts) == {}


def test_direct_charges_live_on_the_account(till: Till):
    shop = seller(till)
    paid = till.pay(account=shop, application_fee_amount=1_500)
    charge = till.get(f"/v1/charges/{paid['latest_charge']}", shop)
    assert charge["application_fee_amount"] == 1_500
    assert till.transactions(shop) == [("charge", 10_000, 1_820, "pending")]
    assert till.transactions() == [("application_fee", 1_500, 0, "pending")]
    fee = till.get(f"/v1/application_fees/{charge['application_fee']}", expand=["charge"])
    assert (fee["account"], fee["charge"]["id"], fee["amount"]) == (shop, charge["id"], 1_500)
    details = till.get("/v1/balance_transactions", shop)["data"][0]["fee_details"]
    assert [(each["type"], each["amount"]) for each in details] == [
        ("stripe_fee", 320), ("application_fee", 1_500)]  # fmt: skip
    everything_matures(till, shop)
    assert nets(till, shop) == {"available": 8_180, "fees_payable": 320}
    assert nets(till) == {"available": 1_500}
    params = {"payment_intent": paid["id"], "refund_application_fee": True}
    till.post("/v1/refunds", shop, **params, amount=5_000)
    assert nets(till, shop) == {"available": 8_180 - 5_000 + 750, "fees_payable": 320}
    assert nets(till) == {"available": 750}
    till.post("/v1/refunds", shop, **params)
    assert nets(till) == {}
    assert till.get(f"/v1/application_fees/{fee['id']}")["refunded"] is True
    assert "application_fee.refunded" in till.events()


def test_destination_charges_move_on_whole_and_the_fee_comes_back(till: Till):
    shop = seller(till)
    paid = till.pay(application_fee_amount=1_500, transfer_data={"destination": shop})
    charge = till.get(f"/v1/charges/{paid['latest_charge']}", expand=["transfer"])
    transfer = charge["transfer"]
    assert (transfer["amount"], transfer["source_transaction"]) == (10_000, charge["id"])
    assert charge["transfer_group"] == paid["transfer_group"] == f"group_{paid['id']}"
    assert till.transactions() == [
        ("charge", 10_000, 320, "pending"),
        ("transfer", -10_000, 0, "pending"),
        ("application_fee", 1_500, 0, "pending"),
    ]
    assert till.transactions(shop) == [("payment", 10_000, 1_500, "pending")]
    payment = till.get(f"/v1/charges/{transfer['destination_payment']}", shop)
    assert payment["id"].startswith("py_")
    assert payment["application_fee"] == charge["application_fee"]
    everything_matures(till, shop)
    assert nets(till) == {"available": 1_180, "fees_payable": 320}
    assert nets(till, shop) == {"available": 8_500}
    # Refunds are drawn from the platform, and nothing else comes back unless it is asked for.
    till.fund(10_000)
    till.post("/v1/refunds", charge=charge["id"], amount=1_000)
    assert nets(till)["available"] == 11_180 - 1_000
    assert nets(till, shop) == {"available": 8_500}
    refund = till.post(
        "/v1/refunds", charge=charge["id"], reverse_transfer=True, refund_application_fee=True
    )
    reversal = till.get(f"/v1/transfers/{transfer['id']}/reversals/{refund['transfer_reversal']}")
    assert (reversal["amount"], reversal["source_refund"]) == (9_000, refund["id"])
    assert nets(till, shop) == {"available": 8_500 - 9_000 + 1_350}
    assert nets(till)["available"] == 11_180 - 1_000 - 9_000 + 9_000 - 1_350
    assert till.dues(shop) == {}


def test_destination_charges_may_move_on_less(till: Till):
    shop = seller(till)
    till.pay(transfer_data={"destination": shop, "amount": 8_500})
    everything_matures(till, shop)
    assert nets(till) == {"available": 1_180, "fees_payable": 320}
    assert nets(till, shop) == {"available": 8_500}


def test_separate_charges_and_transfers(till: Till):
    shop = seller(till)
    refused = till.try_to_pay(application_fee_amount=1_500)
    assert refused.error["param"] == "application_fee_amount"
    paid = till.pay(transfer_group="order 7")
    move = {"currency": "usd", "destination": shop, "source_transaction": paid["latest_charge"]}
    error = till.refused("/v1/transfers", **move, amount=10_001)
    assert (error["code"], error["param"]) == ("amount_too_large", "amount")
    transfer = till.post("/v1/transfers", **move, amount=8_500)
    assert transfer["transfer_group"] == "order 7"
    assert till.refused("/v1/transfers", **move, amount=1_501)["code"] == "amount_too_large"
    assert till.transactions(shop) == [("payment", 8_500, 0, "pending")]
    # Refunds are drawn from the platform; transfers are reversed by hand, also while pending.
    till.post("/v1/refunds", charge=paid["latest_charge"], amount=1_000)
    till.post(f"/v1/transfers/{transfer['id']}/reversals", amount=500)
    everything_matures(till, shop)
    assert nets(till, shop) == {"available": 8_000}
    assert nets(till) == {"available": 10_000 - 320 - 8_500 - 1_000 + 500, "fees_payable": 320}


def test_payments_on_behalf_of_an_account_are_its_own_to_the_cardholder(till: Till):
    shop = till.open_account(business_profile={"name": "Tea House"})
    paid = till.pay(on_behalf_of=shop, transfer_data={"destination": shop})
    charge = till.get(f"/v1/charges/{paid['latest_charge']}", expand=["on_behalf_of"])
    assert charge["on_behalf_of"]["id"] == shop
    assert charge["calculated_statement_descriptor"] == "Tea House"
    assert till.acquirer.asked[0].merchant.id == shop


def test_other_currencies_are_converted(till: Till):
    paid = till.pay(10_000, currency="eur")
    shown = till.get(f"/v1/charges/{paid['latest_charge']}", expand=["balance_transaction"])
    assert (shown["amount"], shown["currency"]) == (10_000, "eur")
    booked: dict[str, Any] = shown["balance_transaction"]
    assert booked["currency"] == "usd"
    assert booked["amount"] == round(10_000 * booked["exchange_rate"])
    assert till.dues() == {}
    first = till.post("/v1/refunds", payment_intent=paid["id"], amount=3_333)
    second = till.post("/v1/refunds", payment_intent=paid["id"])
    back = [till.get(f"/v1/balance_transactions/{each['balance_transaction']}")["amount"]
            for each in (first, second)]  # fmt: skip
    assert sum(back) == -booked["amount"]
    assert till.dues() == {}
    everything_matures(till)
    assert nets(till) == {"available": -booked["fee"], "fees_payable": booked["fee"]}
    assert till.house() == {}
