"""The page: somebody pays on it in a browser without scripts, as often as it takes, and once."""

import asyncio
import re
from urllib.parse import urlencode

from tests.checkout.shop import (
    BACK,
    CHALLENGED,
    DECLINED,
    DONE,
    TYPED,
    authenticate,
    customer,
    led,
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
    assert "Payment complete" in text_of(browser.open(made["url"]))
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
        assert "4242" not in page.text
    assert state(office, made["id"]) == ("open", "unpaid")
    assert led(browser, browser.submit(page, TYPED)) == done(made["id"])


def test_a_declined_card_is_followed_by_another(office: Office) -> None:
    made = session(office)
    browser, page = customer(office, made["url"])
    again = browser.submit(page, TYPED | {"card_number": DECLINED})
    assert "Your card was declined." in text_of(again)
    reloaded = browser.submit(page, TYPED | {"card_number": DECLINED})
    assert "Your card was declined." in text_of(reloaded)
    assert len(office.listed("/v1/charges")) == 1, "the same form is not tried again"
    assert led(browser, browser.submit(again, TYPED)) == done(made["id"])


def test_a_form_that_is_sent_twice_at_once_pays_once(office: Office) -> None:
    made = session(office)
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
    assert office.events().count("checkout.session.completed") == 1


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


def test_a_page_expires(office: Office) -> None:
    made = session(office)
    browser, page = customer(office, made["url"])
    office.pass_time(hours=24)
    late = browser.submit(page, TYPED)
    assert "This page has expired" in text_of(late)
    assert f'href="{BACK}"' in late.text
    assert office.listed("/v1/payment_intents") == []


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
    short = browser.submit(page, TYPED)
    assert short.text.count('aria-invalid="true"') == 3
    whole = TYPED | {"line1": "1 High St", "city": "London", "phone": "+44 20 7946 0000"}
    assert led(browser, browser.submit(short, whole)) == done(made["id"])
    details = office.get(f"/v1/checkout/sessions/{made['id']}")["customer_details"]
    assert (details["email"], details["phone"]) == ("grace@example.com", "+44 20 7946 0000")
    assert details["address"]["line1"] == "1 High St"
    assert "Ta!" in text_of(browser.open(made["url"]))


def test_the_page_names_whoever_is_paid(office: Office) -> None:
    seller = office.open_account(business_profile={"name": "Ada's <Shirts>"})
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


def test_a_bank_account_pays_later(office: Office) -> None:
    data = {"currency": "eur", "product_data": {"name": "Tea"}, "unit_amount": 900}
    made = session(office, line_items=[{"price_data": data}],
                   payment_method_types=["card", "sepa_debit"])  # fmt: skip
    browser, page = customer(office, made["url"])
    assert 'href="?method=sepa_debit"' in page.text
    page = browser.open(made["url"] + "?method=sepa_debit")
    assert "authorise the shop" in text_of(page)
    wrong = browser.submit(page, TYPED | {"iban": "AT00 1904 3002 3457 3201"})
    assert "The IBAN is not one" in text_of(wrong)
    paid = browser.submit(wrong, TYPED | {"iban": "AT61 1904 3002 3457 3201"})
    assert led(browser, paid) == done(made["id"])
    assert state(office, made["id"]) == ("complete", "unpaid")
    assert "Order received" in text_of(browser.open(made["url"]))
    (charge,) = office.get("/v1/charges")["data"]
    mandate = charge["payment_method_details"]["sepa_debit"]["mandate"]
    agreed = office.get(f"/v1/mandates/{mandate}")["customer_acceptance"]
    assert (agreed["type"], agreed["online"]["ip_address"]) == ("online", "127.0.0.1")
