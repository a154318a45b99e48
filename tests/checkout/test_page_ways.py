"""The ways to pay on the page: what each asks for and says, and what becomes of the session."""

import re
from typing import Any

import httpx
import pytest

from bezant.resources.checkout.page_fields import FIELDS, SECRETS, Asked
from bezant.resources.checkout.page_form import gaps
from bezant.resources.checkout.page_ways import WAYS
from bezant.resources.payments.method_types import CURRENCIES
from tests.checkout.shop import DONE, TYPED, customer, led, session, state, text_of
from tests.resources.office import Office
from tests.resources.test_onboarding import Browser

ADDRESS = {"line1": "1 High St", "city": "London", "postal_code": "SW1A 1AA", "country": "GB"}
NUMBERS: dict[str, dict[str, str]] = {
    "acss_debit": {
        "transit_number": "11000",
        "institution_number": "000",
        "account_number": "000123456789",
    },
    "bacs_debit": {"sort_code": "10-88-00", "account_number": "0001 2345", **ADDRESS},
    "customer_balance": {},
    "pix": {},
    "sepa_debit": {"iban": "AT61 1904 3002 3457 3201"},
    "upi": {},
    "us_bank_account": {
        "routing_number": "110000000",
        "account_number": "000123456789",
        "account_type": "checking",
        "holder_type": "individual",
    },
}
SPORADIC = {"payment_schedule": "sporadic", "transaction_type": "personal"}
WRONG = [
    ("acss_debit", "transit_number", "1100", "five digits"),
    ("acss_debit", "institution_number", "12", "three digits"),
    ("acss_debit", "account_number", "1234", "5 to 12 digits"),
    ("bacs_debit", "sort_code", "10-88", "six digits"),
    ("bacs_debit", "account_number", "12", "eight digits"),
    ("bacs_debit", "line1", "", "street and the number"),
    ("sepa_debit", "iban", "AT00 1904 3002 3457 3201", "The IBAN is not one"),
    ("us_bank_account", "routing_number", "11000000", "nine digits"),
    ("us_bank_account", "routing_number", "110000001", "routing"),
    ("us_bank_account", "account_type", "gold", "Choose the kind of account."),
    ("pix", "name", "", "Enter your name."),
]


def tea(kind: str) -> dict[str, Any]:
    """Return what opens a session that is paid in a way."""
    currency = min(CURRENCIES[kind])
    data = {"currency": currency, "product_data": {"name": "Tea"}, "unit_amount": 10_000}
    others: dict[str, Any] = {}
    if kind == "customer_balance":
        others["customer_creation"] = "always"
    if kind == "acss_debit":
        others["payment_method_options"] = {kind: {"mandate_options": SPORADIC}}
    return {"line_items": [{"price_data": data}], "payment_method_types": [kind], **others}


def pay(office: Office, kind: str, **params: Any) -> tuple[dict[str, Any], Browser, httpx.Response]:
    """Pay on a page in a way, for the first time; returns what that leads to."""
    made = session(office, **{**tea(kind), **params})
    browser, page = customer(office, made["url"])
    return made, browser, browser.submit(page, TYPED | NUMBERS[kind])


def shown(office: Office, made: dict[str, Any]) -> tuple[Any, str]:
    """Return the intent of a session, and the last event of the session."""
    told = office.get(f"/v1/checkout/sessions/{made['id']}", expand=["payment_intent"])
    events = [each for each in office.events() if each.startswith("checkout")]
    return told["payment_intent"], events[-1] if events else ""


def test_every_type_that_intents_take_can_be_paid_by() -> None:
    assert WAYS.keys() == CURRENCIES.keys()


def test_what_is_wrong_is_said_beside_its_field(office: Office) -> None:
    pages: dict[str, tuple[Browser, httpx.Response]] = {}
    for kind, field, value, said in WRONG:
        if kind not in pages:
            pages[kind] = customer(office, session(office, **tea(kind))["url"])
        browser, page = pages[kind]
        again = browser.submit(page, TYPED | NUMBERS[kind] | {field: value})
        beside = re.search(rf'name="{field}"[^>]*aria-invalid="true".*?id="{field}-wrong">([^<]*)',
                           again.text, re.DOTALL)  # fmt: skip
        assert beside, (kind, field)
        assert said in beside[1]
        kept = re.findall(r'<input id="(\w+)"[^>]* value="[^"]', again.text)
        assert not SECRETS & set(kept), "numbers are never kept on the page"


