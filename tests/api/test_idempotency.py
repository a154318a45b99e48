"""Idempotency keys: one effect, the same answer, and nothing kept of what never began."""

import asyncio
import json
from typing import Any

import pytest

from bezant.commit.change_set import Refused
from bezant.kernel.errors import RateLimited, Unavailable
from tests.api.shop import OTHER, URL, World

BODY = "amount=5&currency=usd"
FLOOR = Refused("floor", {"available": 3})
STALE = Refused("stale", {"id": "par_1"})


def test_a_repeated_request_is_told_the_first_answer(shop: World) -> None:
    first = shop.post("/v1/parcels", BODY, Idempotency_Key="k")
    again = shop.post("/v1/parcels", BODY, Idempotency_Key="k")
    assert again.text == first.text
    assert again.status == 200
    assert len(shop.reader.rows) == 1
    assert first.headers["Idempotency-Key"] == again.headers["Idempotency-Key"] == "k"
    assert first.headers["Original-Request"] == first.headers["Request-Id"]
    assert again.headers["Original-Request"] == first.headers["Request-Id"]
    assert again.headers["Request-Id"] != first.headers["Request-Id"]
    assert "Idempotent-Replayed" not in first.headers
    assert again.headers["Idempotent-Replayed"] == "true"
    assert first.headers["Stripe-Should-Retry"] == again.headers["Stripe-Should-Retry"] == "false"


def test_without_a_key_every_request_is_another_one(shop: World) -> None:
    first, second = shop.post("/v1/parcels", BODY), shop.post("/v1/parcels", BODY)
    assert first.json["id"] != second.json["id"]
    assert "Original-Request" not in first.headers
    assert "Idempotency-Key" not in first.headers


def test_the_order_and_the_writing_of_parameters_do_not_matter(shop: World) -> None:
    first = shop.post("/v1/parcels", "amount=5&currency=usd", Idempotency_Key="k")
    again = shop.post("/v1/parcels", "currency=u%73d&amount=5", Idempotency_Key="k")
    assert again.text == first.text


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/parcels", "amount=6&currency=usd"),
        ("/v1/parcels", "amount=5&currency=usd&expand[]=shelf"),
        ("/v1/parcels", "amount=5&currency=usd&description=too dear"),
        ("/v1/parcels", "amount=5&currency=usd&description=bad"),
        ("/v1/shelves", "text=x"),
    ],
)
def test_other_parameters_under_the_same_key_are_refused(shop: World, path: str, body: str) -> None:
    shop.post("/v1/parcels", BODY, Idempotency_Key="k")
    answer = shop.post(path, body, Idempotency_Key="k")
    assert answer.status == 400
    assert answer.error["type"] == "idempotency_error"
    assert answer.error["message"] == (
        "Keys for idempotent requests can only be used with the same parameters they were first "
        "used with. Try using a key other than 'k' if you meant to execute a different request."
    )
    assert len(shop.reader.rows) == 1


def test_a_key_belongs_to_its_account(shop: World) -> None:
    mine = shop.post("/v1/parcels", BODY, Idempotency_Key="k")
    child = shop.post("/v1/parcels", BODY, Idempotency_Key="k", Stripe_Account="acct_child")
    other = shop.post("/v1/parcels", BODY, Idempotency_Key="k", Authorization=f"Bearer {OTHER}")
    assert len({mine.json["id"], child.json["id"], other.json["id"]}) == 3


def test_a_validation_error_keeps_no_answer(shop: World) -> None:
    for body in ("amount=0&currency=usd", f"{BODY}&description=bad"):
        assert shop.post("/v1/parcels", body, Idempotency_Key="k").status == 400
    assert shop.post("/v1/parcels", BODY, Idempotency_Key="k").status == 200


def test_a_mistake_of_ours_keeps_no_answer(shop: World) -> None:
    bug = shop.post("/v1/parcels", f"{BODY}&description=bug", Idempotency_Key="k")
    assert bug.status == 500
    assert not shop.door.answers


