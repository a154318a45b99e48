"""The demo's world: a platform on a virtual clock, its API on a real port, and a simulated bank."""

import asyncio
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import stripe
import uvicorn

from bezant.kernel.clock import VirtualClock
from bezant.kernel.config import Config
from bezant.kernel.entropy import SeededEntropy
from bezant.kernel.secret import Secret
from bezant.rail.banking_days import BankingDays, fed_holidays
from bezant.server.platform import Platform
from bezant.server.sandbox import Sandbox

EASTERN = ZoneInfo("America/New_York")
KEY = "sk_test_demo_4242424242"
STEP = timedelta(hours=4)
_BANKS = BankingDays(fed_holidays, EASTERN)


class World:
    """What the story is played in."""

    def __init__(self, platform: Platform, clock: VirtualClock, port: int, url: str) -> None:
        """Hold the parts."""
        assert platform.sandbox is not None, "the demo's platform has a sandbox"
        self.platform = platform
        self.clock = clock
        self.url = url
        self.sandbox: Sandbox = platform.sandbox
        self.client = stripe.StripeClient(
            KEY,
            base_addresses={"api": f"http://127.0.0.1:{port}"},
            http_client=stripe.HTTPXClient(),
        )

    def local(self) -> datetime:
        """Return the virtual moment in New York."""
        return self.clock.now().astimezone(EASTERN)

    async def until(self, moment: datetime) -> None:
        """Let time pass in steps, everything that waits running in its order."""
        await self.platform.tick()
        while self.clock.now() < moment:
            self.clock.to(min(moment, self.clock.now() + STEP))
            await self.platform.tick()

    async def next_banking_morning(self) -> None:
        """Go to nine in the morning, New York time, of the next day on which banks are open."""
        day = _BANKS.add(self.local().date(), 1)
        await self.until(_BANKS.at(day, time(9)))


@asynccontextmanager
async def open_world(url: str, folder: Path, start: datetime, seed: int) -> AsyncGenerator[World]:
    """Start the platform and serve its API on a free port."""
    clock = VirtualClock(start)
    config = Config(
        data=folder, sandbox="calendar", test_secret_key=Secret(KEY), log_level="warning"
    )
    listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
    port = listener.getsockname()[1]
    async with Platform(config, url, clock, SeededEntropy(seed)) as platform:
        server = uvicorn.Server(
            uvicorn.Config(platform.app, log_config=None, access_log=False, lifespan="off")
        )
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            yield World(platform, clock, port, url)
        finally:
            server.should_exit = True
            await serving
