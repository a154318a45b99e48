"""The page: somebody pays on it in a browser without scripts, as often as it takes, and once."""

import asyncio
import re
from typing import Any
from urllib.parse import urlencode

import pytest

from bezant.rail.cards import Acquirer
from tests.checkout.shop import (
    BACK,
    CHALLENGED,
    DECLINED,
    DONE,
    TYPED,
    Counting,
    authenticate,
    customer,
    led,
    price,
    session,
    state,
    text_of,
)
from tests.resources.office import Office

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def done(name: str) -> str:
    return DONE.replace("{CHECKOUT_SESSION_ID}", name)


def test_somebody_pays_on_the_page(office: Office) -> None:
    made = session(office)
    browser, page = customer(office, made["url"])
    told = text_of(page)
    assert "T-shirt &lt;XL&gt; 2 at 15.00 USD each" in told
    assert "Pay 30.00 USD" in told
    assert f'href="{BACK}"' in page.text
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert policy.endswith("form-action 'self'")
    assert page.headers["X-Frame-Options"] == "DENY"
    assert page.headers["Cache-Control"] == "no-store"
    assert led(browser, browser.submit(page, TYPED)) == done(made["id"])
    shown = office.get(f"/v1/checkout/sessions/{made['id']}")
    assert (shown["status"], shown["payment_status"]) == ("complete", "paid")
    details = shown["customer_details"]
    assert (details["email"], details["name"]) == ("ada@example.com", "Ada Byron")
    assert details["address"]["country"] == "GB"
    ended = text_of(browser.open(made["url"]))
    assert "Payment complete" in ended
    assert "Amount paid 30.00 USD" in ended
    charge = office.get("/v1/charges")["data"][0]
    method = office.get(f"/v1/payment_methods/{charge['payment_method']}")
    assert method["card"]["checks"]["cvc_check"] == "pass"


WRONG = [
    ("card_number", "", "Enter the number on the card."),
    ("card_number", "4242 4242 4242 4241", "Your card number is incorrect."),
    ("card_expiry", "next year", "04 / 29"),
    ("card_expiry", "12 / 19", "expiration year is invalid"),
    ("card_cvc", "12", "security code is invalid"),
    ("email", "nobody", "no e-mail address"),
    ("country", "XX", "Choose a country."),
    ("name", "", "Enter the name"),
]


def test_what_is_wrong_is_said_beside_its_field(office: Office) -> None:
    made = session(office)
    browser, page = customer(office, made["url"])
    for field, value, said in WRONG:
        page = browser.submit(page, TYPED | {field: value})
        assert page.status_code == 200
        beside = re.search(rf'name="{field}"[^>]*aria-invalid="true".*?id="{field}-wrong">([^<]*)',
                           page.text, re.DOTALL)  # fmt: skip
        assert beside, field
        assert said in beside[1]
        assert 'value="Ada Byron"' in page.text or field == "name"
        assert 'value="4242' not in page.text
    assert state(office, made["id"]) == ("open", "unpaid")
    assert led(browser, browser.submit(page, TYPED)) == done(made["id"])


def test_a_declined_card_is_followed_by_another(office: Office) -> None:
    made = session(office)
    browser, page = customer(office, made["url"])
    again = browser.submit(page, TYPED | {"card_number": DECLINED})
    assert "Your card was declined." in text_of(again)
    assert "<title>Error: 30.00 USD" in again.text
    assert 'role="alert" tabindex="-1" autofocus' in again.text
    reloaded = browser.submit(page, TYPED | {"card_number": DECLINED})
    assert "Your card was declined." in text_of(reloaded)
    assert len(office.listed("/v1/charges")) == 1, "the same form is not tried again"
    assert led(browser, browser.submit(again, TYPED)) == done(made["id"])


@pytest.mark.parametrize("mode", ["payment", "subscription"])
def test_a_form_that_is_sent_twice_at_once_pays_once(office: Office, mode: str) -> None:
    often = {"recurring": {"interval": "month"}} if mode == "subscription" else {}
    items = [{"price": price(office, **often), "quantity": 2}]
    made = session(office, line_items=items, mode=mode)
    browser, page = customer(office, made["url"])
    hidden = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page.text))
    body = urlencode(TYPED | hidden)

    async def both():
        send = browser.client.post
        posts = [send(made["url"], content=body, headers=FORM) for _ in range(3)]
        return await asyncio.gather(*posts)

    assert [led(browser, answer) for answer in office.run(both())] == [done(made["id"])] * 3
    assert len(office.listed("/v1/payment_intents")) == 1
    (charge,) = office.get("/v1/charges")["data"]
    assert (charge["amount_captured"], charge["paid"]) == (3_000, True)
    for told in ("checkout.session.completed", "charge.succeeded"):
        assert office.events().count(told) == 1
    assert len(office.listed("/v1/subscriptions", status="all")) == len(often)


