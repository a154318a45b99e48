"""Payments by card: what the acquirer is asked, what books get, and what clients are told."""

import pytest

from tests.payments.till import Till


def test_a_payment_is_taken_at_once_and_becomes_available(till: Till):
    paid = till.pay(10_000, description="tea", metadata={"order": "7"})
    assert (paid["status"], paid["amount_received"]) == ("succeeded", 10_000)
    charge = till.get(f"/v1/charges/{paid['latest_charge']}", expand=["balance_transaction"])
    assert (charge["paid"], charge["captured"], charge["amount_captured"]) == (True, True, 10_000)
    assert charge["payment_method_details"]["card"]["last4"] == "4242"
    assert charge["balance_transaction"]["exchange_rate"] is None
    assert till.transactions() == [("charge", 10_000, 320, "pending")]
    assert till.ledger() == {"incoming:cards": 10_000, "pending": 9_680, "fees_payable": 320}
    assert till.get("/v1/balance")["pending"][0]["amount"] == 9_680
    assert [each for each in till.events() if "payment_method" not in each] == [
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.succeeded",
    ]
    assert till.mature() == 0
    till.pass_time(days=2)
    assert till.mature() == 1
    assert till.transactions() == [("charge", 10_000, 320, "available")]
    assert till.ledger() == {"incoming:cards": 10_000, "available": 9_680, "fees_payable": 320}
    assert till.sweep() == 1
    assert till.house() == {"due": -320, "revenue": 320}
    assert till.dues() == {}
    till.work_off()
    assert [each.act for each in till.acquirer.asked] == ["authorize", "capture"]


@pytest.mark.parametrize(
    ("decline", "code", "message"),
    [
        ("generic_decline", "card_declined", "Your card was declined."),
        ("insufficient_funds", "card_declined", "Your card has insufficient funds."),
        ("lost_card", "card_declined", "Your card was declined."),
        ("expired_card", "expired_card", "Your card has expired."),
        ("incorrect_cvc", "incorrect_cvc", "Your card's security code is incorrect."),
    ],
)
def test_a_declined_card_is_an_error_that_stays(till: Till, decline: str, code: str, message: str):
    declined = till.try_to_pay(card=f"decline:{decline}")
    assert declined.status == 402
    error = declined.error
    assert (error["type"], error["code"], error["decline_code"]) == ("card_error", code, decline)
    assert error["message"] == message
    intent = till.get(f"/v1/payment_intents/{error['payment_intent']['id']}")
    assert intent["status"] == "requires_payment_method"
    assert intent["last_payment_error"]["decline_code"] == decline
    assert intent["last_payment_error"]["charge"] == error["charge"] == intent["latest_charge"]
    charge = till.get(f"/v1/charges/{error['charge']}")
    assert (charge["status"], charge["paid"], charge["failure_code"]) == ("failed", False, code)
    assert till.ledger() == {}
    assert till.events()[-2:] == ["charge.failed", "payment_intent.payment_failed"]
    again = till.post(f"/v1/payment_intents/{intent['id']}/confirm", payment_method=till.card())
    assert (again["status"], again["last_payment_error"]) == ("succeeded", None)


def test_a_call_that_is_sent_again_asks_nothing_again(till: Till):
    card = till.card()
    params = {"amount": 500, "currency": "usd", "confirm": True, "payment_method": card}
    headers = {"params": params, "Idempotency_Key": "once"}
    first = till.ask("POST", "/v1/payment_intents", **headers)
    second = till.ask("POST", "/v1/payment_intents", **headers)
    assert first.text == second.text
    assert len(till.acquirer.asked) == 1
    declined = till.card("decline:lost_card")
    headers = {"params": params | {"payment_method": declined}, "Idempotency_Key": "twice"}
    first = till.ask("POST", "/v1/payment_intents", **headers)
    second = till.ask("POST", "/v1/payment_intents", **headers)
    assert first.status == second.status == 402
    assert first.text == second.text


