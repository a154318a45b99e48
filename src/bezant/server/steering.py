"""Steering: every process follows the platform clock; the working one moves it, step by step.

A move goes from one moment at which something is due to the next, and at each of them everything
that waits is done before time goes on: what a calendar brings in its order comes in that order.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from bezant.db.errors import ConnectionLost
from bezant.db.pool import Pool
from bezant.kernel.clock import SteeredClock
from bezant.store import clock as store

FOLLOW_SECONDS = 0.1
STEP = timedelta(hours=4)
"""The longest step: banks open, cut off, settle and report within it."""

Tick = Callable[[], Awaitable[int]]
"""Does everything that there is to do now."""


class Steering:
    """Follows the state of the clock; with `tick` it also does the moving."""

    def __init__(self, pool: Pool, clock: SteeredClock, tick: Tick | None) -> None:
        """Take the clock of this process."""
        self._pool = pool
        self._clock = clock
        self._tick = tick
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Be where the clock is, then follow it."""
        await self.follow()
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Follow no more."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def follow(self) -> bool:
        """Set this process's clock as the state says, a step further if it is being moved."""
        async with self._pool.connection() as conn:
            state = await store.read(conn)
        if state.frozen_at is None:
            self._clock.run(state.offset)
            return False
        self._clock.stand(state.frozen_at)
        if state.target is None or self._tick is None:
            return False
        await self._step(state.frozen_at, state.target)
        return True

    async def _step(self, now: datetime, target: datetime) -> None:
        assert self._tick is not None, "only the working process moves the clock"
        await self._tick()
        async with self._pool.connection() as conn:
            due = await store.next_due(conn, now)
        moment = min(target, now + STEP, due or target)
        self._clock.stand(moment)
        await self._tick()
        async with self._pool.connection() as conn:
            await store.reach(conn, moment)

    async def _run(self) -> None:
        while True:
            try:
                moving = await self.follow()
            except ConnectionLost:  # It comes back, and the clock with it.
                moving = False
            if not moving:
                await self._clock.sleep(FOLLOW_SECONDS)
