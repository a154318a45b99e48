"""From something that happens to a signed request at a customer's server."""

import pytest
import stripe

from tests.webhooks.receiver import Receiver, status
from tests.webhooks.world import CHILD, OTHER, World, decoded, play


def test_an_event_arrives_signed_as_the_official_client_verifies_it(database):
    async def story(world: World) -> None:
        async with Receiver() as receiver:
            endpoint = await world.listen(receiver.url(), "payout.paid")
            (parcel,) = await world.happen("payout.paid")
            await world.tell()
            (got,) = receiver.got
            event = stripe.Webhook.construct_event(got.body, got.signature, endpoint["secret"])
            assert (event.type, event.data.object.id) == ("payout.paid", parcel)
            assert event.pending_webhooks == 1
            assert event.request.id == "req_1"
            with pytest.raises(stripe.SignatureVerificationError):
                stripe.Webhook.construct_event(got.body, got.signature, "whsec_of_another")
            with pytest.raises(stripe.SignatureVerificationError):
                stripe.Webhook.construct_event(got.body + b" ", got.signature, endpoint["secret"])
        (row,) = await world.deliveries()
        assert row == ("payout.paid", endpoint["url"], "delivered", 1, "HTTP 200")

    play(database, story)


def test_what_is_sent_is_what_can_be_read_again(database):
    async def story(world: World) -> None:
        async with Receiver() as receiver:
            await world.listen(receiver.url())
            await world.happen("payout.created")
            await world.tell()
            sent = decoded(receiver.got[0].body)
            read = await world.get(f"/events/{sent['id']}")
            assert sent.pop("pending_webhooks") == 1
            assert read.pop("pending_webhooks") == 0
            assert sent == read
            assert receiver.got[0].headers["content-type"] == "application/json; charset=utf-8"

    play(database, story)


def test_only_what_was_asked_for_arrives(database):
    async def story(world: World) -> None:
        async with Receiver() as receiver:
            await world.listen(receiver.url("/some"), "payout.paid payout.failed")
            await world.listen(receiver.url("/all"), "*")
            off = await world.listen(receiver.url("/off"), "*")
            await world.post(f"/webhook_endpoints/{off['id']}", "disabled=true")
            gone = await world.listen(receiver.url("/gone"), "*")
            assert (await world.ask("DELETE", f"/webhook_endpoints/{gone['id']}")).status == 200
            await world.happen("payout.paid", "payout.created", "payout.failed", "topup.created")
            await world.tell()

            def types(path: str) -> set[str]:
                return {decoded(one.body)["type"] for one in receiver.at(path)}

            assert types("/some") == {"payout.paid", "payout.failed"}
            assert len(receiver.at("/some")) == 2
            assert len(receiver.at("/all")) == 4
            assert types("/off") == types("/gone") == set()

    play(database, story)


def test_connected_accounts_and_platforms_are_kept_apart(database):
    async def story(world: World) -> None:
        async with Receiver() as receiver:
            await world.connect(CHILD)
            await world.connect("acct_elsewhere", platform=OTHER)
            await world.listen(receiver.url("/own"))
            await world.listen(receiver.url("/connect"), more="connect=true")
            await world.listen(receiver.url("/child"), Stripe_Account=CHILD)
            world.key = "sk_test_other"
            await world.listen(receiver.url("/other"), more="connect=true")
            await world.happen("payout.paid")
            await world.happen("payout.failed", account=CHILD)
            await world.happen("topup.created", account="acct_elsewhere", platform=OTHER)
            await world.happen("topup.failed", account="acct_unknown")
            await world.tell()

            def told(path: str) -> list[tuple[str, str | None]]:
                events = [decoded(one.body) for one in receiver.at(path)]
                return [(event["type"], event.get("account")) for event in events]

            assert told("/own") == [("payout.paid", None)]
            assert told("/connect") == [("payout.failed", CHILD)]
            assert told("/child") == [("payout.failed", CHILD)]
            assert told("/other") == [("topup.created", "acct_elsewhere")]

    play(database, story)


