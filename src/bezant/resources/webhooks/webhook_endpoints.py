"""Webhook endpoints: where events are sent, and which.

An endpoint that does not answer with a status of 200 to 299 within ten seconds is tried again: in
live mode for three days, in test mode three times within hours. Redirects are not followed. Who
has taken nothing for three days is disabled.
"""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType
from msgspec.structs import replace

from bezant.api.context import Context, created_of
from bezant.api.params import Check, Emptyable, Metadata, Params, merged
from bezant.api.resource import Resource
from bezant.api.routes import Routes
from bezant.resources.core.application import application_of
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
from bezant.resources.webhooks.event_types import ALL, KNOWN

_LONGEST_DESCRIPTION = 5_000


class WebhookEndpoint(Resource, tag="webhook_endpoint"):
    """An address that is sent events; its secret is shown once, when it is created."""

    api_version: str | None = None
    application: str | None = None
    description: str | None = None
    enabled_events: list[str]
    metadata: dict[str, str]
    secret: str | UnsetType = UNSET
    status: Literal["enabled", "disabled"] = "enabled"
    url: str


Description = Annotated[str, Meta(max_length=_LONGEST_DESCRIPTION)]
EnabledEvents = Annotated[list[str], Meta(min_length=1, max_length=MOST_TYPES)]


class CreateWebhookEndpoint(Params):
    """What an endpoint is made of; `connect` ones get the events of connected accounts."""

    api_version: Annotated[str, Check(check_version)] | None = None
    connect: bool | None = None
    description: Emptyable[Description] | None = None
    enabled_events: EnabledEvents
    metadata: Metadata | None = None
    url: str


class UpdateWebhookEndpoint(Params):
    """What of an endpoint can be changed; `disabled` ones are sent nothing."""

    description: Emptyable[Description] | None = None
    disabled: bool | None = None
    enabled_events: EnabledEvents | None = None
    metadata: Metadata | None = None
    url: str | None = None


class RollSecret(Params):
    """For how many seconds the secret so far goes on signing beside the new one."""

    expires_in: OverlapSeconds = DAY_SECONDS


routes = Routes(WebhookEndpoint, "/v1/webhook_endpoints", prefix="we", filters=("status",))


@routes.create
async def create(ctx: Context, params: CreateWebhookEndpoint) -> WebhookEndpoint:
    """Have events sent to a URL from now on."""
    check_url(ctx, params.url, "url")
    name = ctx.new_id("we")
    endpoint = WebhookEndpoint(
        id=name,
        api_version=params.api_version,
        application=application_of(ctx.caller.platform) if params.connect else None,
        created=created_of(name),
        description=params.description or None,
        enabled_events=checked_types(params.enabled_events, KNOWN | {ALL}),
        livemode=ctx.livemode,
        metadata=merged({}, params.metadata),
        url=params.url,
    )
    hidden = EndpointHidden.new(ctx, connect=bool(params.connect))
    ctx.create(endpoint, hidden=hidden.stored())
    return replace(endpoint, secret=hidden.secret)


@routes.update
async def update(
    ctx: Context, endpoint: WebhookEndpoint, params: UpdateWebhookEndpoint
) -> WebhookEndpoint:
    """Change where events go, which they are, or whether any are sent."""
    changes = params.changes(without=("metadata", "disabled", "enabled_events"))
    if params.url is not None:
        check_url(ctx, params.url, "url")
    if params.enabled_events is not None:
        changes["enabled_events"] = checked_types(params.enabled_events, KNOWN | {ALL})
    hidden = EndpointHidden.of(ctx.hidden(endpoint))
    if params.disabled is not None:
        hidden = hidden.disabled("user", ctx.now()) if params.disabled else hidden.enabled()
        changes["status"] = "disabled" if params.disabled else "enabled"
    metadata = merged(endpoint.metadata, params.metadata)
    return ctx.save(endpoint, metadata=metadata, hidden=hidden.stored(), **changes)


@routes.action
async def roll_secret(
    ctx: Context, endpoint: WebhookEndpoint, params: RollSecret
) -> WebhookEndpoint:
    """Sign with another secret; the one before signs beside it until its time is over."""
    secret = new_secret(ctx)
    hidden = EndpointHidden.of(ctx.hidden(endpoint))
    ctx.save(endpoint, hidden=hidden.rolled(secret, ctx.now(), params.expires_in).stored())
    return replace(endpoint, secret=secret)


@routes.delete
async def delete(ctx: Context, endpoint: WebhookEndpoint) -> None:
    """Send nothing any more, what is waiting included."""
    ctx.delete(endpoint)
