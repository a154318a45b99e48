"""Deliveries and their attempts as the API lists them; events that are sent again."""

from tests.webhooks.receiver import Receiver, raw, status
from tests.webhooks.world import CHILD, World, decoded, play


async def listed(world: World, query: str = "") -> list[dict]:
    return (await world.get(f"/webhook_deliveries?{query}"))["data"]


def types(receiver: Receiver, path: str = "/hook") -> list[str]:
    return [decoded(one.body)["type"] for one in receiver.at(path)]


def test_every_attempt_is_listed(database):
    async def story(world: World) -> None:
        async with Receiver() as receiver:
            made = await world.listen(receiver.url())
            receiver.answers["/hook"] = status(503)
            await world.happen("payout.paid")
            await world.tell()
            (first,) = await listed(world)
            assert (first["status"], first["attempt_count"]) == ("pending", 1)
            (tried,) = first["attempts"]
            assert (tried["status_code"], tried["outcome"]) == (503, "HTTP 503")
            assert tried["created"] == int(world.clock.now().timestamp())
            assert tried["next_attempt"] == first["next_attempt"] > tried["created"]
            receiver.answers["/hook"] = status(200)
            world.pass_time(minutes=2)
            await world.tell()
            done = await world.get(f"/webhook_deliveries/{first['id']}")
            assert [each["status_code"] for each in done["attempts"]] == [503, 200]
            assert (done["status"], done["next_attempt"]) == ("delivered", None)
            assert done["endpoint"] == made["id"]
            receiver.answers["/closed"] = raw(b"")
            await world.listen(receiver.url("/closed"), "payout.failed")
            await world.happen("payout.failed")
            await world.tell()
            (refused,) = await listed(world, "status=pending")
            assert refused["attempts"][0]["status_code"] is None
            assert "without an answer" in refused["attempts"][0]["outcome"]

    play(database, story)


def test_deliveries_are_filtered_and_paged_and_are_nobody_elses(database):
    async def story(world: World) -> None:
        async with Receiver() as receiver:
            await world.connect(CHILD)
            one = (await world.listen(receiver.url("/one")))["id"]
            await world.listen(receiver.url("/two"), "*", "connect=true")
            await world.happen("payout.paid", "payout.failed")
            await world.happen("payout.created", account=CHILD)
            await world.tell()
            every = [each["id"] for each in await listed(world)]
            assert len(every) == 3
            assert len(await listed(world, f"endpoint={one}")) == 2
            (theirs,) = [it for it in await listed(world) if it["event_type"] == "payout.created"]
            assert await listed(world, f"event={theirs['event']}") == [theirs]
            assert await listed(world, "event=evt_none") == []
            page = await world.get("/webhook_deliveries?limit=2")
            assert ([each["id"] for each in page["data"]], page["has_more"]) == (every[:2], True)
            after = await listed(world, f"starting_after={every[1]}")
            assert [each["id"] for each in after] == every[2:]
            before = await listed(world, f"ending_before={every[2]}")
            assert [each["id"] for each in before] == every[:2]
            world.key = "sk_test_other"
            assert await listed(world) == []
            assert (await world.ask("GET", f"/webhook_deliveries/{every[0]}")).status == 404
            path = f"/webhook_deliveries?starting_after={every[0]}"
            assert (await world.ask("GET", path)).status == 400

    play(database, story)


