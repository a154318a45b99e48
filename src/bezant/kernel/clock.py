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

    @property
    def steered(self) -> bool:
        """Whether somebody moves it, so that what waits keeps to the calendar exactly."""
        ...

    def ahead(self, moment: datetime) -> timedelta:
        """Return how far a moment is ahead of the machine's time, whatever this clock shows."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Return when that many seconds have passed; at the next turn of the loop for 0 or less."""
        ...


class SystemClock:
    """The machine's clock."""

    steered = False

    def now(self) -> datetime:
        """Return the machine's idea of the moment, in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Return the machine's monotonic seconds."""
        return time.monotonic()

    def ahead(self, moment: datetime) -> timedelta:
        """Return how far a moment is ahead of now."""
        return moment - datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        """Sleep on the running event loop."""
        await asyncio.sleep(max(seconds, 0))


class SteeredClock:
    """The machine's clock, which an operator of test mode may stop, move forward and start again.

    It never goes back. Sleeps and durations are the machine's: only what time it is changes.
    """

    def __init__(self) -> None:
        """Run with the machine's clock."""
        self._offset = timedelta()
        self._frozen_at: datetime | None = None

    def now(self) -> datetime:
        """Return where it stands, or the machine's moment and how far it runs ahead of that."""
        return self._frozen_at or datetime.now(UTC) + self._offset

    def monotonic(self) -> float:
        """Return the machine's monotonic seconds."""
        return time.monotonic()

    @property
    def steered(self) -> bool:
        """Whether it stands still until it is moved."""
        return self._frozen_at is not None

    def ahead(self, moment: datetime) -> timedelta:
        """Return how far a moment is ahead of the machine's time."""
        return moment - datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        """Sleep on the running event loop."""
        await asyncio.sleep(max(seconds, 0))

    def stand(self, moment: datetime) -> None:
        """Stand still at a moment, unless that has passed already."""
        self._frozen_at = max(moment.astimezone(UTC), self._frozen_at or moment)

    def run(self, offset: timedelta) -> None:
        """Run so far ahead of the machine's clock, never behind it."""
        self._frozen_at = None
        self._offset = max(offset, self._offset)


class VirtualClock:
    """A clock that stands still until it is moved, from any thread.

    Moving it wakes the sleepers whose time has come, earliest first and, at one moment, in the
    order in which they went to sleep.
    """

    steered = True

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

    def ahead(self, moment: datetime) -> timedelta:
        """Return how far a moment is ahead of where this clock stands, which is all time here."""
        return moment - self._now

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
