"""Account sessions: a secret for a browser, which sees one account, for a while."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.resources.office import Office, good

PATH = "/v1/account_sessions"
BAD_INPUT: list[tuple[dict[str, Any], str]] = [
    ({}, "components"),
    ({"components": {"nope": {"enabled": True}}}, "components[nope]"),
    ({"components": {"payouts": {"enabled": True, "features": {"fly": True}}}},
     "components[payouts][features][fly]"),
    ({"components": {"issuing_card": {"enabled": True}}}, "components[issuing_card]"),
    ({"components": {"payouts": {"enabled": False}}}, "components"),
    ({"components": {"payouts": {"features": {"instant_payouts": True}}}},
     "components[payouts][enabled]"),
]  # fmt: skip


@pytest.fixture(scope="module")
def office(shared_database: str) -> Iterator[Office]:
    """One platform for all of them."""
    office = Office(shared_database)
    yield office
    office.close()


def session(office: Office, account: str, **components: Any) -> dict[str, Any]:
    return good(office.ask("POST", PATH, params={"account": account, "components": components}))


def test_components_are_told_whole(office: Office) -> None:
    seller = office.open_account()
    chosen = {"enabled": True, "features": {"instant_payouts": False}}
    made = session(office, seller, payouts=chosen, payments={"enabled": False})
    assert (made["account"], made["livemode"]) == (seller, False)
    assert made["expires_at"] == int(office.clock.now().timestamp()) + 3600
    assert made["components"]["payouts"] == {"enabled": True, "features": {
        "disable_stripe_user_authentication": False, "edit_payout_schedule": True,
        "external_account_collection": True, "instant_payouts": False, "standard_payouts": True,
    }}  # fmt: skip
    off = made["components"]["payments"]
    assert off["enabled"] is False
    assert set(off["features"].values()) == {False}
    for sent, param in BAD_INPUT:
        answer = office.ask("POST", PATH, params={**sent, "account": seller})
        assert (answer.status, answer.error.get("param")) == (400, param), sent


def test_a_secret_is_a_key_for_its_account_alone(office: Office) -> None:
    seller, other = office.open_account(), office.open_account()
    office.fund(900)
    office.post("/v1/transfers", amount=900, currency="usd", destination=seller)
    secret = session(office, seller, payouts={"enabled": True})["client_secret"]
    assert secret.startswith("accs_secret__")
    money = office.ask("GET", "/v1/balance", secret=secret).json
    assert money["available"][0]["amount"] == 900
    paid = office.ask(
        "POST", "/v1/payouts", secret=secret, params={"amount": 400, "currency": "usd"}
    )
    assert (paid.status, office.listed("/v1/payouts", seller)) == (200, [paid.json["id"]])
    for verb, path in (("GET", "/v1/customers"), ("POST", f"/v1/accounts/{seller}/reject"),
                       ("POST", f"/v1/accounts/{seller}"), ("GET", "/v1/account"),
                       ("POST", PATH)):  # fmt: skip
        answer = office.ask(verb, path, secret=secret)
        assert (answer.status, answer.error["code"]) == (403, "permission_missing"), path
    for account in (other, office.platform):
        assert office.ask("GET", "/v1/balance", secret=secret, account=account).status == 403
    assert office.ask("GET", "/v1/balance", secret=secret, account=seller).status == 200


def test_it_reads_only_unless_features_let_it_write(office: Office) -> None:
    seller = office.open_account()
    lists = session(office, seller, payouts_list={"enabled": True})["client_secret"]
    assert office.ask("GET", "/v1/payouts", secret=lists).status == 200
    assert office.ask("POST", "/v1/payouts", secret=lists).status == 403
    setup = session(office, seller, account_onboarding={"enabled": True})["client_secret"]
    own = office.ask("GET", "/v1/account", secret=setup).json
    assert own["id"] == seller
    added = office.ask("POST", f"/v1/accounts/{seller}/persons", secret=setup,
                       params={"first_name": "Ada"})  # fmt: skip
    assert added.status == 200, added.text


def test_it_ends(office: Office) -> None:
    secret = session(office, office.open_account(), balances={"enabled": True})["client_secret"]
    wrong = [
        secret[:-1] + ("0" if secret[-1] != "0" else "1"),
        secret[:-3],
        "accs_secret__" + "z" * 63,
    ]
    assert {office.ask("GET", "/v1/balance", secret=each).status for each in wrong} == {401}
    office.pass_time(minutes=59)
    assert office.ask("GET", "/v1/balance", secret=secret).status == 200
    office.pass_time(minutes=1)
    assert office.ask("GET", "/v1/balance", secret=secret).status == 401


def test_it_ends_with_its_account(office: Office) -> None:
    seller = office.open_account()
    secret = session(office, seller, payouts={"enabled": True})["client_secret"]
    assert office.ask("GET", "/v1/balance", secret=secret).status == 200
    office.delete(f"/v1/accounts/{seller}")
    refused = office.ask("GET", "/v1/balance", secret=secret)
    assert (refused.status, refused.error["code"]) == (403, "account_invalid")
