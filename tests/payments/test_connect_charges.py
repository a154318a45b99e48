"""The table of the three types of charge on connected accounts, line by line.

A payment of 100.00 of which the platform keeps 15.00; processing costs 3.20.
"""

from typing import Any

import pytest

from tests.payments.till import Till

pytestmark = pytest.mark.alone

SHARES: list[tuple[str, dict[str, Any], str]] = [
    ("", {"transfer_data": {"amount": 10_001}}, "transfer_data[amount]"),
    ("", {"application_fee_amount": 10_001}, "application_fee_amount"),
    ("", {"application_fee_amount": 1, "transfer_data": {"amount": 9}}, "application_fee_amount"),
    ("/increment_authorization", {"amount": 10_500, "application_fee_amount": 10_501},
     "application_fee_amount"),
    ("/increment_authorization", {"amount": 10_500, "transfer_data": {"amount": 10_501}},
     "transfer_data[amount]"),
    ("/capture", {"amount_to_capture": 500, "transfer_data": {"amount": 501}},
     "transfer_data[amount]"),
    ("/capture", {"application_fee_amount": 5, "transfer_data": {"amount": 9}},
     "application_fee_amount"),
]  # fmt: skip


def seller(till: Till) -> str:
    return till.open_shop()


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


def test_what_is_available_at_once_moves_on_whole_whatever_else_there_is(till: Till):
    shop = seller(till)
    till.pay(card="at_once", transfer_data={"destination": shop})
    assert nets(till) == {"available": -320, "fees_payable": 320}
    assert nets(till, shop) == {"available": 10_000}
    error = till.refused("/v1/transfers", amount=1, currency="usd", destination=shop)
    assert error["code"] == "balance_insufficient"


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
    refused = till.refused("/v1/transfers", **move, amount=501)
    assert (refused["code"], "90.00 USD" in refused["message"]) == ("amount_too_large", True)
    everything_matures(till, shop)
    assert nets(till, shop) == {"available": 8_000}
    assert nets(till) == {"available": 10_000 - 320 - 8_500 - 1_000 + 500, "fees_payable": 320}


def test_a_fee_is_given_back_out_of_where_it_is(till: Till):
    shop = seller(till)
    paid = till.pay(account=shop, application_fee_amount=1_500)
    back = {"payment_intent": paid["id"], "refund_application_fee": True}
    till.post("/v1/refunds", shop, **back, amount=5_000)
    assert nets(till) == {"pending": 750}
    assert nets(till, shop) == {"pending": 8_180 - 5_000 + 750, "fees_payable": 320}
    fee = till.get("/v1/application_fees")["data"][0]
    path = f"/v1/application_fees/{fee['id']}/refunds"
    made = till.post(path, amount=250)
    till.post(f"{path}/{made['id']}", metadata={"seen": "yes"})
    assert till.events()[-1] == "application_fee.refund.updated"
    assert nets(till) == {"pending": 500}
    everything_matures(till, shop)
    assert nets(till) == {"available": 500}
    assert nets(till, shop)["available"] == 8_180 - 5_000 + 750 + 250
    assert {each[3] for each in (*till.transactions(), *till.transactions(shop))} == {"available"}


def test_a_reversal_gives_its_share_of_the_fee_back(till: Till):
    shop = seller(till)
    paid = till.pay(application_fee_amount=1_001, transfer_data={"destination": shop})
    transfer = till.get(f"/v1/charges/{paid['latest_charge']}")["transfer"]
    path = f"/v1/transfers/{transfer}/reversals"
    till.post(path, amount=3_333, refund_application_fee=True)
    assert nets(till, shop) == {"pending": 10_000 - 1_001 - 3_333 + 333}
    everything_matures(till, shop)
    till.post(path, refund_application_fee=True)
    assert nets(till, shop) == {}
    assert nets(till)["available"] == 10_000 - 320
    (fee,) = till.get("/v1/application_fees")["data"]
    assert (fee["refunded"], [each["amount"] for each in fee["refunds"]["data"]]) == (
        True, [668, 333])  # fmt: skip
    plain = till.post("/v1/transfers", amount=100, currency="usd", destination=shop)
    path = f"/v1/transfers/{plain['id']}/reversals"
    refused = till.refused(path, refund_application_fee=True)
    assert refused["param"] == "refund_application_fee"


def test_what_went_on_by_itself_comes_back_whatever_is_left(till: Till):
    shop = seller(till)
    paid = till.pay(transfer_data={"destination": shop})
    everything_matures(till, shop)
    till.post("/v1/payouts", shop, amount=10_000, currency="usd")
    till.post("/v1/refunds", payment_intent=paid["id"], amount=4_000, reverse_transfer=True)
    assert till.ledger(shop)["available"] == -4_000
    transfer = till.get(f"/v1/charges/{paid['latest_charge']}")["transfer"]
    till.post(f"/v1/transfers/{transfer}/reversals", amount=1_000)
    assert till.ledger(shop)["available"] == -5_000
    till.fund(5_000)
    made = till.post("/v1/transfers", amount=500, currency="usd", destination=shop)
    refused = till.refused(f"/v1/transfers/{made['id']}/reversals")
    assert refused["code"] == "balance_insufficient"
    assert till.dues(shop) == {}


