"""Payment links: whoever takes the offer has a session of their own, as long as it stands."""

import asyncio
import re
from typing import Any

import httpx
import pytest

from bezant.rail.cards import Acquirer
from tests.checkout.shop import (
    CHALLENGED,
    DECLINED,
    TYPED,
    Counting,
    customer,
    led,
    price,
    text_of,
)
from tests.resources.office import Office

URL = "/v1/payment_links"


def link(office: Office, account: str | None = None, **params: Any) -> Any:
    data = {"currency": "usd", "product_data": {"name": "Tea"}, "unit_amount": 450}
    return office.post(URL, account, line_items=[{"price_data": data, "quantity": 2}], **params)


def test_whoever_takes_an_offer_opens_a_session(office: Office) -> None:
    made = link(office, metadata={"campaign": "spring"}, expand=["line_items"],
                after_completion={"type": "hosted_confirmation",
                                  "hosted_confirmation": {"custom_message": "Enjoy!"}},
                payment_intent_data={"description": "Tea"})  # fmt: skip
    assert [each["amount_total"] for each in made["line_items"]["data"]] == [900]
    assert (made["active"], made["currency"]) == (True, "usd")
    url = made["url"] + "?client_reference_id=o_1&prefilled_email=eve@example.com"
    browser, page = customer(office, url)
    customer(office, made["url"])
    assert "client_reference_id=o_1" in page.text or 'href="?' not in page.text
    wrong = browser.submit(page, TYPED | {"card_number": ""})
    assert "Enter the number on the card." in text_of(wrong)
    assert office.listed("/v1/checkout/sessions") == [], "looking leaves nothing behind"
    declined = browser.submit(wrong, TYPED | {"card_number": DECLINED})
    assert "declined" in text_of(declined)
    paid = browser.submit(declined, TYPED)
    assert "Enjoy!" in text_of(browser.open(paid.headers["Location"]))
    (first,) = office.get("/v1/checkout/sessions", payment_link=made["id"])["data"]
    assert first["status"] == "complete"
    stranger, _ = customer(office, made["url"])
    assert "Enter the numbers again" in text_of(stranger.submit(page, TYPED))
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
    page = browser.submit(page, TYPED | {"card_number": CHALLENGED})
    assert "paying for the last one" in text_of(other.submit(late, TYPED))
    page = browser.submit(browser.open(page.headers["Location"]), {}, outcome="failed")
    page = browser.open(browser.open(page.headers["Location"]).headers["Location"])
    assert "could not confirm" in text_of(page)
    _, late = customer(office, made["url"])
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


@pytest.mark.parametrize(("limit", "comers"), [(1, 3), (2, 3)])
def test_nobody_is_charged_for_whom_there_was_none_left(
    office: Office, monkeypatch: pytest.MonkeyPatch, limit: int, comers: int
) -> None:
    counting = Counting(office.runtime.ports[Acquirer])
    monkeypatch.setitem(office.runtime.ports, Acquirer, counting)
    made = link(office, restrictions={"completed_sessions": {"limit": limit}})
    there = [customer(office, made["url"]) for _ in range(comers)]

    async def together() -> None:
        posts = [
            browser.client.post(page.url, data=TYPED | hidden_of(page))
            for browser, page in there
            for _ in range(2)  # Each of them clicks twice.
        ]
        await asyncio.gather(*posts)

    office.run(together())
    shown = office.get(f"{URL}/{made['id']}")
    completed = {"count": limit, "limit": limit}
    assert (shown["active"], shown["restrictions"]) == (False, {"completed_sessions": completed})
    sessions = office.get("/v1/checkout/sessions", payment_link=made["id"])["data"]
    assert [each["status"] for each in sessions].count("complete") == limit
    assert len(sessions) <= comers
    assert len(office.listed("/v1/charges")) == len(counting.held) == limit


def hidden_of(page: httpx.Response) -> dict[str, str]:
    return dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page.text))


def test_a_place_that_is_not_paid_for_is_somebody_else_s_again(office: Office) -> None:
    made = link(office, restrictions={"completed_sessions": {"limit": 1}})
    browser, page = customer(office, made["url"])
    browser.submit(page, TYPED | {"card_number": CHALLENGED})
    assert customer_of(office, made["url"]) == 410
    office.pass_time(hours=1)
    while office.work():
        pass
    browser, page = customer(office, made["url"])
    assert browser.submit(page, TYPED).status_code == 303
    assert len(office.listed("/v1/charges")) == 1


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
    seller = office.open_shop()
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
    ({"after_completion": {"type": "redirect"}}, "after_completion[redirect][url]"),
    ({"subscription_data": {"description": "x"}}, "subscription_data"),
]


def test_what_is_not_offered_is_refused(office: Office) -> None:
    items = [{"price": price(office), "quantity": 1}]
    for sent, param in NOT_OFFERED:
        assert office.refused(URL, line_items=items, **sent)["param"] == param
