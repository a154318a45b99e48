"""Time, as a port: the only place that reads a clock or sleeps."""

import asyncio
import heapq
import threading
import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """What tells the time; real in production, virtual in a simulation."""

    def now(self) -> datetime:
        """Return the moment, in UTC and aware of it, to the microsecond."""
        ...

    def monotonic(self) -> float:
        """Return seconds from an arbitrary start, never going back; for durations only."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Return when that many seconds have passed; at the next turn of the loop for 0 or less."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the machine's idea of the moment, in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Return the machine's monotonic seconds."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Sleep on the running event loop."""
        await asyncio.sleep(max(seconds, 0))


class VirtualClock:
    """A clock that stands still until it is moved, from any thread.

    Moving it wakes the sleepers whose time has come, earliest first and, at one moment, in the
    order in which they went to sleep.
    """

    def __init__(self, start: datetime) -> None:
        """Stand still at `start`, which must be aware of its time zone."""
        assert start.tzinfo is not None, "a moment without a time zone is ambiguous"
        self._start = self._now = start.astimezone(UTC)
        self._lock = threading.Lock()
        self._sleepers: list[tuple[datetime, int, asyncio.Future[None]]] = []
        self._slept = 0

    def now(self) -> datetime:
        """Return the moment at which the clock stands."""
        return self._now

    def monotonic(self) -> float:
        """Return seconds since the clock's start."""
        return (self._now - self._start).total_seconds()

    async def sleep(self, seconds: float) -> None:
        """Return once the clock has been moved that far."""
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        woken = asyncio.get_running_loop().create_future()
        with self._lock:
            wake_at = self._now + timedelta(seconds=seconds)
            heapq.heappush(self._sleepers, (wake_at, self._slept, woken))
            self._slept += 1
        await woken

    def next_wake(self) -> datetime | None:
        """Return when the earliest sleeper wants to wake, for a simulation that steps to it."""
        with self._lock:
            while self._sleepers and self._sleepers[0][2].done():
                heapq.heappop(self._sleepers)
            return self._sleepers[0][0] if self._sleepers else None

    def advance(self, by: timedelta) -> None:
        """Move the clock forward."""
        self.to(self._now + by)

    def to(self, moment: datetime) -> None:
        """Move the clock forward to a moment and wake who slept until then; never back."""
        with self._lock:
            assert moment >= self._now, f"the clock is past {moment}"
            self._now = moment.astimezone(UTC)
            while self._sleepers and self._sleepers[0][0] <= self._now:
                _wake(heapq.heappop(self._sleepers)[2])


def _wake(sleeper: asyncio.Future[None]) -> None:
    loop = sleeper.get_loop()
    if not loop.is_closed():  # A sleeper whose loop has ended has nobody left to wake.
        loop.call_soon_threadsafe(_finish, sleeper)


def _finish(sleeper: asyncio.Future[None]) -> None:
    if not sleeper.done():  # It may have been canceled on its way.
        sleeper.set_result(None)