def test_nothing_goes_on_to_an_account_that_may_not_have_it_any_more(till: Till):
    """Neither what was agreed on before, nor what is held for it, nor what a bank pays later."""
    gone, held_back = seller(till), seller(till)
    for shop in (gone, held_back):
        goes_on = {"amount": 1_000, "currency": "usd", "transfer_data": {"destination": shop}}
        card = {"payment_method": till.card()}
        opened = till.post("/v1/payment_intents", **goes_on)
        held = till.post("/v1/payment_intents", **goes_on, **card, capture_method="manual",
                         confirm=True)  # fmt: skip
        waits = till.post("/v1/payment_intents", **goes_on, confirm=True,
                          payment_method="pm_usBankAccount_success",
                          allowed_payment_method_types=["us_bank_account"])  # fmt: skip
        moved = till.pay(transfer_data={"destination": shop}, application_fee_amount=100)
        transfer = till.get(f"/v1/charges/{moved['latest_charge']}")["transfer"]
        till.post(f"/v1/transfers/{transfer}/reversals", refund_application_fee=True)
        if shop == gone:
            till.delete(f"/v1/accounts/{shop}")
            code, param = "resource_missing", "transfer_data[destination]"
            back = {"payment_intent": moved["id"], "reverse_transfer": True}
            assert "has been deleted" in till.refused("/v1/refunds", **back)["message"]
        else:
            till.post(f"/v1/accounts/{shop}/reject", reason="other")
            code, param = "insufficient_capabilities_for_transfer", None
        for path, how in ((f"{opened['id']}/confirm", card), (f"{held['id']}/capture", {})):
            error = till.refused(f"/v1/payment_intents/{path}", **how)
            assert (error["code"], error.get("param")) == (code, param)
        for fact in ("submitted", "settled"):
            till.hear(waits["latest_charge"], fact)
        till.pass_time(days=15)
        till.work_off()
        till.mature()
        got = {} if shop == gone else {"available": 1_000}
        assert nets(till, shop) == got, "which the platform has else"
        assert till.get(f"/v1/payment_intents/{waits['id']}")["status"] == "succeeded"
    assert till.dues(gone, held_back) == {}
    assert [each.act for each in till.acquirer.asked].count("authorize") == 4


def test_nobody_is_asked_for_money_when_others_have_none_to_give(till: Till):
    shop = seller(till)
    plain, moved = till.pay(), till.pay(transfer_data={"destination": shop})
    transfer = till.get(f"/v1/charges/{moved['latest_charge']}")["transfer"]
    till.post(f"/v1/transfers/{transfer}/reversals")
    for paid, name in (
        (plain, "refund_application_fee"), (plain, "reverse_transfer"), (moved, "reverse_transfer"),
    ):  # fmt: skip
        error = till.refused("/v1/refunds", payment_intent=paid["id"], **{name: True})
        assert error["param"] == name
        assert not [each for each in till.acquirer.asked if each.act == "refund"]
    small = till.pay(transfer_data={"destination": shop, "amount": 1})
    refund = till.post("/v1/refunds", payment_intent=small["id"], amount=1, reverse_transfer=True)
    assert refund["transfer_reversal"] is None


@pytest.mark.parametrize(("path", "params", "param"), SHARES)
def test_nobody_gets_more_than_there_is(
    shared_till: Till, path: str, params: dict[str, Any], param: str
):
    till = shared_till
    made = till.post(
        "/v1/payment_intents", amount=10_000, currency="usd", capture_method="manual",
        payment_method=till.card(), transfer_data={"destination": seller(till)},
        confirm=path != "",
    )  # fmt: skip
    error = till.refused(f"/v1/payment_intents/{made['id']}{path}", **params)
    assert (error["status"], error["param"]) == (400, param)


def test_what_is_raised_goes_to_whom_it_is_said(till: Till):
    shop = seller(till)
    held = till.pay(capture_method="manual", transfer_data={"destination": shop, "amount": 8_000})
    path = f"/v1/payment_intents/{held['id']}"
    raised = till.post(
        f"{path}/increment_authorization", amount=12_000, transfer_data={"amount": 9_000}
    )
    assert raised["transfer_data"] == {"destination": shop, "amount": 9_000}
    till.post(f"{path}/capture")
    assert nets(till, shop) == {"pending": 9_000}
    move = {"currency": "usd", "destination": shop, "source_transaction": held["latest_charge"]}
    assert till.refused("/v1/transfers", **move, amount=3_001)["code"] == "amount_too_large"


def test_direct_payments_name_the_application_that_made_them(till: Till):
    shop = seller(till)
    paid = till.pay(account=shop)
    name = f"ca_{till.platform.removeprefix('acct_')}"
    charge = till.get(f"/v1/charges/{paid['latest_charge']}", shop)
    assert (paid["application"], charge["application"]) == (name, name)
    setup = till.post("/v1/setup_intents", shop, payment_method=till.card(account=shop))
    assert setup["application"] == name
    assert till.pay()["application"] is None