@pytest.mark.parametrize(("kind", "agrees"), [
    ("sepa_debit", "within eight weeks"), ("bacs_debit", "Direct Debit Guarantee"),
])  # fmt: skip
def test_a_debit_completes_a_session_and_is_paid_later(
    office: Office, kind: str, agrees: str
) -> None:
    made, browser, paid = pay(office, kind)
    _, page = customer(office, session(office, **tea(kind))["url"])
    assert agrees in text_of(page)
    assert "the shop" in text_of(page)
    assert led(browser, paid) == DONE.replace("{CHECKOUT_SESSION_ID}", made["id"])
    assert state(office, made["id"]) == ("complete", "unpaid")
    ended = text_of(browser.open(made["url"]))
    assert "Order received" in ended
    assert "Reference of the mandate BZ" in ended
    intent, event = shown(office, made)
    assert (intent["status"], event) == ("processing", "checkout.session.completed")
    charge = office.get(f"/v1/charges/{intent['latest_charge']}")
    mandate = charge["payment_method_details"][kind]["mandate"]
    agreed = office.get(f"/v1/mandates/{mandate}")["customer_acceptance"]
    assert (agreed["type"], agreed["online"]["ip_address"]) == ("online", "127.0.0.1")


@pytest.mark.parametrize("kind", ["us_bank_account", "acss_debit"])
def test_a_bank_account_is_confirmed_before_it_is_debited(office: Office, kind: str) -> None:
    made, browser, paid = pay(office, kind)
    asked = browser.open(paid.headers["Location"])
    assert "Confirm your bank account" in text_of(asked)
    assert state(office, made["id"]) == ("complete", "unpaid")
    link = re.search(r'class="button" href="([^"]+)"', asked.text)
    assert link
    page = browser.open(link[1])
    assert "enter the code" not in text_of(page)
    wrong = browser.submit(page, {}, code="SM00ZZ")
    assert "not the one that was sent" in text_of(wrong)
    assert "under way" in text_of(browser.submit(wrong, {}, code="sm11aa"))
    intent, event = shown(office, made)
    assert (intent["status"], event) == ("processing", "checkout.session.completed")
    other, _, _ = pay(office, kind)
    waiting, _ = shown(office, other)
    office.post(f"/v1/payment_intents/{waiting['id']}/cancel")
    while office.work():
        pass
    assert shown(office, other)[1] == "checkout.session.async_payment_failed"


@pytest.mark.parametrize("kind", ["pix", "upi"])
def test_a_code_is_shown_until_it_is_paid(office: Office, kind: str) -> None:
    made, browser, paid = pay(office, kind)
    page = browser.open(paid.headers["Location"])
    assert "data:image/svg+xml;base64," in page.text
    assert "img-src data:" in page.headers["Content-Security-Policy"]
    assert ("000201" in page.text, "upi://pay" in page.text) == (kind == "pix", kind == "upi")
    assert "It can be paid until" in text_of(page)
    assert state(office, made["id"]) == ("open", "unpaid")
    assert browser.open(made["url"] + "/return").headers["Location"] in made["url"]
    intent, _ = shown(office, made)
    assert office.hear(intent["id"], "settled") == 1
    while office.work():
        pass
    back = browser.open(made["url"] + "/return")
    assert led(browser, back) == DONE.replace("{CHECKOUT_SESSION_ID}", made["id"])
    assert state(office, made["id"]) == ("complete", "paid")


def test_a_code_is_left_for_another_way_and_ends_with_its_session(office: Office) -> None:
    types = ["pix", "card"]
    made, browser, _ = pay(office, "pix", payment_method_types=types)
    first, _ = shown(office, made)
    card = browser.open(made["url"] + "?method=card")
    assert 'href="' + made["url"].partition("pay.example.com")[2] in card.text
    declined = browser.submit(card, TYPED | {"card_number": "4000 0000 0000 0002"})
    assert "declined" in text_of(declined)
    assert office.hear(first["id"], "settled") == 0, "nobody expects the money of the code"
    again = browser.submit(browser.open(made["url"] + "?method=pix"), TYPED)
    assert again.status_code == 303
    office.post(f"/v1/checkout/sessions/{made['id']}/expire")
    assert office.hear(first["id"], "settled") == 0
    assert shown(office, made)[0]["status"] == "canceled"


