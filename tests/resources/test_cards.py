"""Cards: checked as they are typed, kept in the vault, verified once, attached if usable."""

import re
from typing import Any

from bezant.api import idempotency
from bezant.rail.card_numbers import is_card_number, range_of
from bezant.rail.cards import About, Cleared, Disputed, Settled
from bezant.rails.cards.files import read_file
from bezant.resources.core.card import test_cards as cards_of_test_mode
from bezant.sim.cards.behaviour import MAGIC
from bezant.sim.cards.network import OUTAGE
from tests.resources.office import LIVE_SECRET, Office
from tests.resources.shapes import faults

PATH = "/v1/payment_methods"
REAL = "4000009182736457"
NUMBER, CODE = "4242424242424242", "737"
CARD = {"number": NUMBER, "exp_month": 5, "exp_year": 2030, "cvc": CODE}
WRONG: list[tuple[dict[str, Any], str, str]] = [
    ({"number": "4242424242424241"}, "incorrect_number", "number"),
    ({"number": "42424242424242424"}, "incorrect_number", "number"),
    ({"number": "3782 822463 1000"}, "incorrect_number", "number"),
    ({"number": "4242"}, "invalid_number", "number"),
    ({"number": "four"}, "invalid_number", "number"),
    ({"number": "\uff14\uff12" * 8}, "invalid_number", "number"),
    ({"exp_month": 13}, "invalid_expiry_month", "exp_month"),
    ({"exp_month": 0}, "invalid_expiry_month", "exp_month"),
    ({"exp_month": 2, "exp_year": 2026}, "invalid_expiry_month", "exp_month"),
    ({"exp_year": 2025}, "invalid_expiry_year", "exp_year"),
    ({"exp_year": 2099}, "invalid_expiry_year", "exp_year"),
    ({"cvc": "99"}, "invalid_cvc", "cvc"),
    ({"cvc": "1234"}, "invalid_cvc", "cvc"),
    ({"number": "378282246310005", "cvc": "123"}, "invalid_cvc", "cvc"),
]


def card(office: Office, **sent: Any) -> Any:
    return office.post(PATH, type="card", card=CARD | sent)


def test_a_card_is_shown_by_its_last_digits(office: Office) -> None:
    made = card(office, number="4242 4242-4242 4242")
    assert faults(made, "PaymentMethod") == []
    shown = made["card"]
    assert (shown["brand"], shown["last4"], shown["funding"], shown["country"]) == (
        "visa", "4242", "credit", "US",
    )  # fmt: skip
    assert (shown["exp_month"], shown["exp_year"]) == (5, 2030)
    assert shown["checks"] == {
        "address_line1_check": None,
        "address_postal_code_check": None,
        "cvc_check": "pass",
    }
    assert shown["networks"] == {"available": ["visa"], "preferred": None}
    assert shown["three_d_secure_usage"] == {"supported": True}
    assert office.get(f"{PATH}/{made['id']}") == made
    assert card(office, exp_year=31)["card"]["fingerprint"] == shown["fingerprint"]
    assert card(office, number="5555555555554444")["card"]["fingerprint"] != shown["fingerprint"]


def test_what_can_be_no_card_is_refused(office: Office) -> None:
    for sent, code, param in WRONG:
        number, body = sent.get("number", NUMBER), CARD | sent
        tried = office.refused(PATH, type="card", card=body)
        for error in (tried, office.refused("/v1/tokens", card=body)):
            assert (error["status"], error["type"]) == (402, "card_error"), sent
            assert (error["code"], error["param"]) == (code, param), sent
            assert number not in error["message"]


def test_real_cards_are_for_live_mode_and_those_of_tests_are_not(office: Office) -> None:
    real = office.refused(PATH, type="card", card=CARD | {"number": REAL})
    assert (real["code"], real["decline_code"]) == ("card_declined", "test_mode_live_card")
    sent = {"type": "card", "card": CARD}
    live = office.ask("POST", PATH, params=sent, secret=LIVE_SECRET)
    assert (live.status, live.error["decline_code"]) == (402, "live_mode_test_card")