def test_payments_on_behalf_of_an_account_are_its_own_to_the_cardholder(till: Till):
    shop = till.open_shop(business_profile={"name": "Tea House"})
    paid = till.pay(on_behalf_of=shop, transfer_data={"destination": shop})
    charge = till.get(f"/v1/charges/{paid['latest_charge']}", expand=["on_behalf_of"])
    assert charge["on_behalf_of"]["id"] == shop
    assert charge["calculated_statement_descriptor"] == "Tea House"
    assert till.acquirer.asked[0].merchant.id == shop


def test_an_account_acts_on_behalf_of_no_other(till: Till):
    shop, other = till.open_shop(), till.open_shop()
    for path, how in (("/v1/payment_intents", {"amount": 900, "currency": "usd"}),
                      ("/v1/setup_intents", {})):  # fmt: skip
        error = till.refused(path, shop, **how, on_behalf_of=other)
        assert ("on_behalf_of", "Only a platform" in error["message"]) == (error["param"], True)
        assert till.post(path, shop, **how, on_behalf_of=shop)["on_behalf_of"] == shop


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


NAMED = {"billing_details": {"name": "Ada Lovelace", "email": "ada@example.com"}}
SEPA = {"type": "sepa_debit", "sepa_debit": {"iban": "AT611904300234573201"}, **NAMED}
BACS = {"account_number": "00012345", "sort_code": "108800"}
TYPES: list[tuple[str, str, str, dict[str, Any]]] = [
    ("card", "usd", "card_payments", {}),
    ("us_bank_account", "usd", "us_bank_account_ach_payments",
     {"payment_method": "pm_usBankAccount_success"}),
    ("sepa_debit", "eur", "sepa_debit_payments", {"payment_method_data": SEPA}),
    ("bacs_debit", "gbp", "bacs_debit_payments",
     {"payment_method_data": {"type": "bacs_debit", "bacs_debit": BACS, **NAMED}}),
    ("pix", "brl", "pix_payments", {"payment_method_data": {"type": "pix"}}),
    ("upi", "inr", "upi_payments", {"payment_method_data": {"type": "upi"}}),
    ("customer_balance", "usd", "us_bank_transfer_payments",
     {"payment_method_data": {"type": "customer_balance"}}),
]  # fmt: skip


def test_each_type_of_payment_wants_its_capability(till: Till):
    shop = till.open_account()
    customer = till.post("/v1/customers", shop, name="Ada")["id"]
    automatic = {"amount": 9_000, "automatic_payment_methods": {"enabled": True}}
    error = till.refused("/v1/payment_intents", shop, **automatic, currency="usd")
    assert "card_payments" in error["message"]
    for kind, currency, capability, how in TYPES:
        given = {"amount": 9_000, "currency": currency, "confirm": True, "customer": customer,
                 "allowed_payment_method_types": [kind], **how}  # fmt: skip
        if kind == "card":
            given["payment_method"] = till.card(account=shop)
        error = till.refused("/v1/payment_intents", shop, **given)
        assert error["code"] == "payment_method_unactivated", kind
        assert f"/v1/accounts/{shop}/capabilities/{capability}" in error["message"]
        till.post(f"/v1/accounts/{shop}/capabilities/{capability}", requested=True)
        paid = till.post("/v1/payment_intents", shop, **given)
        assert paid["status"] in ("succeeded", "processing", "requires_action"), kind
        opened = till.post("/v1/payment_intents", shop, **automatic, currency=currency)
        assert kind in opened["payment_method_types"]
    assert "bacs_debit" not in opened["payment_method_types"], "which pays in another currency"


def test_whose_capability_counts(till: Till):
    shop = till.open_account()
    paid = till.try_to_pay(on_behalf_of=shop, transfer_data={"destination": shop})
    assert (paid.error["code"], paid.error["param"]) == (
        "payment_method_unactivated", "on_behalf_of")  # fmt: skip
    assert till.pay(transfer_data={"destination": shop})["status"] == "succeeded"
    card = till.card(account=shop)
    till.refused("/v1/setup_intents", shop, payment_method=card, confirm=True)
    error = till.refused("/v1/charges", shop, amount=900, currency="usd", source="tok_visa")
    assert error["code"] == "payment_method_unactivated"
    shirt = {"currency": "usd", "unit_amount": 500, "product_data": {"name": "A shirt"}}
    error = till.refused("/v1/checkout/sessions", shop, mode="payment",
                         line_items=[{"price_data": shirt, "quantity": 1}],
                         success_url="https://shop.example.com")  # fmt: skip
    assert (error["code"], error["param"]) == (
        "payment_method_unactivated", "payment_method_types")  # fmt: skip
    gated = till.post("/v1/accounts", type="express", country="US",
                      capabilities={"card_payments": {"requested": True}})["id"]  # fmt: skip
    error = till.try_to_pay(account=gated, card="good").error
    assert "card_payments is inactive" in error["message"]
