"""Subscriptions that begin on a page: paid first, tried first, given up; by sessions and links."""

from typing import Any

from tests.catalogue.test_coupons import code, coupon
from tests.checkout.shop import (
    CHALLENGED,
    DECLINED,
    DONE,
    TYPED,
    customer,
    led,
    price,
    state,
    text_of,
)
from tests.resources.office import Office
from tests.resources.shapes import faults

SESSIONS = "/v1/checkout/sessions"
DAY = 86_400


def monthly(office: Office, amount: int = 1_500, **others: Any) -> str:
    return price(office, amount, recurring={"interval": "month"}, **others)


def session(office: Office, *prices: str, **params: Any) -> Any:
    items = [{"price": each, "quantity": 1} for each in prices or [monthly(office)]]
    given = {"line_items": items, "mode": "subscription", "success_url": DONE, **params}
    return office.post(SESSIONS, **given)


def subscription(office: Office, name: str) -> Any:
    shown = office.get(f"{SESSIONS}/{name}", expand=["subscription", "invoice"])
    assert shown["subscription"]["latest_invoice"] == shown["invoice"]["id"]
    return shown["subscription"] | {"invoice": shown["invoice"]}


def test_somebody_subscribes_on_the_page(office: Office) -> None:
    once = price(office, 500)
    made = session(office, monthly(office), once, subscription_data={"metadata": {"a": "b"}})
    assert faults(made, "checkout.Session") == []
    assert (made["amount_total"], made["payment_method_collection"]) == (2_000, "always")
    browser, page = customer(office, made["url"])
    told = text_of(page)
    assert "What you subscribe to costs 15.00 USD per month until you cancel." in told
    assert "Total today 20.00 USD" in told
    assert "Subscribe and pay 20.00 USD" in told
    assert led(browser, browser.submit(page, TYPED)) == DONE.replace(
        "{CHECKOUT_SESSION_ID}", made["id"]
    )
    begun = subscription(office, made["id"])
    assert (begun["status"], begun["metadata"]) == ("active", {"a": "b"})
    assert begun["invoice"]["status"] == "paid"
    assert begun["invoice"]["amount_paid"] == 2_000
    assert begun["default_payment_method"] is not None
    assert state(office, made["id"]) == ("complete", "paid")
    assert "You are subscribed" in text_of(browser.open(made["url"]))
    office.pass_time(days=31)
    while office.work():
        pass
    office.pass_time(hours=1)
    while office.work():
        pass
    invoices = office.get("/v1/invoices", subscription=begun["id"])["data"]
    assert [each["amount_paid"] for each in invoices] == [1_500, 2_000]


def test_what_is_sold_on_one_page_alone_is_subscribed_to(office: Office) -> None:
    data = {"currency": "usd", "product_data": {"name": "Tea"}, "unit_amount": 900}
    items = [{"price_data": data | {"recurring": {"interval": "week"}}, "quantity": 2},
             {"price_data": data}]  # fmt: skip
    made = session(office, line_items=items)
    browser, page = customer(office, made["url"])
    assert "2 at 9.00 USD each per week" in text_of(page)
    led(browser, browser.submit(page, TYPED))
    begun = subscription(office, made["id"])
    assert (begun["status"], begun["invoice"]["amount_paid"]) == ("active", 2_700)


def test_a_declined_card_leaves_nobody_subscribed_until_another_one_pays(office: Office) -> None:
    made = session(office, customer=office.post("/v1/customers", name="Ada")["id"])
    browser, page = customer(office, made["url"])
    again = browser.submit(page, TYPED | {"card_number": DECLINED})
    assert "Nothing has been charged" in text_of(again)
    (waiting,) = office.get("/v1/subscriptions")["data"]
    assert (waiting["status"], waiting["customer"]) == ("incomplete", made["customer"])
    led(browser, browser.submit(again, TYPED))
    assert subscription(office, made["id"])["status"] == "active"
    assert len(office.get("/v1/invoices")["data"]) == 1


def test_whoever_plays_the_customer_subscribes_without_the_page(office: Office) -> None:
    countries = {"allowed_countries": ["GB"]}
    made = session(office, shipping_address_collection=countries)
    path = f"/v1/payment_pages/{made['id']}/confirm"
    declined = office.refused(path, payment_method="pm_card_chargeDeclined")
    assert declined["code"] == "card_declined"
    done = office.post(path, payment_method="pm_card_visa")
    assert (done["status"], done["payment_status"]) == ("complete", "paid")
    assert subscription(office, made["id"])["status"] == "active"
    assert office.events().count("customer.subscription.created") == 1


