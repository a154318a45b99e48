"""Event destinations: what webhook endpoints are in v2, for thin events or for snapshots.

Address and secret are shown only to who asks for them by `include`, the secret only when it is
made. Destinations at Amazon and Azure are refused: no bus of theirs is reached from here.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, ClassVar, Literal

from msgspec import UNSET, Meta, Struct, UnsetType
from msgspec.structs import replace

from bezant.api import refusals
from bezant.api.context import Context
from bezant.api.params import Check, Metadata, Params, merged
from bezant.api.routes import Routes
from bezant.api.runtime import API_VERSION
from bezant.api.v2 import V2ListParams, V2Page, V2Resource, rfc3339, v2_created_of, v2_page_of
from bezant.kernel.codec import decode_json, encode_json
from bezant.kernel.errors import InvalidRequest
from bezant.resources.core.refused import refused
from bezant.resources.webhooks.endpoint import (
    DAY_SECONDS,
    MOST_TYPES,
    EndpointHidden,
    OverlapSeconds,
    check_url,
    check_version,
    checked_types,
    new_secret,
)
from bezant.resources.webhooks.event_types import ALL, KNOWN, PING, THIN
from bezant.resources.webhooks.thin_events import ThinEvent

URL, SECRET = "webhook_endpoint.url", "webhook_endpoint.signing_secret"
_NO_BUS = "Events are sent to webhook endpoints only: use the type webhook_endpoint."
_NO_ORGANIZATION = "There are no organizations: use @self, @accounts or both."
_PATH = "/v2/core/event_destinations"


class Disabled(Struct, frozen=True):
    """Why a destination is sent nothing: `user`, or `delivery_failed` for days."""

    reason: str


class StatusDetails(Struct, frozen=True):
    """More about the status, while it is disabled."""

    disabled: Disabled


class HookShown(Struct, frozen=True):
    """What of a webhook was asked for."""

    signing_secret: str | UnsetType = UNSET
    url: str | UnsetType = UNSET


class EventDestination(V2Resource, tag="v2.core.event_destination"):
    """Where events are sent, and which; the relay looks for enabled ones."""

    filters: ClassVar[Mapping[str, str]] = {"status": "status"}

    description: str = ""
    enabled_events: list[str]
    event_payload: Literal["snapshot", "thin"]
    events_from: list[str]
    metadata: dict[str, str]
    name: str
    snapshot_api_version: str | UnsetType = UNSET
    status: Literal["disabled", "enabled"] = "enabled"
    status_details: StatusDetails | UnsetType = UNSET
    type: Literal["webhook_endpoint"] = "webhook_endpoint"
    updated: str
    webhook_endpoint: HookShown = HookShown()


class Amazon(Params):
    """An event bus at Amazon."""

    aws_account_id: Annotated[str, refused(_NO_BUS)] | None = None
    aws_region: Annotated[str, refused(_NO_BUS)] | None = None


class Azure(Params):
    """A partner topic at Azure."""

    azure_region: Annotated[str, refused(_NO_BUS)] | None = None
    azure_resource_group_name: Annotated[str, refused(_NO_BUS)] | None = None
    azure_subscription_id: Annotated[str, refused(_NO_BUS)] | None = None


class Hook(Params):
    """Where a webhook goes."""

    url: str


Name = Annotated[str, Meta(max_length=500)]
Description = Annotated[str, Meta(max_length=5_000)]
EnabledEvents = Annotated[list[str], Meta(min_length=1, max_length=MOST_TYPES)]
Sources = Annotated[
    list[Literal["@self", "@accounts", "@organization_members", "@organization_members/@accounts"]],
    Meta(min_length=1, max_length=4),
]


class CreateEventDestination(Params):
    """What a destination is made of; `events_from` is the account itself unless it says more."""

    amazon_eventbridge: Amazon | None = None
    azure_event_grid: Azure | None = None
    description: Description | None = None
    enabled_events: EnabledEvents
    event_payload: Literal["snapshot", "thin"]
    events_from: Sources | None = None
    include: list[Literal["webhook_endpoint.signing_secret", "webhook_endpoint.url"]] | None = None
    metadata: Metadata | None = None
    name: Name
    snapshot_api_version: Annotated[str, Check(check_version)] | None = None
    type: Literal["amazon_eventbridge", "azure_event_grid", "webhook_endpoint"]
    webhook_endpoint: Hook | None = None


class UpdateEventDestination(Params):
    """What of a destination can be changed."""

    description: Description | None = None
    enabled_events: EnabledEvents | None = None
    include: list[Literal["webhook_endpoint.url"]] | None = None
    metadata: Metadata | None = None
    name: Name | None = None
    webhook_endpoint: Hook | None = None


class RetrieveEventDestination(Params):
    """Whether the address is shown."""

    include: list[Literal["webhook_endpoint.url"]] | None = None


class ListEventDestinations(V2ListParams):
    """Whether the addresses are shown."""

    include: list[Literal["webhook_endpoint.url"]] | None = None


class RollSecret(Params):
    """For how many seconds the secret so far goes on signing beside the new one."""

    expires_in: OverlapSeconds = DAY_SECONDS


routes = Routes(EventDestination, _PATH, prefix="ed", listed=False, retrieved=False)


@routes.get(_PATH, listing=True)
async def list_all(ctx: Context, params: ListEventDestinations) -> V2Page:
    """List destinations, newest first."""
    page = await v2_page_of(ctx, EventDestination, params, {})
    if not params.include:
        return page
    names = [decode_json(body, EventDestination).id for body in page.data]
    found = await ctx.load_many(EventDestination, names)
    shown = [_shown(ctx, found[name], params.include) for name in names if name in found]
    return page._replace(data=[encode_json(each).decode() for each in shown])


@routes.get(_PATH + "/{id}")
async def retrieve(
    ctx: Context, destination: EventDestination, params: RetrieveEventDestination
) -> EventDestination:
    """Retrieve a destination."""
    return _shown(ctx, destination, params.include)


@routes.create
async def create(ctx: Context, params: CreateEventDestination) -> EventDestination:
    """Have events sent to a URL from now on."""
    url = _url(ctx, params)
    thin = params.event_payload == "thin"
    if thin and params.snapshot_api_version is not None:
        raise refusals.invalid(
            "Thin events are in no version of the API: leave snapshot_api_version out.",
            "snapshot_api_version",
        )
    name = ctx.new_id("ed")
    destination = EventDestination(
        id=name,
        created=v2_created_of(name),
        description=params.description or "",
        enabled_events=_types(params.enabled_events, params.event_payload),
        event_payload=params.event_payload,
        events_from=_sources(params.events_from),
        livemode=ctx.livemode,
        metadata=merged({}, params.metadata),
        name=params.name,
        snapshot_api_version=UNSET if thin else API_VERSION,
        updated=v2_created_of(name),
    )
    hidden = EndpointHidden.new(ctx, url=url)
    ctx.create(destination, hidden=hidden.stored())
    return _shown(ctx, destination, params.include)


@routes.update
async def update(
    ctx: Context, destination: EventDestination, params: UpdateEventDestination
) -> EventDestination:
    """Change where events go, which they are, or what the destination is called."""
    changes = params.changes(without=("metadata", "include", "webhook_endpoint"))
    if params.enabled_events is not None:
        changes["enabled_events"] = _types(params.enabled_events, destination.event_payload)
    hidden = EndpointHidden.of(ctx.hidden(destination))
    if params.webhook_endpoint is not None:
        check_url(ctx, params.webhook_endpoint.url, "webhook_endpoint[url]")
        hidden = replace(hidden, url=params.webhook_endpoint.url)
    changes["metadata"] = merged(destination.metadata, params.metadata)
    return _shown(ctx, _saved(ctx, destination, hidden, **changes), params.include)


@routes.delete
async def delete(ctx: Context, destination: EventDestination) -> None:
    """Send nothing any more, what is waiting included."""
    ctx.delete(destination)


@routes.action
async def disable(ctx: Context, destination: EventDestination) -> EventDestination:
    """Send nothing until it is enabled again."""
    if destination.status == "disabled":
        return destination
    hidden = EndpointHidden.of(ctx.hidden(destination)).disabled("user", ctx.now())
    details = StatusDetails(Disabled("user"))
    return _saved(ctx, destination, hidden, status="disabled", status_details=details)


@routes.action
async def enable(ctx: Context, destination: EventDestination) -> EventDestination:
    """Send events again, those that happen from now on."""
    hidden = EndpointHidden.of(ctx.hidden(destination)).enabled()
    return _saved(ctx, destination, hidden, status="enabled", status_details=UNSET)


@routes.post(_PATH + "/{id}/ping", returns=ThinEvent)
async def ping(ctx: Context, destination: EventDestination) -> str:
    """Send an event that says nothing but that events arrive, whatever types are enabled."""
    if destination.status == "disabled":
        raise InvalidRequest("This destination is disabled. Enable it first.")
    ctx.emit(PING, destination)
    return ctx.units[-1].events[-1].body


@routes.action
async def roll_secret(
    ctx: Context, destination: EventDestination, params: RollSecret
) -> EventDestination:
    """Sign with another secret; the one before signs beside it until its time is over."""
    hidden = EndpointHidden.of(ctx.hidden(destination))
    rolled = hidden.rolled(new_secret(ctx), ctx.now(), params.expires_in)
    return _shown(ctx, _saved(ctx, destination, rolled), [SECRET])


def _saved(
    ctx: Context, destination: EventDestination, hidden: EndpointHidden, **changes: Any
) -> EventDestination:
    now = rfc3339(ctx.now())
    return ctx.save(destination, updated=now, hidden=hidden.stored(), **changes)


def _shown(
    ctx: Context, destination: EventDestination, include: Sequence[str] | None
) -> EventDestination:
    """Return a destination with what of its webhook was asked for."""
    hidden = EndpointHidden.of(ctx.hidden(destination))
    asked = include or ()
    hook = HookShown(
        hidden.secret if SECRET in asked else UNSET,
        hidden.url or UNSET if URL in asked else UNSET,
    )
    return replace(destination, webhook_endpoint=hook)


def _url(ctx: Context, params: CreateEventDestination) -> str:
    """Return where a new destination's webhooks go."""
    if params.type != "webhook_endpoint":
        raise refusals.invalid(f"Invalid type: {params.type}. {_NO_BUS}", "type")
    if params.webhook_endpoint is None:
        raise refusals.missing("webhook_endpoint")
    check_url(ctx, params.webhook_endpoint.url, "webhook_endpoint[url]")
    return params.webhook_endpoint.url


def _types(names: list[str], payload: str) -> list[str]:
    return checked_types(names, (THIN if payload == "thin" else KNOWN) | {ALL})


def _sources(asked: Sequence[str] | None) -> list[str]:
    for name in asked or ():
        if name not in ("@self", "@accounts"):
            raise refusals.invalid(
                f"Invalid events_from: {name}. {_NO_ORGANIZATION}", "events_from"
            )
    return list(dict.fromkeys(asked or ["@self"]))
