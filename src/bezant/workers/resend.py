"""Resend: the deliveries of events that somebody wants to be sent again.

A delivery's id is made of the resend's and the event's, so a job that runs twice sends once.
"""

from collections.abc import AsyncIterator, Sequence

from msgspec import Struct

from bezant.api.context import Caller, Context
from bezant.api.pages import bounds
from bezant.api.params import RangeQuery
from bezant.api.runtime import Runtime
from bezant.db.pool import Connection
from bezant.kernel.codec import decode_json
from bezant.kernel.ids import derived
from bezant.kernel.log import get_logger
from bezant.ledger.book import Book, book_of
from bezant.resources.webhooks.endpoint import KINDS
from bezant.resources.webhooks.events import PREFIX
from bezant.resources.webhooks.webhook_resends import WebhookResend
from bezant.store import delivery_log, events, feed, health, outbox
from bezant.store.delivery_log import CHUNK, Again
from bezant.store.health import Line
from bezant.store.jobs import JobRow
from bezant.store.outbox import EndpointRow, NewDelivery, Waiting
from bezant.workers.relay_events import EventHead, Listener, listener_of, sources_of

log = get_logger(__name__)


class Asked(Struct):
    """Which resend a job is for."""

    resend: str


class Resender:
    """Does the jobs of resends."""

    def __init__(self, runtime: Runtime) -> None:
        """Work over the runtime's ports."""
        self._runtime = runtime

    async def __call__(self, job: JobRow) -> None:
        """Write the deliveries of a resend, and note how many they are."""
        name = decode_json(job.payload, Asked).resend
        row = await self._runtime.reader.get(job.book_id, WebhookResend.kind(), name)
        assert row is not None, f"{name} was stored with its job"
        livemode = decode_json(row.body, WebhookResend).livemode
        ctx = Context(self._runtime, Caller("", "", livemode))
        resend = ctx.loaded(WebhookResend, row, Book(job.book_id, "", livemode))
        if resend.status == "complete":
            return
        count = await self._send(resend, job.book_id)
        ctx.save(resend, status="complete", count=count)
        await ctx.write()
        log.info("resent", resend=name, endpoint=resend.endpoint, count=count)

    async def _send(self, resend: WebhookResend, book: int) -> int:
        """Write deliveries in chunks, each a database transaction; returns how many."""
        endpoint = await self._endpoint(book, resend.endpoint or "")
        if endpoint is None:
            return 0
        count = 0
        async for chunk in self._chunks(resend, endpoint):
            async with self._runtime.pool.connection() as conn, conn.transaction():
                await self._deliver(conn, resend, endpoint, chunk)
            count += len(chunk)
        return count

    async def _endpoint(self, book: int, name: str) -> EndpointRow | None:
        """Return an endpoint; None when it has been deleted since."""
        for kind in KINDS:
            row = await self._runtime.reader.get(book, kind, name)
            if row is not None and not row.deleted and row.hidden:
                return EndpointRow(book, name, row.body, row.hidden)
        return None

    async def _deliver(
        self,
        conn: Connection,
        resend: WebhookResend,
        endpoint: EndpointRow,
        chunk: Sequence[Waiting],
    ) -> None:
        listener = listener_of(endpoint)
        rows = [
            NewDelivery(
                book_id=listener.book_id,
                id=derived("dlv", resend.id, event.id),
                event_book=event.book_id,
                event=event.id,
                endpoint=listener.id,
                object=event.object if listener.ordered else None,
            )
            for event in chunk
        ]
        now = self._runtime.clock.now()
        await outbox.deliver(conn, rows, now)
        lines = {
            Line(row.book_id, row.endpoint, row.object) for row in rows if row.object is not None
        }
        await health.advance(conn, lines, now)

    async def _chunks(
        self, resend: WebhookResend, endpoint: EndpointRow
    ) -> AsyncIterator[list[Waiting]]:
        """Yield the events, oldest first in each book."""
        connected = await self._connected(endpoint.book_id, livemode=resend.livemode)
        if resend.event is not None:
            async with self._runtime.pool.connection() as conn:
                yield await events.waiting(conn, [endpoint.book_id, *connected], resend.event)
            return
        sources = sources_of(endpoint)
        books = [endpoint.book_id] * (False in sources) + connected * (True in sources)
        within = bounds(PREFIX, RangeQuery(gte=resend.since, lte=resend.until))
        if within is None or within.least is None or within.most is None:
            return
        for book in books:
            ask = Again(book, endpoint.id, within.least, within.most, resend.only_failed)
            async for chunk in self._of_book(ask):
                yield [each for each in chunk if _wanted(each, resend, listener_of(endpoint))]

    async def _of_book(self, ask: Again) -> AsyncIterator[list[Waiting]]:
        while True:
            async with self._runtime.pool.connection() as conn:
                chunk = await delivery_log.to_resend(conn, ask)
            yield chunk
            if len(chunk) < CHUNK:
                return
            ask = ask._replace(after=chunk[-1].id)

    async def _connected(self, book: int, *, livemode: bool) -> list[int]:
        async with self._runtime.pool.connection() as conn:
            accounts = await feed.connected(conn, book)
        books = [book_of(name, livemode).id for name in accounts]
        return [each for each in books if each != book]  # A platform is an account, too.


def _wanted(event: Waiting, resend: WebhookResend, listener: Listener) -> bool:
    if resend.types is not None and event.type not in resend.types:
        return False
    return listener.wants(event, decode_json(event.body, EventHead))
