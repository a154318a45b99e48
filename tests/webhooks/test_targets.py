"""How endpoints fare: order by object, days of failure, what is shown of it."""

from datetime import timedelta

import pytest

from bezant.workers.disable_endpoints import AFTER
from tests.webhooks.receiver import Receiver, status
from tests.webhooks.world import CHILD, World, decoded, play


async def ordered(world: World, url: str, types: str = "*") -> str:
    made = await world.listen(url, types)
    shown = await world.post(f"/webhook_targets/{made['id']}", "order=object")
    assert shown["order"] == "object"
    return made["id"]


def weights(receiver: Receiver, path: str = "/hook") -> list[int]:
    return [decoded(one.body)["data"]["object"]["weight"] for one in receiver.at(path)]


def test_an_objects_events_wait_for_each_other_and_no_other_objects(database):
    async def story(world: World) -> None:
        async with Receiver() as receiver:
            await ordered(world, receiver.url())
            await world.listen(receiver.url("/any"))
            receiver.answers["/hook"] = status(500)
            name = await world.change(weight=1)
            for weight in (2, 3):
                await world.change(name, weight=weight)
            other = await world.change(weight=9)
            await world.tell()
            assert weights(receiver) == [0, 0], "one event of each object sets out"
            assert sorted(weights(receiver, "/any")) == [0, 0, 1, 2, 3, 9]
            receiver.answers["/hook"] = status(200)
            world.pass_time(minutes=2)
            await world.tell()
            of = [decoded(one.body)["data"]["object"] for one in receiver.at("/hook")[2:]]
            assert [it["weight"] for it in of if it["id"] == name] == [0, 1, 2, 3]
            assert [it["weight"] for it in of if it["id"] == other] == [0, 9]
            await world.change(name, weight=4)
            await world.tell()
            assert weights(receiver)[-1] == 4

    play(database, story)


def test_what_is_given_up_lets_the_next_one_through(database):
    async def story(world: World) -> None:
        async with Receiver() as receiver:
            await ordered(world, receiver.url())
            name = await world.change(weight=1)
            receiver.answers["/hook"] = status(500)
            for _ in range(5):
                await world.tell()
                world.pass_time(hours=4)
            receiver.answers["/hook"] = status(200)
            await world.change(name, weight=2)
            await world.tell()
            assert weights(receiver)[-2:] == [1, 2]
            assert await world.value("select count(*) from delivery where status='pending'") == 0

    play(database, story)


def test_an_event_that_is_relayed_late_is_waited_for_even_if_nobody_wants_it(database):
    async def story(world: World) -> None:
        async with Receiver() as receiver:
            await ordered(world, receiver.url(), "payout.updated")
            name = await world.change(weight=1)
            rows = await world.rows(
                "select id from event where object = %s order by id limit 1", name
            )
            ((created,),) = rows
            place = world.relay._place = (await world.value("select max(book_id) from outbox"),
                                          created)  # fmt: skip
            await world.relay._relay(place)
            await world.deliver_all()
            assert receiver.got == [], "the creation is still in the outbox"
            await world.tell()
            assert weights(receiver) == [1]

    play(database, story)


