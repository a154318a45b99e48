"""Webhook endpoints over the API."""

import pytest

from tests.webhooks.world import CHILD, World, play

URL = "https://hooks.example.com/in?a=b"


def test_the_secret_is_shown_once(database):
    async def story(world: World) -> None:
        made = await world.listen(URL, "payout.paid payout.paid payout.failed", "description=D")
        secret = made.pop("secret")
        assert secret.startswith("whsec_")
        assert len(secret) >= 40
        assert made == {
            "object": "webhook_endpoint",
            "id": made["id"],
            "created": made["created"],
            "livemode": False,
            "api_version": None,
            "application": None,
            "description": "D",
            "enabled_events": ["payout.paid", "payout.failed"],
            "metadata": {},
            "status": "enabled",
            "url": URL,
        }
        assert await world.get(f"/webhook_endpoints/{made['id']}") == made
        assert (await world.get("/webhook_endpoints"))["data"] == [made]
        changed = await world.post(f"/webhook_endpoints/{made['id']}", "description=E")
        assert changed == made | {"description": "E"}
        other = await world.listen(URL)
        assert other["secret"] != secret
        assert secret not in str(await world.rows("select body from object"))

    play(database, story)


def test_what_can_be_changed_changes(database):
    async def story(world: World) -> None:
        made = await world.listen(URL, "*", "description=D&metadata[a]=1&metadata[b]=2")
        path = f"/webhook_endpoints/{made['id']}"
        changed = await world.post(
            path,
            "url=https://new.example.com&description=&disabled=true&metadata[a]="
            "&enabled_events[0]=payout.paid",
        )
        assert changed["url"] == "https://new.example.com"
        assert changed["description"] is None
        assert changed["status"] == "disabled"
        assert changed["metadata"] == {"b": "2"}
        assert changed["enabled_events"] == ["payout.paid"]
        again = await world.post(path, "disabled=false&metadata=")
        assert again == changed | {"status": "enabled", "metadata": {}}

    play(database, story)


def test_a_deleted_endpoint_is_gone(database):
    async def story(world: World) -> None:
        made = await world.listen(URL)
        path = f"/webhook_endpoints/{made['id']}"
        gone = await world.ask("DELETE", path)
        assert gone.json == {"id": made["id"], "object": "webhook_endpoint", "deleted": True}
        for method in ("GET", "POST", "DELETE"):
            assert (await world.ask(method, path)).status == 404
        assert (await world.get("/webhook_endpoints"))["data"] == []

    play(database, story)


def test_nobody_else_sees_an_endpoint(database):
    async def story(world: World) -> None:
        made = await world.listen(URL)
        path = f"/webhook_endpoints/{made['id']}"
        assert (await world.ask("GET", path, Stripe_Account=CHILD)).status == 404
        for world.key in ("sk_test_other", "sk_live_platform"):
            for method in ("GET", "POST", "DELETE"):
                assert (await world.ask(method, path)).status == 404
            assert (await world.get("/webhook_endpoints"))["data"] == []

    play(database, story)


def test_a_key_that_is_sent_again_makes_no_second_endpoint(database):
    async def story(world: World) -> None:
        first = await world.listen(URL, Idempotency_Key="once")
        assert await world.listen(URL, Idempotency_Key="once") == first
        assert len((await world.get("/webhook_endpoints"))["data"]) == 1

    play(database, story)


@pytest.mark.parametrize(
    ("body", "param", "word"),
    [
        ("enabled_events[]=*", "url", "Missing"),
        ("url=https://x.example", "enabled_events", "Missing"),
        (
            "url=https://x.example&enabled_events[]=payout.payed",
            "enabled_events[0]",
            "payout.payed",
        ),
        ("url=https://x.example&enabled_events=", "enabled_events", ""),
        ("url=ftp://x.example&enabled_events[]=*", "url", "https://"),
        ("url=http://10.1.2.3/&enabled_events[]=*", "url", "10.1.2.3 is not public"),
        ("url=https://u:p@x.example&enabled_events[]=*", "url", "password"),
        ("url=https://x.example:22&enabled_events[]=*", "url", "port"),
        ("url=https://x.example&enabled_events[]=*&api_version=2020-08-27", "api_version", "2026"),
        ("url=https://x.example&enabled_events[]=*&secret=whsec_1", "secret", "unknown"),
        ("url=https://x.example&enabled_events[]=*&connect=maybe", "connect", "boolean"),
    ],
)
def test_what_cannot_work_is_refused(database, body, param, word):
    async def story(world: World) -> None:
        answer = await world.ask("POST", "/webhook_endpoints", body)
        assert answer.status == 400
        assert answer.error["param"] == param
        assert word in answer.error["message"]
        assert await world.value("select count(*) from object") == 0

    play(database, story)


def test_live_mode_takes_public_addresses_by_tls_only(database):
    async def story(world: World) -> None:
        world.key = "sk_live_platform"
        for url in ("http://x.example", "https://127.0.0.1:4243", "https://[::1]"):
            answer = await world.ask("POST", "/webhook_endpoints", f"url={url}&enabled_events[]=*")
            assert answer.error["param"] == "url", url
        assert (await world.listen("https://x.example"))["livemode"] is True

    play(database, story)
