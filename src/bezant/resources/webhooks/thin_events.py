"""Events of v2: thin ones, which say what happened to which object and where to read it."""

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from bezant.api import refusals
from bezant.api.context import Context
from bezant.api.routes import Routes
from bezant.api.v2 import (
    V2ListParams,
    V2Page,
    V2RangeQuery,
    V2Resource,
    turn_of,
    turned,
    v2_bounds,
)
from bezant.kernel.errors import NotFound
from bezant.resources.webhooks import thin
from bezant.resources.webhooks.event_types import SNAPSHOT_ONLY, THIN, stored_name
from bezant.resources.webhooks.events import PREFIX
from bezant.store import events
from bezant.store.events import EventPage, EventRow

_MOST_TYPES = 20


class ReasonRequest(Struct):
    """The API request that caused an event; `idempotency_key` is empty without one."""

    id: str
    idempotency_key: str


class Reason(Struct):
    """Why an event happened."""

    type: Literal["request"]
    request: ReasonRequest


class RelatedObject(Struct):
    """Which object an event is about; there is no id where there is only one of its kind."""

    type: str
    url: str
    id: str | UnsetType = UNSET


class ThinEvent(V2Resource, tag="v2.core.event"):
    """Something that happened; `changes` has what an update replaced, and by what.

    `data` says more of some types, such as which capability it is about.
    """

    changes: dict[str, Any] | None = None
    context: str | None = None
    data: dict[str, Any] | UnsetType = UNSET
    reason: Reason | None = None
    related_object: RelatedObject | UnsetType = UNSET
    snapshot_event: str | None = None
    type: str


class ListThinEvents(V2ListParams):
    """By what thin events are listed."""

    created: V2RangeQuery | None = None
    object_id: str | None = None
    types: Annotated[list[str], Meta(max_length=_MOST_TYPES)] | None = None


routes = Routes(ThinEvent, "/v2/core/events", listed=False, retrieved=False)


@routes.get("/v2/core/events", listing=True)
async def list_all(ctx: Context, params: ListThinEvents) -> V2Page:
    """List thin events, newest first."""
    turn = turn_of(params)
    within = v2_bounds(PREFIX, params.created)
    types = _stored_types(params.types)
    if within is None:
        return V2Page([], params)
    ask = EventPage(
        limit=params.limit,
        after=_stored(turn.after),
        before=_stored(turn.before),
        least=within.least,
        most=within.most,
        types=types,
        object=params.object_id,
        without=sorted(SNAPSHOT_ONLY),
    )
    async with ctx.runtime.pool.connection() as conn:
        rows, more = await events.page(conn, ctx.book.id, ask)
    return turned([_shown(ctx, row) for row in rows], more, turn, params)


@routes.get("/v2/core/events/{id}")
async def retrieve(ctx: Context, id: str) -> str:
    """Retrieve a thin event, with what an update has changed."""
    async with ctx.runtime.pool.connection() as conn:
        row = await events.find(conn, ctx.book.id, thin.stored_id(id))
    if row is None or row.type in SNAPSHOT_ONLY or thin.shown_id(row.id, row.type) != id:
        raise NotFound(f"No such event: '{id[:64]}'", param="id")
    return _shown(ctx, row)


def _shown(ctx: Context, row: EventRow) -> str:
    return thin.told(row.body, ctx.runtime.places)


def _stored(name: str | None) -> str | None:
    return None if name is None else thin.stored_id(name)


def _stored_types(names: list[str] | None) -> list[str]:
    for at, name in enumerate(names or []):
        if name not in THIN:
            raise refusals.invalid(
                f"Invalid types[{at}]: {refusals.cut(name)} is not the type of a thin event.",
                f"types[{at}]",
            )
    return [stored_name(name) for name in names or []]
