"""Loops: a worker's step, again and again, until it is told to stop.

While there is work a step follows at once, or after `rest_seconds` where steps are cheaper by the
dozen; without any, pauses grow to `idle_seconds`. A step that fails is logged and tried again after
a pause.
"""

import asyncio
from collections.abc import Awaitable, Callable

from bezant.kernel.clock import Clock
from bezant.kernel.log import get_logger

Step = Callable[[], Awaitable[int]]
"""Does what there is to do now and returns how many things it did."""

_FIRST_PAUSE_S = 0.01
_PAUSE_AFTER_FAILURE_S = 1.0

log = get_logger(__name__)


class Loop:
    """Repeats one step in a task of its own."""

    def __init__(
        self,
        name: str,
        step: Step,
        clock: Clock,
        *,
        idle_seconds: float = 0.25,
        rest_seconds: float = 0.0,
    ) -> None:
        """Take the step, and the longest and the shortest pause between two."""
        self.name = name
        self._step = step
        self._clock = clock
        self._idle_seconds = idle_seconds
        self._rest_seconds = rest_seconds
        self._woken = asyncio.Event()
        self._stopping = False
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin."""
        assert self._task is None, "a loop is started once"
        self._task = asyncio.create_task(self._run(), name=self.name)

    def wake(self) -> None:
        """End a pause: there may be work."""
        self._woken.set()

    async def stop(self) -> None:
        """Let the step that is being done finish, and do no other."""
        self._stopping = True
        self._woken.set()
        if self._task is not None:
            await self._task

    async def _run(self) -> None:
        pause = 0.0
        while not self._stopping:
            self._woken.clear()
            pause = max(await self._next_pause(pause), self._rest_seconds)
            if not self._stopping:
                await self._rest(pause)

    async def _next_pause(self, pause: float) -> float:
        """Do a step and return how many seconds to rest after it."""
        try:
            done = await self._step()
        except Exception:
            log.exception("worker_failed", worker=self.name)
            return _PAUSE_AFTER_FAILURE_S
        return 0.0 if done else min(max(pause * 2, _FIRST_PAUSE_S), self._idle_seconds)

    async def _rest(self, seconds: float) -> None:
        """Sleep, unless woken before; even no pause lets other tasks have their turn."""
        if seconds <= 0:
            await self._clock.sleep(0)
            return
        sleeping = asyncio.ensure_future(self._clock.sleep(seconds))
        waking = asyncio.ensure_future(self._woken.wait())
        try:
            await asyncio.wait({sleeping, waking}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            sleeping.cancel()
            waking.cancel()