def test_a_page_that_nobody_pays_in_begins_nothing(office: Office) -> None:
    made = session(office)
    browser, page = customer(office, made["url"])
    browser.submit(page, TYPED | {"card_number": DECLINED})
    office.post(f"{SESSIONS}/{made['id']}/expire")
    (gone,) = office.get("/v1/subscriptions", status="all")["data"]
    assert gone["status"] == "incomplete_expired"
    assert [each["status"] for each in office.get("/v1/invoices")["data"]] == ["void"]
    assert [each["status"] for each in office.get("/v1/payment_intents")["data"]] == ["canceled"]


def test_whoever_proves_who_they_are_is_subscribed(office: Office) -> None:
    made = session(office)
    browser, page = customer(office, made["url"])
    answer = browser.submit(page, TYPED | {"card_number": CHALLENGED})
    assert answer.status_code == 303
    authenticate_invoice(office, made["id"])
    led(browser, browser.open(made["url"] + "/return"))
    while office.work():
        pass
    assert subscription(office, made["id"])["status"] == "active"
    assert state(office, made["id"]) == ("complete", "paid")


def authenticate_invoice(office: Office, name: str) -> None:
    assert office.get(f"{SESSIONS}/{name}")["payment_intent"] is None
    intent = office.get("/v1/payment_intents")["data"][0]["id"]
    office.post(f"/v1/test_helpers/payment_intents/{intent}/authenticate", outcome="succeeded")


def test_a_bank_account_is_debited_for_a_subscription(office: Office) -> None:
    data = {"currency": "eur", "product_data": {"name": "Tea"}, "unit_amount": 900,
            "recurring": {"interval": "year"}}  # fmt: skip
    made = session(office, line_items=[{"price_data": data}], payment_method_types=["sepa_debit"])
    browser, page = customer(office, made["url"])
    assert "debit" in text_of(page)
    led(browser, browser.submit(page, TYPED | {"iban": "AT61 1904 3002 3457 3201"}))
    assert state(office, made["id"]) == ("complete", "unpaid")
    begun = subscription(office, made["id"])
    assert (begun["status"], begun["invoice"]["status"]) == ("active", "open")
    charge = office.get("/v1/charges")["data"][0]["id"]
    for heard in ("submitted", "settled"):
        assert office.hear(charge, heard) == 1
    office.pass_time(days=90)
    while office.work():
        pass
    after = subscription(office, made["id"])
    assert (after["status"], after["invoice"]["status"]) == ("active", "paid")
    assert after["default_payment_method"] is not None
    assert state(office, made["id"]) == ("complete", "paid")


def test_a_trial_costs_nothing_yet_and_has_something_to_pay_by(office: Office) -> None:
    made = session(office, subscription_data={"trial_period_days": 7})
    assert (made["amount_total"], made["payment_status"]) == (0, "unpaid")
    browser, page = customer(office, made["url"])
    told = text_of(page)
    assert "Nothing to pay yet" in told
    assert "15.00 USD per month after 7 free days until you cancel." in told
    declined = browser.submit(page, TYPED | {"card_number": DECLINED})
    assert office.get("/v1/subscriptions")["data"] == []
    led(browser, browser.submit(declined, TYPED))
    begun = subscription(office, made["id"])
    assert (begun["status"], begun["trial_end"] - begun["trial_start"]) == ("trialing", 7 * DAY)
    assert begun["default_payment_method"] is not None
    assert state(office, made["id"]) == ("complete", "no_payment_required")
    office.pass_time(days=7)
    while office.work():
        pass
    office.pass_time(hours=1)
    while office.work():
        pass
    after = office.get(f"/v1/subscriptions/{begun['id']}", expand=["latest_invoice"])
    assert (after["status"], after["latest_invoice"]["amount_paid"]) == ("active", 1_500)