def test_one_event_goes_again_to_one_endpoint_once_however_often_the_job_runs(database):
    async def story(world: World) -> None:
        async with Receiver() as receiver:
            one = (await world.listen(receiver.url(), "payout.paid"))["id"]
            await world.listen(receiver.url("/other"))
            await world.happen("payout.paid", "payout.failed")
            await world.tell()
            failed, paid = (await world.get("/events"))["data"]
            made = await world.post("/webhook_resends", f"endpoint={one}&event={failed['id']}")
            assert (made["status"], made["count"]) == ("pending", None)
            await world.tell()
            assert types(receiver) == ["payout.paid", "payout.failed"]
            assert len(receiver.at("/other")) == 2
            done = await world.get(f"/webhook_resends/{made['id']}")
            assert (done["status"], done["count"]) == ("complete", 1)
            await world.rows("update job set run_at = %s, status = 'ready', attempts = 0 "
                             "returning id", world.clock.now())  # fmt: skip
            await world.rows("update object set body = replace(body, 'complete', 'pending') "
                             "where kind = 'webhook_resend' returning id")  # fmt: skip
            await world.tell()
            assert len(receiver.at("/hook")) == 2
            again = await world.post(f"/events/{paid['id']}/retry", f"webhook_endpoint={one}")
            assert again["id"] == paid["id"]
            await world.tell()
            assert types(receiver)[2:] == ["payout.paid"]

    play(database, story)


def test_a_range_goes_again_in_order_and_only_what_is_wanted(database):
    async def story(world: World) -> None:
        async with Receiver() as receiver:
            one = (await world.direct(receiver.url(), "v1.payout.paid", "v1.payout.failed"))["id"]
            await world.happen("payout.paid")
            world.pass_time(minutes=1)
            start = int(world.clock.now().timestamp())
            receiver.answers["/hook"] = status(500)
            await world.happen("payout.failed", "payout.paid", "topup.created", "payout.paid")
            world.pass_time(seconds=1)
            end = int(world.clock.now().timestamp())
            await world.tell()
            world.pass_time(minutes=1)
            receiver.answers["/hook"] = status(200)
            await world.happen("payout.failed")
            await world.tell()
            before = len(receiver.got)
            form = f"endpoint={one}&created[gte]={start}&created[lte]={end}"
            made = await world.post("/webhook_resends", form)
            await world.tell()
            assert sorted(types(receiver)[before:]) == ["v1.payout.failed", *["v1.payout.paid"] * 2]
            assert (await world.get(f"/webhook_resends/{made['id']}"))["count"] == 3
            made = await world.post("/webhook_resends", form + "&types[]=payout.failed")
            await world.tell()
            assert types(receiver)[before + 3 :] == ["v1.payout.failed"]
            world.pass_time(minutes=15)
            await world.tell()
            made = await world.post(
                "/webhook_resends", f"endpoint={one}&created[gte]=0&only_failed=true"
            )
            await world.tell()
            assert (await world.get(f"/webhook_resends/{made['id']}"))["count"] == 0

    play(database, story)


def test_what_cannot_be_sent_again_is_refused(database):
    async def story(world: World) -> None:
        made = await world.listen("https://hooks.example.com/")
        thin = (await world.direct("https://hooks.example.com/"))["id"]
        await world.happen("treasury.debit_reversal.created")
        (event,) = (await world.get("/events"))["data"]
        ping = (await world.v2("POST", f"/event_destinations/{thin}/ping"))["id"]
        for form, param in (
            (f"endpoint={made['id']}", None),
            (f"endpoint={made['id']}&event={event['id']}&created[gte]=1", None),
            (f"endpoint=we_none&event={event['id']}", "endpoint"),
            (f"endpoint={made['id']}&event=evt_none", "event"),
            (f"endpoint={thin}&event={event['id']}", "event"),
            (f"endpoint={made['id']}&event={ping}", "event"),
            (f"endpoint={made['id']}&created[gte]=1&types[]=nonsense", "types[0]"),
        ):
            answer = await world.ask("POST", "/webhook_resends", form)
            assert (answer.status, answer.error.get("param")) == (400, param), form
        for name in (ping, "evt_none"):
            path = f"/events/{name}/retry"
            assert (await world.ask("POST", path, "for_stripecli=true")).status == 404
        assert (await world.ask("POST", f"/events/{event['id']}/retry", "")).status == 400

    play(database, story)
