"""Webhook targets: how webhook endpoints and event destinations fare, and in what order they get.

A target is an endpoint or a destination under its own id, with what Stripe's objects have no place
for: since when it fails, why it is disabled, whether an object's events wait for each other.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from msgspec.structs import replace

from bezant.api.context import Context
from bezant.api.pages import ListParams, Page, bounds, check_cursors
from bezant.api.params import Params
from bezant.api.resource import Resource
from bezant.api.routes import Routes
from bezant.kernel.codec import decode_json, encode_json, unix_seconds
from bezant.kernel.errors import InvalidRequest, NotFound
from bezant.kernel.ids import parse
from bezant.resources.webhooks.endpoint import EndpointHidden, Order
from bezant.resources.webhooks.event_destinations import EventDestination
from bezant.resources.webhooks.webhook_endpoints import WebhookEndpoint
from bezant.store import health
from bezant.store.health import Health
from bezant.store.objects import Page as Ask

Target = WebhookEndpoint | EventDestination
KINDS: dict[str, type[Target]] = {"we": WebhookEndpoint, "ed": EventDestination}
"""What a target is, by the prefix of its id."""
Status = Literal["enabled", "disabled"]


class WebhookTarget(Resource, tag="webhook_target"):
    """How an endpoint or destination fares; moments in Unix seconds.

    `disabled_reason` is `user`, or `delivery_failed` where nothing was taken for three days. With
    the order `object` an event waits until those before it about the same object are delivered or
    given up.
    """

    disabled_at: int | None
    disabled_reason: str | None
    failing_since: int | None
    last_failure: int | None
    last_failure_outcome: str | None
    last_success: int | None
    order: Order
    secrets_in_use: int
    status: Status
    type: Literal["webhook_endpoint", "event_destination"]
    url: str


class UpdateWebhookTarget(Params):
    """In which order it is sent events, from the next one on."""

    order: Order | None = None


class ListWebhookTargets(ListParams):
    """By what targets are listed."""

    status: Status | None = None


routes = Routes(WebhookTarget, "/v1/webhook_targets", listed=False, retrieved=False)


@routes.get("/v1/webhook_targets", listing=True)
async def list_all(ctx: Context, params: ListWebhookTargets) -> Page:
    """List endpoints and destinations together, newest first."""
    check_cursors(params)
    digits: dict[str, str | None] = {}
    for name in ("starting_after", "ending_before"):
        cursor = getattr(params, name)
        digits[name] = None if cursor is None else await _digits(ctx, cursor, name)
    found: list[str] = []
    further = False
    for prefix, kind in KINDS.items():
        within = bounds(prefix, params.created)
        if within is None:
            return Page([])
        after, before = (each and f"{prefix}_{each}" for each in digits.values())
        filters = {} if params.status is None else {"status": params.status}
        bodies, more = await ctx.page(kind, Ask(params.limit, after, before, *within, filters))
        found += [decode_json(body, kind).id for body in bodies]
        further = further or more
    found.sort(key=_place, reverse=True)
    cut = found[-params.limit :] if params.ending_before else found[: params.limit]
    shown = await _shown(ctx, cut)
    return Page([encode_json(each).decode() for each in shown], further or len(cut) < len(found))


@routes.get("/v1/webhook_targets/{id}")
async def retrieve(ctx: Context, id: str) -> WebhookTarget:
    """Retrieve how an endpoint or a destination fares."""
    await target_of(ctx, id)
    (shown,) = await _shown(ctx, [id])
    return shown


@routes.post("/v1/webhook_targets/{id}")
async def update(ctx: Context, id: str, params: UpdateWebhookTarget) -> WebhookTarget:
    """Let events of one object wait for each other, or not any more."""
    target = await target_of(ctx, id)
    hidden = EndpointHidden.of(ctx.hidden(target))
    if params.order is not None:
        hidden = replace(hidden, order=params.order)
        ctx.save(target, hidden=hidden.stored())
    async with ctx.runtime.pool.connection() as conn:
        known = await health.several(conn, ctx.book.id, [id])
    return _made(ctx, target, hidden, known.get(id, Health()))


async def target_of(ctx: Context, name: str, *, param: str | None = None) -> Target:
    """Return an endpoint or a destination; NotFound, or InvalidRequest for one in `param`."""
    kind = KINDS.get(name.partition("_")[0])
    found = None if kind is None else await ctx.find(kind, name)
    if found is not None:
        return found
    message = f"No such webhook endpoint or event destination: '{name[:64]}'"
    if param is None:
        raise NotFound(message, param="id")
    raise InvalidRequest(message, code="resource_missing", param=param)


def _place(name: str) -> str:
    return name.rpartition("_")[2]


async def _digits(ctx: Context, cursor: str, param: str) -> str:
    await target_of(ctx, cursor, param=param)
    return _place(cursor)


async def _shown(ctx: Context, names: Sequence[str]) -> list[WebhookTarget]:
    """Return targets in the order of their ids here."""
    found: dict[str, Target] = {}
    for prefix, kind in KINDS.items():
        found |= await ctx.load_many(kind, [name for name in names if name.startswith(prefix)])
    async with ctx.runtime.pool.connection() as conn:
        known = await health.several(conn, ctx.book.id, names)
    return [
        _made(
            ctx,
            found[name],
            EndpointHidden.of(ctx.hidden(found[name])),
            known.get(name, Health()),
        )
        for name in names
        if name in found
    ]


def _made(ctx: Context, target: Target, hidden: EndpointHidden, fares: Health) -> WebhookTarget:
    endpoint = isinstance(target, WebhookEndpoint)
    url = target.url if isinstance(target, WebhookEndpoint) else hidden.url
    return WebhookTarget(
        id=target.id,
        created=unix_seconds(parse(target.id).time),
        livemode=target.livemode,
        disabled_at=hidden.disabled_at,
        disabled_reason=hidden.reason,
        failing_since=_seconds(fares.failing_since),
        last_failure=_seconds(fares.failed_at),
        last_failure_outcome=fares.answer,
        last_success=_seconds(fares.succeeded_at),
        order=hidden.order,
        secrets_in_use=len(hidden.secrets(ctx.now())),
        status=target.status,
        type="webhook_endpoint" if endpoint else "event_destination",
        url=url or "",
    )


def _seconds(moment: datetime | None) -> int | None:
    return None if moment is None else unix_seconds(moment)
