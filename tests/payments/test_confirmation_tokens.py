"""Tokens of what a page has gathered: each confirms one intent, and says how it is paid."""

from typing import Any

import pytest

from tests.payments.till import Till
from tests.resources.office import PUBLISHABLE, Office

TEST_PATH = "/v1/test_helpers/confirmation_tokens"
CARD = {"type": "card", "card": {"token": "tok_visa"}, "billing_details": {"name": "Ada"}}
ADDRESS = {"line1": "1 Main St", "city": "Reno", "country": "US"}
PAY = {"amount": 500, "currency": "usd", "confirm": True}


@pytest.fixture
def till(shared_till: Till) -> Till:
    """One for all tests here."""
    return shared_till


def test_a_token_confirms_one_intent(office: Office) -> None:
    token = office.post(
        TEST_PATH,
        payment_method_data=CARD,
        return_url="https://shop.example.com/done",
        setup_future_usage="off_session",
        shipping={"name": "Ada", "address": ADDRESS},
    )
    preview = token["payment_method_preview"]
    assert (preview["type"], preview["card"]["last4"], preview["billing_details"]["name"]) == (
        "card", "4242", "Ada")  # fmt: skip
    assert office.listed("/v1/payment_methods") == []
    customer = office.post("/v1/customers", name="Ada")["id"]
    paid = office.post("/v1/payment_intents", confirmation_token=token["id"], customer=customer,
                       expand=["payment_method"], **PAY)  # fmt: skip
    assert (paid["status"], paid["setup_future_usage"]) == ("succeeded", "off_session")
    assert paid["shipping"]["address"]["city"] == "Reno"
    method = paid["payment_method"]
    assert (method["customer"], method["card"]["last4"]) == (customer, "4242")
    used = office.get(f"/v1/confirmation_tokens/{token['id']}")
    assert (used["payment_intent"], used["expires_at"]) == (paid["id"], None)
    again = office.refused("/v1/payment_intents", confirmation_token=token["id"], **PAY)
    assert again["code"] == "token_already_used"


def test_a_page_makes_tokens_and_a_server_sets_up_by_them(till: Till) -> None:
    agreed = {
        "customer_acceptance": {
            "type": "online",
            "online": {"ip_address": "203.0.113.7", "user_agent": "Mozilla/5.0"},
        }
    }
    bank = {
        "type": "us_bank_account",
        "us_bank_account": {"account_number": "000123456789", "routing_number": "110000000"},
    }
    made = till.ask("POST", "/v1/confirmation_tokens", secret=PUBLISHABLE,
                    params={"payment_method_data": bank, "mandate_data": agreed})  # fmt: skip
    assert made.status == 200, made.text
    assert made.json["mandate_data"]["customer_acceptance"]["type"] == "online"
    wrong = till.refused("/v1/setup_intents", confirm=True, confirmation_token=made.json["id"],
                         allowed_payment_method_types=["card"])  # fmt: skip
    assert wrong["code"] == "setup_intent_invalid_parameter"
    token = till.post(TEST_PATH, payment_method=till.card())
    intent = till.post("/v1/setup_intents")
    done = till.post(f"/v1/setup_intents/{intent['id']}/confirm", confirmation_token=token["id"],
                     mandate_data=agreed)  # fmt: skip
    assert (done["status"], bool(done["mandate"])) == ("succeeded", True)
    assert till.get(f"/v1/confirmation_tokens/{token['id']}")["setup_intent"] == intent["id"]


def test_tokens_are_refused_where_they_say_too_little_or_too_much(till: Till) -> None:
    def refused(path: str = "/v1/payment_intents", **params: Any) -> str | None:
        return till.refused(path, **params).get("param")

    card = till.card()
    token = till.post(TEST_PATH, payment_method=card)["id"]
    pay = {**PAY, "confirmation_token": token}
    assert refused(**pay, payment_method=card) == "payment_method"
    assert refused(**{**pay, "confirm": False}) == "confirmation_token"
    assert refused(**{**pay, "confirmation_token": "ctoken_none"}) == "confirmation_token"
    assert refused(TEST_PATH) == "payment_method_data"
    assert refused(TEST_PATH, payment_method=card, payment_method_data={"type": "card"}) == (
        "payment_method_data")  # fmt: skip
    named = till.ask("POST", "/v1/confirmation_tokens", secret=PUBLISHABLE,
                     params={"payment_method": card})  # fmt: skip
    assert (named.status, named.error["param"]) == (400, "payment_method")
    till.pass_time(days=1)
    assert till.refused("/v1/payment_intents", **pay)["code"] == "token_expired"