def test_an_error_of_the_ledger_is_kept(shop: World) -> None:
    shop.door.refuse.append(FLOOR)
    first = shop.post("/v1/parcels", BODY, Idempotency_Key="k")
    again = shop.post("/v1/parcels", BODY, Idempotency_Key="k")
    assert first.status == again.status == 400
    assert first.error["code"] == "balance_insufficient"
    assert again.text == first.text
    assert again.headers["Idempotent-Replayed"] == "true"
    assert first.headers["Stripe-Should-Retry"] == "false"
    assert not shop.reader.rows
    assert shop.post("/v1/parcels", BODY, Idempotency_Key="other").status == 200


def test_an_error_of_the_ledger_without_a_key_is_told(shop: World) -> None:
    shop.door.refuse.append(FLOOR)
    answer = shop.post("/v1/parcels", BODY)
    assert (answer.status, answer.error["code"]) == (400, "balance_insufficient")
    assert "3 available" in answer.error["message"]


def test_insufficient_funds_that_an_operation_finds_are_kept(shop: World) -> None:
    body = f"{BODY}&description=too dear"
    first = shop.post("/v1/parcels", body, Idempotency_Key="k")
    again = shop.post("/v1/parcels", body, Idempotency_Key="k")
    assert first.error["code"] == "balance_insufficient"
    assert again.text == first.text
    assert again.headers["Original-Request"] == first.headers["Request-Id"]


def test_a_replay_wins_over_an_error_that_the_repetition_meets(shop: World) -> None:
    name = shop.pack()
    first = shop.post(f"/v1/parcels/{name}/ship", "by=air", Idempotency_Key="k")
    again = shop.post(f"/v1/parcels/{name}/ship", "by=air", Idempotency_Key="k")
    assert again.text == first.text
    assert shop.post(f"/v1/parcels/{name}/ship", "by=air", Idempotency_Key="new").status == 400


def test_a_key_in_use_is_refused_until_its_request_is_done(shop: World) -> None:
    async def race() -> list[Any]:
        shop.gate, shop.started = asyncio.Event(), asyncio.Event()
        first = asyncio.create_task(shop.send("POST", "/v1/parcels", BODY, Idempotency_Key="k"))
        await shop.started.wait()
        shop.started.clear()
        during = await shop.send("POST", "/v1/parcels", BODY, Idempotency_Key="k")
        elsewhere = asyncio.create_task(
            shop.send("POST", "/v1/parcels", BODY, Idempotency_Key="k", Stripe_Account="acct_child")
        )
        await shop.started.wait()
        shop.gate.set()
        done = await first
        after = await shop.send("POST", "/v1/parcels", BODY, Idempotency_Key="k")
        return [during, done, after, await elsewhere]

    during, done, after, elsewhere = asyncio.run(race())
    assert during.status == 409
    assert during.error["code"] == "idempotency_key_in_use"
    assert during.headers["Stripe-Should-Retry"] == "true"
    assert done.status == 200
    assert after.text == done.text
    assert elsewhere.json["id"] != done.json["id"]


def test_64_uses_of_one_key_make_one_effect(shop: World) -> None:
    async def crowd() -> list[Any]:
        return await asyncio.gather(
            *(shop.send("POST", "/v1/parcels", BODY, Idempotency_Key="k") for _ in range(64))
        )

    answers = asyncio.run(crowd())
    assert {answer.status for answer in answers} <= {200, 409}
    assert len({answer.text for answer in answers if answer.status == 200}) == 1
    assert len(shop.reader.rows) == 1


def test_a_key_is_free_again_after_a_failure(shop: World) -> None:
    assert shop.post("/v1/parcels", f"{BODY}&description=bug", Idempotency_Key="k").status == 500
    assert shop.post("/v1/parcels", BODY, Idempotency_Key="k").status == 200


@pytest.mark.parametrize("key", ["", "k" * 256, "a\tb", "\x80"])
def test_a_key_that_cannot_be_one_is_refused(shop: World, key: str) -> None:
    answer = shop.post("/v1/parcels", BODY, Idempotency_Key=key.encode("latin-1"))
    assert (answer.status, answer.error["code"]) == (400, "idempotency_key_invalid")


def test_a_key_of_255_characters_is_taken(shop: World) -> None:
    assert shop.post("/v1/parcels", BODY, Idempotency_Key="k" * 255).status == 200


def test_keys_mean_nothing_to_get_and_delete(shop: World) -> None:
    path = f"/v1/parcels/{shop.pack()}"
    assert "Idempotency-Key" not in shop.get(path, Idempotency_Key="k").headers
    assert shop.ask("DELETE", path, Idempotency_Key="k").status == 200
    assert shop.post("/v1/parcels", BODY, Idempotency_Key="k").status == 200