@pytest.mark.alone
def test_money_is_held_raised_and_taken_in_parts(till: Till):
    held = till.pay(1_000, capture_method="manual")
    assert (held["status"], held["amount_capturable"]) == ("requires_capture", 1_000)
    assert till.ledger() == {}
    path = f"/v1/payment_intents/{held['id']}"
    raised = till.post(f"{path}/increment_authorization", amount=1_500)
    assert (raised["amount"], raised["amount_capturable"]) == (1_500, 1_500)
    part = till.post(f"{path}/capture", amount_to_capture=600, final_capture=False)
    assert (part["status"], part["amount_capturable"], part["amount_received"]) == (
        "requires_capture", 900, 600)  # fmt: skip
    assert till.refused(f"{path}/capture", amount_to_capture=901)["code"] == "amount_too_large"
    done = till.post(f"{path}/capture", amount_to_capture=400)
    assert (done["status"], done["amount_capturable"], done["amount_received"]) == (
        "succeeded", 0, 1_000)  # fmt: skip
    assert [each[:2] for each in till.transactions()] == [("charge", 600), ("charge", 400)]
    till.work_off()
    acts = [(each.act, each.amount.amount) for each in till.acquirer.asked]
    assert acts[:2] == [("authorize", 1_000), ("increment", 500)]
    assert sorted(acts[2:]) == [("capture", 400), ("capture", 600), ("reverse", 500)]
    assert till.refused(f"{path}/cancel")["code"] == "payment_intent_unexpected_state"


def test_cards_alone_may_be_captured_later(till: Till):
    made = {"amount": 900, "currency": "usd", "payment_method_types": ["card", "us_bank_account"],
            "payment_method_options": {"card": {"capture_method": "manual"}}}  # fmt: skip
    card, bank, both = (till.post("/v1/payment_intents", **made) for _ in range(3))
    assert card["capture_method"] == "automatic_async"
    held = till.post(f"/v1/payment_intents/{card['id']}/confirm", payment_method=till.card())
    assert held["status"] == "requires_capture"
    name = "pm_usBankAccount_success"
    asked = till.post(f"/v1/payment_intents/{bank['id']}/confirm", payment_method=name)
    assert asked["status"] == "processing"
    path = f"/v1/payment_intents/{both['id']}"
    unset = till.post(path, payment_method_options={"card": {"capture_method": ""}})
    assert "capture_method" not in unset["payment_method_options"]["card"]
    assert till.post(f"{path}/confirm", payment_method=till.card())["status"] == "succeeded"


def test_parts_have_no_more_decimals_than_their_currency(till: Till):
    options = {"card": {"request_extended_authorization": "if_available"}}
    held = till.pay(
        100_000, currency="isk", capture_method="manual", payment_method_options=options
    )
    path = f"/v1/payment_intents/{held['id']}/capture"
    assert till.refused(path, amount_to_capture=50_050)["param"] == "amount_to_capture"
    assert till.post(path, amount_to_capture=50_000)["status"] == "succeeded"
    charge = till.get(f"/v1/charges/{held['latest_charge']}")
    extended = charge["payment_method_details"]["card"]["extended_authorization"]
    assert extended["status"] == "enabled"
    error = till.refused("/v1/refunds", payment_intent=held["id"], amount=150)
    assert error["code"] == "parameter_invalid_integer"
    assert till.post("/v1/refunds", payment_intent=held["id"], amount=200)["amount"] == 200


@pytest.mark.alone
def test_what_is_held_is_given_back_when_canceled_or_too_late(till: Till):
    canceled, late = (till.pay(1_000, capture_method="manual")["id"] for _ in range(2))
    done = till.post(f"/v1/payment_intents/{canceled}/cancel", cancellation_reason="duplicate")
    assert (done["status"], done["cancellation_reason"]) == ("canceled", "duplicate")
    till.pass_time(days=8)
    till.work_off()
    expired = till.get(f"/v1/payment_intents/{late}")
    assert (expired["status"], expired["cancellation_reason"]) == ("canceled", "expired")
    assert [each.act for each in till.acquirer.asked] == ["authorize", "authorize", "reverse"]
    assert till.ledger() == {}
    assert till.events()[-2:] == ["charge.expired", "payment_intent.canceled"]
    for name in (canceled, late):
        charge = till.get(f"/v1/charges/{till.get(f'/v1/payment_intents/{name}')['latest_charge']}")
        assert (charge["amount_captured"], charge["amount_refunded"]) == (0, 0)


