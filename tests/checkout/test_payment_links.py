"""Payment links: each visit opens a session of its own, as long as the offer stands."""

from typing import Any

from tests.checkout.shop import TYPED, customer, led, price, text_of
from tests.resources.office import Office

URL = "/v1/payment_links"


def link(office: Office, account: str | None = None, **params: Any) -> Any:
    data = {"currency": "usd", "product_data": {"name": "Tea"}, "unit_amount": 450}
    return office.post(URL, account, line_items=[{"price_data": data, "quantity": 2}], **params)


def test_each_visit_opens_a_session(office: Office) -> None:
    made = link(office, metadata={"campaign": "spring"}, expand=["line_items"],
                after_completion={"type": "hosted_confirmation",
                                  "hosted_confirmation": {"custom_message": "Enjoy!"}},
                payment_intent_data={"description": "Tea"})  # fmt: skip
    assert [each["amount_total"] for each in made["line_items"]["data"]] == [900]
    assert (made["active"], made["currency"]) == (True, "usd")
    url = made["url"] + "?client_reference_id=o_1&prefilled_email=eve@example.com"
    browser, page = customer(office, url)
    customer(office, made["url"])
    paid = browser.submit(page, TYPED)
    assert "Enjoy!" in text_of(browser.open(paid.headers["Location"]))
    opened, first = office.get("/v1/checkout/sessions", payment_link=made["id"])["data"]
    assert (opened["status"], first["status"]) == ("open", "complete")
    assert (first["client_reference_id"], first["customer_details"]["email"]) == (
        "o_1", "eve@example.com",
    )  # fmt: skip
    assert first["metadata"] == {"campaign": "spring"}
    assert office.get(f"/v1/payment_intents/{first['payment_intent']}")["description"] == "Tea"


def test_a_link_leads_on_to_an_address(office: Office) -> None:
    redirect = {"url": "https://tea.example/thanks?of={CHECKOUT_SESSION_ID}"}
    made = link(office, after_completion={"type": "redirect", "redirect": redirect})
    browser, page = customer(office, made["url"])
    thanks = "https://tea.example/thanks?of=cs_test_"
    assert led(browser, browser.submit(page, TYPED)).startswith(thanks)


def test_a_link_takes_only_so_many_payments(office: Office) -> None:
    made = link(office, restrictions={"completed_sessions": {"limit": 1}},
                inactive_message="Sold out, sorry.")  # fmt: skip
    browser, page = customer(office, made["url"])
    other, late = customer(office, made["url"])
    assert browser.submit(page, TYPED).status_code == 303
    shown = office.get(f"{URL}/{made['id']}")
    assert (shown["active"], shown["restrictions"]) == (
        False, {"completed_sessions": {"count": 1, "limit": 1}},
    )  # fmt: skip
    assert "Sold out, sorry." in text_of(other.submit(late, TYPED))
    assert len(office.listed("/v1/charges")) == 1
    gone = other.open(made["url"])
    assert (gone.status_code, "Sold out, sorry." in gone.text) == (410, True)
    refused = office.refused(f"{URL}/{made['id']}", active=True)
    assert "raise the limit" in refused["message"]
    more = {"completed_sessions": {"limit": 2}}
    assert office.post(f"{URL}/{made['id']}", active=True, restrictions=more)["active"]
    assert office.events().count("payment_link.updated") == 2


def test_a_link_is_switched_off_and_changed(office: Office) -> None:
    made = link(office)
    path = f"{URL}/{made['id']}"
    (item,) = office.get(f"{path}/line_items")["data"]
    changed = office.post(path, line_items=[{"id": item["id"], "quantity": 3}], submit_type="book")
    assert changed["submit_type"] == "book"
    _, page = customer(office, made["url"])
    assert "Book 13.50 USD" in text_of(page)
    assert office.listed(URL, active=True) == [made["id"]]
    office.post(path, active=False)
    assert customer_of(office, made["url"]) == 410
    assert office.listed(URL, active=True) == []
    assert customer_of(office, "/buy/nothing") == 404


def customer_of(office: Office, url: str) -> int:
    transport = office.ask("GET", url, raw=True)
    return transport.status_code


def test_money_goes_where_a_platform_says(office: Office) -> None:
    seller = office.open_account()
    made = link(office, application_fee_amount=90, transfer_data={"destination": seller})
    browser, page = customer(office, made["url"])
    assert browser.submit(page, TYPED).status_code == 303
    assert office.get("/v1/application_fees")["data"][0]["amount"] == 90
    own = link(office, seller)
    browser, page = customer(office, own["url"])
    assert browser.submit(page, TYPED).status_code == 303
    assert office.listed("/v1/payment_intents", seller)


NOT_OFFERED: list[tuple[dict[str, Any], str]] = [
    ({"application_fee_amount": 5}, "application_fee_amount"),
    ({"allow_promotion_codes": True}, "allow_promotion_codes"),
    ({"after_completion": {"type": "redirect"}}, "after_completion[redirect][url]"),
    ({"subscription_data": {"description": "x"}}, "subscription_data"),
]


def test_what_is_not_offered_is_refused(office: Office) -> None:
    items = [{"price": price(office), "quantity": 1}]
    for sent, param in NOT_OFFERED:
        assert office.refused(URL, line_items=items, **sent)["param"] == param
    monthly = price(office, recurring={"interval": "month"})
    refused = office.refused(URL, line_items=[{"price": monthly, "quantity": 1}])
    assert refused["code"] == "recurring_price_unsupported"