def test_modes_are_kept_apart(database):
    async def story(world: World) -> None:
        async with Receiver() as receiver:
            await world.listen(receiver.url())
            await world.happen("payout.paid", livemode=True)
            await world.tell()
            assert receiver.got == []
            assert await world.deliveries() == []

    play(database, story)


def test_an_event_counts_who_has_not_been_told(database):
    async def story(world: World) -> None:
        async with Receiver() as receiver:
            receiver.answers["/broken"] = status(500)
            for path in ("/one", "/broken"):
                await world.listen(receiver.url(path))
            await world.happen("payout.paid")
            await world.relay_all()
            (event,) = (await world.get("/events"))["data"]
            assert event["pending_webhooks"] == 2
            await world.deliver_all()
            (event,) = (await world.get("/events"))["data"]
            assert event["pending_webhooks"] == 1
            world.pass_time(hours=1)
            receiver.answers["/broken"] = status(200)
            await world.deliver_all()
            assert decoded(receiver.at("/broken")[-1].body)["pending_webhooks"] == 1
            (event,) = (await world.get("/events"))["data"]
            assert event["pending_webhooks"] == 0

    play(database, story)


def test_a_failure_is_tried_again_with_a_new_time_in_the_signature(database):
    async def story(world: World) -> None:
        async with Receiver() as receiver:
            receiver.answers["/hook"] = status(503)
            endpoint = await world.listen(receiver.url())
            await world.happen("payout.paid")
            await world.tell()
            for minutes in (2, 20, 300):
                await world.deliver_all()  # Before its time, nothing.
                world.pass_time(minutes=minutes)
                await world.deliver_all()
            times = [int(one.signature[2:12]) for one in receiver.got]
            assert len(times) == 4
            assert times[1:] == [times[0] + 60 * past for past in (2, 22, 322)]
            for one in receiver.got:
                stripe.WebhookSignature.verify_header(
                    one.body.decode(), one.signature, endpoint["secret"], tolerance=None
                )
            ((_, _, state, attempts, answer),) = await world.deliveries()
            assert (state, attempts, answer) == ("failed", 4, "HTTP 503")
            world.pass_time(days=10)
            assert await world.deliver_all() == 0

    play(database, story)


def test_a_change_of_the_endpoint_holds_for_what_is_waiting(database):
    async def story(world: World) -> None:
        async with Receiver() as receiver:
            receiver.answers["/hook"] = status(404)
            endpoint = await world.listen(receiver.url())
            gone = await world.listen(receiver.url("/gone"))
            off = await world.listen(receiver.url("/off"))
            await world.happen("payout.paid")
            await world.relay_all()
            await world.ask("DELETE", f"/webhook_endpoints/{gone['id']}")
            await world.post(f"/webhook_endpoints/{off['id']}", "disabled=true")
            await world.deliver_all()
            await world.post(f"/webhook_endpoints/{endpoint['id']}", f"url={receiver.url('/new')}")
            world.pass_time(hours=1)
            await world.deliver_all()
            assert [one.path for one in receiver.got] == ["/hook", "/new"]
            assert sorted(row[2:] for row in await world.deliveries()) == [
                ("delivered", 2, "HTTP 200"),
                ("failed", 0, "the endpoint is disabled"),
                ("failed", 0, "the endpoint was deleted"),
            ]

    play(database, story)


def test_thousands_of_events_for_one_endpoint_arrive_once_each(database):
    async def story(world: World) -> None:
        async with Receiver() as receiver:
            await world.listen(receiver.url())
            for _ in range(3):
                await world.happen(*["payout.paid"] * 500)
            await world.tell()
            assert len({decoded(one.body)["id"] for one in receiver.got}) == 1_500
            assert len(receiver.got) == 1_500
            assert receiver.connections < 200, "connections are used again"
            states = await world.rows("select status, count(*) from delivery group by 1")
            assert states == [("delivered", 1_500)]

    play(database, story)
