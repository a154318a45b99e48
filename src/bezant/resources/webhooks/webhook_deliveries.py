"""Webhook deliveries: what became of each event on its way to each endpoint, try by try.

They are kept for 30 days. Sessions of the official command line stand among the endpoints.
"""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from bezant.api.context import Context
from bezant.api.pages import ListParams, Page, bounds, check_cursors
from bezant.api.refusals import no_such
from bezant.api.resource import Resource
from bezant.api.routes import Routes
from bezant.kernel.codec import encode_json, unix_seconds
from bezant.kernel.errors import MalformedId, NotFound
from bezant.kernel.ids import parse
from bezant.ledger.book import book_of
from bezant.resources.webhooks import thin
from bezant.store import delivery_log, feed
from bezant.store.deliveries import Tried
from bezant.store.delivery_log import DeliveryPage, DeliveryRow

PREFIX = "dlv"


class Attempt(Struct):
    """One try: how long it took, what was answered, and when the next is due (Unix seconds)."""

    created: int
    duration_ms: int
    status_code: int | None
    outcome: str
    next_attempt: int | None


class WebhookDelivery(Resource, tag="webhook_delivery"):
    """An event on its way to an endpoint.

    `failed` is given up. `outcome` is that of the latest attempt; without `next_attempt` (Unix
    seconds), a pending one waits for an earlier event of the same object.
    """

    attempt_count: int
    attempts: list[Attempt]
    endpoint: str
    event: str
    event_type: str | None
    next_attempt: int | None
    outcome: str | None
    status: Literal["pending", "delivered", "failed"]


class ListWebhookDeliveries(ListParams):
    """By what deliveries are listed; the event may be named by the id of its thin form."""

    endpoint: Annotated[str, Meta(max_length=64)] | None = None
    event: Annotated[str, Meta(max_length=64)] | None = None
    status: Literal["pending", "delivered", "failed"] | None = None


routes = Routes(WebhookDelivery, "/v1/webhook_deliveries", listed=False, retrieved=False)


@routes.get("/v1/webhook_deliveries", listing=True)
async def list_all(ctx: Context, params: ListWebhookDeliveries) -> Page:
    """List deliveries, newest first."""
    check_cursors(params)
    within = bounds(PREFIX, params.created)
    if within is None:
        return Page([])
    for name in ("starting_after", "ending_before"):
        if (cursor := getattr(params, name)) is not None:
            await _check_cursor(ctx, cursor, name)
    event = None if params.event is None else thin.stored_id(params.event)
    ask = DeliveryPage(
        limit=params.limit,
        after=params.starting_after,
        before=params.ending_before,
        least=within.least,
        most=within.most,
        endpoint=params.endpoint,
        event=event,
        event_books=[] if event is None else await _books_of(ctx, event),
        status=params.status,
    )
    async with ctx.runtime.pool.connection() as conn:
        rows, more = await delivery_log.page(conn, ctx.book.id, ask)
    return Page([encode_json(_shown(ctx, row)).decode() for row in rows], more)


@routes.get("/v1/webhook_deliveries/{id}")
async def retrieve(ctx: Context, id: str) -> WebhookDelivery:
    """Retrieve a delivery with its attempts."""
    row = await _find(ctx, id)
    if row is None:
        raise NotFound(f"No such webhook_delivery: '{id[:64]}'", param="id")
    return _shown(ctx, row)


async def _books_of(ctx: Context, event: str) -> list[int]:
    """Return in which of the books that somebody may hear of an event can be."""
    try:
        slot = parse(event).slot
    except MalformedId:
        return []
    async with ctx.runtime.pool.connection() as conn:
        accounts = await feed.connected(conn, ctx.book.id)
    books = [ctx.book, *(book_of(name, ctx.livemode) for name in accounts)]
    return [book.id for book in books if book.slot == slot]


async def _check_cursor(ctx: Context, cursor: str, param: str) -> None:
    if await _find(ctx, cursor) is None:
        raise no_such("webhook_delivery", cursor, param)


async def _find(ctx: Context, name: str) -> DeliveryRow | None:
    async with ctx.runtime.pool.connection() as conn:
        return await delivery_log.find(conn, ctx.book.id, name)


def _shown(ctx: Context, row: DeliveryRow) -> WebhookDelivery:
    return WebhookDelivery(
        id=row.id,
        created=unix_seconds(row.created),
        livemode=ctx.livemode,
        attempt_count=row.attempts,
        attempts=[_attempt(each) for each in row.log],
        endpoint=row.endpoint,
        event=row.event,
        event_type=row.type,
        next_attempt=None if row.due_at is None else unix_seconds(row.due_at),
        outcome=row.answer,
        status=row.status,
    )


def _attempt(tried: Tried) -> Attempt:
    return Attempt(
        tried.created, tried.duration_ms, tried.status_code, tried.outcome, tried.next_attempt
    )