def test_the_form_is_only_taken_from_the_page(office: Office) -> None:
    made = session(office)
    browser, page = customer(office, made["url"])
    stranger, _ = customer(office, made["url"])
    for forged in (browser.submit(page, TYPED, token="x"), stranger.submit(page, TYPED)):
        assert "Enter the numbers again" in text_of(forged)
    assert state(office, made["id"]) == ("open", "unpaid")
    assert office.listed("/v1/payment_intents") == []
    for place in (made["url"][:-1] + ("0" if made["url"][-1] != "0" else "1"), "/c/pay/x"):
        assert browser.open(place).status_code == 404


def test_a_cardholder_proves_who_they_are_and_comes_back(office: Office) -> None:
    made = session(office)
    browser, page = customer(office, made["url"])
    asked = browser.submit(page, TYPED | {"card_number": CHALLENGED})
    assert asked.status_code == 303
    assert "/authenticate/" in asked.headers["Location"]
    assert "How you pay" in text_of(browser.enter(made["url"] + "/return"))
    authenticate(office, made["id"], "failed")
    back = browser.enter(made["url"] + "/return")
    assert "could not confirm that it was you" in text_of(back)
    again = browser.submit(back, TYPED | {"card_number": CHALLENGED})
    assert "/authenticate/" in again.headers["Location"]
    authenticate(office, made["id"], "succeeded")
    assert led(browser, browser.open(made["url"] + "/return")) == done(made["id"])
    assert state(office, made["id"]) == ("complete", "paid")
    while office.work():
        pass
    assert office.events().count("checkout.session.completed") == 1


def test_whoever_goes_back_from_their_bank_pays_by_another_card(office: Office) -> None:
    made = session(office)
    browser, page = customer(office, made["url"])
    challenged = TYPED | {"card_number": CHALLENGED}
    for _ in range(2):  # The same form again is the same attempt.
        assert "/authenticate/" in browser.submit(page, challenged).headers["Location"]
    assert led(browser, browser.submit(page, TYPED)) == done(made["id"])
    (charge,) = office.get("/v1/charges")["data"]
    assert charge["payment_method_details"]["card"]["last4"] == "4242"


def test_a_page_expires(office: Office) -> None:
    made = session(office)
    browser, page = customer(office, made["url"])
    office.pass_time(hours=24)
    late = browser.submit(page, TYPED)
    assert "This page has expired" in text_of(late)
    assert f'href="{BACK}"' in late.text
    assert office.listed("/v1/payment_intents") == []


@pytest.mark.parametrize("by_page", [True, False], ids=["page", "api"])
def test_what_is_held_for_a_session_that_ends_meanwhile_goes_back(
    office: Office, monkeypatch: pytest.MonkeyPatch, *, by_page: bool
) -> None:
    made = session(office)
    browser, page = customer(office, made["url"])
    path = f"/v1/checkout/sessions/{made['id']}/expire"
    acquirer = Counting(office.runtime.ports[Acquirer], lambda: office.send("POST", path))
    monkeypatch.setitem(office.runtime.ports, Acquirer, acquirer)
    if by_page:
        assert "This page has expired" in text_of(browser.submit(page, TYPED))
    else:
        confirm = f"/v1/payment_pages/{made['id']}/confirm"
        told = office.refused(confirm, payment_method="pm_card_visa")
        assert told["code"] == "checkout_session_not_open"
    assert len(acquirer.held) == 1
    while office.work():
        pass
    assert acquirer.held == set()
    assert office.listed("/v1/charges") == []


