"""Events over the API: listed, filtered, read."""

import ast

import pytest

from bezant.resources.webhooks.event_types import KNOWN, STRIPE, THIN, matching
from tests.code.source import modules
from tests.webhooks.receiver import Receiver, status
from tests.webhooks.world import CHILD, World, play


async def types(world: World, query: str) -> list[str]:
    return [event["type"] for event in (await world.get(f"/events?{query}"))["data"]]


def test_an_event_tells_what_happened(database):
    async def story(world: World) -> None:
        (parcel,) = await world.happen("payout.paid")
        (event,) = (await world.get("/events"))["data"]
        assert event["id"].startswith("evt_")
        assert event["object"] == "event"
        assert event["data"]["object"]["id"] == parcel
        assert event["request"] == {"id": "req_1", "idempotency_key": None}
        assert event["pending_webhooks"] == 0
        assert "account" not in event
        assert await world.get(f"/events/{event['id']}") == event

    play(database, story)


def test_lists_filter_by_type(database):
    async def story(world: World) -> None:
        await world.happen("payout.created", "payout.paid", "topup.created", "payout.failed")
        assert await types(world, "type=payout.paid") == ["payout.paid"]
        assert await types(world, "type=payout.*") == [
            "payout.failed", "payout.paid", "payout.created"
        ]  # fmt: skip
        assert await types(world, "types[]=topup.created&types[]=payout.paid") == [
            "topup.created", "payout.paid"
        ]  # fmt: skip
        assert await types(world, "type=payout.payed") == []
        assert await types(world, "type=nothing.*") == []
        both = await world.ask("GET", "/events?type=payout.paid&types[]=payout.paid")
        assert both.status == 400

    play(database, story)


def test_lists_go_on_from_an_object_and_back(database):
    async def story(world: World) -> None:
        for _ in range(3):
            await world.happen("payout.paid")
            world.pass_time(seconds=10)
        first = await world.get("/events?limit=2")
        newest, middle = first["data"]
        assert first["has_more"]
        rest = await world.get(f"/events?limit=2&starting_after={middle['id']}")
        assert len(rest["data"]) == 1
        assert not rest["has_more"]
        (oldest,) = rest["data"]
        back = await world.get(f"/events?limit=2&ending_before={oldest['id']}")
        assert back["data"] == [newest, middle]
        at = middle["created"]
        assert (await world.get(f"/events?created={at}"))["data"] == [middle]
        assert (await world.get(f"/events?created[lt]={at}"))["data"] == [oldest]
        assert (await world.get(f"/events?created[gt]={at}"))["data"] == [newest]
        assert (await world.get(f"/events?created[gt]={at}&created[lt]={at}"))["data"] == []

    play(database, story)


def test_lists_filter_by_delivery(database):
    async def story(world: World) -> None:
        async with Receiver() as receiver:
            receiver.answers["/hook"] = status(500)
            await world.listen(receiver.url(), "payout.failed")
            await world.listen(receiver.url("/good"), "payout.paid")
            await world.happen("payout.paid", "payout.failed", "payout.created")
            await world.relay_all()
            assert await types(world, "delivery_success=false") == ["payout.failed", "payout.paid"]
            await world.deliver_all()
            assert await types(world, "delivery_success=false") == ["payout.failed"]
            assert await types(world, "delivery_success=true") == ["payout.created", "payout.paid"]

    play(database, story)


def test_nobody_sees_anothers_events(database):
    async def story(world: World) -> None:
        await world.happen("payout.paid")
        await world.happen("payout.failed", account=CHILD)
        assert await types(world, "") == ["payout.paid"]
        (own,) = (await world.get("/events"))["data"]
        (childs,) = (await world.get("/events", Stripe_Account=CHILD))["data"]
        assert childs["account"] == CHILD
        assert (await world.ask("GET", f"/events/{childs['id']}")).status == 404
        for world.key in ("sk_test_other", "sk_live_platform"):
            assert await types(world, "") == []
            assert (await world.ask("GET", f"/events/{own['id']}")).status == 404
            answer = await world.ask("GET", f"/events?starting_after={own['id']}")
            assert (answer.status, answer.error["param"]) == (400, "starting_after")

    play(database, story)


@pytest.mark.parametrize(
    ("query", "param"),
    [
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("delivery_success=perhaps", "delivery_success"),
        ("ending_before=evt_1", "ending_before"),
        ("object=x", "object"),
        ("types=payout.paid&types[]=", "types"),
    ],
)
def test_odd_questions_are_refused(database, query, param):
    async def story(world: World) -> None:
        answer = await world.ask("GET", f"/events?{query}")
        assert answer.status == 400
        assert answer.error.get("param", "").startswith(param)

    play(database, story)


def test_every_event_that_is_logged_can_be_asked_for():
    unknown = [
        f"{module.at(call)} {name}"
        for module in modules()
        for call in module.nodes(ast.Call)
        for name in named(call)
        if name not in KNOWN | THIN
    ]
    assert not unknown, unknown


def named(call: ast.Call) -> list[str]:
    """The event types that a call names: its `event`, or what it emits."""
    values = [keyword.value for keyword in call.keywords if keyword.arg == "event"]
    if isinstance(call.func, ast.Attribute) and call.func.attr == "emit":
        values += call.args[:1]
    constants = (node for value in values for node in ast.walk(value))
    return [node.value for node in constants if isinstance(node, ast.Constant) and node.value]


def test_groups_stand_for_their_types():
    assert len(STRIPE) == 275
    assert matching("topup.*") == [
        "topup.canceled", "topup.created", "topup.failed", "topup.reversed", "topup.succeeded"
    ]  # fmt: skip
    assert matching("payout.paid") == ["payout.paid"]
    assert set(matching("*")) == KNOWN
