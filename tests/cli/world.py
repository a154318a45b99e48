"""A platform with a story behind it: money came in, was paid out, and some of it came back."""

import asyncio
from typing import NamedTuple

import httpx

from bezant.kernel.clock import VirtualClock
from bezant.kernel.config import Config
from bezant.kernel.entropy import SeededEntropy
from bezant.kernel.secret import Secret
from bezant.server.platform import Platform
from tests.stories.story import KEY, MONDAY, Teller

STORY = """
    fund    seller  100.00 usd
    payout  seller   60.00 usd
    bank    settles seller
    fund    other    50.00 usd
    payout  other    20.00 usd
    bank    returns other R01
    day     1
"""
GARBAGE = b"hello\nthis is no bank's file\n"


class World(NamedTuple):
    """Where it is, who is in it, and until when it was played."""

    url: str
    folder: object
    platform: str
    accounts: dict
    payouts: dict
    end: object


def play(url, folder):
    """Play the story on an empty database; at the end a bank leaves a file nobody can read."""
    return asyncio.run(_play(url, folder))


async def _play(url, folder):
    clock = VirtualClock(MONDAY)
    async with opened(url, folder, clock) as platform:
        async with client(platform) as http:
            teller = Teller(platform, clock, http)
            for line in STORY.strip().splitlines():
                await teller.do(line.split(), line)
        leave(folder, "garbage.txt", GARBAGE)
        await platform.tick()
        return World(
            url, folder, platform.started.account, teller.accounts, teller.payouts, clock.now()
        )


def opened(url, folder, clock):
    """A platform whose bank keeps to a calendar."""
    config = Config(data=folder, sandbox="calendar", test_secret_key=Secret(KEY))
    return Platform(config, url, clock, SeededEntropy(5))


def client(platform):
    """Somebody who calls its API."""
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(platform.app),
        base_url="http://world",
        headers={"Authorization": f"Bearer {KEY}"},
    )


def leave(folder, name, data):
    """Leave a file in the inbox, as the bank does."""
    (folder / "banks" / "sandbox" / "from_bank" / name).write_bytes(data)


def read_again(url, folder, at):
    """Let a platform look at its inbox once."""

    async def run():
        async with opened(url, folder, VirtualClock(at)) as platform:
            await platform.tick()

    asyncio.run(run())
