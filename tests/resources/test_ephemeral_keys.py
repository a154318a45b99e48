"""Ephemeral keys: for an hour, for one customer, and never kept as they are."""

import re
from typing import Any

import pytest

from bezant.api.operation import Operation
from bezant.db.pool import connect_sync
from tests.resources.office import ROUTES, Office

VERSION = "2026-10-28.endive"
PATH = "/v1/ephemeral_keys"


def key_for(office: Office, customer: str, account: str | None = None) -> Any:
    answer = office.run(
        office.send("POST", PATH, {"customer": customer}, account=account, Stripe_Version=VERSION)
    )
    assert answer.status == 200, answer.text
    return answer.json


def own(operation: Operation, customer: str, method: str) -> tuple[str, dict[str, Any]]:
    """Return the path and the parameters of a call about a customer."""
    path = operation.path.replace("{customer}", customer)
    path = path.replace("{id}", customer if path == "/v1/customers/{id}" else method)
    asks = operation.path == "/v1/payment_methods" and operation.method == "GET"
    named = asks or path.endswith("/attach")
    return path, {"customer": customer} if named else {}


def test_a_key_is_for_one_customer_in_every_operation(office: Office) -> None:
    ada, eve = (office.post("/v1/customers", name=name)["id"] for name in ("Ada", "Eve"))
    secret = key_for(office, ada)["secret"]
    tried = 0
    for operation in (each for routes in ROUTES for each in routes.operations):
        if not operation.options.ephemeral:
            path = re.sub(r"{\w+}", ada, operation.path)
            assert office.ask(operation.method, path, secret=secret).status == 403, path
            continue
        if operation.options.publishable:
            continue
        tried += 1
        cards = {
            who: office.post("/v1/payment_methods/pm_card_visa/attach", customer=who)["id"]
            for who in (ada, eve)
        }
        path, params = own(operation, eve, cards[eve])
        refused = office.ask(operation.method, path, params=params, secret=secret)
        assert (refused.status, refused.error["code"]) == (403, "secret_key_required"), path
        path, params = own(operation, ada, cards[ada])
        taken = office.ask(operation.method, path, params=params, secret=secret)
        assert taken.status == 200, f"{operation.method} {path}: {taken.text}"
    assert tried >= 7
    listed = office.ask("GET", "/v1/payment_methods", secret=secret)
    assert listed.status == 403
    for sent, status in (({"name": "Mallory"}, 403), ({"expand": ["tax_ids"]}, 400)):
        changed = office.ask("POST", f"/v1/customers/{ada}", params=sent, secret=secret)
        assert changed.status == status
    sent = {"shipping": {"name": "Ada", "address": {"line1": "1 Main St"}}}
    assert office.ask("POST", f"/v1/customers/{ada}", params=sent, secret=secret).status == 200


@pytest.mark.alone
def test_a_key_works_for_an_hour_or_until_it_is_deleted(office: Office, database: str) -> None:
    customer = office.post("/v1/customers", name="Ada")["id"]
    path = f"/v1/customers/{customer}"
    made, other = key_for(office, customer), key_for(office, customer)
    assert made["expires"] - made["created"] == 3_600
    secret = made["secret"]
    answer = office.ask("GET", path, secret=secret)
    assert (answer.status, answer.headers["Stripe-Version"]) == (200, VERSION)
    wrong = secret[:-1] + ("a" if secret[-1] != "a" else "b")
    for each in (wrong, secret + "x", "ek_test_" + "z" * 77, secret.replace("test", "live")):
        assert office.ask("GET", path, secret=each).status == 401
    gone = office.delete(f"{PATH}/{other['id']}")
    assert (gone["id"], "secret" in gone) == (other["id"], False)
    assert office.ask("GET", path, secret=other["secret"]).status == 401
    with connect_sync(database) as conn:
        tables = ("object", "idempotency", "event")
        found = [str(conn.execute(f"select t::text from {name} t".encode()).fetchall())
                 for name in tables]  # fmt: skip
    assert customer in found[0]
    assert [secret in text for text in found] == [False] * len(tables)
    office.pass_time(hours=1)
    assert office.ask("GET", path, secret=secret).status == 401


def test_a_connected_accounts_customer_has_keys_of_that_account(office: Office) -> None:
    seller = office.open_account()
    customer = office.post("/v1/customers", seller, name="Ada")["id"]
    secret = key_for(office, customer, seller)["secret"]
    path = f"/v1/customers/{customer}"
    assert office.ask("GET", path, secret=secret).json["id"] == customer
    assert office.ask("GET", path, secret=secret, account=seller).status == 200
    other = office.ask("GET", path, secret=secret, account=office.open_account())
    assert (other.status, other.error["code"]) == (403, "account_invalid")


def test_what_a_key_needs_is_named(office: Office) -> None:
    customer = office.post("/v1/customers", name="Ada")["id"]
    for params, headers, param in (
        ({"customer": customer}, {}, None),
        ({}, {"Stripe_Version": VERSION}, "customer"),
        ({"customer": "cus_none"}, {"Stripe_Version": VERSION}, "customer"),
        ({"issuing_card": "ic_1"}, {"Stripe_Version": VERSION}, "issuing_card"),
    ):
        answer = office.run(office.send("POST", PATH, params, **headers))
        assert (answer.status, answer.error.get("param")) == (400, param)