@pytest.mark.parametrize("kind", ["endpoint", "destination"])
def test_who_takes_nothing_for_three_days_is_disabled_and_that_is_told(database, kind):
    async def story(world: World) -> None:
        async with Receiver() as receiver:
            receiver.answers["/dead"] = status(500)
            await world.listen(receiver.url("/told"), "webhook_endpoint.disabled")
            if kind == "endpoint":
                name = (await world.listen(receiver.url("/dead"), "payout.paid"))["id"]
            else:
                name = (await world.direct(receiver.url("/dead"), "v1.payout.paid"))["id"]
            began = world.clock.now()
            while world.clock.now() < began + AFTER:
                await world.happen("payout.paid")
                await world.tell()
                assert await world.disabler.run_once() == 0
                world.pass_time(hours=5)
            shown = await world.get(f"/webhook_targets/{name}")
            assert (shown["status"], shown["disabled_reason"]) == ("enabled", None)
            assert shown["failing_since"] == int(began.timestamp())
            assert shown["last_failure_outcome"] == "HTTP 500"
            await world.tell()
            assert await world.disabler.run_once() == 1
            assert await world.disabler.run_once() == 0
            shown = await world.get(f"/webhook_targets/{name}")
            assert (shown["status"], shown["disabled_reason"]) == ("disabled", "delivery_failed")
            (listed,) = (await world.get("/webhook_targets?status=disabled"))["data"]
            assert listed == shown
            await world.tell()
            (told,) = receiver.at("/told")
            assert decoded(told.body)["data"]["object"]["id"] == name
            if kind == "destination":
                place = f"/event_destinations/{name}"
                details = (await world.v2("GET", place))["status_details"]
                assert details == {"disabled": {"reason": "delivery_failed"}}
                await world.v2("POST", f"{place}/enable")
            else:
                await world.post(f"/webhook_endpoints/{name}", "disabled=false")
            receiver.answers["/dead"] = status(200)
            world.pass_time(minutes=15)  # It rests after so many failures.
            await world.happen("payout.paid")
            await world.tell()
            shown = await world.get(f"/webhook_targets/{name}")
            assert (shown["status"], shown["disabled_reason"]) == ("enabled", None)
            assert shown["failing_since"] is None
            assert shown["last_success"] == int(world.clock.now().timestamp())

    play(database, story)


def test_one_event_that_is_never_taken_disables_nobody(database):
    async def story(world: World) -> None:
        async with Receiver() as receiver:

            async def answer(received) -> bytes:
                bad = b"payout.failed" in received.body
                return await status(500 if bad else 200)(received)

            receiver.answers["/hook"] = answer
            await world.listen(receiver.url())
            began = world.clock.now()
            while world.clock.now() < began + AFTER + timedelta(days=1):
                await world.happen("payout.failed", "payout.paid")
                await world.tell()
                world.pass_time(hours=3)
                assert await world.disabler.run_once() == 0

    play(database, story)


def test_targets_of_both_kinds_page_together(database):
    async def story(world: World) -> None:
        names = []
        for number in range(3):
            url = f"https://hooks.example.com/{number}"
            names += [(await world.listen(url))["id"], (await world.direct(url))["id"]]
        names.reverse()

        async def ids(query: str) -> tuple[list[str], bool]:
            page = await world.get(f"/webhook_targets?{query}")
            return [each["id"] for each in page["data"]], page["has_more"]

        assert await ids("limit=10") == (names, False)
        assert await ids("limit=2") == (names[:2], True)
        assert await ids(f"limit=3&starting_after={names[1]}") == (names[2:5], True)
        assert await ids(f"limit=2&starting_after={names[3]}") == (names[4:], False)
        assert await ids(f"limit=2&ending_before={names[3]}") == (names[1:3], True)
        for wrong in ("we_none", "x"):
            assert (await world.ask("GET", f"/webhook_targets/{wrong}")).status == 404
            path = f"/webhook_targets?starting_after={wrong}"
            assert (await world.ask("GET", path)).status == 400

    play(database, story)


def test_a_platform_hears_that_an_endpoint_of_its_account_was_disabled(database):
    async def story(world: World) -> None:
        async with Receiver() as receiver:
            receiver.answers["/dead"] = status(500)
            await world.connect(CHILD)
            await world.listen(receiver.url("/own"), "webhook_endpoint.disabled")
            await world.listen(receiver.url("/told"), "webhook_endpoint.disabled", "connect=true")
            dead = await world.listen(receiver.url("/dead"), "payout.paid", Stripe_Account=CHILD)
            for _ in range(16):
                await world.happen("payout.paid", account=CHILD)
                await world.tell()
                world.pass_time(hours=5)
            assert await world.disabler.run_once() == 1
            await world.tell()
            (told,) = receiver.at("/told")
            event = decoded(told.body)
            assert (event["account"], event["data"]["object"]["id"]) == (CHILD, dead["id"])
            assert receiver.at("/own") == []

    play(database, story)
