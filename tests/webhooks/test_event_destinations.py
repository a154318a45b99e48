"""Event destinations, managed as the official client does; secrets that roll."""

import pytest
import stripe

from tests.webhooks.receiver import Receiver
from tests.webhooks.world import World, play

HOOK = "https://hooks.example.com/"


def test_address_and_secret_are_shown_to_who_asks(database):
    async def story(world: World) -> None:
        made = await world.direct(HOOK, "v1.payout.paid", metadata={"a": "1"})
        place = f"/event_destinations/{made['id']}"
        assert made["webhook_endpoint"]["url"] == HOOK
        assert made["webhook_endpoint"]["signing_secret"].startswith("whsec_")
        assert (made["status"], made["events_from"]) == ("enabled", ["@self"])
        assert (await world.v2("GET", place))["webhook_endpoint"] == {}
        asked = await world.v2("GET", f"{place}?include[0]=webhook_endpoint.url")
        assert asked["webhook_endpoint"] == {"url": HOOK}
        listed = await world.v2("GET", "/event_destinations?include[0]=webhook_endpoint.url")
        assert listed["data"] == [asked]
        assert (await world.v2("GET", "/event_destinations"))["data"][0]["webhook_endpoint"] == {}
        secret = await world.ask_v2("GET", f"{place}?include[0]=webhook_endpoint.signing_secret")
        assert secret.status == 400

    play(database, story)


def test_it_is_changed_disabled_enabled_and_deleted(database):
    async def story(world: World) -> None:
        made = await world.direct(HOOK, metadata={"a": "1", "b": "2"})
        place = f"/event_destinations/{made['id']}"
        world.pass_time(seconds=1)
        asked = {"name": "new", "enabled_events": ["v1.payout.paid"],
                 "metadata": {"a": None, "c": "3"}, "webhook_endpoint": {"url": HOOK + "b"},
                 "include": ["webhook_endpoint.url"]}  # fmt: skip
        changed = await world.v2("POST", place, asked)
        assert (changed["name"], changed["metadata"]) == ("new", {"b": "2", "c": "3"})
        assert changed["webhook_endpoint"] == {"url": HOOK + "b"}
        assert changed["updated"] > made["updated"]
        off = await world.v2("POST", f"{place}/disable")
        assert off["status_details"] == {"disabled": {"reason": "user"}}
        assert (await world.ask_v2("POST", f"{place}/ping")).status == 400
        on = await world.v2("POST", f"{place}/enable")
        assert (on["status"], "status_details" in on) == ("enabled", False)
        gone = await world.v2("DELETE", place)
        assert gone == {"id": made["id"], "object": "v2.core.event_destination"}
        assert (await world.ask_v2("GET", place)).status == 404

    play(database, story)


@pytest.mark.parametrize(
    ("change", "param"),
    [
        ({"type": "amazon_eventbridge"}, "type"),
        ({"amazon_eventbridge": {"aws_region": "x"}}, "amazon_eventbridge[aws_region]"),
        ({"azure_event_grid": {"azure_region": "x"}}, "azure_event_grid[azure_region]"),
        ({"enabled_events": ["payout.paid"]}, "enabled_events[0]"),
        ({"event_payload": "snapshot", "enabled_events": ["v1.payout.paid"]}, "enabled_events[0]"),
        ({"events_from": ["@organization_members"]}, "events_from"),
        ({"snapshot_api_version": "2026-10-28.endive"}, "snapshot_api_version"),
        ({"webhook_endpoint": None}, "webhook_endpoint"),
        ({"webhook_endpoint": {"url": "http://10.0.0.1/"}}, "webhook_endpoint[url]"),
        ({"webhook_endpoint": {"url": "http://[::ffff:10.0.0.1]/"}}, "webhook_endpoint[url]"),
    ],
)
def test_what_cannot_be_is_refused_by_its_name(database, change, param):
    async def story(world: World) -> None:
        asked = {"name": "x", "type": "webhook_endpoint", "event_payload": "thin",
                 "enabled_events": ["*"], "webhook_endpoint": {"url": HOOK}}  # fmt: skip
        answer = await world.ask_v2("POST", "/event_destinations", asked | change)
        assert (answer.status, answer.error["param"]) == (400, param)

    play(database, story)


@pytest.mark.parametrize("kind", ["endpoint", "destination"])
def test_a_rolled_secret_signs_beside_the_new_one_until_its_time_is_over(database, kind):
    async def story(world: World) -> None:
        async with Receiver() as receiver:
            if kind == "endpoint":
                made = await world.listen(receiver.url())
                first = made["secret"]
                place = f"/webhook_endpoints/{made['id']}/roll_secret"
                second = (await world.post(place, "expires_in=3600"))["secret"]
            else:
                made = await world.direct(receiver.url(), event_payload="snapshot")
                first = made["webhook_endpoint"]["signing_secret"]
                place = f"/event_destinations/{made['id']}/roll_secret"
                rolled = await world.v2("POST", place, {"expires_in": 3600})
                second = rolled["webhook_endpoint"]["signing_secret"]
            assert first != second
            await world.happen("payout.paid")
            await world.tell()
            (got,) = receiver.got
            assert got.signature.count("v1=") == 2
            for secret in (first, second):
                stripe.Webhook.construct_event(got.body, got.signature, secret)
            world.pass_time(seconds=3601)
            await world.happen("payout.paid")
            await world.tell()
            late = receiver.got[-1]
            assert late.signature.count("v1=") == 1
            verify = stripe.WebhookSignature.verify_header
            verify(late.body.decode(), late.signature, second)
            with pytest.raises(stripe.SignatureVerificationError):
                verify(late.body.decode(), late.signature, first)

    play(database, story)


def test_secrets_do_not_pile_up(database):
    async def story(world: World) -> None:
        made = await world.listen(HOOK)
        place = f"/webhook_endpoints/{made['id']}/roll_secret"
        for _ in range(3):
            await world.post(place)
        assert (await world.ask("POST", place, "")).error["param"] == "expires_in"
        await world.post(place, "expires_in=0")
        world.pass_time(days=2)
        await world.post(place)

    play(database, story)
