"""Forwarding: a session's events in their order, one at a time for each object.

The command line forwards everything it gets at once. So that an object's events arrive in order,
the next one is kept back until the one before it has been answered, or PATIENCE_S has passed.
"""

from collections import deque
from collections.abc import Sequence
from typing import NamedTuple

from msgspec import Struct

from bezant.kernel.clock import Clock
from bezant.kernel.codec import decode_json, encode_json
from bezant.kernel.ids import Ids
from bezant.kernel.secret import Secret
from bezant.resources.stripecli.frames import FromClient, WebhookEvent
from bezant.resources.webhooks.signature import HEADER, signed
from bezant.store.deliveries import with_waiting
from bezant.store.feed import FedEvent, Told

PATIENCE_S = 10.0
_SLOT = 0xFFFF
_MOST_IN_FLIGHT = 1_000


class Flight(Struct):
    """An event that has been sent to the command line, and when it is no longer waited for."""

    event: FedEvent
    until: float


class Signing(NamedTuple):
    """Whose the session is, and how it signs; `forwards` says that answers will come."""

    book_id: int
    session: str
    secret: Secret
    forwards: bool


class Forwarding:
    """What a session still has to send, and what it waits for."""

    def __init__(self, signing: Signing, clock: Clock, ids: Ids) -> None:
        """Begin with nothing."""
        self._signing = signing
        self._clock = clock
        self._ids = ids
        self._flights: dict[str, Flight] = {}
        self._busy: dict[str, str] = {}  # The conversation that an object waits for.
        self._waiting: deque[FedEvent] = deque()

    def take(self, events: Sequence[FedEvent]) -> None:
        """Put new events behind those that wait."""
        self._waiting.extend(events)

    def due(self) -> list[bytes]:
        """Return the frames that can be sent now."""
        self._give_up()
        frames: list[bytes] = []
        kept: deque[FedEvent] = deque()
        held = set(self._busy)
        for event in self._waiting:
            if event.object in held or len(self._flights) >= _MOST_IN_FLIGHT:
                held.add(event.object)
                kept.append(event)
            else:
                held.add(event.object)
                frames.append(self._begin(event))
        self._waiting = kept
        return frames

    def heard(self, text: str) -> Told | None:
        """Return what a frame of the command line says of an event, if it says anything."""
        frame = decode_json(text, FromClient)
        name = frame.webhook_conversation_id
        flight = self._flights.get(name)
        if flight is None or frame.type not in {"event_ack", "webhook_response"}:
            return None
        answered = frame.type == "webhook_response"
        if answered or not self._signing.forwards:
            self._land(name)
        ok = not answered or 200 <= frame.status < 300
        return Told(
            book_id=self._signing.book_id,
            id=name,
            event_book=flight.event.book_id,
            event=flight.event.id,
            session=self._signing.session,
            status="delivered" if ok else "failed",
            answer=f"HTTP {frame.status}" if answered else "taken by the command line",
            at=self._clock.now(),
        )

    def _begin(self, event: FedEvent) -> bytes:
        name = self._ids.new("dlv", self._signing.book_id & _SLOT)
        self._flights[name] = Flight(event, self._clock.monotonic() + PATIENCE_S)
        self._busy[event.object] = name
        body = with_waiting(event.body, event.waiting)
        mark = signed(body.encode(), [self._signing.secret], self._clock.now())
        return encode_json(
            WebhookEvent(
                event_payload=body,
                http_headers={
                    "Content-Type": "application/json; charset=utf-8",
                    "User-Agent": "Bezant/1.0 (webhooks)",
                    HEADER: mark,
                },
                webhook_id=event.id,
                webhook_conversation_id=name,
            )
        )

    def _give_up(self) -> None:
        """Wait no longer for what has not been answered in time."""
        now = self._clock.monotonic()
        for name in [name for name, flight in self._flights.items() if flight.until <= now]:
            self._land(name)

    def _land(self, name: str) -> None:
        flight = self._flights.pop(name)
        if self._busy.get(flight.event.object) == name:
            del self._busy[flight.event.object]
