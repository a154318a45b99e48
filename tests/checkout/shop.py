"""A shop: something with a price, a page on which it is sold, and a customer with a browser."""

import html
import re
from collections.abc import Awaitable, Callable
from typing import Any

import httpx

from bezant.rail.cards import CardAnswer, CardRequest
from tests.resources.office import URL, Office
from tests.resources.test_onboarding import Browser

DONE = "https://shop.example.com/done?session={CHECKOUT_SESSION_ID}"
BACK = "https://shop.example.com/basket"
TYPED = {
    "email": "ada@example.com",
    "card_number": "4242 4242 4242 4242",
    "card_expiry": "04 / 34",
    "card_cvc": "123",
    "name": "Ada Byron",
    "country": "GB",
    "postal_code": "SW1A 1AA",
}
DECLINED, CHALLENGED = "4000 0000 0000 0002", "4000 0027 6000 3184"


def price(office: Office, amount: int = 1_500, **others: Any) -> str:
    """Offer a product at a price."""
    product = office.post("/v1/products", name="T-shirt <XL>")["id"]
    given = {"product": product, "unit_amount": amount, "currency": "usd", **others}
    return office.post("/v1/prices", **given)["id"]


def session(office: Office, account: str | None = None, **params: Any) -> Any:
    """Open a page on which two shirts are sold."""
    data = {"currency": "usd", "product_data": {"name": "T-shirt <XL>"}, "unit_amount": 1_500}
    items = [{"price_data": data, "quantity": 2}]
    given = {"line_items": items, "success_url": DONE, "cancel_url": BACK, **params}
    return office.post("/v1/checkout/sessions", account, **given)


def state(office: Office, name: str, account: str | None = None) -> tuple[str, str]:
    """Return status and payment status of a session."""
    shown = office.get(f"/v1/checkout/sessions/{name}", account)
    return shown["status"], shown["payment_status"]


def customer(office: Office, url: str) -> tuple[Browser, httpx.Response]:
    """Open a page in a browser; whoever opens a link lands on a page of their own."""
    browser = Browser(office)
    shown = browser.open(url)
    while shown.status_code == 303:
        shown = browser.open(shown.headers["Location"])
    assert shown.status_code == 200, shown.text
    assert "<script" not in shown.text
    return browser, shown


def text_of(page: httpx.Response) -> str:
    """Return what a page says, without its tags and its style."""
    bare = re.sub(r"<style>.*?</style>", "", page.text, flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", bare))


def led(browser: Browser, answer: httpx.Response) -> str:
    """Follow where an answer leads within the page; returns the place that it leaves for."""
    while answer.status_code == 303:
        answer = browser.open(answer.headers["Location"])
    found = re.search(r'http-equiv="refresh" content="0;url=([^"]*)"', answer.text)
    assert found, text_of(answer)
    return html.unescape(found[1])


class Counting:
    """An acquirer that counts what it holds; `meanwhile` happens before it answers, once."""

    def __init__(self, acquirer: Any, meanwhile: Callable[[], Awaitable[Any]] | None = None):
        self.acquirer = acquirer
        self.meanwhile = meanwhile
        self.held: set[str] = set()

    async def ask(self, request: CardRequest) -> CardAnswer:
        answer = await self.acquirer.ask(request)
        if answer.approved and request.act == "authorize":
            self.held.add(request.id)
        if answer.approved and request.act == "reverse":
            self.held.discard(request.original or "")
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile is not None:
            await meanwhile()
        return answer


def authenticate(office: Office, name: str, outcome: str, account: str | None = None) -> None:
    """Answer the cardholder's bank, which asks who is there."""
    intent = office.get(f"/v1/checkout/sessions/{name}", account)["payment_intent"]
    path = f"/v1/test_helpers/payment_intents/{intent}/authenticate"
    office.post(path, account, outcome=outcome)


__all__ = ["BACK", "CHALLENGED", "DECLINED", "DONE", "TYPED", "URL", "Counting", "authenticate",
           "customer", "led", "price", "session", "state", "text_of"]  # fmt: skip