def test_a_stale_operation_runs_again(shop: World) -> None:
    path = f"/v1/parcels/{shop.pack()}"
    shop.runs = 0
    shop.door.refuse.extend([STALE, STALE, Refused("exists", {"id": "x"})])
    assert shop.post(path, "description=new", Idempotency_Key="k").json["description"] == "new"
    assert shop.runs == 4
    shop.runs = 0
    assert shop.post(path, "description=raced", Idempotency_Key="r").json["description"] == "raced"
    assert shop.runs == 3


def test_an_operation_that_stays_stale_is_given_up(shop: World) -> None:
    path = f"/v1/parcels/{shop.pack()}"
    shop.runs = 0
    shop.door.refuse.extend([STALE] * 99)
    answer = shop.post(path, "description=new", Idempotency_Key="k")
    assert (answer.status, answer.error["code"]) == (429, "lock_timeout")
    assert answer.headers["Stripe-Should-Retry"] == "true"
    assert shop.runs == 20
    shop.door.refuse.clear()
    assert shop.post(path, "description=new", Idempotency_Key="k").status == 200


def test_a_full_queue_asks_for_patience(shop: World) -> None:
    shop.door.refuse.append(RateLimited("Too many requests are waiting to be written."))
    answer = shop.post("/v1/parcels", BODY, Idempotency_Key="k")
    assert (answer.status, answer.error["code"]) == (429, "rate_limit")
    assert answer.headers["Stripe-Should-Retry"] == "true"


def test_only_a_key_makes_it_safe_to_repeat_what_may_have_happened(shop: World) -> None:
    shop.door.refuse.extend([Unavailable("The database is out of reach.")] * 2)
    keyed = shop.post("/v1/parcels", BODY, Idempotency_Key="k")
    bare = shop.post("/v1/parcels", BODY)
    assert keyed.status == bare.status == 503
    assert keyed.error["type"] == "api_error"
    assert keyed.headers["Stripe-Should-Retry"] == "true"
    assert bare.headers["Stripe-Should-Retry"] == "false"


def batch(shop: World, *items: dict[str, Any], key: str = "k") -> Any:
    body = json.dumps({"parcels": [{"currency": "usd", **item} for item in items]})
    return shop.post("/v1/desk/batch", body, Content_Type="application/json", Idempotency_Key=key)


def test_items_succeed_and_fail_each_on_its_own(shop: World) -> None:
    shop.door.refuse.extend([None, None, FLOOR, STALE, None])
    items = [{"amount": amount} for amount in (1, 2, 3, 4)]
    items.append({"amount": 5, "description": "refuse"})
    first = batch(shop, *items)
    assert first.status == 200
    assert first.json["object"] == "list"
    assert [each.get("amount") for each in first.json["data"]] == [1, None, None, 4, None]
    codes = [each.get("error", {}).get("code") for each in first.json["data"]]
    assert codes == [None, "balance_insufficient", "lock_timeout", None, None]
    refused = first.json["data"][4]["error"]
    assert (refused["message"], refused["param"]) == ("Not this one.", "parcels")
    log_url = f"{URL}/v1/request_logs/{first.headers['Request-Id']}"
    assert {each["error"]["request_log_url"] for each in first.json["data"] if "error" in each} == {
        log_url
    }
    assert len(shop.reader.rows) == 2

    again = batch(shop, *items)
    assert again.text == first.text
    assert again.headers["Idempotent-Replayed"] == "true"
    assert len(shop.reader.rows) == 2
    assert batch(shop, *items[:2]).error["type"] == "idempotency_error"


def test_a_batch_without_faults_replays_untouched(shop: World) -> None:
    first = batch(shop, {"amount": 1}, {"amount": 2})
    assert [each["amount"] for each in first.json["data"]] == [1, 2]
    assert batch(shop, {"amount": 1}, {"amount": 2}).text == first.text


def test_a_number_that_no_parameter_takes_is_refused_under_a_key(shop: World) -> None:
    answer = batch(shop, {"amount": 1.5})
    assert (answer.status, answer.error["param"]) == (400, "parcels[0][amount]")
