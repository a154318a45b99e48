"""The platform's clock, moved while it is served: the calendar is kept, in its order."""

import asyncio
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import httpx
import pytest

from bezant.kernel.clock import SteeredClock
from bezant.kernel.config import Config
from bezant.kernel.entropy import SeededEntropy
from bezant.kernel.secret import Secret
from bezant.ledger.verify import verify
from bezant.server.platform import Platform

KEY = "sk_test_clock_12345678"
EASTERN = ZoneInfo("America/New_York")


class Desk:
    """A platform whose workers run, and a client of its API."""

    def __init__(self, platform, http):
        self.platform = platform
        self.http = http

    async def call(self, method, path, status=200, account=None, **form):
        headers = {"Stripe-Account": account} if account else {}
        answer = await self.http.request(method, path, data=form or None, headers=headers)
        assert answer.status_code == status, answer.text
        return answer.json()

    async def moved_to(self, moment):
        """Move the clock and wait until it has arrived."""
        seconds = int(moment.timestamp())
        await self.call("POST", "/v1/test_helpers/clock/advance", to=seconds)
        await self.arrived()

    async def arrived(self):
        for _ in range(1_200):
            clock = await self.call("GET", "/v1/test_helpers/clock")
            if clock["status"] == "frozen":
                return clock
            await asyncio.sleep(0.05)
        raise AssertionError("the clock never arrived")


def play(url, folder, story):
    async def on_stage():
        config = Config(data=folder, test_secret_key=Secret(KEY))
        async with Platform(config, url, SteeredClock(), SeededEntropy(5)) as platform:
            platform.begin_work()
            transport = httpx.ASGITransport(platform.app)
            auth = {"Authorization": f"Bearer {KEY}"}
            async with httpx.AsyncClient(
                transport=transport, base_url="http://clock", headers=auth
            ) as http:
                await story(Desk(platform, http))

    asyncio.run(on_stage())
    assert verify(url).ok


async def seller(desk):
    return await desk.call(
        "POST",
        "/v1/accounts",
        **{
            "type": "custom",
            "country": "US",
            "capabilities[transfers][requested]": "true",
            "external_account[object]": "bank_account",
            "external_account[country]": "US",
            "external_account[currency]": "usd",
            "external_account[routing_number]": "110000000",
            "external_account[account_number]": "000123456789",
        },
    )


async def funded(desk):
    """Return an account with 100.00, by the clock as it runs: within a moment."""
    account = await seller(desk)
    topup = await desk.call("POST", "/v1/topups", amount=10_000, currency="usd")
    for _ in range(1_200):
        if (await desk.call("GET", f"/v1/topups/{topup['id']}"))["status"] == "succeeded":
            break
        await asyncio.sleep(0.05)
    form = {"amount": 10_000, "currency": "usd", "destination": account["id"]}
    await desk.call("POST", "/v1/transfers", **form)
    return account["id"]


async def status_of(desk, payout, account):
    return (await desk.call("GET", f"/v1/payouts/{payout['id']}", account=account))["status"]


def next_friday_noon():
    day = datetime.now(EASTERN) + timedelta(days=2)
    while day.weekday() != 4:
        day += timedelta(days=1)
    return day.replace(hour=12, minute=0, second=0, microsecond=0)


def test_a_payout_over_a_weekend_keeps_to_the_calendar(database, tmp_path):
    async def story(desk):
        account = await funded(desk)
        friday = next_friday_noon()
        await desk.moved_to(friday)
        payout = await desk.call(
            "POST", "/v1/payouts", account=account, amount=5_000, currency="usd"
        )
        arrives = datetime.fromtimestamp(payout["arrival_date"], UTC)
        await desk.moved_to(friday.replace(hour=16, minute=59))
        assert await status_of(desk, payout, account) == "pending"
        await desk.moved_to(friday.replace(hour=17, minute=1))
        assert await status_of(desk, payout, account) == "in_transit"
        await desk.moved_to(friday + timedelta(days=2))
        assert await status_of(desk, payout, account) == "in_transit"
        await desk.moved_to(arrives + timedelta(days=2))
        assert await status_of(desk, payout, account) == "paid"

    play(database, tmp_path, story)


