"""Relay events: from the outbox to a delivery for each webhook endpoint that wants the event.

A batch is a handful of statements in one database transaction, however many events it has.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from bezant.api.event_body import V2_PREFIX
from bezant.db.pool import Connection, Pool
from bezant.kernel.clock import Clock
from bezant.kernel.codec import decode_json
from bezant.kernel.ids import Ids
from bezant.resources.webhooks.event_types import PING, thin_name
from bezant.store import health, outbox
from bezant.store.health import Line
from bezant.store.outbox import EndpointRow, NewDelivery, Waiting

BATCH = 1_000
ALL_EVENTS = "*"
CONNECTED = "@accounts"
_SLOT = 0xFFFF


class Related(Struct):
    """The object that a thin event is about."""

    id: str = ""


class EventHead(Struct):
    """What of an event decides who gets it.

    A connected account is named by `account`, in thin events by `context`.
    """

    livemode: bool
    account: str | None = None
    context: str | None = None
    related_object: Related | None = None

    @property
    def connected(self) -> str | None:
        """The connected account that the event is about."""
        return self.account or self.context


class EndpointHead(Struct):
    """What of an endpoint decides what it gets; destinations say where their events are from."""

    enabled_events: frozenset[str]
    livemode: bool
    event_payload: str = "snapshot"
    events_from: frozenset[str] | None = None


class EndpointKind(Struct):
    """Whether an endpoint listens to the owner's connected accounts or to the owner."""

    connect: bool = False
    order: str = "none"


class Listener(Struct, frozen=True):
    """An enabled endpoint."""

    book_id: int
    id: str
    head: EndpointHead
    ordered: bool

    def wants(self, event: Waiting, head: EventHead) -> bool:
        """Tell whether it asked for events of that type and mode."""
        if self.head.livemode != head.livemode:
            return False
        if event.type == PING:
            return head.related_object is not None and head.related_object.id == self.id
        thin = thin_name(event.type)
        name = thin if self.head.event_payload == "thin" else _snapshot_name(event.type)
        asked = self.head.enabled_events
        return name is not None and (ALL_EVENTS in asked or name in asked)


def _snapshot_name(stored: str) -> str | None:
    return None if stored.startswith(V2_PREFIX) else stored


class EventRelay:
    """Takes events from the outbox."""

    def __init__(self, pool: Pool, clock: Clock, ids: Ids, *, batch: int = BATCH) -> None:
        """Take the ports, and how many events share a database transaction."""
        self._pool = pool
        self._clock = clock
        self._ids = ids
        self._batch = batch
        self._place = outbox.START

    async def run_once(self) -> int:
        """Relay a batch of events; returns how many. None when another relay is at work."""
        # Going on behind the last batch lets no busy account hold up the others.
        done = await self._relay(self._place)
        if done == 0 and self._place != outbox.START:
            done = await self._relay(outbox.START)
        return done

    async def _relay(self, place: tuple[int, str]) -> int:
        async with self._pool.connection() as conn, conn.transaction():
            if not await outbox.lock(conn):
                return 0
            events = await outbox.take(conn, place, self._batch)
            heard = await self._heard(conn, events)
            deliveries = [
                self._delivery(event, listener)
                for event, head, listener in heard
                if listener.wants(event, head)
            ]
            now = self._clock.now()
            if deliveries:
                await outbox.deliver(conn, deliveries, now)
            lines = {
                Line(listener.book_id, listener.id, event.object)
                for event, _, listener in heard
                if listener.ordered
            }
            await health.advance(conn, lines, now)
        full = len(events) == self._batch
        self._place = (events[-1].book_id, events[-1].id) if full else outbox.START
        return len(events)

    async def _heard(
        self, conn: Connection, events: Sequence[Waiting]
    ) -> list[tuple[Waiting, EventHead, Listener]]:
        """Return each event with each endpoint that listens to its account."""
        if not events:
            return []
        heads = [decode_json(event.body, EventHead) for event in events]
        owners: dict[str, list[int]] = defaultdict(list)
        if accounts := {head.connected for head in heads if head.connected is not None}:
            for account, book in await outbox.platforms(conn, accounts):
                owners[account].append(book)
        books = {event.book_id for event in events}.union(*owners.values())
        listeners = _by_book(await outbox.endpoints(conn, books))
        return [
            (event, head, listener)
            for event, head in zip(events, heads, strict=True)
            for listener in _listeners(event, owners.get(head.connected or "", ()), listeners)
        ]

    def _delivery(self, event: Waiting, listener: Listener) -> NewDelivery:
        return NewDelivery(
            book_id=listener.book_id,
            id=self._ids.new("dlv", listener.book_id & _SLOT),
            event_book=event.book_id,
            event=event.id,
            endpoint=listener.id,
            object=event.object if listener.ordered else None,
        )


def _listeners(
    event: Waiting, owners: Sequence[int], listeners: Mapping[tuple[int, bool], list[Listener]]
) -> Iterator[Listener]:
    """Yield who listens to the event's own account, and to it as a connected one."""
    yield from listeners.get((event.book_id, False), ())
    for owner in owners:
        yield from listeners.get((owner, True), ())


def _by_book(rows: Sequence[EndpointRow]) -> dict[tuple[int, bool], list[Listener]]:
    """Return endpoints by their book and by whether they listen to connected accounts."""
    found: dict[tuple[int, bool], list[Listener]] = defaultdict(list)
    for row in rows:
        for connected in sources_of(row):
            found[row.book_id, connected].append(listener_of(row))
    return found


def listener_of(row: EndpointRow) -> Listener:
    """Return a stored endpoint as one that listens."""
    ordered = decode_json(row.hidden, EndpointKind).order == "object"
    return Listener(row.book_id, row.id, decode_json(row.body, EndpointHead), ordered)


def sources_of(row: EndpointRow) -> list[bool]:
    """Return whether an endpoint listens to the owner (False), to connected accounts (True)."""
    origins = decode_json(row.body, EndpointHead).events_from
    if origins is None:
        return [decode_json(row.hidden, EndpointKind).connect]
    return [name == CONNECTED for name in sorted(origins)]
