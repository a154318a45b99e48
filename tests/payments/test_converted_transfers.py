"""Transfers to accounts that are paid out in another currency: converted there, and back again.

The platform is paid out in usd, the shop in eur. Whatever goes to the shop is worth its share of
the one conversion, and what comes back of it, all in all, is what the shop was given.
"""

from typing import Any

import pytest

from bezant.ledger.book import book_of
from tests.payments.till import Till

pytestmark = pytest.mark.alone

ASKED = {name: {"requested": True} for name in ("card_payments", "transfers")}


def open_abroad(till: Till, currency: str = "eur") -> str:
    """Open an account that has no bank account, so that it is paid out in its own currency."""
    shop = {"type": "custom", "default_currency": currency, "capabilities": ASKED}
    return till.post("/v1/accounts", **shop)["id"]


def there(till: Till, shop: str, currency: str = "eur") -> dict[str, int]:
    return till.balances(book_of(shop, livemode=False), currency)


def received(till: Till, transfer: dict[str, Any], shop: str) -> dict[str, Any]:
    """Return the balance transaction of what has arrived."""
    path = f"/v1/charges/{transfer['destination_payment']}"
    return till.get(path, shop, expand=["balance_transaction"])["balance_transaction"]


def all_even(till: Till, shop: str, position: dict[str, int]) -> None:
    """Nothing is between books, and the operator has taken on what was not converted back."""
    assert till.dues(shop) == {}
    for currency, amount in position.items():
        books = till.balances(book_of("house", livemode=False), currency)
        assert books.get("position", 0) == amount, currency


def test_a_transfer_arrives_in_the_currency_of_its_account(till: Till):
    till.fund(10_000)
    shop = open_abroad(till)
    made = till.post("/v1/transfers", amount=9_999, currency="usd", destination=shop)
    assert (made["amount"], made["currency"]) == (9_999, "usd")
    sent = till.get(f"/v1/balance_transactions/{made['balance_transaction']}")
    assert (sent["amount"], sent["currency"], sent["exchange_rate"]) == (-9_999, "usd", None)
    payment = till.get(f"/v1/charges/{made['destination_payment']}", shop)
    assert (payment["amount"], payment["currency"]) == (9_999, "usd")
    booked = received(till, made, shop)
    assert (booked["currency"], booked["fee"], booked["type"]) == ("eur", 0, "payment")
    assert booked["amount"] == round(9_999 * booked["exchange_rate"])
    assert there(till, shop) == {"available": booked["amount"], "due": -booked["amount"]}
    assert till.ledger(shop) == {}
    all_even(till, shop, {"usd": 9_999, "eur": -booked["amount"]})
    path = f"/v1/transfers/{made['id']}/reversals"
    back = [till.post(path, **some) for some in ({"amount": 3_333}, {"amount": 1}, {})]
    assert [each["amount"] for each in back] == [3_333, 1, 6_665]
    refunds = [
        till.get(f"/v1/refunds/{each['destination_payment_refund']}", shop,
                 expand=["balance_transaction"])
        for each in back
    ]  # fmt: skip
    assert [(each["amount"], each["currency"]) for each in refunds] == [
        (3_333, "usd"), (1, "usd"), (6_665, "usd")]  # fmt: skip
    moved = [each["balance_transaction"] for each in refunds]
    assert {(each["currency"], each["exchange_rate"]) for each in moved} == {
        ("eur", booked["exchange_rate"])}  # fmt: skip
    assert sum(each["amount"] for each in moved) == -booked["amount"]
    assert there(till, shop) == {}
    assert till.ledger()["available"] == 10_000
    all_even(till, shop, {"usd": 0, "eur": 0})


def test_a_bank_account_in_the_currency_lets_it_arrive_as_it_is(till: Till):
    till.fund(1_000)
    shop = till.open_shop(default_currency="eur")  # Its bank account is in usd.
    made = till.post("/v1/transfers", amount=1_000, currency="usd", destination=shop)
    booked = received(till, made, shop)
    assert (booked["amount"], booked["currency"], booked["exchange_rate"]) == (1_000, "usd", None)
    all_even(till, shop, {"usd": 0})