def test_a_coupon_makes_the_first_months_cheaper(office: Office) -> None:
    name = coupon(office, percent_off=20, duration="repeating", duration_in_months=3,
                  max_redemptions=1)  # fmt: skip
    code(office, coupon=name, code="HELLO")
    made = session(office, allow_promotion_codes=True)
    browser, _ = customer(office, made["url"])
    page = browser.open(made["url"] + "?promotion_code=hello")
    assert "hello (20% off) -3.00 USD Total today 12.00 USD" in text_of(page)
    again = browser.submit(page, TYPED | {"card_number": DECLINED})
    led(browser, browser.submit(again, TYPED))
    begun = subscription(office, made["id"])
    assert begun["invoice"]["amount_paid"] == 1_200
    (discount,) = begun["discounts"]
    shown = office.get(f"{SESSIONS}/{made['id']}", expand=["line_items", "total_details.breakdown"])
    (whole,) = shown["total_details"]["breakdown"]["discounts"]
    assert (whole["amount"], whole["discount"]["id"]) == (300, discount)
    assert shown["line_items"]["data"][0]["discounts"] == [whole]
    assert office.get(f"/v1/coupons/{name}")["times_redeemed"] == 1


def test_a_link_subscribes_whoever_visits_it(office: Office) -> None:
    items = [{"price": monthly(office), "quantity": 2}]
    data = {"description": "Tea", "trial_period_days": 3, "metadata": {"a": "b"}}
    link = office.post("/v1/payment_links", line_items=items, subscription_data=data)
    assert faults(link, "PaymentLink") == []
    changed = office.post(f"/v1/payment_links/{link['id']}",
                          subscription_data={"trial_period_days": ""})  # fmt: skip
    assert changed["subscription_data"]["trial_period_days"] is None
    browser, page = customer(office, link["url"])
    assert "2 at 15.00 USD each per month" in text_of(page)
    assert browser.submit(page, TYPED).status_code == 303
    (paid,) = office.get(SESSIONS, payment_link=link["id"])["data"]
    begun = subscription(office, paid["id"])
    assert (begun["status"], begun["description"]) == ("active", "Tea")
    assert (begun["metadata"], begun["items"]["data"][0]["quantity"]) == ({"a": "b"}, 2)
    assert office.get(SESSIONS, subscription=begun["id"])["data"][0]["id"] == paid["id"]


def test_what_is_no_subscription_is_refused(office: Office) -> None:
    month, once = monthly(office), price(office)
    owes = office.post("/v1/customers", balance=700)["id"]
    yearly = price(office, recurring={"interval": "year"})
    items = [{"price": month, "quantity": 1}]
    refused: list[tuple[dict[str, Any], str]] = [
        ({"mode": "payment"}, "line_items[0]"),
        ({"line_items": [{"price": once, "quantity": 1}]}, "line_items"),
        ({"line_items": [*items, {"price": yearly, "quantity": 1}]}, "line_items"),
        ({"line_items": [*items, *items]}, "line_items[1]"),
        ({"customer": owes}, "customer"),
        ({"customer_creation": "always"}, "customer_creation"),
        ({"payment_intent_data": {"description": "x"}}, "payment_intent_data"),
        ({"payment_method_types": ["us_bank_account"]}, "payment_method_types"),
        ({"payment_method_collection": "if_required"}, "payment_method_collection"),
        ({"subscription_data": {"trial_end": 1}}, "subscription_data[trial_end]"),
        ({"subscription_data": {"on_behalf_of": "acct_none"}}, "subscription_data[on_behalf_of]"),
        ({"subscription_data": {"on_behalf_of": "acct_none", "trial_period_days": 1}},
         "subscription_data[on_behalf_of]"),
        ({"mode": "payment", "line_items": [{"price": once}], "submit_type": "subscribe"},
         "submit_type"),
        ({"subscription_data": {"application_fee_percent": "5"}},
         "subscription_data[application_fee_percent]"),
        ({"subscription_data": {"billing_cycle_anchor": 1}},
         "subscription_data[billing_cycle_anchor]"),
        ({"subscription_data": {"transfer_data": {"destination": "acct_none"}}},
         "subscription_data[transfer_data][destination]"),
    ]  # fmt: skip
    for sent, param in refused:
        given = {"mode": "subscription", "line_items": items, "success_url": DONE, **sent}
        assert office.refused(SESSIONS, **given)["param"] == param, sent
    assert office.get("/v1/subscriptions", status="all")["data"] == []
    assert office.events() == [
        *["product.created", "price.created"] * 2, "customer.created",
        "product.created", "price.created",
    ]  # fmt: skip
    for sent, param in (
        ({"application_fee_amount": 5}, "application_fee_amount"),
        ({"payment_intent_data": {"description": "x"}}, "payment_intent_data"),
    ):
        assert office.refused("/v1/payment_links", line_items=items, **sent)["param"] == param
