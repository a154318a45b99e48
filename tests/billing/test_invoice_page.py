"""The page of an invoice: a customer reads it there, and pays it once."""

from typing import Any

import httpx
import pytest

from tests.checkout.shop import CHALLENGED, DECLINED, TYPED, text_of
from tests.resources.office import Office
from tests.resources.test_onboarding import Browser


@pytest.fixture
def invoice(office: Office) -> Any:
    who = office.post("/v1/customers", name="Ada", email="ada@example.com")["id"]
    office.post(f"/v1/customers/{who}/balance_transactions", amount=-500, currency="usd")
    coupon = office.post("/v1/coupons", percent_off=10)["id"]
    office.post("/v1/invoiceitems", customer=who, unit_amount_decimal="1500", quantity=2,
                description="Tea <fine>")  # fmt: skip
    made = office.post("/v1/invoices", customer=who, pending_invoice_items_behavior="include",
                       collection_method="send_invoice", days_until_due=7,
                       discounts=[{"coupon": coupon}], footer="Thank you!")  # fmt: skip
    return office.post(f"/v1/invoices/{made['id']}/finalize")


def opened(office: Office, invoice: Any) -> tuple[Browser, httpx.Response]:
    browser = Browser(office)
    shown = browser.open(invoice["hosted_invoice_url"])
    assert shown.status_code == 200, shown.text
    assert "<script" not in shown.text
    return browser, shown


def stands(office: Office, invoice: Any) -> str:
    return office.get(f"/v1/invoices/{invoice['id']}")["status"]


def test_an_invoice_is_read_and_paid_on_its_page(office: Office, invoice: Any) -> None:
    browser, shown = opened(office, invoice)
    text = text_of(shown)
    for words in ("22.00", "Tea &lt;fine&gt;", "30.00", "Discounts", "-3.00", "Credit",
                  "-5.00", "Thank you!",
                  "Please pay by"):  # fmt: skip
        assert words in text, text
    wrong = browser.submit(shown, TYPED | {"card_expiry": ""})
    assert "Enter the month" in text_of(wrong)
    declined = browser.submit(shown, TYPED | {"card_number": DECLINED})
    assert "Nothing has been charged" in text_of(declined)
    assert stands(office, invoice) == "open"
    again = browser.submit(shown, TYPED)  # The form of before the attempt: it is not made again.
    assert stands(office, invoice) == "open"
    page = browser.open(again.headers["Location"])
    paid = browser.submit(page, TYPED)
    assert stands(office, invoice) == "paid"
    assert "is paid" in text_of(browser.open(paid.headers["Location"]))
    browser.submit(page, TYPED)
    assert len(office.get("/v1/charges", customer=invoice["customer"])["data"]) == 2


def test_whoever_is_asked_by_their_bank_comes_back_to_the_page(
    office: Office, invoice: Any
) -> None:
    browser, shown = opened(office, invoice)
    asked = browser.submit(shown, TYPED | {"card_number": CHALLENGED})
    assert "/authenticate/" in asked.headers["Location"]
    (payment,) = office.get("/v1/invoice_payments", invoice=invoice["id"])["data"]
    intent = payment["payment"]["payment_intent"]
    office.post(f"/v1/test_helpers/payment_intents/{intent}/authenticate")
    back = browser.open(f"{invoice['hosted_invoice_url']}/return")
    assert "is paid" in text_of(browser.open(back.headers["Location"]))
    assert stands(office, invoice) == "paid"


def test_a_bank_account_is_debited_on_the_page(office: Office, invoice: Any) -> None:
    browser, _ = opened(office, invoice)
    page = browser.open(f"{invoice['hosted_invoice_url']}?method=us_bank_account")
    typed = {"holder_type": "individual", "account_type": "checking", "name": "Ada",
             "account_number": "000123456789", "routing_number": "110000000"}  # fmt: skip
    sent = browser.submit(page, typed)
    office.get("/v1/charges", customer=invoice["customer"])
    told = text_of(browser.open(sent.headers["Location"]))
    assert "under way" in told or "Confirm your bank account" in told


def test_nobody_pays_without_the_address_or_from_elsewhere(office: Office, invoice: Any) -> None:
    url = invoice["hosted_invoice_url"]
    assert Browser(office).open(url[:-1] + ("A" if url[-1] != "A" else "B")).status_code == 404
    browser, shown = opened(office, invoice)
    forged = browser.submit(shown, TYPED, token="00000000000000")
    assert "open for too long" in text_of(forged)
    office.post(f"/v1/invoices/{invoice['id']}/void")
    assert "not owed any more" in text_of(browser.open(url))
    browser.submit(shown, TYPED)
    assert stands(office, invoice) == "void"