def test_what_is_missing_or_does_not_fit_is_named(office: Office) -> None:
    for sent, status, param in (
        ({"exp_month": 5, "exp_year": 2030}, 400, "card[number]"),
        ({"number": NUMBER, "exp_year": 2030}, 400, "card[exp_month]"),
        ({"token": "tok_visa", "cvc": CODE}, 400, "card[cvc]"),
        ({"token": "tok_gold"}, 400, "card[token]"),
        (CARD | {"networks": {"preferred": "mastercard"}}, 400, "card[networks][preferred]"),
    ):
        error = office.refused(PATH, type="card", card=sent)
        assert (error["status"], error["param"]) == (status, param), sent


def test_a_token_stands_for_a_card_once(office: Office) -> None:
    sent = {**CARD, "name": "Ada Byron", "address_zip": "94107", "address_line1": "1 Main Street"}
    token = office.post("/v1/tokens", card=sent)
    assert faults(token, "Token") == []
    assert token["id"].startswith("tok_")
    shown = token["card"]
    assert (shown["object"], shown["brand"], shown["name"]) == ("card", "Visa", "Ada Byron")
    assert (shown["cvc_check"], shown["address_zip_check"], shown["address_line1_check"]) == (
        "pass", "pass", "pass",
    )  # fmt: skip
    made = office.post(PATH, type="card", card={"token": token["id"]})
    assert made["card"]["fingerprint"] == shown["fingerprint"]
    assert made["card"]["checks"]["cvc_check"] == "pass"
    again = office.refused(PATH, type="card", card={"token": token["id"]})
    assert again["code"] == "token_already_used"


def test_every_card_of_test_mode_is_one_and_every_behaviour_has_one() -> None:
    cards = cards_of_test_mode()
    for name, each in cards.items():
        assert is_card_number(each.number), name
        assert range_of(each.number).brand != "unknown", name
    assert set(MAGIC) <= {each.number for each in cards.values()}
    assert range_of(cards["visa_debit"].number).funding == "debit"
    assert range_of(cards["br"].number).country == "BR"


def test_ids_of_test_mode_stand_for_new_payment_methods(office: Office) -> None:
    customer = office.post("/v1/customers")["id"]
    attached = office.post(f"{PATH}/pm_card_visa/attach", customer=customer)
    assert (attached["customer"], attached["card"]["last4"]) == (customer, "4242")
    failing = office.post(f"{PATH}/pm_card_cvcCheckFail/attach", customer=customer)
    assert failing["card"]["checks"]["cvc_check"] == "fail"
    amex = office.post(PATH, type="card", card={"token": "tok_amex"})
    assert (amex["card"]["brand"], amex["card"]["display_brand"]) == ("amex", "american_express")
    kept = office.get(f"/v1/customers/{customer}/payment_methods", type="card")["data"]
    assert {each["id"] for each in kept} == {attached["id"], failing["id"]}


def test_a_card_that_its_issuer_refuses_is_not_attached(office: Office) -> None:
    customer = office.post("/v1/customers")["id"]
    for name, code, decline_code in (
        ("chargeDeclined", "card_declined", "generic_decline"),
        ("visa_chargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds"),
        ("chargeDeclinedExpiredCard", "expired_card", "expired_card"),
        ("chargeDeclinedProcessingError", "processing_error", "processing_error"),
    ):
        error = office.refused(f"{PATH}/pm_card_{name}/attach", customer=customer)
        assert (error["status"], error["type"], error["code"]) == (402, "card_error", code)
        assert error["decline_code"] == decline_code
    refused = office.refused("/v1/customers", payment_method="pm_card_chargeDeclined")
    assert (refused["status"], refused["code"]) == (402, "card_declined")


def test_a_card_that_fails_when_charged_can_be_attached(office: Office) -> None:
    customer = office.post("/v1/customers")["id"]
    attached = office.post(f"{PATH}/pm_card_chargeCustomerFail/attach", customer=customer)
    assert attached["card"]["last4"] == "0341"


def test_a_new_date_is_checked_as_the_first_one(office: Office) -> None:
    customer = office.post("/v1/customers")["id"]
    made = office.post(f"{PATH}/{card(office)['id']}/attach", customer=customer)
    path = f"{PATH}/{made['id']}"
    changed = office.post(path, card={"exp_month": 7, "exp_year": 2031})
    assert (changed["card"]["exp_month"], changed["card"]["exp_year"]) == (7, 2031)
    preferred = office.post(path, card={"networks": {"preferred": "visa"}})
    assert preferred["card"]["networks"]["preferred"] == "visa"
    assert office.refused(path, card={"exp_month": 13})["code"] == "invalid_expiry_month"
    assert office.refused(path, us_bank_account={"account_type": "savings"})["status"] == 400


