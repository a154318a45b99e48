"""What of each request is kept for the log, and how a browser is answered."""

from typing import Any

import pytest

from bezant.resources.request_page import page
from tests.api.shop import World


def kept(shop: World) -> dict[str, Any]:
    return shop.records[-1]._asdict()


def test_reads_and_writes_are_kept_with_what_they_were_about(shop: World) -> None:
    shelf = shop.post("/v1/shelves", "text=left").json["id"]
    made = kept(shop)
    assert (made["operation"], made["object"], made["objects"]) == (
        "shelves.create",
        shelf,
        (shelf,),
    )
    assert f'"id":"{shelf}"' in made["answer"]
    assert shop.get(f"/v1/shelves/{shelf}").status == 200
    read = kept(shop)
    assert (read["method"], read["object"], read["objects"]) == ("GET", shelf, (shelf,))
    assert read["answer"] is None, "a log is no copy of the database"
    assert shop.get("/v1/shelves").status == 200
    assert (kept(shop)["object"], kept(shop)["objects"]) == (None, ())


def test_what_is_below_another_object_names_both(shop: World) -> None:
    parcel = shop.post("/v1/parcels", "amount=1&currency=usd").json["id"]
    label = shop.post(f"/v1/parcels/{parcel}/labels", "text=hello").json["id"]
    assert kept(shop)["objects"] == (parcel, label)
    shop.post(f"/v1/parcels/{parcel}/labels/{label}/read_aloud")
    assert (kept(shop)["object"], kept(shop)["objects"]) == (label, (parcel, label))


@pytest.mark.parametrize(
    ("method", "path", "operation", "status"),
    [
        ("POST", "/v1/parcels", "parcels.create_parcel", 400),
        ("GET", "/v1/parcels/par_1", "parcels.retrieve", 404),
        ("GET", "/v1/invoices", None, 404),
        ("POST", "/v1/open", None, 404),
    ],
)
def test_refusals_are_kept_with_their_answer(
    shop: World, method: str, path: str, operation: str | None, status: int
) -> None:
    answer = shop.ask(method, path)
    assert (answer.status, kept(shop)["status"]) == (status, status)
    assert (kept(shop)["operation"], kept(shop)["answer"]) == (operation, answer.text)
    assert kept(shop)["caller"].request == answer.headers["Request-Id"]


@pytest.mark.parametrize("path", ["/v1/parcels", "/v1/invoices"])
def test_who_has_no_key_is_in_nobodys_log(shop: World, path: str) -> None:
    shop.get(path, Authorization="Bearer sk_test_wrong")
    assert [record.caller.account for record in shop.records] == [""]


LOGGED = (
    '{"id":"req_1","account":"acct_1","answer":%s,"created":1772442000,"duration_micros":1234,'
    '"livemode":false,"error_code":%s,"idempotency_key":null,"key":"key_1","method":"POST",'
    '"objects":["po_1"],"operation":"payouts.create","parameters":{"<b>":"</pre>"},'
    '"path":"/v1/payouts","status":%s,"object":"request_log"}'
)


def test_a_page_says_what_the_json_says() -> None:
    error = '{"error":{"type":"t","code":"c","doc_url":"/d#c","message":"<i>","param":"amount"}}'
    html = page(LOGGED % (error, '"c"', 402))
    for told in ("POST /v1/payouts", "402", "req_1", "po_1", "key_1", "1.2 ms", "&lt;i&gt;",
                 "&lt;b&gt;", 'href="/d#c"', "2026-03-02 09:00:00 UTC"):  # fmt: skip
        assert told in html
    assert "<i>" not in html
    assert "<b>" not in html
    assert "No request to show" in page('{"error":{"type":"t","message":"<i>"}}')
