"""What an invoice would be is what it then is, and seeing it changes nothing."""

from typing import Any

import pytest

from tests.billing.test_invoices import customer, item, shown
from tests.payments.till import Till
from tests.resources.shapes import faults

DAY = 86_400


@pytest.fixture
def tea(till: Till) -> str:
    return till.post("/v1/products", name="Tea")["id"]


def price(till: Till, product: str, amount: int, interval: str = "month") -> str:
    return till.post("/v1/prices", product=product, currency="usd", unit_amount=amount,
                     recurring={"interval": interval})["id"]  # fmt: skip


def preview(till: Till, **params: Any) -> Any:
    """Return a preview, after which everything is as it was."""
    before = till.events()
    found = till.post("/v1/invoices/create_preview", **params)
    assert till.events() == before
    assert faults(found, "Invoice") == []
    assert (found["status"], found["number"]) == ("draft", None)
    assert till.ask("GET", f"/v1/invoices/{found['id']}").status == 404
    return found


def amounts(invoice: Any) -> list[tuple[int, str]]:
    return [(line["amount"], line["description"]) for line in invoice["lines"]["data"]]


def test_what_waits_is_shown_with_what_would_be_owed_besides(till: Till) -> None:
    who = customer(till)
    assert till.refused("/v1/invoices/create_preview", customer=who)["code"] == (
        "invoice_upcoming_none"
    )
    item(till, who, 700)
    till.post(f"/v1/customers/{who}/balance_transactions", amount=-100, currency="usd")
    seen = preview(till, customer=who, invoice_items=[{"amount": 50, "description": "More"}])
    assert (seen["total"], seen["amount_due"], seen["starting_balance"]) == (750, 650, -100)
    many = [{"amount": 10, "currency": "usd"}] * 11
    seen = preview(till, customer=who, invoice_items=many)
    assert len(seen["lines"]["data"]) == 12
    assert not seen["lines"]["has_more"]
    assert till.get(f"/v1/customers/{who}")["balance"] == -100


def test_the_next_invoice_of_a_subscription_is_as_it_was_shown(till: Till, tea: str) -> None:
    who = customer(till)
    made = till.post("/v1/subscriptions", customer=who, items=[{"price": price(till, tea, 900)}])
    item(till, who, 300)
    seen = preview(till, subscription=made["id"])
    assert (seen["total"], seen["billing_reason"]) == (1_200, "upcoming")
    till.pass_time(seconds=made["items"]["data"][0]["current_period_end"]
                   - int(till.clock.now().timestamp()))  # fmt: skip
    till.work_off()
    latest = till.get(f"/v1/subscriptions/{made['id']}")["latest_invoice"]
    assert amounts(shown(till, {"id": latest})) == amounts(seen)


@pytest.mark.parametrize("behavior", ["create_prorations", "always_invoice"])
def test_a_change_costs_what_was_shown(till: Till, tea: str, behavior: str) -> None:
    who = customer(till)
    made = till.post("/v1/subscriptions", customer=who, items=[{"price": price(till, tea, 1_000)}])
    first = made["items"]["data"][0]
    till.pass_time(seconds=(first["current_period_end"] - first["current_period_start"]) // 2)
    change = {"items": [{"id": first["id"], "price": price(till, tea, 3_000)}],
              "proration_behavior": behavior}  # fmt: skip
    seen = preview(till, subscription=made["id"], subscription_details=change)
    asked = len(till.acquirer.asked)
    assert (
        preview(till, subscription=made["id"], subscription_details=change)["total"]
        == (seen["total"])
    )
    assert len(till.acquirer.asked) == asked
    assert seen["total"] == (1_000 if behavior == "always_invoice" else 4_000)
    till.post(f"/v1/subscriptions/{made['id']}", **change)
    if behavior == "create_prorations":
        till.pass_time(seconds=first["current_period_end"] - int(till.clock.now().timestamp()))
        till.work_off()
    latest = till.get(f"/v1/subscriptions/{made['id']}")["latest_invoice"]
    assert sorted(amounts(shown(till, {"id": latest}))) == sorted(amounts(seen))


def test_a_subscription_that_is_not_there_yet_is_shown(till: Till, tea: str) -> None:
    who = customer(till)
    named = {"items": [{"price": price(till, tea, 1_000), "quantity": 3}]}
    half = till.post("/v1/coupons", percent_off=50)["id"]
    seen = preview(till, customer=who, subscription_details=named, discounts=[{"coupon": half}])
    assert (seen["subtotal"], seen["total"]) == (3_000, 1_500)
    assert till.get(f"/v1/coupons/{half}")["times_redeemed"] == 0
    assert till.get("/v1/subscriptions", customer=who)["data"] == []
    made = till.post("/v1/subscriptions", customer=who, discounts=[{"coupon": half}], **named)
    latest = shown(till, {"id": made["latest_invoice"]})
    assert (latest["total"], amounts(latest)) == (1_500, amounts(seen))


def test_what_is_upcoming_is_told_of_once_three_days_before(till: Till, tea: str) -> None:
    who, monthly = customer(till), price(till, tea, 3_000)

    def begun(**terms: Any) -> Any:
        return till.post("/v1/subscriptions", customer=who, items=[{"price": monthly}], **terms)

    tried, (end, *_) = begun(trial_period_days=2), [begun(), begun(cancel_at_period_end=True)]
    till.post(f"/v1/subscriptions/{begun()['id']}", pause_collection={"behavior": "void"})
    till.work_off()
    assert upcoming(till) == [(tried["id"], 3_000)]
    till.post("/v1/invoiceitems", customer=who, amount=500, subscription=end["id"])
    left = end["items"]["data"][0]["current_period_end"] - int(till.clock.now().timestamp())
    till.pass_time(seconds=left - 3 * DAY)
    till.work_off()
    till.post(f"/v1/subscriptions/{end['id']}", cancel_at_period_end=True)
    till.post(f"/v1/subscriptions/{end['id']}", cancel_at="")
    till.work_off()
    assert upcoming(till)[1:] == [(end["id"], 3_500)]


def upcoming(till: Till) -> list[tuple[str, int]]:
    found = till.get("/v1/events", type="invoice.upcoming")["data"]
    invoices = [each["data"]["object"] for each in reversed(found)]
    for each in invoices:
        assert faults(each, "Invoice") == []
    return [(each["parent"]["subscription_details"]["subscription"], each["amount_due"])
            for each in invoices]  # fmt: skip