def test_without_an_answer_a_card_is_kept_unchecked_and_not_attached(office: Office) -> None:
    customer = office.post("/v1/customers")["id"]
    office.cards.books.adopt(OUTAGE, "1")
    try:
        made = card(office)
        assert made["card"]["checks"]["cvc_check"] == "unchecked"
        error = office.refused(f"{PATH}/{made['id']}/attach", customer=customer)
        assert (error["status"], error["code"]) == (402, "processing_error")
    finally:
        office.cards.books.adopt(OUTAGE, "")
    assert office.post(f"{PATH}/{made['id']}/attach", customer=customer)["customer"] == customer


def test_live_mode_has_no_test_cards_and_no_acquirer(office: Office) -> None:
    for card, status, code in (
        ({"token": "tok_visa"}, 400, "resource_missing"),
        (CARD, 402, "card_declined"),
        (CARD | {"number": REAL}, 400, "payment_method_not_available"),
    ):
        body = {"type": "card", "card": card}
        answer = office.run(office.send("POST", PATH, body, secret=LIVE_SECRET))
        assert (answer.status, answer.error["code"]) == (status, code)


def test_numbers_and_codes_are_nowhere_but_in_the_vault(office: Office) -> None:
    made = card(office, exp_year=2031)
    token = office.post("/v1/tokens", card=CARD)
    assert token["type"] == "card"
    assert NUMBER not in str(made) + str(token)

    async def dumped() -> str:
        async with office.runtime.pool.connection() as conn:
            cursor = await conn.execute("select string_agg(t::text, '') from object t")
            rows = await cursor.fetchall()
        return str(rows)

    stored = office.run(dumped())
    assert made["id"] in stored
    assert NUMBER not in stored
    assert CODE not in re.sub(r"\d{4,}|[A-Za-z0-9]{16,}", "", stored)
    office.cards.books.change("PRAGMA wal_checkpoint(TRUNCATE)")
    sealed = [p.read_bytes() for p in office.cards.courier.to_bank.parent.glob("*.sqlite3*")]
    assert sealed
    assert all(NUMBER.encode() not in each for each in sealed)


def test_a_card_that_is_sent_under_a_key_cannot_be_found_by_trying_numbers(office: Office) -> None:
    sent = {"type": "card", "card": CARD | {"exp_month": "5", "exp_year": "2030"}}
    answers = [
        office.run(office.send("POST", PATH, sent | {"card": sent["card"] | changed},
                               Idempotency_Key="once"))
        for changed in ({}, {}, {"number": "5555555555554444"}, {"cvc": "738"})
    ]  # fmt: skip
    assert [each.status for each in answers] == [200, 200, 400, 400]
    assert answers[0].json == answers[1].json

    async def digest() -> bytes:
        async with office.runtime.pool.connection() as conn:
            rows = await conn.execute("select digest from idempotency where key = 'once'")
            return (await rows.fetchall())[0][0]

    assert office.run(digest()) != idempotency.digest("POST", PATH, sent, str)


def test_a_number_in_the_wrong_place_is_not_shown_again(office: Office) -> None:
    for path, sent in (
        ("/v1/charges", {"amount": 500, "currency": "usd", "source": NUMBER}),
        (PATH, {"type": "card", "card": "4242 4242 4242 4242"}),
        (PATH, {"type": "card", "card": {NUMBER: "1"}}),
    ):
        assert "4242" not in str(office.refused(path, **sent)), sent


def test_the_files_of_the_network_name_the_charge(office: Office) -> None:
    paid = office.post(
        "/v1/payment_intents", amount=2_000, currency="usd", payment_method="pm_card_createDispute",
        confirm=True, automatic_payment_methods={"enabled": True, "allow_redirects": "never"},
    )  # fmt: skip
    assert paid["status"] == "succeeded"
    office.work()
    office.post("/v1/refunds", payment_intent=paid["id"], amount=500)
    office.cards.work(lambda *_: True, at_once=True)
    folder = office.cards.courier.from_bank
    told = [one for path in sorted(folder.iterdir()) for one in read_file(path.read_bytes())]
    about = About(office.platform, office.platform, paid["latest_charge"])
    named = [one for one in told if not isinstance(one, Settled)]
    assert [type(one) for one in named] == [Cleared, Cleared, Disputed]
    assert {one.about for one in named} == {about}
