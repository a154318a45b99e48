"""The official client, unchanged: endpoints made, changed and deleted, events listed and read."""

import asyncio
import json
from contextlib import asynccontextmanager
from functools import partial

import pytest
import stripe
import uvicorn

from tests.webhooks.receiver import Receiver
from tests.webhooks.world import CHILD, World, play


@asynccontextmanager
async def served(world: World):
    """Yield a client of the API, which is served on a real port meanwhile."""
    config = uvicorn.Config(
        world.app, port=0, log_config=None, lifespan="off", access_log=False, http="httptools"
    )
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 -- the server has no event for it
        await asyncio.sleep(0.01)
    host, port = server.servers[0].sockets[0].getsockname()
    yield stripe.StripeClient(
        "sk_test_platform", base_addresses={"api": f"http://{host}:{port}"}, max_network_retries=0
    )
    server.should_exit = True
    await serving


async def ask(call, *values, **options):
    """Call the client, which waits for its answers, beside the loop that gives them."""
    return await asyncio.to_thread(partial(call, *values, **options))


def test_the_life_of_an_endpoint(database):
    async def story(world: World) -> None:
        async with Receiver() as receiver, served(world) as client:
            endpoints = client.v1.webhook_endpoints
            made = await ask(
                endpoints.create,
                {
                    "url": receiver.url(),
                    "enabled_events": ["payout.paid", "payout.failed"],
                    "metadata": {"team": "money"},
                    "connect": True,
                },
            )
            assert made.secret.startswith("whsec_")
            await world.connect(CHILD)
            await world.happen("payout.paid", account=CHILD)
            await world.tell()
            (got,) = receiver.got
            event = client.construct_event(got.body, got.signature, made.secret)
            assert (event.type, event.account) == ("payout.paid", CHILD)
            changed = await ask(endpoints.update, made.id, {"disabled": True, "metadata": ""})
            assert (changed.status, changed.metadata.to_dict()) == ("disabled", {})
            read = await ask(endpoints.retrieve, made.id)
            assert read.enabled_events == ["payout.paid", "payout.failed"]
            assert "secret" not in read
            listed = await ask(endpoints.list, {"limit": 3})
            assert [one.id for one in listed.data] == [made.id]
            gone = await ask(endpoints.delete, made.id)
            assert gone.deleted
            with pytest.raises(stripe.InvalidRequestError, match="No such webhook_endpoint"):
                await ask(endpoints.retrieve, made.id)

    play(database, story)


def test_every_event_is_found_by_paging(database):
    async def story(world: World) -> None:
        async with served(world) as client:
            about = await world.happen(*["payout.paid", "payout.failed"] * 12)
            page = await ask(client.v1.events.list, {"limit": 5})
            found = await ask(lambda: list(page.auto_paging_iter()))
            assert [event.data.object.id for event in found] == about[::-1]
            read = await ask(client.v1.events.retrieve, found[3].id)
            assert json.loads(str(read)) == json.loads(str(found[3]))
            some = await ask(client.v1.events.list, {"types": ["payout.failed"], "limit": 100})
            assert len(some.data) == 12

    play(database, story)
