"""Disable endpoints that have taken nothing for three days, and say so.

What fails is measured from the event that was not taken first to the latest attempt, so nobody is
disabled for being idle.
"""

from datetime import timedelta
from typing import Any

from bezant.api.context import Caller, Context, Stale
from bezant.api.runtime import Runtime
from bezant.kernel.codec import decode_json
from bezant.kernel.log import get_logger
from bezant.ledger.book import Book
from bezant.resources.webhooks.endpoint import FAILED, EndpointHidden
from bezant.resources.webhooks.event_destinations import (
    Disabled,
    EventDestination,
    StatusDetails,
)
from bezant.resources.webhooks.webhook_endpoints import WebhookEndpoint
from bezant.store import health
from bezant.store.objects import Row

AFTER = timedelta(days=3)
AT_ONCE = 100
EVENT = "webhook_endpoint.disabled"

log = get_logger(__name__)


class EndpointDisabler:
    """Looks for endpoints that only fail."""

    def __init__(self, runtime: Runtime) -> None:
        """Work over the runtime's ports."""
        self._runtime = runtime

    async def run_once(self) -> int:
        """Disable what has failed for so long; returns how many endpoints were looked at."""
        now = self._runtime.clock.now()
        async with self._runtime.pool.connection() as conn:
            found = await health.dead(conn, now, AFTER, AT_ONCE)
        for book, name in found:
            try:
                await self._disable(book, name)
            except Stale:
                continue  # Somebody changes it at this moment; the next round looks again.
            async with self._runtime.pool.connection() as conn:
                await health.settle(conn, book, name)
        return len(found)

    async def _disable(self, book: int, name: str) -> None:
        for kind in (WebhookEndpoint, EventDestination):
            row = await self._runtime.reader.get(book, kind.kind(), name)
            if row is not None and not row.deleted:
                await self._write(kind, row, book)

    async def _write(
        self, kind: type[WebhookEndpoint | EventDestination], row: Row, book: int
    ) -> None:
        livemode = decode_json(row.body, kind).livemode
        known = decode_json(row.hidden or "", EndpointHidden)
        ctx = Context(self._runtime, Caller("", "", livemode))
        endpoint = ctx.loaded(kind, row, Book(book, known.account or "", livemode))
        if endpoint.status == "disabled":
            return
        hidden = known.disabled(FAILED, ctx.now())
        changes: dict[str, Any] = {"status": "disabled"}
        if kind is EventDestination:
            changes["status_details"] = StatusDetails(Disabled(FAILED))
        ctx.save(endpoint, hidden=hidden.stored(), event=EVENT, **changes)
        await ctx.write()
        log.warning("endpoint_disabled", endpoint=endpoint.id, reason=FAILED)