def test_a_cardholder_is_asked_who_they_are(till: Till):
    waiting = till.pay(card="challenge", return_url="https://shop.example.com/done")
    assert waiting["status"] == "requires_action"
    assert waiting["next_action"]["redirect_to_url"]["return_url"].endswith("/done")
    path = f"/v1/test_helpers/payment_intents/{waiting['id']}/authenticate"
    passed = till.post(path)
    assert (passed["status"], passed["next_action"]) == ("succeeded", None)
    charge = till.get(f"/v1/charges/{passed['latest_charge']}")
    secure = charge["payment_method_details"]["card"]["three_d_secure"]
    assert (secure["result"], secure["electronic_commerce_indicator"]) == ("authenticated", "05")
    waiting = till.pay(card="challenge")
    assert waiting["next_action"]["type"] == "use_stripe_sdk"
    path = f"/v1/test_helpers/payment_intents/{waiting['id']}/authenticate"
    failed = till.post(path, outcome="failed")
    assert failed["status"] == "requires_payment_method"
    assert failed["last_payment_error"]["code"] == "payment_intent_authentication_failure"
    absent = till.try_to_pay(card="challenge", off_session=True)
    assert (absent.status, absent.error["code"]) == (402, "authentication_required")
    refused = till.try_to_pay(card="challenge", error_on_requires_action=True)
    assert (refused.status, refused.error["code"]) == (402, "authentication_required")


def test_a_card_that_was_set_up_pays_again_without_its_holder(till: Till):
    customer = till.post("/v1/customers", name="Ada")["id"]
    card = till.card("challenge-unless_set_up")
    first = till.pay(
        card="", payment_method=card, customer=customer, setup_future_usage="off_session"
    )
    till.post(f"/v1/test_helpers/payment_intents/{first['id']}/authenticate")
    assert till.get(f"/v1/payment_methods/{card}")["customer"] == customer
    later = till.pay(payment_method=card, customer=customer, off_session=True)
    assert later["status"] == "succeeded"
    last = till.acquirer.asked[-1]
    assert (last.initiator, last.stored, bool(last.previous)) == ("merchant", "unscheduled", True)


@pytest.mark.alone
def test_an_acquirer_that_is_silent_is_asked_to_forget(till: Till):
    silent = till.try_to_pay(card="timeout")
    assert (silent.status, silent.error["code"]) == (402, "processing_error")
    till.work_off()
    first, second = till.acquirer.asked
    assert (first.act, second.act, second.original) == ("authorize", "reverse", first.id)


@pytest.mark.parametrize(
    ("params", "param"),
    [
        ({"amount": 49}, "amount"),
        ({"amount": 1_000_000_000_000}, "amount"),
        ({"statement_descriptor": "TEA HOUSE"}, "statement_descriptor"),
        ({"statement_descriptor_suffix": "7*"}, "statement_descriptor_suffix"),
        ({"payment_method_options": {"link": {"a": "b"}}}, "payment_method_options[link]"),
        ({"payment_method": "pm_none"}, "payment_method"),
        ({"customer": "cus_none"}, "customer"),
        ({"application_fee_amount": 10}, "application_fee_amount"),
        ({"payment_method_types": ["klarna"]}, "payment_method_types"),
        ({"payment_method_types": ["card"], "automatic_payment_methods": {"enabled": True}},
         "payment_method_types"),
        ({"payment_method": "pm_usBankAccount_success", "payment_method_types": ["card"]},
         "payment_method"),
        ({"confirm": True}, None),
        ({"return_url": "https://example.com"}, "return_url"),
        ({"transfer_data": {"destination": "acct_none"}}, "transfer_data[destination]"),
        ({"mandate": "mandate_1"}, "mandate"),
    ],
)  # fmt: skip
def test_bad_input_gets_its_error(till: Till, params: dict, param: str | None):
    error = till.refused("/v1/payment_intents", **{"amount": 500, "currency": "usd", **params})
    assert (error["status"], error.get("param")) == (400, param)


