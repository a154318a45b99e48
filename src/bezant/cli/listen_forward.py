"""Forwarding for `bezant listen`: signed, many objects at once, each object's events in order."""

import asyncio
from collections import defaultdict, deque
from collections.abc import Callable

import httpx
from msgspec import Struct

from bezant.kernel.clock import Clock
from bezant.kernel.secret import Secret
from bezant.resources.webhooks.signature import HEADER, signed

AT_ONCE = 16
TIMEOUT_S = 30.0
WAITS_S = (1.0, 2.0, 4.0, 8.0, 16.0, 30.0)
"""How long to wait before each further try, until an event is given up."""


class ObjectHead(Struct):
    """What an event is about; a few objects have no id."""

    id: str = ""


class EventData(Struct):
    """The part of an event that names its object."""

    object: ObjectHead


class Arrived(Struct):
    """An event as it came; `body` is what is forwarded."""

    id: str
    type: str
    data: EventData
    body: bytes = b""


class Line(Struct, frozen=True):
    """What is to be shown: an event that sets out, or how a try ended."""

    event: Arrived
    forwarded: bool = False
    status: int | None = None
    problem: str | None = None
    milliseconds: int = 0
    again: bool = False

    @property
    def ok(self) -> bool:
        """Tell whether the event was taken."""
        return self.status is not None and 200 <= self.status < 300


class Forwarder:
    """Sends events to one URL, or only shows them where there is none."""

    def __init__(
        self,
        client: httpx.AsyncClient,
        url: str | None,
        secret: str,
        clock: Clock,
        show: Callable[[Line], None],
    ) -> None:
        """Take where to, and what signs."""
        self._client = client
        self._url = url
        self._secret = Secret(secret)
        self._clock = clock
        self._show = show
        self._lanes: defaultdict[str, deque[Arrived]] = defaultdict(deque)
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._gate = asyncio.Semaphore(AT_ONCE)
        self.last: str | None = None
        """The newest event that came."""

    def take(self, event: Arrived) -> None:
        """Send an event, behind those of the same object."""
        self.last = max(self.last or "", event.id)
        name = event.data.object.id
        self._lanes[name].append(event)
        if name not in self._tasks:
            self._tasks[name] = asyncio.create_task(self._carry(name))

    async def settled(self) -> None:
        """Wait until all has been taken or given up."""
        while self._tasks:
            await asyncio.wait(self._tasks.values())

    async def close(self) -> None:
        """Stop."""
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    async def _carry(self, name: str) -> None:
        lane = self._lanes[name]
        try:
            while lane:
                await self._send(lane.popleft())
        finally:
            del self._tasks[name], self._lanes[name]

    async def _send(self, event: Arrived) -> None:
        """Send an event until it is taken, or given up."""
        self._show(Line(event, forwarded=self._url is not None))
        if self._url is None:
            return
        for wait in (*WAITS_S, None):
            async with self._gate:
                line = await self._try(event, self._url, again=wait is not None)
            self._show(line)
            if line.ok or wait is None:
                return
            await self._clock.sleep(wait)

    async def _try(self, event: Arrived, url: str, *, again: bool) -> Line:
        began = self._clock.monotonic()
        mark = signed(event.body, [self._secret], self._clock.now())
        headers = {"Content-Type": "application/json; charset=utf-8", HEADER: mark}
        status, problem = None, None
        try:
            answer = await self._client.post(
                url, content=event.body, headers=headers, timeout=TIMEOUT_S
            )
            status = answer.status_code
        except (httpx.TransportError, httpx.InvalidURL) as error:
            problem = str(error) or type(error).__name__
        milliseconds = round((self._clock.monotonic() - began) * 1_000)
        return Line(event, True, status, problem, milliseconds, again)
