"""Cards that are set up: who is asked what, what is kept of it, and how they are charged later."""

from typing import Any

import pytest

from bezant.resources.payments.bank_methods import BANK_METHODS
from tests.payments.test_bank_debits import movement_of
from tests.payments.till import Till
from tests.resources.office import OTHER_SECRET, PUBLISHABLE, Office

PATH = "/v1/setup_intents"
AGREED = {
    "customer_acceptance": {
        "type": "online",
        "online": {"ip_address": "203.0.113.7", "user_agent": "Mozilla/5.0"},
    }
}
ASKS, DONE, NO = "requires_action", "succeeded", "requires_payment_method"
CARDS: list[tuple[str, str, str]] = [
    ("visa", DONE, "succeeded"),
    ("amex", DONE, "succeeded"),
    ("chargeCustomerFail", DONE, "generic_decline"),
    ("cvcCheckFail", DONE, "succeeded"),
    ("threeDSecureOptional", DONE, "succeeded"),
    ("threeDSecureOptionalProcessingError", DONE, "succeeded"),
    ("authenticationRequiredOnSetup", ASKS, "succeeded"),
    ("authenticationRequiredSetupForOffSession", ASKS, "succeeded"),
    ("authenticationRequired", ASKS, "authentication_required"),
    ("threeDSecure2Required", ASKS, "authentication_required"),
    ("authenticationRequiredChargeDeclinedInsufficientFunds", ASKS, "insufficient_funds"),
    ("threeDSecureRequiredChargeDeclined", ASKS, "authentication_required"),
    ("threeDSecureRequiredProcessingError", NO, "do_not_honor"),
    ("chargeDeclined", NO, "generic_decline"),
    ("chargeDeclinedInsufficientFunds", NO, "insufficient_funds"),
    ("chargeDeclinedLostCard", NO, "lost_card"),
    ("chargeDeclinedExpiredCard", NO, "expired_card"),
    ("chargeDeclinedProcessingError", NO, "processing_error"),
]
"""Each card of test mode: what comes of setting it up, and of a payment without its holder, or
why the card is refused."""


BAD_INPUT: list[tuple[dict[str, Any], str | None]] = [
    ({"confirm": True}, None),
    ({"customer": "cus_none"}, "customer"),
    ({"payment_method": "pm_none"}, "payment_method"),
    ({"allowed_payment_method_types": ["klarna"]}, "allowed_payment_method_types"),
    ({"return_url": "https://example.com"}, "return_url"),
    ({"confirm": True, "return_url": "javascript:alert(1)"}, "return_url"),
    ({"mandate_data": AGREED}, "mandate_data"),
    ({"attach_to_self": True}, "attach_to_self"),
    ({"flow_directions": ["inbound"]}, "flow_directions"),
    ({"excluded_payment_method_types": ["card", *BANK_METHODS]}, "excluded_payment_method_types"),
    ({"on_behalf_of": "acct_none"}, "on_behalf_of"),
    (
        {"payment_method_options": {"card": {"moto": True}}},
        "payment_method_options[card][moto]",
    ),
    (
        {"payment_method_data": {"type": "card"}, "payment_method": "pm_1"},
        "payment_method_data",
    ),
    (
        {"payment_method": "pm_usBankAccount_success", "payment_method_types": ["card"]},
        "payment_method",
    ),
    (
        {"automatic_payment_methods": {"enabled": True}, "payment_method_types": ["card"]},
        "payment_method_types",
    ),
]


@pytest.fixture
def till(shared_till: Till) -> Till:
    """One for all tests here."""
    return shared_till


def confirmed(office: Office, **params: Any) -> Any:
    return office.ask("POST", PATH, params={"confirm": True, **params})


def test_the_cards_of_test_mode_behave_as_documented(office: Office) -> None:
    customer = office.post("/v1/customers", name="Ada")["id"]
    for name, first, later in CARDS:
        card = f"pm_card_{name}"
        answer = confirmed(office, customer=customer, payment_method=card)
        if first == NO:
            assert (answer.status, answer.error["decline_code"]) == (402, later), name
            assert answer.error["setup_intent"]["status"] == NO, name
            continue
        intent = answer.json
        assert (answer.status, intent["status"]) == (200, first), name
        if first == ASKS:
            intent = office.post(f"/v1/test_helpers/setup_intents/{intent['id']}/authenticate")
        assert intent["status"] == DONE, name
        pay = {"amount": 500, "currency": "usd", "confirm": True, "off_session": True,
               "customer": customer, "payment_method": intent["payment_method"]}  # fmt: skip
        paid = office.ask("POST", "/v1/payment_intents", params=pay)
        told = paid.json["status"] if paid.status == 200 else paid.error["decline_code"]
        assert told == later, name
    kept = office.listed("/v1/payment_methods", customer=customer, limit=100)
    assert len(kept) == sum(first != NO for _, first, _ in CARDS)