@pytest.mark.alone
def test_what_is_said_at_a_capture_is_of_what_is_captured(till: Till):
    shop = till.open_shop(business_profile={"name": "Tea House"})
    parcel = {"address": {"line1": "1 Main Street"}, "name": "Ada", "carrier": "DHL",
              "tracking_number": "12345"}  # fmt: skip
    options = {"card": {"network": "visa", "setup_credential_usage": "recurring"}}
    held = till.pay(1_000, capture_method="manual", on_behalf_of=shop, shipping=parcel,
                    transfer_data={"destination": shop}, payment_method_options=options,
                    statement_descriptor_suffix="ORDER 7")  # fmt: skip
    shown = held["shipping"]
    assert (shown["carrier"], shown["tracking_number"]) == ("DHL", "12345")
    assert till.acquirer.asked[0].merchant.name == "Tea House* ORDER 7"
    path = f"/v1/payment_intents/{held['id']}"
    lines = {"line_items": [{"product_name": "tea", "quantity": 2, "unit_cost": 700}]}
    raise_ = f"{path}/increment_authorization"
    assert till.refused(raise_, amount=1_500, amount_details=lines)["param"] == "amount_details"
    assert len(till.acquirer.asked) == 1
    raised = till.post(raise_, amount=1_400, amount_details=lines, transfer_data={"amount": 900})
    assert raised["transfer_data"] == {"amount": 900, "destination": shop}
    assert till.refused(f"{path}/capture", statement_descriptor="OTHER")["status"] == 400
    lines["line_items"][0]["unit_cost"] = 400
    said = {"payment_details": {"order_reference": "7"}, "statement_descriptor_suffix": "ORDER 8"}
    done = till.post(f"{path}/capture", amount_to_capture=800, amount_details=lines, **said)
    assert done["payment_details"]["order_reference"] == "7"
    assert till.post(path, metadata={"a": "b"})["metadata"] == {"a": "b"}
    charge = till.get(f"/v1/charges/{held['latest_charge']}", expand=["transfer"])
    assert charge["calculated_statement_descriptor"] == "Tea House* ORDER 8"
    assert (charge["amount"], charge["transfer"]["amount"]) == (1_400, 800)
    till.work_off()
    assert {each.merchant.name for each in till.acquirer.asked[2:]} == {"Tea House* ORDER 8"}


def test_nobody_is_asked_for_what_could_not_be_settled(till: Till):
    asked = {"transfers": {"requested": True}}
    shop = till.post(
        "/v1/accounts", type="custom", default_currency="ars", capabilities=asked
    )["id"]  # fmt: skip
    on, little = {"transfer_data": {"destination": shop}}, {"currency": "idr", "amount": 5_000}
    for params in ({"currency": "kwd", "amount": 10_000}, little, on, {"currency": "eur", **on}):
        assert till.try_to_pay(**params).status == 400, params
    paid = till.pay(1_000)
    for params in ({"reverse_transfer": True}, {"refund_application_fee": True}):
        assert till.refused("/v1/refunds", payment_intent=paid["id"], **params)["status"] == 400
    assert [each.act for each in till.acquirer.asked] == ["authorize"]
    assert till.post("/v1/refunds", payment_intent=paid["id"])["status"] == "succeeded"
    error = till.refused("/v1/payment_intents/pi_none", verb="GET")
    assert (error["status"], error["param"]) == (404, "intent")


