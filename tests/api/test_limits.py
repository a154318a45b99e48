"""Limits: what one account may ask for, and what is shed first when it is too much."""

import asyncio
from contextlib import suppress
from typing import Any

import pytest

from bezant.api.app import create_app, operations_of
from bezant.api.limits import Buckets, Limits, Rates, rates_of
from bezant.kernel.clock import VirtualClock
from bezant.kernel.config import Config
from bezant.kernel.errors import RateLimited
from tests.api.shop import OTHER, ROUTES, Answer, World

BODY = "amount=5&currency=usd"
OPERATIONS = {each.name: each for each in operations_of(ROUTES)}
LIST, READ, WRITE = (OPERATIONS[f"parcels.{name}"] for name in ("list", "retrieve", "ship"))


def limited(shop: World, **rates: Any) -> World:
    shop.app = create_app(ROUTES, shop, Rates(**rates))
    return shop


def refused(answer: Answer, reason: str) -> bool:
    if answer.status == 200:
        return False
    assert (answer.status, answer.error["code"]) == (429, "rate_limit")
    assert answer.error["type"] == "invalid_request_error"
    assert answer.headers["Stripe-Rate-Limited-Reason"] == reason
    assert answer.headers["Stripe-Should-Retry"] == "true"
    return True


def test_nothing_is_limited_unless_somebody_says_so() -> None:
    told = rates_of(Config())
    assert told[:4] == (0, 0, 0, 0)
    assert told.capacity == 20_000


def test_processes_share_what_is_allowed() -> None:
    config = Config(workers=4, rate_limit=100, endpoint_rate_limit=25, concurrency_limit=10,
                    endpoint_concurrency_limit=3, capacity=50)  # fmt: skip
    assert rates_of(config) == Rates(25, 6.25, 3, 1, 50)


def test_an_account_has_so_many_requests_a_second(shop: World) -> None:
    limited(shop, rate=5)
    told = [refused(shop.get("/v1/parcels"), "global-rate") for _ in range(8)]
    assert told == [False] * 5 + [True] * 3
    assert shop.get("/v1/parcels", Authorization=f"Bearer {OTHER}").status == 200
    assert shop.get("/v1/parcels", Stripe_Account="acct_child").status == 200
    assert refused(shop.get("/v1/shelves"), "global-rate")
    shop.later(1)
    assert shop.get("/v1/shelves").status == 200


def test_an_endpoint_has_a_limit_of_its_own(shop: World) -> None:
    limited(shop, endpoint_rate=2)
    told = [refused(shop.get("/v1/parcels"), "endpoint-rate") for _ in range(4)]
    assert told == [False, False, True, True]
    assert shop.get("/v1/shelves").status == 200
    shop.later(1)
    told = [refused(shop.get("/v1/parcels"), "endpoint-rate") for _ in range(4)]
    assert told == [False, False, True, True]


def test_a_refused_request_has_no_effect_and_keeps_no_answer(shop: World) -> None:
    limited(shop, rate=1)
    assert shop.get("/v1/parcels").status == 200
    assert refused(shop.post("/v1/parcels", BODY, Idempotency_Key="k"), "global-rate")
    assert not shop.reader.rows
    shop.later(1)
    assert shop.post("/v1/parcels", BODY, Idempotency_Key="k").status == 200


@pytest.mark.parametrize(
    ("rates", "reason", "elsewhere"),
    [
        ({"concurrency": 2}, "global-concurrency", 429),
        ({"endpoint_concurrency": 2}, "endpoint-concurrency", 200),
    ],
)
def test_an_account_has_so_many_requests_at_once(
    shop: World, rates: dict[str, int], reason: str, elsewhere: int
) -> None:
    limited(shop, **rates)

    async def crowd() -> list[Answer]:
        shop.gate = asyncio.Event()
        calls = [asyncio.create_task(shop.send("POST", "/v1/parcels", BODY)) for _ in range(2)]
        await shop.started.wait()
        await asyncio.sleep(0)
        third = await shop.send("POST", "/v1/parcels", BODY)
        other = await shop.send("GET", "/v1/parcels")
        stranger = await shop.send("GET", "/v1/parcels", Authorization=f"Bearer {OTHER}")
        shop.gate.set()
        done = await asyncio.gather(*calls)
        return [third, other, stranger, *done, await shop.send("POST", "/v1/parcels", BODY)]

    third, other, stranger, *done = asyncio.run(crowd())
    assert refused(third, reason)
    assert other.status == elsewhere
    assert {each.status for each in (stranger, *done)} == {200}


def test_a_failed_request_is_under_way_no_longer(shop: World) -> None:
    limited(shop, concurrency=1)
    for _ in range(3):
        assert shop.post("/v1/parcels", f"{BODY}&description=bug").status == 500
        assert shop.post("/v1/parcels", "amount=x").status == 400


def test_what_matters_least_is_shed_first() -> None:
    limits = Limits(VirtualClock(World().clock.now()), Rates(capacity=10))
    cases = {"lists": (LIST, True), "reads": (READ, True), "tests": (WRITE, False),
             "money": (WRITE, True)}  # fmt: skip

    def let_in() -> list[str]:
        names: list[str] = []
        for name, (operation, livemode) in cases.items():
            with suppress(RateLimited):
                limits.leave(limits.enter("acct_1", operation, livemode=livemode))
                names.append(name)
        return names

    told: list[list[str]] = []
    for load in range(11):
        told.append(let_in())
        if load < 10:
            limits.enter(f"acct_{load}", WRITE, livemode=True)
    everything = ["lists", "reads", "tests", "money"]
    with pytest.raises(RateLimited) as refusal:
        limits.enter("acct_11", WRITE, livemode=True)
    assert refusal.value.reason == "global-concurrency"
    assert told == [everything] * 7 + [everything[1:], everything[2:], everything[3:], []]


def test_a_bucket_holds_a_second_and_fills_steadily() -> None:
    buckets = Buckets(4)
    assert [buckets.take("a", 0) for _ in range(5)] == [True] * 4 + [False]
    assert [buckets.take("a", 0.25) for _ in range(2)] == [True, False]
    assert [buckets.take("a", 9) for _ in range(5)] == [True] * 4 + [False]
    slow = Buckets(0.5)
    assert [slow.take("a", at) for at in (0, 1, 2, 3, 4)] == [True, False, True, False, True]


def test_strangers_cannot_fill_the_memory() -> None:
    buckets = Buckets(1)
    assert buckets.take("me", 0)
    for stranger in range(15_000):
        assert buckets.take(stranger, 0)
    assert not buckets.take("me", 0), "those who came lately are remembered"
    for stranger in range(100_000):
        buckets.take(("again", stranger), 0)
    assert len(buckets._full_at) + len(buckets._before) <= 20_000
