"""Relay and deliverer, killed without warning again and again: everything arrives."""

import asyncio
import os
import signal
import sys
from collections import Counter
from pathlib import Path

from tests.webhooks.receiver import Receiver
from tests.webhooks.world import World, decoded, play

ROOT = Path(__file__).parents[2]
KILLS = 8
EVENTS = 100


def test_kill_nine_loses_nothing_and_doubles_no_delivery(database):
    async def story(world: World) -> None:
        async with Receiver() as receiver:
            await world.listen(receiver.url())
            await world.listen(receiver.url("/other"))
            for kill in range(KILLS):
                await world.happen(*["payout.paid"] * EVENTS)
                process = await begin(world.url)
                # Killed at another point each time, always with work in hand.
                await receiver.wait_for(len(receiver.at("/hook")) + 7 * kill + 1)
                os.kill(process.pid, signal.SIGKILL)
                await process.wait()
            process = await begin(world.url)
            try:
                await delivered(world, 2 * KILLS * EVENTS)
            finally:
                process.kill()
                await process.wait()
            pairs = await world.rows(
                "select count(*), count(distinct (event, endpoint)) from delivery"
            )
            assert pairs == [(2 * KILLS * EVENTS,) * 2]
            for path in ("/hook", "/other"):
                times = Counter(decoded(one.body)["id"] for one in receiver.at(path))
                assert len(times) == KILLS * EVENTS, "each event has arrived"
                repeated = sum(times.values()) - len(times)
                assert repeated <= KILLS * 120, "only what was in hand comes again"

    play(database, story)


async def begin(url: str) -> asyncio.subprocess.Process:
    command = [sys.executable, "-m", "tests.workers.relaying", url]
    return await asyncio.create_subprocess_exec(*command, cwd=ROOT)


async def delivered(world: World, count: int) -> None:
    """Return when so many deliveries are done."""
    question = "select count(*) from delivery where status = 'delivered'"
    async with asyncio.timeout(60):
        while await world.value(question) < count:  # noqa: ASYNC110 -- only the database knows
            await asyncio.sleep(0.05)
