"""Deliver: webhooks that are due, signed, many at once and each endpoint in a lane of its own.

Endpoints that fail share some slots, get few at a time and rest after several failures; new ones
share others until they have answered. Whatever they do, slots are left for those that answer.
"""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta

from msgspec import Struct

from bezant.api.event_body import V2_PREFIX
from bezant.api.places import Places
from bezant.db.pool import Pool
from bezant.kernel.clock import Clock
from bezant.kernel.codec import decode_json
from bezant.kernel.entropy import Entropy
from bezant.kernel.log import get_logger
from bezant.resources.webhooks.endpoint import EndpointHidden
from bezant.resources.webhooks.signature import HEADER, signed
from bezant.resources.webhooks.thin import notification
from bezant.store import deliveries
from bezant.store.deliveries import Attempt, Claimed, EndpointText, EventText
from bezant.workers.deliver_lane import Lane, Letter, Standing
from bezant.workers.deliver_record import Recorder
from bezant.workers.deliver_retry import next_try
from bezant.workers.deliver_send import TIMEOUT_S, Answer, Connections, Sender

SLOTS: Mapping[Standing, int] = {"steady": 128, "new": 256, "failing": 128}
LEASE = timedelta(seconds=60)
_MARGIN = timedelta(seconds=TIMEOUT_S + 5)
"""What must be left of a lease for an attempt to begin: the attempt, and writing it down."""
_CLAIMED_AT_ONCE = 500
_CLAIMED_OF_ONE = 100
_MOST_WAITING = 5_000
_PATIENCE_S = 0.1
_HEADERS = {
    "Content-Type": "application/json; charset=utf-8",
    "Accept": "*/*",
    "Cache-Control": "no-cache",
    "User-Agent": "Bezant/1.0 (webhooks)",
}

log = get_logger(__name__)


class EndpointShown(Struct):
    """What of an endpoint decides where its deliveries go."""

    status: str
    livemode: bool
    url: str | None = None
    event_payload: str = "snapshot"