def test_a_bank_transfer_is_told_where_to_go(office: Office) -> None:
    made, browser, paid = pay(office, "customer_balance", custom_text={
        "after_submit": {"message": "Ta!"}
    })  # fmt: skip
    page = browser.open(paid.headers["Location"])
    told = text_of(page)
    assert "Transfer 100.00 EUR" in told
    intent, event = shown(office, made)
    assert event == "checkout.session.completed"
    action = intent["next_action"]["display_bank_transfer_instructions"]
    assert action["reference"] in told
    assert action["financial_addresses"][0]["iban"]["iban"] in told
    assert state(office, made["id"]) == ("complete", "unpaid")
    fund = f"/v1/test_helpers/customers/{intent['customer']}/fund_cash_balance"
    office.post(fund, amount=10_000, currency="eur")
    while office.work():
        pass
    assert state(office, made["id"]) == ("complete", "paid")
    assert shown(office, made)[1] == "checkout.session.async_payment_succeeded"
    assert "Payment complete" in text_of(browser.open(made["url"]))


@pytest.mark.parametrize(("kind", "then"), [
    ("sepa_debit", "Your bank account is saved"), ("us_bank_account", "Confirm your bank account"),
])  # fmt: skip
def test_a_bank_account_is_saved_for_later(office: Office, kind: str, then: str) -> None:
    known = office.post("/v1/customers", name="Ada")["id"]
    made = office.post("/v1/checkout/sessions", mode="setup", customer=known, success_url=DONE,
                       payment_method_types=["card", kind])  # fmt: skip
    browser, _ = customer(office, made["url"])
    page = browser.open(f"{made['url']}?method={kind}")
    assert "Save bank account" in text_of(page)
    assert "until you revoke" in text_of(page) or "payments that you agree to" in text_of(page)
    browser.submit(page, TYPED | NUMBERS[kind])
    assert then in text_of(browser.open(made["url"]))
    intent = office.get(f"/v1/checkout/sessions/{made['id']}", expand=["setup_intent"])
    assert intent["status"] == "complete"
    mandate = intent["setup_intent"]["mandate"]
    assert (mandate is not None) == (kind == "sepa_debit")


NOT_TAKEN: list[tuple[dict[str, Any], str]] = [
    ({"mode": "setup", "payment_method_types": ["pix"]}, "payment_method_types"),
    ({"payment_intent_data": {"capture_method": "manual"}, **tea("pix")}, "payment_method_types"),
    ({"payment_intent_data": {"setup_future_usage": "off_session"}, **tea("upi")},
     "payment_method_types"),
    ({**tea("sepa_debit"), "excluded_payment_method_types": ["sepa_debit"]},
     "excluded_payment_method_types"),
    ({**tea("sepa_debit"), "payment_method_options": {"card": {"installments": {
        "enabled": True}}}}, "payment_method_options[card][installments][enabled]"),
    ({**tea("customer_balance"), "customer_creation": "if_required"}, "customer"),
    ({"mode": "setup", "payment_method_types": ["acss_debit"]},
     "payment_method_options[acss_debit][mandate_options][payment_schedule]"),
    ({**tea("acss_debit"), "payment_method_options": {}},
     "payment_method_options[acss_debit][mandate_options][payment_schedule]"),
    ({**tea("acss_debit"), "payment_method_options": {"acss_debit": {"currency": "cad"}}},
     "payment_method_options[acss_debit][currency]"),
    ({**tea("us_bank_account"), "payment_method_options": {"us_bank_account": {
        "verification_method": "instant"}}},
     "payment_method_options[us_bank_account][verification_method]"),
]  # fmt: skip


def test_what_the_page_cannot_do_is_refused_when_it_is_opened(office: Office) -> None:
    for sent, param in NOT_TAKEN:
        refused = office.refused("/v1/checkout/sessions", success_url=DONE, **sent)
        assert refused["param"] == param, refused


def test_gaps_are_told_in_the_order_of_the_form() -> None:
    fields = [Asked(name, field, required=bool(field.asked)) for name, field in FIELDS.items()]
    every = gaps(fields, {})
    assert list(every) == [name for name, field in FIELDS.items() if field.asked]
    assert gaps(fields, {"city": "x" * 501})["city"] == "This is too long."