def test_what_a_destination_charge_passes_on_and_its_fee(till: Till):
    shop = open_abroad(till)
    paid = till.pay(application_fee_amount=1_501, transfer_data={"destination": shop})
    charge = till.get(f"/v1/charges/{paid['latest_charge']}", expand=["transfer"])
    booked = received(till, charge["transfer"], shop)
    whole, rate = booked["amount"], booked["exchange_rate"]
    assert (charge["transfer"]["amount"], booked["currency"]) == (10_000, "eur")
    assert (whole, booked["fee"]) == (round(10_000 * rate), whole * 1_501 // 10_000)
    assert [(each["type"], each["amount"], each["currency"]) for each in booked["fee_details"]] == [
        ("application_fee", booked["fee"], "eur")]  # fmt: skip
    (fee,) = till.get("/v1/application_fees")["data"]
    assert (fee["amount"], fee["currency"]) == (1_501, "usd")
    assert till.transactions()[-1] == ("application_fee", 1_501, 0, "pending")
    assert there(till, shop)["pending"] == booked["net"]
    all_even(till, shop, {"usd": 10_000 - 1_501, "eur": booked["fee"] - whole})
    both = {"reverse_transfer": True, "refund_application_fee": True}
    till.post("/v1/refunds", charge=charge["id"], amount=3_333, **both)
    all_even(till, shop, {"usd": 10_000 - 3_333 - 1_501 + 500})
    till.pass_time(days=4)
    till.mature()
    assert "pending" not in there(till, shop)
    path = f"/v1/transfers/{charge['transfer']['id']}/reversals"
    till.post(path, amount=1_667, refund_application_fee=True)
    till.post("/v1/refunds", charge=charge["id"], **both)
    assert there(till, shop) == {}
    assert till.ledger()["available"] == -320
    all_even(till, shop, {"usd": 0, "eur": 0})
    shown = till.get("/v1/balance_transactions", shop, limit=100)["data"]
    assert {(each["currency"], each["exchange_rate"]) for each in shown} == {("eur", rate)}


@pytest.mark.parametrize("currency", ["usd", "gbp"])
def test_a_payment_is_converted_once_where_it_comes_and_once_where_it_goes(
    till: Till, currency: str
):
    """It is paid in eur; the platform is paid out in usd, and the shop in another currency."""
    shop = open_abroad(till, currency)
    rest = {"currency": "eur", "transfer_data": {"destination": shop}}
    paid = till.pay(application_fee_amount=1_501, **rest)
    charge = till.get(f"/v1/charges/{paid['latest_charge']}",
                      expand=["transfer", "balance_transaction"])  # fmt: skip
    came, transfer = charge["balance_transaction"], charge["transfer"]
    assert (transfer["amount"], transfer["currency"]) == (came["amount"], "usd")
    (fee,) = till.get("/v1/application_fees", expand=["data.balance_transaction"])["data"]
    assert (fee["amount"], fee["currency"], charge["application_fee_amount"]) == (
        1_501, "eur", 1_501)  # fmt: skip
    gain = fee["balance_transaction"]
    assert (gain["amount"], gain["currency"], gain["exchange_rate"]) == (
        came["amount"] * 1_501 // 10_000, "usd", came["exchange_rate"])  # fmt: skip
    booked = received(till, transfer, shop)
    assert booked["fee"] == booked["amount"] * gain["amount"] // came["amount"]
    assert till.dues(shop) == {}
    both = {"reverse_transfer": True, "refund_application_fee": True}
    for amount in (3_333, 1, 6_666):
        till.post("/v1/refunds", charge=charge["id"], amount=amount, **both)
    till.pass_time(days=4)
    till.mature()
    assert there(till, shop, currency) == {}
    assert till.ledger()["available"] == -came["fee"]
    all_even(till, shop, {"usd": 0, "eur": 0, "gbp": 0})


def test_a_part_of_a_converted_payment_goes_on(till: Till):
    shop = open_abroad(till, "usd")
    data = {"destination": shop, "amount": 8_500}
    paid = till.pay(currency="eur", transfer_data=data)
    charge = till.get(f"/v1/charges/{paid['latest_charge']}",
                      expand=["transfer", "balance_transaction"])  # fmt: skip
    came = charge["balance_transaction"]["amount"]
    assert charge["transfer"]["amount"] == came * 8_500 // 10_000
    move = {"currency": "usd", "destination": shop, "source_transaction": charge["id"]}
    left = came - charge["transfer"]["amount"]
    assert till.refused("/v1/transfers", amount=left + 1, **move)["code"] == "amount_too_large"
    till.post("/v1/transfers", amount=left, **move)
    assert there(till, shop, "usd")["pending"] == came


def test_the_fee_of_a_direct_charge_arrives_in_the_currency_of_the_platform(till: Till):
    shop = open_abroad(till)
    paid = till.pay(account=shop, currency="eur", application_fee_amount=1_501)
    (fee,) = till.get("/v1/application_fees", expand=["data.balance_transaction"])["data"]
    gain = fee["balance_transaction"]
    assert (fee["amount"], fee["currency"], gain["currency"]) == (1_501, "eur", "usd")
    assert gain["amount"] == round(1_501 * gain["exchange_rate"]) == till.ledger()["pending"]
    (booked,) = till.get("/v1/balance_transactions", shop)["data"]
    assert [each["amount"] for each in booked["fee_details"]][-1] == 1_501
    assert booked["exchange_rate"] is None
    all_even(till, shop, {"eur": 1_501, "usd": -gain["amount"]})
    path = f"/v1/application_fees/{fee['id']}/refunds"
    till.post(path, amount=500)
    till.post("/v1/refunds", shop, payment_intent=paid["id"], amount=1)
    till.post(path)
    assert till.ledger().get("pending", 0) == 0
    all_even(till, shop, {"eur": 0, "usd": 0})


def test_what_waits_for_a_bank_goes_on_at_once_when_it_has_come(till: Till):
    """Nothing stands in its way: where there is no rate any more, it keeps its currency."""
    europe = open_abroad(till)
    nowhere = till.open_shop(default_currency="ars")
    banks = f"/v1/accounts/{nowhere}/external_accounts"
    (bank,) = till.get(banks)["data"]
    debit = {"payment_method": "pm_usBankAccount_success",
             "allowed_payment_method_types": ["us_bank_account"]}  # fmt: skip
    fee = {"application_fee_amount": 1_000}
    made = [till.pay(transfer_data={"destination": shop}, **fee, **debit)
            for shop in (europe, nowhere)]  # fmt: skip
    assert till.ask("DELETE", f"{banks}/{bank['id']}").status == 200
    for each in made:
        assert till.hear(each["latest_charge"], "submitted") == 1
        assert till.hear(each["latest_charge"], "settled") == 1
    till.pass_time(days=15)
    till.work_off()
    till.mature()
    (one,) = till.get("/v1/transfers", destination=europe)["data"]
    rate = received(till, one, europe)["exchange_rate"]
    whole = round(10_000 * rate)
    assert there(till, europe)["available"] == whole - whole * 1_000 // 10_000
    assert till.ledger(nowhere)["available"] == 9_000
    assert till.dues(europe, nowhere) == {}


def test_a_debited_account_pays_in_its_currency_and_the_platform_has_its_own(till: Till):
    shop = open_abroad(till)
    till.fund(10_000)
    till.post("/v1/transfers", amount=9_000, currency="usd", destination=shop)
    before = till.ledger()["available"]
    made = till.post("/v1/charges", amount=5_000, currency="eur", source=shop,
                     expand=["balance_transaction"])  # fmt: skip
    booked = made["balance_transaction"]
    assert (booked["currency"], booked["amount"]) == (
        "usd", round(5_000 * booked["exchange_rate"]))  # fmt: skip
    assert till.ledger()["available"] == before + booked["amount"]
    had = there(till, shop)["available"]
    till.post(f"/v1/transfers/{made['source_transfer']}/reversals", shop)
    assert there(till, shop)["available"] == had + 5_000
    assert till.ledger()["available"] == before
    assert till.dues(shop) == {}


def test_what_a_payment_on_behalf_of_an_account_brings_needs_no_conversion(till: Till):
    shop = open_abroad(till)
    paid = till.pay(currency="eur", on_behalf_of=shop, transfer_data={"destination": shop})
    transfer = till.get(f"/v1/charges/{paid['latest_charge']}", expand=["transfer"])["transfer"]
    booked = received(till, transfer, shop)
    assert (booked["amount"], booked["currency"], booked["exchange_rate"]) == (10_000, "eur", None)
    all_even(till, shop, {"usd": 0, "eur": 0})


def test_a_part_of_a_payment_is_pending_as_long_as_that_and_kept_back(till: Till):
    shop = open_abroad(till)
    plan = {"days_after_charge": 30}
    till.post("/v1/reserve/plans", shop, percent=10, type="rolling_release", rolling_release=plan)
    paid = till.pay()
    move = {"currency": "usd", "destination": shop, "source_transaction": paid["latest_charge"]}
    made = till.post("/v1/transfers", amount=8_500, **move)
    booked = received(till, made, shop)
    assert (booked["status"], booked["amount"]) == (
        "pending", round(8_500 * booked["exchange_rate"]))  # fmt: skip
    kept = booked["amount"] // 10
    (held,) = till.get("/v1/reserve/holds", shop)["data"]
    assert (held["amount"], held["currency"]) == (kept, "eur")
    assert there(till, shop)["pending"] == booked["amount"] - kept
    till.post(f"/v1/transfers/{made['id']}/reversals")
    assert there(till, shop) == {}
    till.post("/v1/transfers", amount=10_000 - 8_500, **move)
    assert till.refused("/v1/transfers", amount=1, **move)["code"] == "amount_too_large"
    till.pass_time(days=4)
    till.mature()
    rest = round(1_500 * booked["exchange_rate"])
    assert there(till, shop)["available"] == rest - rest // 10


def test_what_cannot_arrive_is_refused_before_anything_happens(till: Till):
    till.fund(1_000)
    nowhere = open_abroad(till, "ars")
    before = till.ledger()
    move = {"currency": "usd", "destination": nowhere}
    error = till.refused("/v1/transfers", amount=100, **move)
    assert (error["status"], error["code"], error["param"]) == (
        400, "currency_not_supported", "currency")  # fmt: skip
    bank = {"payment_method": "pm_usBankAccount_success",
            "allowed_payment_method_types": ["us_bank_account"]}  # fmt: skip
    for way in ({"payment_method": till.card()}, bank):
        refused = till.try_to_pay(transfer_data={"destination": nowhere}, **way)
        assert (refused.status, refused.error["code"]) == (400, "currency_not_supported")
    assert till.acquirer.asked == []
    small = till.refused("/v1/transfers", amount=1, currency="inr", destination=open_abroad(till))
    assert (small["code"], small["param"]) == ("amount_too_small", "amount")
    assert till.ledger() == before