def test_a_card_is_set_up_with_a_mandate_that_ends_when_it_is_let_go(till: Till) -> None:
    customer = till.post("/v1/customers", name="Ada")["id"]
    made = till.post(PATH, customer=customer, description="later", metadata={"a": "b"})
    assert (made["status"], made["usage"], made["payment_method"]) == (NO, "off_session", None)
    path = f"{PATH}/{made['id']}"
    card = till.card()
    changed = till.post(path, payment_method=card, metadata={"c": "d"})
    assert (changed["status"], changed["metadata"]) == (
        "requires_confirmation",
        {"a": "b", "c": "d"},
    )
    done = till.post(f"{path}/confirm", mandate_data=AGREED, expand=["mandate", "latest_attempt"])
    assert (done["status"], done["payment_method"]) == (DONE, card)
    mandate, attempt = done["mandate"], done["latest_attempt"]
    assert (mandate["status"], mandate["type"], mandate["payment_method"]) == (
        "active", "multi_use", card)  # fmt: skip
    assert mandate["customer_acceptance"]["online"]["ip_address"] == "203.0.113.7"
    assert (attempt["status"], attempt["payment_method_details"]["card"]["last4"]) == (DONE, "4242")
    assert till.listed("/v1/setup_attempts", setup_intent=made["id"]) == [attempt["id"]]
    assert till.listed(PATH, customer=customer) == till.listed(PATH, payment_method=card)
    asked = till.acquirer.asked[-1]
    assert (asked.act, asked.amount.amount, asked.stored) == ("verify", 0, "first")
    assert till.refused(path, customer=customer)["code"] == "setup_intent_unexpected_state"
    assert till.refused(f"{path}/cancel")["code"] == "setup_intent_unexpected_state"
    paid = till.pay(payment_method=card, customer=customer, off_session=True, mandate=mandate["id"])
    charge = till.get(f"/v1/charges/{paid['latest_charge']}")
    assert charge["payment_method_details"]["card"]["mandate"] == mandate["id"]
    assert till.acquirer.asked[-1].previous
    till.post(f"/v1/payment_methods/{card}/detach")
    assert till.get(f"/v1/mandates/{mandate['id']}")["status"] == "inactive"
    assert till.events()[-2:] == ["payment_method.detached", "mandate.updated"]
    again = till.try_to_pay(mandate=mandate["id"])
    assert (again.status, again.error["param"]) == (400, "mandate")
    setup = ["setup_intent.created", "payment_method.attached", "setup_intent.succeeded"]
    assert [each for each in till.events() if each in setup][-3:] == setup


def test_a_cardholder_may_fail_and_another_card_may_be_tried(till: Till) -> None:
    asked = till.post(PATH, confirm=True, payment_method=till.card("challenge"),
                      return_url="https://shop.example.com/done")  # fmt: skip
    assert (asked["status"], asked["next_action"]["type"]) == (ASKS, "redirect_to_url")
    noted = till.post(f"{PATH}/{asked['id']}", metadata={"a": "b"})
    assert (noted["status"], noted["next_action"]) == (ASKS, asked["next_action"])
    sdk = till.post(f"{PATH}/{asked['id']}/confirm", payment_method=till.card("challenge"),
                    return_url="https://shop.example.com/done", use_stripe_sdk=True)  # fmt: skip
    assert sdk["next_action"]["type"] == "use_stripe_sdk"
    path = f"/v1/test_helpers/setup_intents/{asked['id']}/authenticate"
    failed = till.post(path, outcome="failed")
    assert (failed["status"], failed["payment_method"]) == (NO, None)
    assert failed["last_setup_error"]["code"] == "setup_intent_authentication_failure"
    assert till.refused(path)["code"] == "setup_intent_unexpected_state"
    declined = till.refused(
        f"{PATH}/{asked['id']}/confirm", payment_method=till.card("decline:lost_card")
    )
    assert (declined["status"], declined["decline_code"]) == (402, "lost_card")
    attempts = till.get("/v1/setup_attempts", setup_intent=asked["id"])["data"]
    assert [each["status"] for each in attempts] == ["failed", "failed", "abandoned"]
    assert attempts[0]["setup_error"]["decline_code"] == "lost_card"
    canceled = till.post(f"{PATH}/{asked['id']}/cancel", cancellation_reason="duplicate")
    assert (canceled["status"], canceled["cancellation_reason"]) == ("canceled", "duplicate")
    assert till.events()[-3:] == [
        "setup_intent.setup_failed", "setup_intent.setup_failed", "setup_intent.canceled",
    ]  # fmt: skip


