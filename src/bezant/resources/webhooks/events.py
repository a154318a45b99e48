"""Events: what has happened, kept as it was told, to be listed and read again."""

from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct, UnsetType

from bezant.api.context import Context
from bezant.api.event_body import V2_PREFIX
from bezant.api.pages import ListParams, Page, bounds, check_cursors
from bezant.api.refusals import no_such
from bezant.api.resource import Resource
from bezant.api.routes import Routes
from bezant.kernel.errors import InvalidRequest, NotFound
from bezant.resources.webhooks.event_types import matching
from bezant.store import events
from bezant.store.deliveries import with_waiting
from bezant.store.events import EventPage, EventRow

PREFIX = "evt"
_MOST_TYPES = 20


class EventData(Struct):
    """The object as it was after the event, and what an update has replaced."""

    object: dict[str, Any]
    previous_attributes: dict[str, Any] | UnsetType = UNSET


class EventRequest(Struct):
    """The API request that caused the event, if one did."""

    id: str | None = None
    idempotency_key: str | None = None


class Event(Resource, tag="event"):
    """Something that happened to an object; `pending_webhooks` counts who has not been told."""

    account: str | UnsetType = UNSET
    api_version: str
    data: EventData
    pending_webhooks: int
    request: EventRequest
    type: str


class ListEvents(ListParams):
    """By what events are listed; `type` may be a group such as `payout.*`."""

    delivery_success: bool | None = None
    type: str | None = None
    types: Annotated[list[str], Meta(max_length=_MOST_TYPES)] | None = None


routes = Routes(Event, "/v1/events", listed=False, retrieved=False)


@routes.get("/v1/events", listing=True)
async def list_all(ctx: Context, params: ListEvents) -> Page:
    """List events, newest first."""
    check_cursors(params)
    if params.type is not None and params.types is not None:
        raise InvalidRequest("You may only specify one of these parameters: type, types.")
    wanted = [name for text in _asked(params) for name in matching(text)]
    within = bounds(PREFIX, params.created)
    if within is None or (_asked(params) and not wanted):
        return Page([])
    for name in ("starting_after", "ending_before"):
        if (cursor := getattr(params, name)) is not None:
            await _check_cursor(ctx, cursor, name)
    ask = EventPage(
        limit=params.limit,
        after=params.starting_after,
        before=params.ending_before,
        least=within.least,
        most=within.most,
        types=wanted,
        delivered=params.delivery_success,
    )
    async with ctx.runtime.pool.connection() as conn:
        rows, more = await events.page(conn, ctx.book.id, ask)
    return Page([_shown(row) for row in rows], more)


@routes.get("/v1/events/{id}")
async def retrieve(ctx: Context, id: str) -> str:
    """Retrieve an event."""
    row = await _find(ctx, id)
    if row is None or row.type.startswith(V2_PREFIX):
        raise NotFound(f"No such event: '{id[:64]}'", param="id")
    return _shown(row)


def _asked(params: ListEvents) -> list[str]:
    return params.types or ([] if params.type is None else [params.type])


async def _check_cursor(ctx: Context, cursor: str, param: str) -> None:
    if await _find(ctx, cursor) is None:
        raise no_such("event", cursor, param)


async def _find(ctx: Context, name: str) -> EventRow | None:
    async with ctx.runtime.pool.connection() as conn:
        return await events.find(conn, ctx.book.id, name)


def _shown(row: EventRow) -> str:
    return with_waiting(row.body, row.waiting)
