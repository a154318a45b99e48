"""Sessions of the official command line: what `listen` and `logs tail` ask for before they dial.

A session is good for a day; then the command line asks for another by itself, with its key.
"""

from typing import Literal

from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from bezant.api import refusals
from bezant.api.context import Context, created_of
from bezant.api.params import Params
from bezant.api.resource import Resource
from bezant.api.routes import Routes
from bezant.api.runtime import API_VERSION
from bezant.kernel.codec import base62
from bezant.resources.stripecli import log_filters
from bezant.resources.webhooks.endpoint import new_secret
from bezant.store.feed import BOOK_DIGITS

SOCKET_PATH = "/v1/stripecli/socket"
PREFIX = "cliws"
RECONNECT_SECONDS = 3_600
"""How long the command line uses one connection before it opens a new one."""

Feature = Literal["webhooks", "v2_events", "request_logs"]


class Session(Resource, tag="stripecli.session"):
    """One run of the command line; `secret` signs what it forwards, the same for each device."""

    default_version: str = API_VERSION
    device_name: str
    device_token: str | None = None
    display_connect_filter_warning: bool = False
    latest_version: str = API_VERSION
    reconnect_delay: int = RECONNECT_SECONDS
    secret: str | UnsetType = UNSET
    websocket_authorized_feature: Feature
    websocket_id: str
    websocket_url: str


class CreateSession(Params):
    """What the command line says of itself; `filters` are JSON, for request logs."""

    device_name: str = ""
    filters: str | None = None
    forward_connect_to_url: str | None = None
    forward_thin_connect_to_url: str | None = None
    forward_thin_to_url: str | None = None
    forward_to_url: str | None = None
    websocket_features: list[str]


routes = Routes(
    Session,
    "/v1/stripecli/sessions",
    prefix=PREFIX,
    filters={"device_name": "reference"},
    listed=False,
    retrieved=False,
)


@routes.create
async def create(ctx: Context, params: CreateSession) -> Session:
    """Begin a session, which a WebSocket is then opened for."""
    feature = _feature(params.websocket_features)
    log_filters.read(params.filters)
    before = await ctx.newest(Session, {"reference": params.device_name})
    secret = ctx.hidden(before)["secret"] if before else new_secret(ctx)
    name = ctx.new_id(PREFIX)
    session = Session(
        id=name,
        created=created_of(name),
        livemode=ctx.livemode,
        device_name=params.device_name,
        websocket_authorized_feature=feature,
        websocket_id=f"{name}.{base62(ctx.book.id, BOOK_DIGITS)}",
        websocket_url=f"ws{ctx.runtime.config.public_url.removeprefix('http')}{SOCKET_PATH}",
    )
    hidden = {
        "account": ctx.account,
        "connected": ctx.caller.connected,
        "filters": params.filters,
        "forwards": bool(params.forward_to_url or params.forward_connect_to_url),
        "secret": secret,
    }
    ctx.create(session, hidden=hidden)
    return replace(session, secret=secret)


def _feature(asked: list[str]) -> Feature:
    """Return what the session is for; of several, webhooks. `v2_events` are thin ones."""
    if "webhooks" in asked:
        return "webhooks"
    if "v2_events" in asked:
        return "v2_events"
    if "request_logs" in asked:
        return "request_logs"
    raise refusals.invalid(
        "Invalid websocket_features: must include webhooks, v2_events or request_logs.",
        "websocket_features",
    )