def test_a_mandate_is_for_what_was_agreed_to(till: Till) -> None:
    customer = till.post("/v1/customers", name="Ada")["id"]
    for usage, kind, status in (
        (None, "single_use", "inactive"),
        ("off_session", "multi_use", "active"),
    ):
        paid = till.pay(700, customer=customer, mandate_data=AGREED, setup_future_usage=usage or "")
        charge = till.get(f"/v1/charges/{paid['latest_charge']}")
        mandate = till.get(f"/v1/mandates/{charge['payment_method_details']['card']['mandate']}")
        assert (mandate["type"], mandate["status"]) == (kind, status)
        assert mandate.get("single_use") == (
            {"amount": 700, "currency": "usd"} if usage is None else None
        )
    once = {"single_use": {"amount": 900, "currency": "eur"}, "confirm": True}
    assert till.refused(PATH, payment_method=till.card(), **once)["param"] == "mandate_data"
    done = till.post(PATH, payment_method=till.card(), mandate_data=AGREED, **once)
    assert done["mandate"] is None
    assert till.get(f"/v1/mandates/{done['single_use_mandate']}")["single_use"]["amount"] == 900
    offline = {
        "customer_acceptance": {
            "type": "offline",
            "online": AGREED["customer_acceptance"]["online"],
        }
    }
    for said in (offline, {"customer_acceptance": {"type": "online"}}):
        refused = till.refused(PATH, payment_method=till.card(), confirm=True, mandate_data=said)
        assert refused["param"] == "mandate_data[customer_acceptance][online]"


def test_what_a_card_is_set_up_for_is_told_when_it_is_charged(till: Till) -> None:
    customer = till.post("/v1/customers", name="Ada")["id"]
    options = {"card": {"setup_credential_usage": "installment", "moto": True, "network": "visa"}}
    done = till.post(PATH, customer=customer, payment_method=till.card(), confirm=True,
                     payment_method_options=options)  # fmt: skip
    assert done["payment_method_options"]["card"]["setup_credential_usage"] == "installment"
    assert till.acquirer.asked[-1].channel == "mail_or_telephone"
    till.pay(payment_method=done["payment_method"], customer=customer, off_session=True)
    assert till.acquirer.asked[-1].stored == "installment"


def test_bad_input_gets_its_error(till: Till) -> None:
    for params, param in BAD_INPUT:
        error = till.refused(PATH, **params)
        assert (error["status"], error.get("param")) == (400, param)


def test_methods_that_do_not_fit_are_refused(till: Till) -> None:
    ada, eve = (till.post("/v1/customers", name=name)["id"] for name in ("Ada", "Eve"))
    card = till.card()
    till.post(PATH, customer=ada, payment_method=card, confirm=True)
    network = {"card": {"network": "mastercard"}}
    bank = till.post(
        "/v1/payment_methods",
        type="us_bank_account",
        us_bank_account={"account_number": "000123456789", "routing_number": "110000000"},
    )
    for params in (
        {"payment_method": card, "customer": eve},
        {"payment_method": bank["id"]},
        {"payment_method": till.card(), "payment_method_options": network},
    ):
        assert till.refused(PATH, confirm=True, **params)["status"] == 400
    till.post(f"/v1/payment_methods/{card}/detach")
    assert till.refused(PATH, confirm=True, payment_method=card)["param"] == "payment_method"
    waits = till.post(PATH)["id"]
    refused = till.refused(f"{PATH}/{waits}/verify_microdeposits", amounts=[32, 45])
    assert refused["code"] == "setup_intent_unexpected_state"


