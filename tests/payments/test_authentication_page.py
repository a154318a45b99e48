"""The page behind the redirect of 3D Secure: shown to whoever has the secret, and leads back."""

from itertools import product
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from tests.payments.till import Till
from tests.resources.office import URL, Office

KINDS = (
    ("payment_intent", "/v1/payment_intents", {"amount": 1_000, "currency": "usd"}),
    ("setup_intent", "/v1/setup_intents", {}),
)
BACK = "https://shop.example.com/done?order=7#top"


@pytest.fixture
def till(shared_till: Till) -> Till:
    """One for all tests here."""
    return shared_till


def browse(till: Office, method: str, url: str, **form: str) -> httpx.Response:
    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app=till.app)
        async with httpx.AsyncClient(transport=transport, base_url=URL) as client:
            return await client.request(method, url, data=form or None)

    return till.run(ask())


def led_to(answer: httpx.Response) -> dict[str, str]:
    """Return the query of where an answer leads to, which is the shop's page."""
    assert answer.status_code == 303, answer.text
    parts = urlsplit(answer.headers["Location"])
    assert (parts.scheme, parts.netloc, parts.path, parts.fragment) == (
        "https", "shop.example.com", "/done", "top")  # fmt: skip
    return {name: value for name, (value,) in parse_qs(parts.query).items()}


@pytest.mark.parametrize("account", ["platform", "connected"])
def test_a_cardholder_is_led_back(till: Till, account: str) -> None:
    seller = till.open_shop() if account == "connected" else None
    for (kind, base, extra), said in product(KINDS, ("succeeded", "failed")):
        intent = till.post(base, seller, confirm=True, return_url=BACK,
                           payment_method=till.card("challenge", seller), **extra)  # fmt: skip
        url = intent["next_action"]["redirect_to_url"]["url"]
        page = browse(till, "GET", url)
        assert (page.status_code, "4242" in page.text) == (200, True)
        assert ("10.00" in page.text) == (kind == "payment_intent")
        assert (
            "form-action 'self' https://shop.example.com" in page.headers["Content-Security-Policy"]
        )
        assert browse(till, "POST", url, outcome="nonsense").text == page.text
        told = led_to(browse(till, "POST", url, outcome=said))
        now = till.get(f"{base}/{intent['id']}", seller)
        assert told == {
            "order": "7",
            kind: intent["id"],
            f"{kind}_client_secret": intent["client_secret"],
            "redirect_status": said,
        }
        assert (
            now["status"] == {"succeeded": "succeeded", "failed": "requires_payment_method"}[said]
        )
        again = [browse(till, "GET", url), browse(till, "POST", url, outcome="succeeded")]
        assert [led_to(each) for each in again] == [told, told]


def test_nobody_without_the_secret_sees_anything(till: Till) -> None:
    intent = till.pay(card="challenge", return_url=BACK)
    url = intent["next_action"]["redirect_to_url"]["url"]
    for wrong in (url[:-1] + ("a" if url[-1] != "a" else "b"), url + "x",
                  url.replace(till.platform, "acct_none"), url.replace(till.platform, "x"),
                  url.replace("pi_", "seti_", 1)):  # fmt: skip
        for method in ("GET", "POST"):
            assert browse(till, method, wrong).status_code == 404
    assert till.get(f"/v1/payment_intents/{intent['id']}")["status"] == "requires_action"


def test_without_a_place_to_lead_back_to_it_says_how_it_ended(till: Till) -> None:
    intent = till.pay(card="challenge")
    url = intent["next_action"]["use_stripe_sdk"]["stripe_js"]
    assert "Thank you" in browse(till, "POST", url, outcome="succeeded").text
    assert "Thank you" in browse(till, "GET", url).text


def test_a_card_may_be_declined_after_its_holder_was_authenticated(office: Office) -> None:
    card = "pm_card_authenticationRequiredChargeDeclinedInsufficientFunds"
    intent = office.post("/v1/payment_intents", amount=1_000, currency="usd", confirm=True,
                         payment_method=card, return_url=BACK)  # fmt: skip
    url = intent["next_action"]["redirect_to_url"]["url"]
    assert led_to(browse(office, "POST", url, outcome="succeeded"))["redirect_status"] == "failed"
    now = office.get(f"/v1/payment_intents/{intent['id']}")
    assert now["last_payment_error"]["decline_code"] == "insufficient_funds"
    assert office.ledger() == {}
