"""Requests from outside: keys, accounts, headers, bodies and URLs, right and wrong."""

import asyncio
import json
import re
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.api.shop import OTHER, PUBLISHABLE, SECRET, URL, World, basic

REQUEST_ID = re.compile(r"req_[0-9A-Za-z]{14}")


def test_an_object_is_created_and_retrieved(shop: World) -> None:
    made = shop.post("/v1/parcels", "amount=500&currency=USD&metadata[order]=6735")
    assert made.status == 200
    assert made.json == {
        "id": made.json["id"],
        "object": "parcel",
        "created": 1772442000,
        "livemode": False,
        "amount": 500,
        "currency": "usd",
        "status": "packed",
        "fragile": False,
        "description": None,
        "shelf": None,
        "twin": None,
        "labels": None,
        "metadata": {"order": "6735"},
    }
    got = shop.get(f"/v1/parcels/{made.json['id']}")
    assert got.text == made.text
    assert list(got.json)[:3] == ["object", "id", "created"]


def test_every_reply_carries_its_headers(shop: World) -> None:
    for answer in (shop.get("/v1/parcels"), shop.get("/v1/parcels/x"), shop.get("/nowhere")):
        assert REQUEST_ID.fullmatch(answer.headers["Request-Id"])
        assert answer.headers["Stripe-Version"] == "2026-10-28.endive"
        assert answer.headers["Cache-Control"] == "no-cache, no-store"
        assert answer.headers["Content-Type"] == "application/json"
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert "Stripe-Account" not in answer.headers
    assert shop.get("/v1/parcels").headers["Request-Id"] != answer.headers["Request-Id"]


@pytest.mark.parametrize("authorization", [f"Bearer {SECRET}", f"bearer  {SECRET}", basic(SECRET)])
def test_a_key_is_taken_as_bearer_and_as_basic(shop: World, authorization: str) -> None:
    assert shop.get("/v1/parcels", Authorization=authorization).status == 200


@pytest.mark.parametrize(
    "authorization",
    ["", "Bearer", "Bearer ", "Digest x", "Basic", "Basic !!!", "Basic /w==", basic("")],
)
def test_a_request_without_a_key_is_refused(shop: World, authorization: str) -> None:
    answer = shop.get("/v1/parcels", Authorization=authorization)
    assert answer.status == 401
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="Bezant"'
    assert answer.error["type"] == "invalid_request_error"
    assert answer.error["message"].startswith("You did not provide an API key.")


@pytest.mark.parametrize(
    ("secret", "shown"),
    [
        ("sk_test_" + "x" * 20 + "abcd", "sk_test_****abcd"),
        ("sk_live_" + "x" * 20 + "abcd", "sk_live_****abcd"),
        ("sk_test_short", "sk_test_****"),
        ("x" * 30, "****xxxx"),
        ("x" * 300, "****xxxx"),
        ("sk_test_\xe9" + "x" * 20, "sk_test_****xxxx"),
    ],
)
def test_a_wrong_key_is_refused_and_not_repeated(shop: World, secret: str, shown: str) -> None:
    answer = shop.get("/v1/parcels", Authorization=f"Bearer {secret}".encode("latin-1"))
    assert answer.status == 401
    assert answer.error["message"] == f"Invalid API Key provided: {shown}"
    assert secret not in answer.text


def test_publishable_keys_do_only_what_is_declared(shop: World) -> None:
    authorization = f"Bearer {PUBLISHABLE}"
    assert shop.get("/v1/open", Authorization=authorization).json["open"] is True
    refused = shop.get("/v1/parcels", Authorization=authorization)
    assert refused.status == 403
    assert refused.error["code"] == "secret_key_required"


def test_a_platform_acts_for_its_connected_account(shop: World) -> None:
    made = shop.post("/v1/parcels", "amount=1&currency=eur", Stripe_Account="acct_child")
    assert made.headers["Stripe-Account"] == "acct_child"
    path = f"/v1/parcels/{made.json['id']}"
    assert shop.get(path, Stripe_Account="acct_child").status == 200
    assert shop.get(path).status == 404
    assert shop.get("/v1/desk/a", Stripe_Account="acct_child").json["account"] == "acct_child"
    assert shop.get("/v1/desk/a", Stripe_Account="acct_platform").status == 200


