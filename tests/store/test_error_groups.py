"""The digest of errors: every one is counted once, in its group, however often a batch comes."""

import random
from collections import Counter
from datetime import timedelta

import pytest

from bezant.resources.error_groups import RULE
from bezant.store import error_groups
from bezant.store.request_log import RequestLog
from bezant.workers.spot_spikes import SpikeSpotter
from tests.store.test_request_log import logged
from tests.webhooks.world import OTHER, PLATFORM, World, book, play

CODES = ("resource_missing", "parameter_unknown", None)
OPERATIONS = ("payouts.create", "customers.retrieve", None)
ACCOUNTS = (PLATFORM, "acct_child")


@pytest.mark.parametrize("seed", range(4))
def test_the_digest_is_the_log_counted(database, seed):
    chance = random.Random(seed)

    async def story(world: World) -> None:
        began, rows = world.clock.now(), []
        for number in range(90):
            account = chance.choice(ACCOUNTS)
            rows.append(
                logged(
                    world,
                    f"req_{number:02}",
                    book_id=book(account),
                    account=account,
                    platform=PLATFORM,
                    created=began + timedelta(seconds=chance.randrange(300)),
                    status=chance.choice((200, 400, 404, 500)),
                    code=chance.choice(CODES),
                    kind="api_error",
                    operation=chance.choice(OPERATIONS),
                    message=f"No such thing: {number}",
                )
            )
        log = RequestLog(world.pool, world.clock)
        size = chance.randrange(1, 40)
        for at in range(0, len(rows), size):
            again = chance.sample(rows[:at], min(at, 5))  # As after a commit lost from sight.
            for row in (*rows[at : at + size], *again):
                log.record(row)
            await log.flush()
        failed = [row for row in rows if row.status >= 400]
        problems = [row.problem for row in failed]
        assert Counter(each.group for each in problems) == dict(
            await world.rows("select id, count from error_group")
        )
        minutes = Counter(
            (each.group, each.created.replace(second=0, microsecond=0)) for each in problems
        )
        found = await world.rows("select id, minute, count from error_minute")
        assert minutes == {(name, minute): count for name, minute, count in found}
        shown = (await world.get("/error_groups?limit=100"))["data"]
        assert [each["created"] for each in shown] == sorted(
            (each["created"] for each in shown), reverse=True
        )
        for each in shown:
            mine = [row for row in failed if row.problem.group == each["id"]]
            last = max(mine, key=lambda row: (row.created, row.id))
            first = min(row.created for row in mine)
            assert each["count"] == len(mine)
            assert each["example_request"] == last.id
            assert each["message"] == last.message
            assert each["status"] == last.status
            assert (each["first_seen"], each["last_seen"]) == (
                int(first.timestamp()),
                int(last.created.timestamp()),
            )

    play(database, story)


def test_the_api_shows_a_platform_its_own_and_its_connected_accounts_errors(database):
    async def story(world: World) -> None:
        log = RequestLog(world.pool, world.clock)
        for account, platform in (
            (PLATFORM, PLATFORM), ("acct_child", PLATFORM), (OTHER, OTHER)
        ):  # fmt: skip
            log.record(
                logged(world, account=account, platform=platform, book_id=book(account),
                       status=404, code="url_unknown")
            )  # fmt: skip
            world.pass_time(seconds=1)
        await log.close()
        shown = (await world.get("/error_groups"))["data"]
        assert [each["account"] for each in shown] == ["acct_child", PLATFORM]
        assert shown[0]["operation"] == "POST /v1/payouts"
        child, own = (each["id"] for each in shown)
        for query, wanted in {
            "account=acct_child": [child],
            f"account={OTHER}": [],
            "code=url_unknown&limit=1": [child],
            f"starting_after={child}": [own],
            f"ending_before={own}": [child],
            "operation=payouts.create": [],
            f"created[gte]={shown[0]['created']}": [child],
        }.items():
            got = await world.get(f"/error_groups?{query}")
            assert [each["id"] for each in got["data"]] == wanted, query
        assert await world.get(f"/error_groups/{own}") == shown[1]
        world.key = "sk_test_other"
        assert (await world.ask("GET", f"/error_groups/{own}")).status == 404
        assert (await world.ask("GET", f"/error_groups?starting_after={own}")).status == 400
        world.key = "sk_live_platform"
        assert (await world.get("/error_groups"))["data"] == []

    play(database, story)


def test_a_spike_is_told_once(database):
    async def story(world: World) -> None:
        log, spotter = RequestLog(world.pool, world.clock), SpikeSpotter(world.runtime)
        least = world.runtime.config.error_spike
        world.clock.to(world.clock.now().replace(second=30, microsecond=0) + timedelta(minutes=1))

        async def meet(count: int, code: str) -> None:
            for _ in range(count):
                log.record(logged(world, status=402, code=code, operation="payouts.create"))
            await log.flush()

        async def spikes() -> list[str]:
            await spotter.run_once()
            shown = await world.get("/events?type=api.error_spike&limit=100")
            return [each["data"]["object"]["code"] for each in reversed(shown["data"])]

        for _ in range(RULE.windows_before):  # What is usual: often, or once in a while.
            await meet(least, "balance_insufficient")
            await meet(1, "resource_missing")
            world.pass_time(minutes=RULE.window_minutes)
        assert await spikes() == []
        await meet(RULE.factor * least - 1, "balance_insufficient")
        await meet(least - 1, "resource_missing")
        await meet(least, "parameter_unknown")
        assert await spikes() == [], "a minute that is not over is not looked at"
        world.pass_time(minutes=1)
        assert await spikes() == ["parameter_unknown"]
        await meet(1, "balance_insufficient")
        await meet(1, "resource_missing")
        world.pass_time(minutes=1)
        assert sorted((await spikes())[1:]) == ["balance_insufficient", "resource_missing"]
        await meet(least * 100, "parameter_unknown")
        world.pass_time(minutes=1)
        assert len(await spikes()) == 3, "nobody is told again within the hour"
        world.pass_time(minutes=RULE.quiet_minutes - 5)
        await meet(least * 1_000, "parameter_unknown")
        world.pass_time(minutes=5)
        assert (await spikes())[3:] == ["parameter_unknown"]
        (told, *_) = (await world.get("/events?type=api.error_spike"))["data"]
        spike = told["data"]["object"]["spike"]
        assert (spike["count"], spike["rule"]) == (least * 1_000, RULE.since)
        assert spike["window_end"] - spike["window_start"] == 60 * RULE.window_minutes

    play(database, story)


def test_a_group_is_known_by_what_it_is_made_of():
    name = error_groups.group_id(1, "a", "b")
    assert name == error_groups.group_id(1, "a", "b")
    others = {
        error_groups.group_id(*each) for each in ((2, "a", "b"), (1, "ab", ""), (1, "b", "a"))
    }
    assert len(others | {name}) == 4
