"""Tokens: what they stand for is hidden and used once; persons are refused plainly."""

import asyncio
from typing import Any

from bezant.ledger.book import book_of
from tests.resources.office import OTHER_SECRET, Office
from tests.resources.shapes import faults

BANK = {
    "country": "US",
    "currency": "usd",
    "account_holder_name": "Ada Byron",
    "account_holder_type": "individual",
    "routing_number": "110000000",
    "account_number": "000123456789",
}
CARD = {"number": "4242424242424242", "exp_month": 5, "exp_year": 2030}
BAD_INPUT: list[tuple[dict[str, Any], str | None]] = [
    ({}, None),
    ({"bank_account": BANK, "pii": {"id_number": "1"}}, None),
    ({"card": CARD | {"networks": {"preferred": "visa"}}}, "card[networks][preferred]"),
    ({"card": {"exp_month": 5, "exp_year": 2030}}, "card[number]"),
    ({"card": "tok_visa"}, "card"),
    ({"cvc_update": {"cvc": "123"}}, "cvc_update[cvc]"),
    ({"person": {"nope": "Ada"}}, "person[nope]"),
    ({"person": {"dob": {"day": 1}}}, "person[dob][month]"),
    ({"customer": "cus_1"}, "customer"),
    ({"bank_account": BANK | {"routing_number": "1"}}, "bank_account[routing_number]"),
    ({"bank_account": BANK | {"account_number": "x"}}, "bank_account[account_number]"),
    ({"bank_account": BANK | {"country": "GB"}}, "bank_account[account_number]"),
    ({"pii": {"id_number": ""}}, "pii[id_number]"),
]


def test_a_bank_account_is_paid_out_to_by_its_token(office: Office) -> None:
    token = office.post("/v1/tokens", bank_account=BANK)
    path = f"/v1/tokens/{token['id']}"
    assert faults(token, "Token") == []
    assert token["id"].startswith("btok_")
    assert (token["type"], token["used"], token["bank_account"]["last4"]) == (
        "bank_account", False, "6789",
    )  # fmt: skip
    assert office.get(path) == token
    assert BANK["account_number"] not in office.ask("GET", path).text
    seller = office.open_account(external_account=token["id"])
    (added,) = office.get(f"/v1/accounts/{seller}/external_accounts")["data"]
    assert added["fingerprint"] == token["bank_account"]["fingerprint"]
    assert (added["account"], added["account_holder_name"]) == (seller, "Ada Byron")
    assert office.get(path)["used"] is True
    office.fund(500)
    office.post("/v1/transfers", amount=500, currency="usd", destination=seller)
    assert office.post("/v1/payouts", seller, amount=500, currency="usd")["status"] == "pending"


def test_a_token_is_used_once(office: Office) -> None:
    seller = office.open_account()
    paths = (f"/v1/accounts/{seller}/external_accounts", f"/v1/accounts/{seller}")
    for path in paths:
        token = office.post("/v1/tokens", bank_account=BANK)["id"]
        office.post(path, external_account=token)
        for again in paths:
            error = office.refused(again, external_account=token)
            told = (error["status"], error["code"], error["param"])
            assert told == (400, "token_already_used", "external_account")


def test_of_many_uses_at_once_one_succeeds(office: Office) -> None:
    seller = office.open_account()
    token = office.post("/v1/tokens", bank_account=BANK)["id"]

    async def use_often() -> list[int]:
        path, params = f"/v1/accounts/{seller}/external_accounts", {"external_account": token}
        answers = [office.send("POST", path, params) for _ in range(8)]
        return [answer.status for answer in await asyncio.gather(*answers)]

    assert sorted(office.run(use_often())) == [200] + [400] * 7


def test_what_was_used_is_no_longer_kept(office: Office) -> None:
    token = office.post("/v1/tokens", bank_account=BANK)["id"]
    assert BANK["account_number"] in stored(office, token)
    office.open_account(external_account=token)
    assert stored(office, token) == ""


def stored(office: Office, token: str) -> str:
    book = book_of(office.platform, livemode=False)
    row = office.run(office.runtime.reader.get(book.id, "token", token))
    return row.hidden or ""


def test_an_account_is_made_of_its_token(office: Office) -> None:
    individual = {"first_name": "Ada", "id_number": "000000000", "address": {"city": "Reno"}}
    data = {"business_type": "individual", "individual": individual, "tos_shown_and_accepted": True}
    token = of_account(office, data)
    assert faults(token, "Token") == []
    assert token["type"] == "account"
    account = office.post("/v1/accounts", type="custom", account_token=token["id"])
    assert faults(account, "Account") == []
    assert account["individual"]["first_name"] == "Ada"
    assert account["individual"]["id_number_provided"] is True
    assert account["tos_acceptance"]["date"] == int(office.clock.now().timestamp())
    assert account["tos_acceptance"]["ip"] == "127.0.0.1"
    path = f"/v1/accounts/{account['id']}"
    error = office.refused(path, account_token=token["id"])
    assert (error["code"], error["param"]) == ("token_already_used", "account_token")
    second = of_account(office, {"business_type": "individual"})["id"]
    error = office.refused(path, account_token=second, business_type="company")
    assert (error["status"], error["param"]) == (400, "business_type")
    assert office.post(path, account_token=second)["business_type"] == "individual"


def of_account(office: Office, data: dict[str, Any]) -> Any:
    return office.run(office.send("POST", "/v1/tokens", {"account": data})).json


def test_a_personal_number_is_sent_by_its_token(office: Office) -> None:
    token = office.post("/v1/tokens", pii={"id_number": "000000000"})
    assert faults(token, "Token") == []
    individual = {"first_name": "Ada", "id_number": token["id"]}
    account = office.post("/v1/accounts", type="custom", individual=individual)
    assert account["individual"]["id_number_provided"] is True
    error = office.refused("/v1/accounts", type="custom", individual=individual)
    assert (error["code"], error["param"]) == ("token_already_used", "individual[id_number]")


def test_bad_input_gets_its_error(office: Office) -> None:
    for params, param in BAD_INPUT:
        error = office.refused("/v1/tokens", **params)
        assert (error["status"], error.get("param")) == (400, param), params


def test_tokens_of_others_or_of_another_type_are_none(office: Office) -> None:
    seller = office.open_account()
    theirs = office.run(
        office.send("POST", "/v1/tokens", {"bank_account": BANK}, secret=OTHER_SECRET)
    ).json["id"]
    pii = office.post("/v1/tokens", pii={"id_number": "1"})["id"]
    for token in (theirs, pii, "btok_nowhere"):
        path = f"/v1/accounts/{seller}/external_accounts"
        error = office.refused(path, external_account=token)
        assert (error["status"], error["code"]) == (400, "resource_missing")
    error = office.refused(f"/v1/accounts/{seller}", account_token=pii)
    assert (error["status"], error["code"]) == (400, "resource_missing")
    assert office.refused(f"/v1/tokens/{theirs}", verb="GET")["status"] == 404
    assert office.refused("/v1/tokens/tok_visa", verb="GET")["status"] == 404