@pytest.mark.parametrize("account", ["acct_other", "acct_none", "x", "", "acct_a b", "acct_" * 99])
def test_an_account_of_somebody_else_is_as_good_as_none(shop: World, account: str) -> None:
    refused = shop.get("/v1/parcels", Stripe_Account=account)
    assert refused.status == 403
    assert refused.error["code"] == "account_invalid"
    assert "does not have access to account" in refused.error["message"]
    assert "sk_test_****c3D4" in refused.error["message"]
    assert SECRET not in refused.text


def test_another_key_sees_nothing_of_it(shop: World) -> None:
    path = f"/v1/parcels/{shop.pack()}"
    answer = shop.get(path, Authorization=f"Bearer {OTHER}")
    assert (answer.status, answer.error["code"]) == (404, "resource_missing")


def test_an_error_has_the_shape_that_clients_know(shop: World) -> None:
    answer = shop.post("/v1/parcels", "amount=abc&currency=usd")
    request = answer.headers["Request-Id"]
    assert answer.status == 400
    assert answer.json == {
        "error": {
            "type": "invalid_request_error",
            "code": "parameter_invalid_integer",
            "doc_url": f"{URL}/docs/errors#parameter_invalid_integer",
            "message": "Invalid integer: abc",
            "param": "amount",
            "request_log_url": f"{URL}/v1/request_logs/{request}",
        }
    }
    assert "Stripe-Should-Retry" not in answer.headers


@pytest.mark.parametrize(
    ("body", "code", "param"),
    [
        ("currency=usd", "parameter_missing", "amount"),
        ("amount=0&currency=usd", "parameter_invalid_integer", "amount"),
        ("amount=1e400&currency=usd", "parameter_invalid_integer", "amount"),
        ("amount=9223372036854775808&currency=usd", "parameter_invalid_integer", "amount"),
        ("amount=1&currency=zzz", "currency_not_supported", "currency"),
        ("amount=1&currency=usd&nope=1", "parameter_unknown", "nope"),
        ("amount=1&currency=usd&amount=1", "parameter_invalid", "amount"),
        ("amount=1&currency=usd&id=par_1", "parameter_unknown", "id"),
        ("amount=1&currency=usd&description=%ff", "parameter_invalid", "description"),
        ("amount=1&currency=usd&status=sent", "parameter_unknown", "status"),
    ],
)
def test_bad_parameters_change_nothing(shop: World, body: str, code: str, param: str) -> None:
    answer = shop.post("/v1/parcels", body)
    assert answer.status == 400
    assert (answer.error["code"], answer.error["param"]) == (code, param)
    assert (shop.runs, shop.door.commits) == (0, 0)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/"),
        ("GET", "/v1"),
        ("GET", "/v1/nope"),
        ("GET", "/v1/parcels/"),
        ("DELETE", "/v1/parcels"),
        ("PUT", "/v1/parcels"),
        ("GET", "/v1/parcels/par_1/ship"),
        ("POST", "/v1/parcels/par_1/sink"),
        ("GET", "/v1/desk"),
        ("GET", "/v1/parcels/a%00b"),
    ],
)
def test_an_unknown_url_is_named(shop: World, method: str, path: str) -> None:
    answer = shop.ask(method, path)
    assert answer.status == 404
    assert answer.error["code"] == "url_unknown"
    assert answer.error["message"].startswith(f"Unrecognized request URL ({method}: /")


def test_the_whole_life_of_an_object(shop: World) -> None:
    name = shop.pack(description="x")
    path = f"/v1/parcels/{name}"
    assert shop.post(path, "description=&metadata[a]=1").json["description"] is None
    assert shop.post(path, "metadata[b]=2").json["metadata"] == {"a": "1", "b": "2"}
    assert shop.post(path, "metadata=").json["metadata"] == {}
    assert shop.post(f"{path}/ship", "by=sea").json["status"] == "sent"
    refused = shop.post(f"{path}/ship")
    assert refused.error["message"] == "Parcels with status sent cannot be shipped."
    gone = shop.ask("DELETE", path)
    assert gone.json == {"id": name, "object": "parcel", "deleted": True}
    for answer in (shop.get(path), shop.post(path), shop.ask("DELETE", path)):
        assert answer.status == 404
        assert answer.error["message"] == f"No such parcel: '{name}'"
        assert answer.error["param"] == "id"


