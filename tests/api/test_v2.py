"""The conventions of v2: JSON, amounts, moments, pages by token, contexts, errors, idempotency."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from bezant.api.v2 import V2RangeQuery, moment_of, rfc3339, v2_bounds
from bezant.commit.change_set import Refused
from bezant.kernel.errors import InvalidRequest
from bezant.kernel.ids import parse
from tests.api.shop import URL, Answer, World

PATH = "/v2/shop/crates"
WORTH = {"value": 500, "currency": "USD"}


def send(shop: World, body: Any, path: str = PATH, **headers: str) -> Answer:
    return shop.post(path, json.dumps(body), Content_Type="application/json", **headers)


def build(shop: World, **values: Any) -> str:
    made = send(shop, {"worth": WORTH, **values})
    assert made.status == 200, made.text
    return made.json["id"]


def test_an_object_of_v2(shop: World) -> None:
    made = send(shop, {"worth": WORTH, "shelf": None, "metadata": {"a": "1", "b": None}})
    assert made.json == {
        "object": "shop.crate",
        "id": made.json["id"],
        "created": "2026-03-02T09:00:00.000Z",
        "livemode": False,
        "worth": {"value": 500, "currency": "usd"},
        "shelf": None,
        "metadata": {"a": "1"},
    }
    assert shop.get(f"{PATH}/{made.json['id']}").text == made.text


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({"worth": {"value": "500", "currency": "usd"}}, "worth[value]"),
        ({"worth": {"value": 0, "currency": "usd"}}, "worth[value]"),
        ({"worth": {"value": 1.5, "currency": "usd"}}, "worth[value]"),
        ({"worth": {"value": 5, "currency": "xxq"}}, "worth[currency]"),
        ({"worth": {"value": 5}}, "worth[currency]"),
        ({"worth": 5}, "worth"),
        ({"worth": WORTH, "seen_at": "2026-13-01T00:00:00Z"}, "seen_at"),
        ({"worth": WORTH, "seen_at": "2026-01-01"}, "seen_at"),
        ({"worth": WORTH, "seen_at": "2026-01-01T00:00:00"}, "seen_at"),
        ({"worth": WORTH, "seen_at": 1767225600}, "seen_at"),
        ({"worth": WORTH, "colour": "red"}, "colour"),
    ],
)
def test_what_v2_refuses(shop: World, body: Any, param: str) -> None:
    answer = send(shop, body)
    assert (answer.status, answer.error["param"]) == (400, param)


def test_v2_takes_no_forms(shop: World) -> None:
    answer = shop.post(PATH, "worth[value]=5&worth[currency]=usd")
    assert (answer.status, answer.error["code"]) == (400, "content_type_unsupported")
    assert answer.error["message"].endswith("takes application/json.")
    made = shop.post(PATH, json.dumps({"worth": WORTH}), Content_Type="")
    assert made.status == 200


def test_moments() -> None:
    moment = datetime(2026, 3, 2, 9, 0, 0, 123_456, UTC)
    assert rfc3339(moment) == "2026-03-02T09:00:00.123Z"
    for text in (
        "2026-03-02T09:00:00.123456Z",
        "2026-03-02t10:00:00.123456+01:00",
        "2026-03-02T03:30:00.123456-05:30",
    ):
        assert moment_of(text, "at") == moment
    with pytest.raises(InvalidRequest, match="RFC 3339"):
        moment_of("2026-03-02T24:00:00Z", "at")


def walk(shop: World, url: str, name: str) -> list[list[str]]:
    """Follow links and return the ids of each page."""
    pages: list[list[str]] = []
    following: str | None = url
    while following is not None:
        page = shop.get(following).json
        assert set(page) == {"data", "next_page_url", "previous_page_url"}
        pages.append([each["id"] for each in page["data"]])
        following = page[name]
        assert len(pages) < 20
    return pages


def test_pages_lead_to_each_other(shop: World) -> None:
    names = [build(shop, shelf="shf_1") for _ in range(7)][::-1]
    build(shop, shelf="shf_2")
    forth = walk(shop, f"{PATH}?limit=3&shelf=shf_1", "next_page_url")
    assert forth == [names[:3], names[3:6], names[6:]]
    first = shop.get(f"{PATH}?limit=3&shelf=shf_1").json
    assert first["previous_page_url"] is None
    second = shop.get(first["next_page_url"]).json
    third = shop.get(second["next_page_url"]).json
    assert third["next_page_url"] is None
    assert first["next_page_url"].startswith(f"{PATH}?limit=3&shelf=shf_1&page=")
    back = walk(shop, third["previous_page_url"], "previous_page_url")
    assert back == [names[3:6], names[:3]]
    again = shop.get(second["previous_page_url"]).json
    assert [each["id"] for each in again["data"]] == names[:3]
    assert again["previous_page_url"] is None
    assert shop.get(again["next_page_url"]).json["data"] == second["data"]


def test_an_empty_list_leads_nowhere(shop: World) -> None:
    nothing = {"data": [], "next_page_url": None, "previous_page_url": None}
    assert shop.get(PATH).json == nothing


@pytest.mark.parametrize(
    "token", ["x", "bm9wZQ", "bmNydF8x!", "eGNydF8x", "bmEnIG9yIDE9MQ==", "%C3%A9"]
)
def test_a_token_of_nobody_is_refused(shop: World, token: str) -> None:
    answer = shop.get(f"{PATH}?page={token}")
    assert (answer.status, answer.error["param"]) == (400, "page")


def test_a_token_of_another_account_opens_nothing(shop: World) -> None:
    for _ in range(3):
        build(shop)
    following = shop.get(f"{PATH}?limit=1").json["next_page_url"]
    assert shop.get(following, Stripe_Account="acct_child").json["data"] == []


def test_bounds_compare_what_is_shown_to_the_millisecond() -> None:
    def within(**edges: str) -> tuple[float, float] | None:
        found = v2_bounds("crt", V2RangeQuery(**edges))
        if found is None:
            return None
        assert found.least is not None
        assert found.most is not None
        return parse(found.least).time.timestamp(), parse(found.most).time.timestamp()

    first, last = "1970-01-01T00:16:40.001Z", "1970-01-01T00:16:40.004Z"
    assert within(gte=first, lte=last) == (1_000.001, 1_000.004999)
    assert within(gt=first, lt=last) == (1_000.002, 1_000.003999)
    between = "1970-01-01T00:16:40.0025Z"
    assert (
        within(gte=between, lte=last) == within(gt=between, lte=last) == (1_000.003, 1_000.004999)
    )
    assert (
        within(gte=first, lte=between) == within(gte=first, lt=between) == (1_000.001, 1_000.002999)
    )
    assert within(gte=last, lte=first) is None
    assert within(gt=first, lt=first) is None


@pytest.mark.parametrize(
    ("context", "account"),
    [
        ("acct_child", "acct_child"),
        ("acct_platform/acct_child", "acct_child"),
        ("acct_platform", "acct_platform"),
    ],
)
def test_a_context_names_the_account(shop: World, context: str, account: str) -> None:
    for path in (PATH, "/v1/desk/x"):
        answer = shop.get(path, Stripe_Context=context)
        assert answer.status == 200
        assert answer.headers["Stripe-Context"] == context
        assert "Stripe-Account" not in answer.headers
    assert shop.get("/v1/desk/x", Stripe_Context=context).json["account"] == account
    both = shop.get("/v1/desk/x", Stripe_Context=context, Stripe_Account=account)
    assert both.json["account"] == account


@pytest.mark.parametrize("context", ["acct_else", "acct_else/acct_child", "", "/", "acct_child/"])
def test_a_context_that_is_not_the_keys_is_forbidden(shop: World, context: str) -> None:
    answer = shop.get(PATH, Stripe_Context=context)
    assert (answer.status, answer.error["code"]) == (403, "account_invalid")
    assert "Stripe-Context" not in answer.headers


def test_two_headers_that_name_two_accounts_are_refused(shop: World) -> None:
    answer = shop.get(PATH, Stripe_Context="acct_child", Stripe_Account="acct_platform")
    assert (answer.status, answer.error["code"]) == (400, "account_invalid")


def test_errors_of_v2(shop: World) -> None:
    gone = shop.get(f"{PATH}/crt_1")
    assert (gone.status, gone.error["code"]) == (404, "resource_missing")
    assert gone.error["request_log_url"].startswith(URL)
    shop.door.refuse.append(Refused("floor", {"available": 3}))
    poor = send(shop, {"worth": WORTH}, Idempotency_Key="k")
    assert (poor.status, poor.error["type"]) == (400, "insufficient_funds")
    assert poor.error["code"] == "balance_insufficient"
    again = send(shop, {"worth": WORTH}, Idempotency_Key="k")
    assert again.text == poor.text
    assert shop.get("/v2/nowhere").error["code"] == "url_unknown"


def test_a_deletion_is_idempotent_and_says_what_is_gone(shop: World) -> None:
    name = build(shop)
    shop.runs = 0
    first = shop.ask("DELETE", f"{PATH}/{name}", Idempotency_Key="k")
    again = shop.ask("DELETE", f"{PATH}/{name}", Idempotency_Key="k")
    assert first.json == {"id": name, "object": "shop.crate"}
    assert again.text == first.text
    assert (first.headers["Idempotency-Key"], shop.runs) == ("k", 1)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.headers["Original-Request"] == first.headers["Request-Id"]
    assert shop.ask("DELETE", f"{PATH}/{name}").status == 404
    other = shop.ask("DELETE", f"{PATH}/{build(shop)}", Idempotency_Key="k")
    assert other.error["type"] == "idempotency_error"


def test_a_replay_of_v2_is_equal_to_the_byte(shop: World) -> None:
    first = send(shop, {"worth": WORTH, "metadata": {"é": "ü"}}, Idempotency_Key="k")
    again = send(shop, {"metadata": {"é": "ü"}, "worth": WORTH}, Idempotency_Key="k")
    assert again.text == first.text
    other = send(shop, {"worth": {**WORTH, "value": 501}}, Idempotency_Key="k")
    assert other.error["type"] == "idempotency_error"