def test_a_page_asks_for_what_it_is_told_to(office: Office) -> None:
    made = session(
        office,
        billing_address_collection="required",
        phone_number_collection={"enabled": True},
        customer_email="grace@example.com",
        submit_type="donate",
        custom_text={"submit": {"message": "No <refunds>."}, "after_submit": {"message": "Ta!"}},
    )
    browser, page = customer(office, made["url"])
    assert "E-mail: grace@example.com" in text_of(page)
    assert "Donate 30.00 USD" in text_of(page)
    assert "No &lt;refunds&gt;." in page.text
    assert "<legend>Billing address</legend>" in page.text
    short = browser.submit(page, TYPED)
    assert short.text.count('aria-invalid="true"') == 3
    whole = TYPED | {"line1": "1 High St", "city": "London", "phone": "+44 20 7946 0000"}
    assert led(browser, browser.submit(short, whole)) == done(made["id"])
    details = office.get(f"/v1/checkout/sessions/{made['id']}")["customer_details"]
    assert (details["email"], details["phone"]) == ("grace@example.com", "+44 20 7946 0000")
    assert details["address"]["line1"] == "1 High St"
    assert "Ta!" in text_of(browser.open(made["url"]))


COLLECTS: dict[str, Any] = {
    "custom_fields": [
        {"key": "engraving", "label": {"type": "custom", "custom": "Engraving <3"}, "type": "text",
         "text": {"minimum_length": 2, "maximum_length": 5}},
        {"key": "size", "label": {"type": "custom", "custom": "Size"}, "type": "dropdown",
         "optional": True, "dropdown": {"default_value": "l", "options": [
             {"label": "Small", "value": "s"}, {"label": "Large", "value": "l"}]}},
        {"key": "number", "label": {"type": "custom", "custom": "Number"}, "type": "numeric"},
    ],
    "shipping_address_collection": {"allowed_countries": ["DE", "FR"]},
    "name_collection": {"business": {"enabled": True}, "individual": {"enabled": False}},
    "consent_collection": {"terms_of_service": "required", "promotions": "auto"},
    "custom_text": {"shipping_address": {"message": "Not on Mondays."},
                    "terms_of_service_acceptance": {"message": "I agree to the rules."}},
}  # fmt: skip


def test_a_page_collects_what_a_merchant_wants_to_know(office: Office) -> None:
    made = session(office, **COLLECTS)
    assert made["custom_fields"][0]["text"]["value"] is None
    browser, page = customer(office, made["url"])
    assert "Not on Mondays." in text_of(page)
    assert "Germany" in text_of(page).partition("Card number")[0]
    told = {
        "custom_engraving": "x", "custom_number": "12a", "ship_name": "Grace", "ship_country": "GB",
        "ship_line1": "Hauptstr. 1", "ship_city": "Bonn", "ship_postal_code": "53111",
    }  # fmt: skip
    wrong = browser.submit(page, TYPED | told)
    for name in (
        "business_name",
        "custom_engraving",
        "custom_number",
        "ship_country",
        "terms_of_service",
    ):
        assert f'id="{name}-wrong"' in wrong.text, name
    assert wrong.text.count('aria-invalid="true"') == 5
    told |= {"business_name": "Byron & Co", "custom_engraving": "Ada", "custom_size": "s",
             "custom_number": "7", "ship_country": "DE", "terms_of_service": "yes"}  # fmt: skip
    assert led(browser, browser.submit(wrong, TYPED | told)) == done(made["id"])
    shown = office.get(f"/v1/checkout/sessions/{made['id']}", expand=["payment_intent"])
    values = [each[each["type"]]["value"] for each in shown["custom_fields"]]
    assert values == ["Ada", "s", "7"]
    assert shown["consent"] == {"promotions": "opt_out", "terms_of_service": "accepted"}
    assert shown["customer_details"]["business_name"] == "Byron & Co"
    sent_to = shown["collected_information"]["shipping_details"]
    assert (sent_to["name"], sent_to["address"]["city"]) == ("Grace", "Bonn")
    assert shown["payment_intent"]["shipping"]["address"]["country"] == "DE"
    link = office.post("/v1/payment_links", line_items=[{"price": price(office)}], **COLLECTS)
    assert "value" not in link["custom_fields"][0]["text"]
    _, page = customer(office, link["url"])
    assert "Engraving &lt;3" in page.text
    gone = office.post(f"/v1/payment_links/{link['id']}", custom_fields="",
                       shipping_address_collection="")  # fmt: skip
    assert (gone["custom_fields"], gone["shipping_address_collection"]) == ([], None)


