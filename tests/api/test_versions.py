"""Versions: which are taken, whose applies, and what older clients send and are told."""

from typing import Any

import msgspec
import pytest

from bezant.api.runtime import API_VERSION
from bezant.api.versions import CHANGES, checked, downgraded, since, spoken, upgraded
from bezant.kernel.errors import InvalidRequest
from tests.api.shop import OLD, World

CLI = "Stripe/v1 stripe-cli/1.40.9"
INTENT = '{"object":"payment_intent","allowed_payment_method_types":["card"],"amount":5}'


@pytest.mark.parametrize(
    "version",
    [
        "2011-01-01",
        "2024-06-20",
        "2024-09-30.acacia",
        "2025-08-27.basil",
        "2026-02-25.clover",
        "2026-04-22.dahlia",
        "2026-10-28.endive",
        "2026-10-28.preview",
        "2026-03-25.dahlia; some_feature=v1",
    ],
)
def test_a_version_that_was_asked_for_is_echoed(shop: World, version: str) -> None:
    answer = shop.get("/v1/parcels", Stripe_Version=version)
    assert answer.status == 200
    assert answer.headers["Stripe-Version"] == version


@pytest.mark.parametrize(
    "version",
    [
        "2010-12-31",
        "2024-6-20",
        "2024-02-30",
        "2024-06-20.acacia",
        "2024-09-30",
        "2025-09-30.acacia",
        "2026-10-29.endive",
        "2026-10-28.cicely",
        "2027-01-01",
        "2019-12-03, 2019-12-03",
        "latest",
        "a\tb",
        "2024-06-20; " + "x" * 255,
    ],
)
def test_a_version_that_there_is_not_is_refused(shop: World, version: str) -> None:
    answer = shop.get("/v1/parcels", Stripe_Version=version)
    assert (answer.status, answer.error["code"]) == (400, "api_version_invalid")
    assert answer.error["message"].startswith("Invalid Stripe API version: ")
    assert answer.headers["Stripe-Version"] == API_VERSION


def test_the_key_says_which_version_applies_unless_the_request_does(shop: World) -> None:
    old = f"Bearer {OLD}"
    assert shop.get("/v1/parcels").headers["Stripe-Version"] == API_VERSION
    answer = shop.get("/v1/parcels", Authorization=old)
    assert answer.headers["Stripe-Version"] == "2024-06-20"
    answer = shop.get("/v1/parcels", Authorization=old, Stripe_Version="2025-03-31.basil")
    assert answer.headers["Stripe-Version"] == "2025-03-31.basil"
    assert shop.get("/v1/parcels", Stripe_Version="").headers["Stripe-Version"] == API_VERSION


def test_every_change_belongs_to_a_version_and_they_stand_in_order() -> None:
    told = [checked(change.version) for change in CHANGES]
    assert told == sorted(told)
    assert since(API_VERSION) == []
    assert list(since("2011-01-01")) == list(CHANGES)


@pytest.mark.parametrize("kind", ["payment_intent", "setup_intent", "checkout.session"])
def test_payment_method_types_got_another_name(kind: str) -> None:
    sent: dict[str, Any] = {"amount": "5", "payment_method_types": {"0": "card"}}
    wanted = {"amount": "5", "allowed_payment_method_types": {"0": "card"}}
    for old in ("2024-06-20", "2026-08-26.dahlia", spoken(API_VERSION, CLI)):
        assert upgraded(sent, kind, old, creating=True) == wanted
        assert upgraded(wanted, kind, old, creating=True) == wanted
        assert upgraded({**sent, **wanted}, kind, old, creating=True) == {**sent, **wanted}, (
            "to be refused"
        )
    assert "allowed_payment_method_types" not in sent, "what was sent is left as it is"
    for new in (API_VERSION, "2026-09-30.endive", spoken(API_VERSION, "Stripe/v1 PythonBindings")):
        assert upgraded(sent, kind, new, creating=True) == sent
    assert upgraded(sent, "charge", "2024-06-20", creating=True) == sent
    assert spoken("2024-06-20", None) == "2024-06-20"


@pytest.mark.parametrize("kind", ["payment_intent", "setup_intent"])
def test_who_named_no_types_once_took_cards_alone(kind: str) -> None:
    sent: dict[str, Any] = {"amount": "5"}
    said: dict[str, Any] = {"automatic_payment_methods": {"enabled": "true"}}
    cards = {"amount": "5", "allowed_payment_method_types": ["card"]}
    assert upgraded(sent, kind, "2022-11-15", creating=True) == cards
    assert upgraded(sent, kind, "2022-11-15", creating=False) == sent
    assert upgraded(said, kind, "2022-11-15", creating=True) == said
    assert upgraded(sent, kind, "2023-08-16", creating=True) == sent


def test_older_clients_do_not_see_what_came_later() -> None:
    listed = f'{{"object":"list","data":[{INTENT}]}}'
    for body in (INTENT, listed):
        older = msgspec.json.decode(downgraded(body, "2025-03-31.basil"))
        assert older == msgspec.json.decode(
            body.replace('"allowed_payment_method_types":["card"],', "")
        )
        assert downgraded(body, API_VERSION) is body
    other = '{"object":"note","allowed_payment_method_types":["card"]}'
    assert msgspec.json.decode(downgraded(other, "2024-06-20")) == msgspec.json.decode(other)
    untouched = '{"object":"charge",  "amount":5}'
    assert downgraded(untouched, "2024-06-20") is untouched


def test_a_refused_version_is_no_error_of_ours() -> None:
    with pytest.raises(InvalidRequest, match="the newest here is"):
        checked("2031-01-01")