def test_children_live_below_their_parent_only(shop: World) -> None:
    mine, other = shop.pack(), shop.pack()
    label = shop.post(f"/v1/parcels/{mine}/labels", "text=this way up").json
    assert label["parcel"] == mine
    assert "created" not in label
    below = f"labels/{label['id']}"
    assert shop.get(f"/v1/parcels/{mine}/{below}").json == label
    assert shop.get(f"/v1/parcels/{other}/{below}").status == 404
    said = shop.post(f"/v1/parcels/{mine}/{below}/read_aloud")
    assert said.json["text"] == f"{mine}: this way up"
    assert shop.post(f"/v1/parcels/{other}/{below}/read_aloud").status == 404
    assert [each["id"] for each in shop.get(f"/v1/parcels/{mine}/labels").json["data"]] == [
        label["id"]
    ]
    assert shop.get(f"/v1/parcels/{other}/labels").json["data"] == []
    assert shop.get("/v1/parcels/par_none/labels").status == 404


def test_a_body_may_have_one_mebibyte_and_no_more(shop: World) -> None:
    whole = "amount=1&currency=usd&description="
    whole += "x" * ((1 << 20) - len(whole))
    assert shop.post("/v1/parcels", whole).status == 200
    refused = shop.post("/v1/parcels", whole + "x")
    assert (refused.status, refused.error["code"]) == (400, "request_body_too_large")
    assert "1,048,576" in refused.error["message"]


@pytest.mark.parametrize(
    "length", ["99999999999999999999", "1048577", "-1", "abc", "+5", "\u00b2", "5 "]
)
def test_a_strange_length_is_refused(shop: World, length: str) -> None:
    answer = shop.post("/v1/parcels", "a=b", Content_Length=length.encode("latin-1"))
    assert answer.status == 400


def test_a_body_that_ends_early_is_refused(shop: World) -> None:
    answer = shop.post("/v1/parcels", "amount=1&currency=usd", Content_Length="30")
    assert (answer.status, answer.error["code"]) == (400, "request_body_invalid")


def test_a_body_in_chunks_is_refused(shop: World) -> None:
    answer = shop.post("/v1/parcels", "amount=1", Transfer_Encoding="chunked")
    assert (answer.status, answer.error["code"]) == (400, "request_body_invalid")


@pytest.mark.parametrize("media_type", ["application/json", "text/plain", "multipart/form-data"])
def test_a_media_type_that_is_not_taken_is_named(shop: World, media_type: str) -> None:
    answer = shop.post("/v1/parcels", "{}", Content_Type=media_type)
    assert (answer.status, answer.error["code"]) == (400, "content_type_unsupported")
    assert media_type in answer.error["message"]


def test_parameters_of_a_post_may_stand_in_the_query(shop: World) -> None:
    assert shop.post("/v1/parcels?amount=7", "currency=usd").json["amount"] == 7
    twice = shop.post("/v1/parcels?amount=7", "currency=usd&amount=8")
    assert (twice.status, twice.error["param"]) == (400, "amount")


def test_an_operation_may_take_json(shop: World) -> None:
    body = json.dumps({"parcels": [{"amount": 3, "currency": "usd"}]})
    form = "parcels[0][amount]=3&parcels[0][currency]=usd"
    for sent, media_type in (
        (body, "application/json"),
        (body, "application/json; charset=utf-8"),
        (form, "application/x-www-form-urlencoded"),
    ):
        answer = shop.post("/v1/desk/batch", sent, Content_Type=media_type)
        assert answer.status == 200, answer.text
        assert answer.json["data"][0]["amount"] == 3
    both = shop.post("/v1/desk/batch?a=1", body, Content_Type="application/json")
    assert both.error["message"].startswith("Pass parameters either as JSON or in the query")
    large = shop.post("/v1/desk/batch", body + " " * 4_096, Content_Type="application/json")
    assert large.error["code"] == "request_body_too_large"
    text = json.dumps({"parcels": [{"amount": "3", "currency": "usd"}]})
    wrong = shop.post("/v1/desk/batch", text, Content_Type="application/json")
    assert wrong.error["param"] == "parcels[0][amount]"


