"""Webhook endpoints: where events are sent, and which.

An endpoint that does not answer with a status of 200 to 299 within ten seconds is tried again: in
live mode for three days, in test mode three times within hours. Redirects are not followed.
"""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType
from msgspec.structs import replace

from bezant.api import refusals
from bezant.api.context import Context, created_of
from bezant.api.params import Check, Emptyable, Metadata, Params, merged
from bezant.api.resource import Resource
from bezant.api.routes import Routes
from bezant.api.runtime import API_VERSION
from bezant.kernel.errors import InvalidRequest
from bezant.resources.webhooks.destination import problem_with
from bezant.resources.webhooks.event_types import ALL, KNOWN

_MOST_TYPES = 500
_LONGEST_DESCRIPTION = 5_000


class WebhookEndpoint(Resource, tag="webhook_endpoint"):
    """An address that is sent events; its secret is shown once, when it is created."""

    api_version: str | None = None
    application: None = None
    description: str | None = None
    enabled_events: list[str]
    metadata: dict[str, str]
    secret: str | UnsetType = UNSET
    status: Literal["enabled", "disabled"] = "enabled"
    url: str


def _version(text: str, param: str) -> str:
    if text != API_VERSION:
        raise InvalidRequest(
            f"Events are made in API version {API_VERSION} only. Leave {param} out.",
            code="parameter_invalid",
            param=param,
        )
    return text


Description = Annotated[str, Meta(max_length=_LONGEST_DESCRIPTION)]
EnabledEvents = Annotated[list[str], Meta(min_length=1, max_length=_MOST_TYPES)]


class CreateWebhookEndpoint(Params):
    """What an endpoint is made of; `connect` ones get the events of connected accounts."""

    api_version: Annotated[str, Check(_version)] | None = None
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


routes = Routes(WebhookEndpoint, "/v1/webhook_endpoints", prefix="we", filters=("status",))


@routes.create
async def create(ctx: Context, params: CreateWebhookEndpoint) -> WebhookEndpoint:
    """Have events sent to a URL from now on."""
    _check_url(ctx, params.url)
    name = ctx.new_id("we")
    endpoint = WebhookEndpoint(
        id=name,
        api_version=params.api_version,
        created=created_of(name),
        description=params.description or None,
        enabled_events=_types(params.enabled_events),
        livemode=ctx.livemode,
        metadata=merged({}, params.metadata),
        url=params.url,
    )
    secret = _new_secret(ctx)
    ctx.create(endpoint, hidden={"secret": secret, "connect": bool(params.connect)})
    return replace(endpoint, secret=secret)


@routes.update
async def update(
    ctx: Context, endpoint: WebhookEndpoint, params: UpdateWebhookEndpoint
) -> WebhookEndpoint:
    """Change where events go, which they are, or whether any are sent."""
    changes = params.changes(without=("metadata", "disabled", "enabled_events"))
    if params.url is not None:
        _check_url(ctx, params.url)
    if params.enabled_events is not None:
        changes["enabled_events"] = _types(params.enabled_events)
    if params.disabled is not None:
        changes["status"] = "disabled" if params.disabled else "enabled"
    metadata = merged(endpoint.metadata, params.metadata)
    return ctx.save(endpoint, metadata=metadata, **changes)


@routes.delete
async def delete(ctx: Context, endpoint: WebhookEndpoint) -> None:
    """Send nothing any more, what is waiting included."""
    ctx.delete(endpoint)


def _check_url(ctx: Context, url: str) -> None:
    problem = problem_with(url, livemode=ctx.livemode)
    if problem is not None:
        raise InvalidRequest(f"Invalid URL. {problem}", code="url_invalid", param="url")


def _types(names: list[str]) -> list[str]:
    for at, name in enumerate(names):
        if name != ALL and name not in KNOWN:
            raise refusals.invalid(
                f"Invalid enabled_events[{at}]: {refusals.cut(name)} is not an event type.",
                f"enabled_events[{at}]",
            )
    return list(dict.fromkeys(names))


def _new_secret(ctx: Context) -> str:
    """Return 249 random bits: three request ids, which are nothing but random digits."""
    ids = ctx.runtime.ids
    return "whsec_" + "".join(ids.request_id().removeprefix("req_") for _ in range(3))
