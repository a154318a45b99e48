"""Charges without an intent, and the cards of test mode at the simulated network."""

import pytest

from tests.resources.office import Office
from tests.resources.shapes import faults


def test_a_token_is_charged_at_once(office: Office):
    charge = office.post("/v1/charges", amount=2_000, currency="usd", source="tok_visa")
    assert (charge["paid"], charge["captured"], charge["payment_intent"]) == (True, True, None)
    assert (charge["source"]["object"], charge["source"]["last4"]) == ("card", "4242")
    assert office.ledger() == {"incoming:cards": 2_000, "pending": 1_912, "fees_payable": 88}
    office.post("/v1/refunds", charge=charge["id"], amount=500)
    path = f"/v1/charges/{charge['id']}"
    changed = office.post(path, description="tea", fraud_details={"user_report": "safe"})
    assert (changed["description"], changed["amount_refunded"]) == ("tea", 500)
    assert changed["fraud_details"] == {"user_report": "safe"}
    assert office.refused(f"{path}/capture")["code"] == "charge_already_captured"
    assert office.refused("/v1/charges", amount=50, currency="usd")["param"] == "source"
    for name in ("tok_none", "pm_card_visa"):
        error = office.refused("/v1/charges", amount=50, currency="usd", source=name)
        assert (error["status"], error["param"]) == (400, "source")


def test_what_is_told_with_a_token_is_checked_and_shown(office: Office):
    card = {"number": "4000000000000101", "exp_month": 12, "exp_year": 2034, "cvc": "123",
            "name": "Ada", "address_zip": "94107"}  # fmt: skip
    token = office.post("/v1/tokens", card=card)["id"]
    charge = office.post("/v1/charges", amount=2_000, currency="usd", source=token)
    billing, source = charge["billing_details"], charge["source"]
    assert (billing["name"], billing["address"]["postal_code"]) == ("Ada", "94107")
    assert (source["name"], source["address_zip"]) == ("Ada", "94107")
    shown = charge["payment_method_details"]["card"]
    assert (shown["checks"]["cvc_check"], "capture_before" in shown) == ("fail", False)
    assert shown["checks"]["address_postal_code_check"] == "pass"
    charge = office.post("/v1/charges", amount=2_000, currency="usd", source="tok_avsLine1Fail")
    assert charge["payment_method_details"]["card"]["checks"]["address_line1_check"] == "fail"


def test_a_charge_is_held_and_captured_in_part(office: Office):
    held = office.post(
        "/v1/charges", amount=2_000, currency="usd", source="tok_visa", capture=False
    )
    assert (held["captured"], held["balance_transaction"]) == (False, None)
    path = f"/v1/charges/{held['id']}/capture"
    assert office.refused(path, amount=2_001)["code"] == "amount_too_large"
    taken = office.post(path, amount=1_500)
    assert (taken["captured"], taken["amount_captured"]) == (True, 1_500)
    assert office.ledger()["incoming:cards"] == 1_500


def test_what_a_charge_holds_is_let_go_by_hand_or_in_time(office: Office):
    params = {"amount": 2_000, "currency": "usd", "source": "tok_visa", "capture": False}
    late, gone = (office.post("/v1/charges", **params)["id"] for _ in range(2))
    assert office.refused("/v1/refunds", charge=gone, amount=5)["param"] == "amount"
    refund = office.post("/v1/refunds", charge=gone)
    assert (refund["amount"], refund["balance_transaction"]) == (2_000, None)
    office.pass_time(days=8)
    while office.work():
        pass
    assert office.events().count("charge.expired") == 1
    for name in (late, gone):
        assert office.get(f"/v1/charges/{name}")["refunded"] is (name == gone)
        error = office.refused(f"/v1/charges/{name}/capture")
        assert error["code"] == "charge_expired_for_capture"
        assert office.refused("/v1/refunds", charge=name)["status"] == 400
    assert office.ledger() == {}


def test_a_declined_token_leaves_a_failed_charge(office: Office):
    params = {"amount": 2_000, "currency": "usd", "source": "tok_visa_chargeDeclined"}
    answer = office.ask("POST", "/v1/charges", params=params)
    assert (answer.status, answer.error["code"]) == (402, "card_declined")
    failed = office.get(f"/v1/charges/{answer.error['charge']}")
    assert (failed["status"], failed["outcome"]["type"]) == ("failed", "issuer_declined")
    assert office.ledger() == {}


DECLINES = [
    ("visa_chargeDeclined", "card_declined", "generic_decline", None),
    ("visa_chargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds", None),
    ("visa_chargeDeclinedLostCard", "card_declined", "lost_card", None),
    ("visa_chargeDeclinedStolenCard", "card_declined", "stolen_card", None),
    ("visa_chargeDeclinedVelocityLimitExceeded", "card_declined", "card_velocity_exceeded", None),
    ("chargeDeclinedExpiredCard", "expired_card", "expired_card", "exp_month"),
    ("chargeDeclinedIncorrectCvc", "incorrect_cvc", "incorrect_cvc", "cvc"),
    ("chargeDeclinedProcessingError", "processing_error", "processing_error", None),
    ("chargeCustomerFail", "card_declined", "generic_decline", None),
    ("radarBlock", "card_declined", "fraudulent", None),
    ("threeDSecureRequiredProcessingError", "card_declined", "do_not_honor", None),
]