def test_an_unexpected_mistake_tells_the_client_nothing(shop: World, capsys) -> None:
    answer = shop.post("/v1/parcels", "amount=1&currency=usd&description=bug")
    assert answer.status == 500
    assert answer.error["type"] == "api_error"
    assert "code" not in answer.error
    assert "secret" not in answer.text
    assert "RuntimeError" not in answer.text
    logged = capsys.readouterr().out
    assert answer.headers["Request-Id"] in logged
    assert "a secret that nobody may read" in logged


def test_a_database_that_comes_back_is_waited_for(shop: World) -> None:
    path = f"/v1/parcels/{shop.pack()}"

    async def outage() -> Any:
        shop.reader.lost = 3
        request = asyncio.create_task(shop.send("GET", path))
        while not request.done():
            shop.later(1 if shop.clock.next_wake() else 0)
            await asyncio.sleep(0)
        return request.result()

    assert asyncio.run(outage()).status == 200
    assert shop.reader.lost == 0


def test_a_database_that_stays_away_is_told(shop: World) -> None:
    path = f"/v1/parcels/{shop.pack()}"

    async def outage() -> Any:
        shop.reader.lost = 1_000
        request = asyncio.create_task(shop.send("POST", path, Idempotency_Key="k"))
        while not request.done():
            shop.later(1 if shop.clock.next_wake() else 0)
            await asyncio.sleep(0)
        return request.result()

    answer = asyncio.run(outage())
    assert (answer.status, answer.error["type"]) == (503, "api_error")
    assert answer.headers["Stripe-Should-Retry"] == "true"
    shop.reader.lost = 0
    shop.keys_lost = True
    assert shop.post(path).headers["Stripe-Should-Retry"] == "false"
    assert shop.get(path).headers["Stripe-Should-Retry"] == "true"


def test_one_line_is_logged_for_each_request(shop: World, capsys) -> None:
    shop.pack()
    capsys.readouterr()
    answer = shop.get("/v1/parcels?limit=1", Stripe_Account="acct_child")
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 1
    for told in (
        answer.headers["Request-Id"],
        "method=GET",
        "path=/v1/parcels",
        "operation=parcels.list",
        "status=200",
        "account=acct_child",
        "key=key_1",
        "duration_ms=",
    ):
        assert told in lines[0]
    assert SECRET not in lines[0]
    shop.get("/nowhere")
    assert "status=404" in capsys.readouterr().out


texts = st.text(st.characters(codec="utf-8"), max_size=40)


@settings(deadline=None)
@given(
    st.sampled_from(["GET", "POST", "DELETE", "PUT", "PATCH", "HEAD", "OPTIONS"]),
    st.sampled_from(["/v1/parcels", "/v1/parcels/{}", "/v1/desk/{}", "/v1/desk/batch", "/{}"]),
    texts,
    st.binary(max_size=60) | st.text('amountcurey[]=&%0{}":,1', max_size=60).map(str.encode),
    st.dictionaries(
        st.sampled_from(["Stripe-Account", "Stripe-Version", "Idempotency-Key", "Content-Type"]),
        st.sampled_from(["application/json", "acct_child", "multipart/x", "k", ""]) | texts,
    ),
)
def test_no_request_is_too_strange_for_an_answer(
    method: str, path: str, name: str, body: bytes, headers: dict[str, str]
) -> None:
    named = {each: value.encode("latin-1", "replace") for each, value in headers.items()}
    target = path.format(quote(name, safe="")) + "?" + quote(name, safe="&=[]")
    answer = STRANGE.ask(method, target, body, **named)
    assert answer.status < 500
    if answer.status >= 400 and method != "HEAD":
        assert answer.error["message"]


STRANGE = World()


def test_health(shop: World) -> None:
    assert shop.get("/healthz", Authorization="").json == {"status": "ok"}
    assert shop.get("/readyz", Authorization="").json == {"status": "ready"}
    shop.why_not_ready = "The database cannot be reached."
    answer = shop.get("/readyz", Authorization="")
    assert answer.status == 503
    assert answer.json == {"status": "not ready", "reason": "The database cannot be reached."}
    assert shop.get("/healthz").status == 200