class Deliverer:
    """Sends what is due, and goes on sending while it is asked for more."""

    def __init__(
        self,
        pool: Pool,
        clock: Clock,
        entropy: Entropy,
        sender: Sender | None = None,
        places: Places | None = None,
    ) -> None:
        """Take the ports, and where objects are read."""
        self._pool = pool
        self._clock = clock
        self._entropy = entropy
        self._sender = sender or Sender()
        self._lanes: dict[str, Lane] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._slots = {standing: asyncio.Semaphore(count) for standing, count in SLOTS.items()}
        self._room = asyncio.Event()
        self._recorder = Recorder(pool, clock)
        self._places = places or Places()
        self._closing = False

    async def run_once(self) -> int:
        """Begin with what is due and wait a moment for answers.

        Returns how much was begun or on its way: none when everything is done. A slow endpoint
        does not hold the next step up.
        """
        self._room.clear()
        before = len(self._tasks)
        begun = await self.start_due()
        with suppress(TimeoutError):
            async with asyncio.timeout(_PATIENCE_S):
                await self._settled_or_room()
        self._hang_up()
        return max(begun, before, len(self._tasks) + self._recorder.busy)

    async def start_due(self) -> int:
        """Begin with what is due and has room; returns how many those are."""
        self._fill_all()  # Whatever has become of those who worked on a lane before.
        waiting = sum(lane.waiting for lane in self._lanes.values())
        if self._closing or waiting >= _MOST_WAITING:
            return 0
        begun = await self._claim()
        self._fill_all()
        return begun

    async def _claim(self) -> int:
        """Put what is due into the lanes that have room and do not rest."""
        now = self._clock.now()
        passed_over = [
            name
            for name, lane in self._lanes.items()
            if lane.waiting >= _CLAIMED_OF_ONE or lane.rests(now)
        ]
        async with self._pool.connection() as conn:
            rows = await deliveries.claim(
                conn,
                now,
                now + LEASE,
                limit=_CLAIMED_AT_ONCE,
                each=_CLAIMED_OF_ONE,
                without=passed_over,
            )
            if not rows:
                return 0
            events = await deliveries.event_texts(conn, rows)
            endpoints = await deliveries.endpoint_texts(conn, rows)
        for row in rows:
            self._accept(row, events[row.event], endpoints.get(row.endpoint))
        return len(rows)

    async def settled(self) -> None:
        """Wait until nothing that was begun is left."""
        while self._tasks:
            await asyncio.wait(self._tasks)
        await self._recorder.settled()

    async def _settled_or_room(self) -> None:
        """Wait until all is done, or an endpoint that has been busy can take more."""
        room = asyncio.create_task(self._room.wait())
        done = asyncio.create_task(self.settled())
        try:
            await asyncio.wait({room, done}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            room.cancel()
            done.cancel()

    async def close(self) -> None:
        """Finish what is on its way and put the rest back."""
        self._closing = True
        for lane in self._lanes.values():
            self._put_back(lane)
        await self.settled()
        self._hang_up()

    def _hang_up(self) -> None:
        """Close the connections of lanes in which nothing happens."""
        for lane in self._lanes.values():
            if lane.connections is not None and not lane.carriers:
                lane.connections.close()
                lane.connections = None

    def _accept(self, row: Claimed, event: EventText, endpoint: EndpointText | None) -> None:
        """Put a delivery into its endpoint's lane, unless that is gone or rests."""
        shown = None if endpoint is None else decode_json(endpoint.body, EndpointShown)
        if endpoint is None or shown is None or shown.status != "enabled":
            words = "the endpoint was deleted" if shown is None else "the endpoint is disabled"
            self._recorder.attempted(Attempt(row, "failed", words))
            return
        lane = self._lanes.setdefault(row.endpoint, Lane(row.book_id, row.endpoint))
        if lane.rests_until is not None and lane.rests(self._clock.now()):
            self._recorder.put_back(row, lane.rests_until)
            return
        hidden = decode_json(endpoint.hidden, EndpointHidden)
        url = shown.url or hidden.url
        assert url is not None, f"{row.endpoint} has an address"
        lane.letters.append(
            Letter(
                delivery=row,
                body=self._body(event, shown).encode(),
                url=url,
                secrets=hidden.secrets(self._clock.now()),
                livemode=shown.livemode,
            )
        )

    def _body(self, event: EventText, shown: EndpointShown) -> str:
        if shown.event_payload == "thin" or event.type.startswith(V2_PREFIX):
            return notification(event.body, self._places)
        return deliveries.with_waiting(event.body, event.waiting)

    def _fill_all(self) -> None:
        for lane in self._lanes.values():
            self._fill(lane)

    def _fill(self, lane: Lane) -> None:
        """Let as many carriers work on a lane as it may have."""
        for _ in range(min(lane.limit - lane.carriers, lane.waiting)):
            lane.carriers += 1
            task = asyncio.create_task(self._carry(lane))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _carry(self, lane: Lane) -> None:
        """Send a lane's letters, one after the other, until there are none."""
        connections = lane.connections = lane.connections or self._sender.connections()
        try:
            while lane.letters and lane.carriers <= lane.limit:
                async with self._slots[lane.standing]:
                    await self._send_next(lane, connections)
        except Exception:
            log.exception("delivery_broke", endpoint=lane.endpoint)
        finally:
            lane.carriers -= 1

    async def _send_next(self, lane: Lane, connections: Connections) -> None:
        """Send the lane's oldest letter, unless it is gone or its lease will not last."""
        letter = lane.letters.popleft() if lane.letters else None
        if letter is None or letter.delivery.leased_until - self._clock.now() < _MARGIN:
            return
        began = self._clock.monotonic()
        answer = await connections.post(
            letter.url, letter.body, self._headers(letter), livemode=letter.livemode
        )
        took_ms = round((self._clock.monotonic() - began) * 1_000)
        self._learn(lane, letter, answer, took_ms)

    def _headers(self, letter: Letter) -> dict[str, str]:
        return {**_HEADERS, HEADER: signed(letter.body, letter.secrets, self._clock.now())}

    def _learn(self, lane: Lane, letter: Letter, answer: Answer, took_ms: int) -> None:
        """Write an attempt down and draw the conclusions for the endpoint."""
        now = self._clock.now()
        attempt = self._attempt(letter, answer, now)
        self._recorder.attempted(attempt._replace(status_code=answer.status, milliseconds=took_ms))
        rest = lane.answered(now, ok=answer.ok)
        if rest is not None:
            log.info("endpoint_rests", endpoint=lane.endpoint, until=rest, answer=answer.words)
            self._put_back(lane)
            self._recorder.rest(lane.book_id, lane.endpoint, rest)
        self._fill(lane)
        if lane.waiting == _CLAIMED_OF_ONE // 2:
            self._room.set()

    def _attempt(self, letter: Letter, answer: Answer, now: datetime) -> Attempt:
        row = letter.delivery
        if answer.ok:
            return Attempt(row, "delivered", answer.words, None, now)
        due_at = next_try(
            row.attempts + 1, row.created, now, livemode=letter.livemode, entropy=self._entropy
        )
        status = "failed" if due_at is None else "pending"
        return Attempt(row, status, answer.words, due_at, now)

    def _put_back(self, lane: Lane) -> None:
        """Give up the leases of what a lane still holds."""
        due_at = lane.rests_until or self._clock.now()
        while lane.letters:
            self._recorder.put_back(lane.letters.popleft().delivery, due_at)