def test_a_card_that_was_let_go_pays_no_more(till: Till):
    customer = till.post("/v1/customers", name="Ada")["id"]
    card = till.card()
    till.post(f"/v1/payment_methods/{card}/attach", customer=customer)
    till.post(f"/v1/payment_methods/{card}/detach")
    refused = till.try_to_pay(payment_method=card)
    assert (refused.status, refused.error["param"]) == (400, "payment_method")
    wrong = {"card": {"network": "mastercard"}}
    refused = till.try_to_pay(payment_method_options=wrong)
    assert refused.error["param"] == "payment_method_options[card][network]"


def test_another_currency_is_one_that_its_types_pay_in(till: Till):
    made = till.post("/v1/payment_intents", amount=700, currency="usd",
                     payment_method_types=["us_bank_account"])  # fmt: skip
    path = f"/v1/payment_intents/{made['id']}"
    assert till.refused(path, currency="eur")["param"] == "currency"
    changed = till.post(path, currency="eur", payment_method_types=["sepa_debit"])
    assert (changed["currency"], changed["payment_method_types"]) == ("eur", ["sepa_debit"])
    assert list(changed["payment_method_options"]) == ["sepa_debit"]
    made = till.post("/v1/payment_intents", amount=700, currency="usd",
                     automatic_payment_methods={"enabled": True})  # fmt: skip
    changed = till.post(f"/v1/payment_intents/{made['id']}", currency="brl")
    assert changed["payment_method_types"] == ["card", "pix"]


def test_intents_are_listed_searched_and_changed(till: Till):
    customer = till.post("/v1/customers", name="Ada")["id"]
    made = till.post("/v1/payment_intents", amount=700, currency="usd", customer=customer)
    assert made["status"] == "requires_payment_method"
    path = f"/v1/payment_intents/{made['id']}"
    changed = till.post(path, amount=800, payment_method=till.card(), metadata={"a": "b"})
    assert (changed["status"], changed["amount"]) == ("requires_confirmation", 800)
    assert till.listed("/v1/payment_intents", customer=customer) == [made["id"]]
    found = till.get("/v1/payment_intents/search", query='metadata["a"]:"b" AND amount>700')
    assert [each["id"] for each in found["data"]] == [made["id"]]
    assert till.get(path, client_secret=made["client_secret"])["id"] == made["id"]
    assert till.refused(path, verb="GET", client_secret="x")["param"] == "client_secret"
    bank = {"payment_method": "pm_usBankAccount_success", "payment_method_types": ["card"]}
    assert till.refused(path, **bank)["code"] == "payment_intent_invalid_parameter"
    till.post(f"{path}/confirm")
    assert till.refused(path, amount=900)["code"] == "payment_intent_unexpected_state"
    assert till.post(path, description="later")["description"] == "later"


def test_who_names_no_types_takes_all_that_can_do_what_is_asked(till: Till) -> None:
    every = {"usd": ["card", "customer_balance", "us_bank_account"], "inr": ["card", "upi"],
             "sek": ["card"]}  # fmt: skip
    for currency, types in every.items():
        intent = till.post("/v1/payment_intents", amount=900, currency=currency)
        assert intent["automatic_payment_methods"]["enabled"]
        assert intent["payment_method_types"] == types
    for change, types in (
        ({"currency": "gbp"}, ["card", "bacs_debit", "customer_balance"]),
        ({"setup_future_usage": "off_session"}, ["card", "bacs_debit"]),
        ({"excluded_payment_method_types": ["card"]}, ["bacs_debit"]),
        ({"excluded_payment_method_types": "", "capture_method": "manual"}, ["card"]),
    ):
        intent = till.post(f"/v1/payment_intents/{intent['id']}", **change)
        assert intent["payment_method_types"] == types
    for sent in (
        {"automatic_payment_methods": {"enabled": False}},
        {"allowed_payment_method_types": ["card"]},
    ):
        intent = till.post("/v1/payment_intents", amount=900, currency="usd", **sent)
        assert intent["payment_method_types"] == ["card"]
    assert intent["automatic_payment_methods"] is None