def test_a_running_clock_answers_within_a_moment(database, tmp_path):
    async def story(desk):
        account = await funded(desk)
        payout = await desk.call(
            "POST", "/v1/payouts", account=account, amount=5_000, currency="usd"
        )
        for _ in range(1_200):
            if await status_of(desk, payout, account) == "paid":
                return
            await asyncio.sleep(0.05)
        raise AssertionError("the payout was never paid")

    play(database, tmp_path, story)


def test_time_is_frozen_runs_on_and_never_goes_back(database, tmp_path):
    async def story(desk):
        frozen = await desk.call("POST", "/v1/test_helpers/clock/freeze")
        await desk.call("POST", "/v1/test_helpers/clock/advance", by=86_400)
        assert (await desk.arrived())["now"] == frozen["now"] + 86_400
        refused = await desk.call(
            "POST", "/v1/test_helpers/clock/advance", status=400, to=frozen["now"]
        )
        assert refused["error"]["code"] == "clock_out_of_range"
        running = await desk.call("POST", "/v1/test_helpers/clock/run")
        assert running["status"] == "running"
        await asyncio.sleep(0.3)
        later = await desk.call("GET", "/v1/test_helpers/clock")
        assert later["now"] >= frozen["now"] + 86_400

    play(database, tmp_path, story)


def test_a_test_clock_is_the_platforms_clock(database, tmp_path):
    async def story(desk):
        start = int((datetime.now(UTC) + timedelta(days=1)).timestamp())
        path = "/v1/test_helpers/test_clocks"
        clock = await desk.call("POST", path, frozen_time=start, name="year end")
        await desk.arrived()
        assert (await desk.call("GET", f"{path}/{clock['id']}"))["status"] == "ready"
        refused = await desk.call("POST", path, status=400, frozen_time=start)
        assert refused["error"]["code"] == "clock_in_use"
        moving = await desk.call("POST", f"{path}/{clock['id']}/advance", frozen_time=start + 3600)
        assert moving["status"] == "advancing"
        assert (await desk.arrived())["now"] == start + 3600
        told = (await desk.call("GET", "/v1/events?limit=3"))["data"]
        kinds = ["ready", "advancing", "created"]
        assert [event["type"] for event in told] == [f"test_helpers.test_clock.{k}" for k in kinds]
        assert told[0]["data"]["object"]["status"] == "ready"
        gone = await desk.call("DELETE", f"{path}/{clock['id']}")
        assert gone["deleted"] is True
        assert (await desk.call("GET", "/v1/test_helpers/clock"))["status"] == "running"

    play(database, tmp_path, story)


def test_a_test_clock_of_the_past_keeps_its_distance(database, tmp_path):
    async def story(desk):
        path, start = "/v1/test_helpers/test_clocks", 1_577_836_800
        clock = await desk.call("POST", path, frozen_time=start)
        assert (clock["status"], clock["frozen_time"]) == ("ready", start)
        stood = await desk.call("GET", "/v1/test_helpers/clock")
        assert stood["status"] == "frozen"
        refused = await desk.call(
            "POST", f"{path}/{clock['id']}/advance", status=400, frozen_time=start - 1
        )
        assert str(start) in refused["error"]["message"]
        moving = await desk.call("POST", f"{path}/{clock['id']}/advance", frozen_time=start + 9000)
        assert moving["status_details"]["advancing"]["target_frozen_time"] == start + 9000
        assert (await desk.arrived())["now"] == stood["now"] + 9000
        arrived = await desk.call("GET", f"{path}/{clock['id']}")
        assert (arrived["status"], arrived["frozen_time"]) == ("ready", start + 9000)

    play(database, tmp_path, story)


@pytest.mark.parametrize(
    "form", [{}, {"by": 1, "to": 1}, {"by": 0}, {"by": -1}, {"to": 1}, {"by": 10**12}]
)
def test_a_move_that_says_nothing_sensible_is_refused(database, tmp_path, form):
    async def story(desk):
        await desk.call("POST", "/v1/test_helpers/clock/advance", status=400, **form)

    play(database, tmp_path, story)