def test_cards_of_test_mode_are_declined_as_documented(office: Office):
    customer = office.post("/v1/customers", name="Ada")["id"]
    for method, *expected in DECLINES:
        card = f"pm_card_{method}"
        params = {"amount": 2_000, "currency": "usd", "confirm": True, "payment_method": card}
        answer = office.ask("POST", "/v1/payment_intents", params=params)
        error = answer.error
        assert answer.status == 402, method
        assert [error["code"], error["decline_code"], error.get("param")] == expected, method
        told = error["payment_intent"]["last_payment_error"]
        assert [told["code"], told["decline_code"], told.get("param")] == expected, method
        path = f"/v1/payment_methods/{card}/attach"
        kept = office.ask("POST", path, params={"customer": customer})
        attaches = method.startswith(("chargeCustomerFail", "radarBlock", "threeD"))
        assert (kept.status == 200) == attaches, method


@pytest.mark.parametrize("outcome", ["succeeded", "failed"])
def test_a_cardholder_is_authenticated_at_the_simulated_network(office: Office, outcome: str):
    params = {"amount": 2_000, "currency": "usd", "confirm": True}
    waiting = office.post(
        "/v1/payment_intents", **params, payment_method="pm_card_threeDSecure2Required"
    )
    assert waiting["status"] == "requires_action"
    path = f"/v1/test_helpers/payment_intents/{waiting['id']}/authenticate"
    done = office.post(path, outcome=outcome)
    assert (
        done["status"] == {"succeeded": "succeeded", "failed": "requires_payment_method"}[outcome]
    )


def test_money_of_a_card_that_bypasses_pending_is_available_at_once(office: Office):
    params = {"amount": 2_000, "currency": "usd", "confirm": True}
    office.post("/v1/payment_intents", **params, payment_method="pm_card_bypassPending")
    assert office.ledger()["available"] == 1_912


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ("card.last4:'4242'", ["visa"]),
        ("card.last4:'4444'", ["mastercard"]),
        ("card.brand:'mastercard'", ["mastercard"]),
        ("card.exp_year>2000", ["mastercard", "visa"]),
        ("card.exp_month:99", []),
        ("card.fingerprint:'nobody'", []),
    ],
)
def test_charges_are_found_by_their_cards(office: Office, condition: str, found: list[str]):
    for name in ("visa", "mastercard"):
        office.post("/v1/charges", amount=2_000, currency="usd", source=f"tok_{name}")
    query = f"payment_method_details.{condition}"
    shown = office.get("/v1/charges/search", query=query)["data"]
    assert [one["payment_method_details"]["card"]["brand"] for one in shown] == found


def test_a_source_is_kept_charged_changed_and_let_go(office: Office):
    number = {"number": "5555555555554444", "exp_month": 12, "exp_year": 2034, "name": "Ada",
              "address_city": "Reno"}  # fmt: skip
    token = office.post("/v1/tokens", card=number)
    customer = office.post("/v1/customers", source=token["id"])
    first, path = customer["default_source"], f"/v1/customers/{customer['id']}"
    assert first == token["card"]["id"]
    second = office.post(f"{path}/sources", source="tok_visa", metadata={"a": "b"})
    assert faults(second, "Card") == []
    listed = office.get(f"{path}?expand[]=sources")["sources"]["data"]
    assert [(each["id"], each["name"]) for each in listed] == [
        (second["id"], None), (first, "Ada")
    ]  # fmt: skip
    charge = office.post("/v1/charges", amount=500, currency="usd", customer=customer["id"])
    assert (charge["source"]["id"], charge["source"]["brand"]) == (first, "MasterCard")
    changed = office.post(f"{path}/sources/{first}", exp_month="1", exp_year="35", name="Eve")
    assert (changed["exp_month"], changed["exp_year"], changed["name"]) == (1, 2035, "Eve")
    assert changed["address_city"] == "Reno"
    method = office.get(f"/v1/payment_methods/pm_{first.partition('_')[2]}")
    assert (method["card"]["exp_year"], method["billing_details"]["name"]) == (2035, "Eve")
    paid = {"amount": 700, "currency": "usd", "confirm": True, "customer": customer["id"]}
    intent = office.post("/v1/payment_intents", payment_method=first, **paid)
    assert (intent["status"], intent["payment_method"]) == ("succeeded", method["id"])
    office.post(path, default_source=second["id"])
    gone = office.delete(f"{path}/sources/{second['id']}")
    assert (gone["deleted"], office.get(path)["default_source"]) == (True, first)
    newest = office.post(path, source="tok_amex")["default_source"]
    assert [each["id"] for each in office.get(f"{path}/sources")["data"]] == [newest]
    office.post(f"/v1/payment_methods/pm_{newest.partition('_')[2]}/detach")
    assert office.get(f"{path}/sources")["data"] == []
    error = office.refused("/v1/charges", amount=500, currency="usd", customer=customer["id"])
    assert (error["code"], error["param"]) == ("missing", "card")
    told = [kind for kind in office.events() if kind.startswith("customer.source")]
    assert told == ["customer.source." + name for name in (
        "created", "created", "updated", "deleted", "created", "deleted", "deleted"
    )]  # fmt: skip


def test_no_customer_keeps_a_source_that_its_issuer_refuses(office: Office):
    customer = office.post("/v1/customers")["id"]
    error = office.refused(f"/v1/customers/{customer}/sources", source="tok_chargeDeclined")
    assert (error["code"], error["type"]) == ("card_declined", "card_error")
    assert office.get(f"/v1/customers/{customer}/sources")["data"] == []
