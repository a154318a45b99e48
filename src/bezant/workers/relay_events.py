"""Relay events: from the outbox to a delivery for each webhook endpoint that wants the event.

A batch is a handful of statements in one database transaction, however many events it has.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from bezant.db.pool import Connection, Pool
from bezant.kernel.clock import Clock
from bezant.kernel.codec import decode_json
from bezant.kernel.ids import Ids
from bezant.store import outbox
from bezant.store.outbox import EndpointRow, NewDelivery, Waiting

BATCH = 1_000
ALL_EVENTS = "*"
_SLOT = 0xFFFF


class EventHead(Struct):
    """What of an event decides who gets it; `account` is there for a connected account's."""

    livemode: bool
    account: str | None = None


class EndpointHead(Struct):
    """What of an endpoint decides what it gets."""

    enabled_events: frozenset[str]
    livemode: bool


class EndpointKind(Struct):
    """Whether an endpoint listens to the owner's connected accounts or to the owner."""

    connect: bool = False


class Listener(Struct, frozen=True):
    """An enabled endpoint."""

    book_id: int
    id: str
    head: EndpointHead
    connect: bool

    def wants(self, name: str, *, livemode: bool) -> bool:
        """Tell whether it asked for events of that type and mode."""
        asked = self.head.enabled_events
        return self.head.livemode == livemode and (ALL_EVENTS in asked or name in asked)


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
            deliveries = await self._deliveries(conn, events)
            if deliveries:
                await outbox.deliver(conn, deliveries, self._clock.now())
        full = len(events) == self._batch
        self._place = (events[-1].book_id, events[-1].id) if full else outbox.START
        return len(events)

    async def _deliveries(self, conn: Connection, events: Sequence[Waiting]) -> list[NewDelivery]:
        if not events:
            return []
        heads = [decode_json(event.body, EventHead) for event in events]
        owners: dict[str, list[int]] = defaultdict(list)
        if accounts := {head.account for head in heads if head.account is not None}:
            for account, book in await outbox.platforms(conn, accounts):
                owners[account].append(book)
        books = {event.book_id for event in events}.union(*owners.values())
        listeners = _by_book(await outbox.endpoints(conn, books))
        return [
            NewDelivery(
                book_id=listener.book_id,
                id=self._ids.new("dlv", listener.book_id & _SLOT),
                event_book=event.book_id,
                event=event.id,
                endpoint=listener.id,
            )
            for event, head in zip(events, heads, strict=True)
            for listener in _listeners(event, owners.get(head.account or "", ()), listeners)
            if listener.wants(event.type, livemode=head.livemode)
        ]


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
        head = decode_json(row.body, EndpointHead)
        connect = decode_json(row.hidden, EndpointKind).connect
        found[row.book_id, connect].append(Listener(row.book_id, row.id, head, connect))
    return found
