"""Thin events: mirrors of snapshots and events of v2, listed, retrieved and sent."""

import pytest
import stripe

from tests.webhooks.receiver import Receiver
from tests.webhooks.world import CHILD, World, decoded, play


def test_a_mirror_says_where_to_look_and_what_it_mirrors(database):
    async def story(world: World) -> None:
        (parcel,) = await world.happen("payout.paid")
        (snapshot,) = (await world.get("/events"))["data"]
        (thin,) = (await world.v2("GET", "/events"))["data"]
        assert thin["type"] == "v1.payout.paid"
        assert thin["snapshot_event"] == snapshot["id"]
        assert thin["id"] != snapshot["id"]
        url = f"/v1/parcels/{parcel}"
        assert thin["related_object"] == {"id": parcel, "type": "parcel", "url": url}
        assert thin["reason"]["request"] == {"id": "req_1", "idempotency_key": ""}
        assert thin["context"] is None
        assert await world.v2("GET", f"/events/{thin['id']}") == thin
        for wrong in (snapshot["id"], thin["id"][:-1] + "!", "evt_thin_", "evt_none"):
            assert (await world.ask_v2("GET", f"/events/{wrong}")).status == 404
        assert (await world.ask("GET", f"/events/{thin['id']}")).status == 404

    play(database, story)


def test_an_update_tells_what_was_and_what_is_only_to_who_retrieves_it(database):
    async def story(world: World) -> None:
        async with Receiver() as receiver:
            await world.direct(receiver.url(), "v1.payout.updated")
            await world.change(weight=7)
            await world.tell()
            (sent,) = [decoded(one.body) for one in receiver.got]
            assert "changes" not in sent
            assert "snapshot_event" not in sent
            whole = await world.v2("GET", f"/events/{sent['id']}")
            assert whole["changes"] == {"before": {"weight": 0}, "after": {"weight": 7}}
            assert sent.items() <= whole.items()

    play(database, story)


def test_lists_filter_and_page_both_ways(database):
    async def story(world: World) -> None:
        (first, *_) = await world.happen("payout.paid", "payout.failed", "payout.paid")
        await world.happen("treasury.financial_account.closed")
        world.pass_time(seconds=90)
        await world.happen("topup.created")
        every = (await world.v2("GET", "/events"))["data"]
        kinds = [each["type"] for each in every]
        assert kinds == ["v1.topup.created", "v1.payout.paid", "v1.payout.failed", "v1.payout.paid"]

        async def ids(query: str) -> list[str]:
            return [each["id"] for each in (await world.v2("GET", f"/events?{query}"))["data"]]

        assert len(await ids("types[0]=v1.payout.paid")) == 2
        assert len(await ids("types[0]=v1.payout.paid&types[1]=v1.topup.created")) == 3
        assert await ids(f"object_id={first}") == [every[-1]["id"]]
        assert await ids(f"created[gt]={every[1]['created']}") == [every[0]["id"]]
        page = await world.v2("GET", "/events?limit=3")
        more = await world.v2("GET", page["next_page_url"].removeprefix("/v2/core"))
        assert [each["id"] for each in page["data"] + more["data"]] == [e["id"] for e in every]
        back = await world.v2("GET", more["previous_page_url"].removeprefix("/v2/core"))
        assert back["data"] == page["data"]
        refused = await world.ask_v2("GET", "/events?types[0]=payout.paid")
        assert (refused.status, refused.error["param"]) == (400, "types[0]")

    play(database, story)


def test_the_official_client_reads_a_notification_of_a_connected_account(database):
    async def story(world: World) -> None:
        async with Receiver() as receiver:
            await world.connect(CHILD)
            made = await world.direct(
                receiver.url(), "v1.payout.paid", events_from=["@self", "@accounts"]
            )
            (own,) = await world.happen("payout.paid")
            (theirs,) = await world.happen("payout.paid", account=CHILD)
            await world.tell()
            client = stripe.StripeClient("sk_test_x")
            secret = made["webhook_endpoint"]["signing_secret"]
            found = {}
            for one in receiver.got:
                told = client.parse_event_notification(one.body, one.signature, secret)
                assert type(told).__name__ == "V1PayoutPaidEventNotification"
                found[told.related_object.id] = told.context and str(told.context)
            assert found == {own: None, theirs: CHILD}

    play(database, story)


def test_a_ping_arrives_whatever_is_enabled_and_only_where_it_was_asked_for(database):
    async def story(world: World) -> None:
        async with Receiver() as receiver:
            thin = await world.direct(receiver.url("/thin"), "v1.payout.paid")
            await world.direct(receiver.url("/other"))
            snapshot = await world.direct(
                receiver.url("/snapshot"), "payout.paid", event_payload="snapshot"
            )
            await world.listen(receiver.url("/endpoint"))
            for place, made in (("/thin", thin), ("/snapshot", snapshot)):
                event = await world.v2("POST", f"/event_destinations/{made['id']}/ping")
                assert event["type"] == "v2.core.event_destination.ping"
                await world.tell()
                (got,) = receiver.at(place)
                secret = made["webhook_endpoint"]["signing_secret"]
                told = stripe.StripeClient("sk_test_x").parse_event_notification(
                    got.body, got.signature, secret
                )
                assert (told.id, told.related_object.id) == (event["id"], made["id"])
                url = told.related_object.url.removeprefix("/v2/core")
                assert (await world.v2("GET", url))["id"] == made["id"]
                assert await world.v2("GET", f"/events/{event['id']}") == event
                assert (await world.ask("GET", f"/events/{event['id']}")).status == 404
            assert len(receiver.got) == 2
            assert (await world.get("/events"))["data"] == []

    play(database, story)


@pytest.mark.parametrize("payload", ["thin", "snapshot"])
def test_a_destination_gets_what_it_enabled_in_its_form(database, payload):
    async def story(world: World) -> None:
        async with Receiver() as receiver:
            name = {"thin": "v1.payout.paid", "snapshot": "payout.paid"}[payload]
            await world.direct(receiver.url("/some"), name, event_payload=payload)
            await world.direct(receiver.url("/all"), event_payload=payload)
            await world.happen("payout.paid", "payout.failed", "treasury.debit_reversal.created")
            await world.tell()
            (some,) = [decoded(one.body) for one in receiver.at("/some")]
            assert some["type"] == name
            assert len(receiver.at("/all")) == {"thin": 2, "snapshot": 3}[payload]

    play(database, story)