def test_somebody_buys_another_quantity(office: Office) -> None:
    data = {"currency": "usd", "product_data": {"name": "Tea"}, "unit_amount": 1_500}
    limits = {"enabled": True, "minimum": 1, "maximum": 5}
    items = [{"price_data": data, "quantity": 2, "adjustable_quantity": limits},
             {"price_data": data}]  # fmt: skip
    made = session(office, line_items=items)
    browser, page = customer(office, made["url"])
    assert "Pay 45.00 USD" in text_of(page)
    many = browser.open(made["url"] + "?quantity_1=4&quantity_2=7&quantity_3=x")
    assert "Pay 75.00 USD" in text_of(many), "the second line is as it is"
    assert "Pay 90.00 USD" in text_of(browser.open(made["url"] + "?quantity_1=99"))
    declined = browser.submit(many, TYPED | {"card_number": DECLINED})
    assert "Pay 75.00 USD" in text_of(declined)
    fewer = browser.open(made["url"] + "?quantity_1=1")
    assert led(browser, browser.submit(fewer, TYPED)) == done(made["id"])
    shown = office.get(f"/v1/checkout/sessions/{made['id']}",
                       expand=["line_items", "payment_intent"])  # fmt: skip
    assert (shown["amount_total"], shown["payment_intent"]["amount_received"]) == (3_000, 3_000)
    first, second = shown["line_items"]["data"]
    assert (first["quantity"], first["amount_total"], second["quantity"]) == (1, 1_500, 1)
    assert first["adjustable_quantity"] == limits
    link = office.post("/v1/payment_links", line_items=items)
    browser, page = customer(office, link["url"] + "?quantity_1=3")
    assert browser.submit(page, TYPED).status_code == 303
    (paid,) = office.get("/v1/checkout/sessions", payment_link=link["id"])["data"]
    assert (paid["amount_total"], paid["payment_status"]) == (6_000, "paid")
    wrong = [{"price_data": data, "quantity": 9, "adjustable_quantity": limits}]
    refused = office.refused("/v1/payment_links", line_items=wrong)
    assert refused["param"] == "line_items[0][adjustable_quantity]"


def test_the_page_names_whoever_is_paid(office: Office) -> None:
    seller = office.open_shop(business_profile={"name": "Ada's <Shirts>"})
    made = session(office, seller)
    browser, page = customer(office, made["url"])
    assert "Ada&#x27;s &lt;Shirts&gt;" in page.text
    assert led(browser, browser.submit(page, TYPED)) == done(made["id"])
    assert state(office, made["id"], seller) == ("complete", "paid")


def test_a_card_is_saved_for_later(office: Office) -> None:
    known = office.post("/v1/customers", name="Ada")["id"]
    made = office.post("/v1/checkout/sessions", mode="setup", customer=known, success_url=DONE,
                       setup_intent_data={"metadata": {"plan": "tea"}})  # fmt: skip
    assert (made["amount_total"], made["payment_status"]) == (None, "no_payment_required")
    browser, page = customer(office, made["url"])
    assert "Save card" in text_of(page)
    declined = browser.submit(page, TYPED | {"card_number": DECLINED})
    assert "Your card was declined." in text_of(declined)
    asked = browser.submit(declined, TYPED | {"card_number": CHALLENGED})
    asking = browser.open(asked.headers["Location"])
    back = browser.submit(asking, {}, outcome="succeeded")
    assert led(browser, back) == done(made["id"])
    shown = office.get(f"/v1/checkout/sessions/{made['id']}", expand=["setup_intent"])
    assert (shown["status"], shown["payment_status"]) == ("complete", "no_payment_required")
    intent = shown["setup_intent"]
    assert (intent["status"], intent["metadata"]) == ("succeeded", {"plan": "tea"})
    assert office.listed(f"/v1/customers/{known}/payment_methods") == [intent["payment_method"]]
    other = office.post("/v1/checkout/sessions", mode="setup", success_url=DONE)
    browser, page = customer(office, other["url"])
    browser.submit(page, TYPED | {"card_number": CHALLENGED})
    waiting = office.get(f"/v1/checkout/sessions/{other['id']}")["setup_intent"]
    path = f"/v1/setup_intents/{waiting}/cancel"
    assert office.refused(path)["code"] == "setup_intent_unexpected_state"
    office.post(f"/v1/checkout/sessions/{other['id']}/expire")
    assert office.get(f"/v1/setup_intents/{waiting}")["status"] == "canceled"