def test_a_page_with_the_secret_confirms_and_sees_no_more(till: Till) -> None:
    """A publishable key is known to everybody, so it opens nothing without the intent's secret."""
    for base, extra in ((PATH, {}), ("/v1/payment_intents", {"amount": 500, "currency": "usd"})):
        intent = till.post(base, metadata={"margin": "40"}, **extra)
        other = till.post(base, **extra)
        path = f"{base}/{intent['id']}"
        for method, place in (("GET", path), ("POST", f"{path}/confirm")):
            for secret, status in ((None, 400), (other["client_secret"], 400)):
                sent = {"params": {"client_secret": secret} if secret else {}}
                assert till.ask(method, place, secret=PUBLISHABLE, **sent).status == status
        own = {"client_secret": intent["client_secret"]}
        asked = till.ask("GET", path, secret=PUBLISHABLE, params=own | {"expand": ["customer"]})
        assert asked.status == 403
        assert till.ask("GET", path, secret=OTHER_SECRET, params=own).status == 404
        data = {"type": "card", "card": {"token": "tok_visa"}}
        done = till.ask("POST", f"{path}/confirm", secret=PUBLISHABLE,
                        params=own | {"payment_method_data": data})  # fmt: skip
        assert (done.status, done.json["status"]) == (200, DONE), done.text
        shown = till.ask("GET", path, secret=PUBLISHABLE, params=own)
        assert (shown.json["status"], "margin" in shown.text + done.text) == (DONE, False)
        assert till.ask("POST", path, secret=PUBLISHABLE, params={}).status == 403
    first = till.ask("OPTIONS", f"{base}/{other['id']}/confirm", Origin="https://shop.example.com")
    assert (first.status, first.headers["Access-Control-Allow-Methods"]) == (204, "POST")
    assert "Authorization" in first.headers["Access-Control-Allow-Headers"]
    assert shown.headers["Access-Control-Allow-Origin"] == "*"
    for sent, param in (
        ({"off_session": True}, "off_session"),
        (
            {"payment_method_options": {"card": {"moto": True}}},
            "payment_method_options[card][moto]",
        ),
    ):
        asked = {"client_secret": other["client_secret"], **sent}
        refused = till.ask(
            "POST", f"{base}/{other['id']}/confirm", secret=PUBLISHABLE, params=asked
        )
        assert (refused.status, refused.error["param"]) == (403, param)


def test_a_server_confirms_what_its_cardholder_has_agreed_to(till: Till) -> None:
    waiting = till.pay(card="challenge", confirmation_method="manual")
    path = f"/v1/payment_intents/{waiting['id']}"
    shown = till.post(f"/v1/test_helpers/payment_intents/{waiting['id']}/authenticate")
    assert shown["status"] == "requires_confirmation"
    own = {"client_secret": waiting["client_secret"]}
    refused = till.ask("POST", f"{path}/confirm", secret=PUBLISHABLE, params=own)
    assert refused.error["code"] == "payment_intent_unexpected_state"
    assert till.post(f"{path}/confirm")["status"] == DONE


US = {"account_number": "000123456789", "routing_number": "110000000"}


def bank(**kind: Any) -> dict[str, Any]:
    (name,) = kind
    return {"type": name, "billing_details": {"name": "Ada", "email": "ada@example.com"}, **kind}


def test_bank_accounts_are_set_up_with_a_mandate(till: Till) -> None:
    customer = till.post("/v1/customers", name="Ada")["id"]
    every = {"automatic_payment_methods": {"enabled": True}, "confirm": True, "customer": customer}
    for data, details in (
        (bank(sepa_debit={"iban": "AT611904300234573201"}), {"reference", "url"}),
        (bank(bacs_debit={"account_number": "00012345", "sort_code": "108800"}),
         {"display_name", "network_status", "reference", "revocation_reason",
          "service_user_number", "url"}),
    ):  # fmt: skip
        done = till.post(PATH, payment_method_data=data, expand=["mandate"], **every)
        lodged = "bacs_debit" in data
        standing = "pending" if lodged else "active"
        assert (done["status"], done["mandate"]["status"]) == (DONE, standing)
        assert done["mandate"]["payment_method_details"][data["type"]].keys() == details
        method = till.get(f"/v1/payment_methods/{done['payment_method']}")
        assert method["customer"] == customer
    known = till.post(PATH, payment_method="pm_usBankAccount_success", **every)
    assert (known["status"], bool(known["mandate"])) == (DONE, True)
    nameless = {"type": "us_bank_account", "us_bank_account": US}
    refused = till.refused(PATH, payment_method_data=nameless, **every)
    assert refused["param"] == "payment_method_data[billing_details][name]"
    instant = {"us_bank_account": {"verification_method": "instant"}}
    refused = till.refused(PATH, payment_method_data=bank(us_bank_account=US),
                           payment_method_options=instant, **every)  # fmt: skip
    assert refused["code"] == "bank_account_unverified"


def test_an_account_in_canada_is_set_up_under_an_agreement_of_its_own(till: Till) -> None:
    numbers = {
        "account_number": "000123456789", "institution_number": "000", "transit_number": "11000",
    }  # fmt: skip
    every = {"allowed_payment_method_types": ["acss_debit"], "confirm": True}
    data = bank(acss_debit=numbers)
    param = "payment_method_options[acss_debit]"
    refused = till.refused(PATH, payment_method_data=data, **every)
    assert refused["param"] == f"{param}[mandate_options][payment_schedule]"
    dollars = {"acss_debit": {"currency": "usd"}}
    refused = till.refused(PATH, payment_method_data=data, payment_method_options=dollars, **every)
    assert refused["param"] == f"{param}[currency]"
    said = {
        "custom_mandate_url": "https://shop.example/agreement", "default_for": ["invoice"],
        "payment_schedule": "sporadic", "transaction_type": "personal",
    }  # fmt: skip
    options = {"acss_debit": {"currency": "cad", "mandate_options": said}}
    made = till.post(PATH, payment_method_data=data, payment_method_options=options, **every)
    shown = made["payment_method_options"]["acss_debit"]
    assert (shown["currency"], shown["mandate_options"]) == (
        "cad", {"interval_description": None, **said},
    )  # fmt: skip
    path = f"{PATH}/{made['id']}/verify_microdeposits"
    done = till.post(path, amounts=[32, 45], expand=["mandate"])
    assert done["status"] == DONE
    assert done["mandate"]["payment_method_details"]["acss_debit"] == {
        "default_for": ["invoice"], "interval_description": None,
        "payment_schedule": "sporadic", "transaction_type": "personal",
    }  # fmt: skip


def test_a_bank_account_that_nobody_has_proved_to_see_is_verified_first(till: Till) -> None:
    def waiting() -> tuple[Any, str]:
        made = till.post(PATH, payment_method_data=bank(us_bank_account=US), confirm=True,
                         allowed_payment_method_types=["us_bank_account"])  # fmt: skip
        assert (made["status"], made["next_action"]["type"]) == (
            ASKS, "verify_with_microdeposits")  # fmt: skip
        return made, f"{PATH}/{made['id']}/verify_microdeposits"

    made, verify = waiting()
    authenticate = f"/v1/test_helpers/setup_intents/{made['id']}/authenticate"
    assert till.refused(authenticate)["code"] == "setup_intent_unexpected_state"
    assert till.refused(verify, amounts=[1, 2])["param"] == "amounts"
    wrong = {"client_secret": made["client_secret"], "amounts": [1, 2]}
    by_page = till.ask("POST", verify, secret=PUBLISHABLE, params=wrong)
    assert (by_page.status, by_page.error["param"]) == (400, "amounts")
    done = till.post(verify, amounts=[32, 45])
    assert (done["status"], done["next_action"], bool(done["mandate"])) == (DONE, None, True)
    assert till.refused(verify, amounts=[32, 45])["code"] == "setup_intent_unexpected_state"
    again = till.post(PATH, payment_method=done["payment_method"], confirm=True,
                      allowed_payment_method_types=["us_bank_account"])  # fmt: skip
    assert again["status"] == DONE
    made, verify = waiting()
    till.post(f"{PATH}/{made['id']}", metadata={"margin": "40"})
    made = till.post(f"{PATH}/{made['id']}/confirm")
    sent = {"client_secret": made["client_secret"], "descriptor_code": "SM33CC"}
    by_page = till.ask("POST", verify, secret=PUBLISHABLE, params=sent)
    assert (by_page.status, "margin" in by_page.text) == (400, False)
    error = by_page.error
    assert error["code"] == "payment_method_microdeposit_verification_attempts_exceeded"
    failed = till.get(f"{PATH}/{made['id']}")
    assert (failed["status"], failed["last_setup_error"]["code"]) == (NO, error["code"])
    attempts = till.get("/v1/setup_attempts", setup_intent=made["id"])["data"]
    assert [each["status"] for each in attempts] == ["failed", "abandoned"]
    made, _ = waiting()
    cent = movement_of(till, made["id"])
    assert till.hear(cent, "submitted") == till.hear(cent, "settled") == 1
    assert till.hear(cent, "returned", "R03") == 1
    till.work_off()
    failed = till.get(f"{PATH}/{made['id']}")
    assert failed["last_setup_error"]["code"] == "payment_method_microdeposit_failed"
    made, _ = waiting()
    page = made["next_action"]["verify_with_microdeposits"]["hosted_verification_url"]
    assert 'name="code"' in till.run(till.send("GET", page, raw=True)).text
    told = till.run(till.send("POST", page, {"code": "SM11AA"}, raw=True))
    assert "Everything is done" in told.text
    assert till.get(f"{PATH}/{made['id']}")["status"] == DONE
