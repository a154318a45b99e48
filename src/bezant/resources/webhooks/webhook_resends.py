"""Webhook resends: one event or a range of them, sent to one endpoint again.

A range is sent by a job, in the order of the events. Whoever listens on a command line gets what
is resent, too; without an endpoint, nobody else does.
"""

from typing import Annotated, Literal

from msgspec import Meta

from bezant.api import refusals
from bezant.api.context import Context, created_of
from bezant.api.event_body import V2_PREFIX
from bezant.api.params import Params, RangeQuery
from bezant.api.resource import Resource
from bezant.api.routes import Routes
from bezant.kernel.errors import InvalidRequest, NotFound
from bezant.ledger.book import book_of
from bezant.resources.webhooks import thin
from bezant.resources.webhooks.event_destinations import EventDestination
from bezant.resources.webhooks.event_types import KNOWN, thin_name
from bezant.resources.webhooks.events import Event
from bezant.resources.webhooks.webhook_targets import Target, target_of
from bezant.store import events, feed
from bezant.store.deliveries import with_waiting
from bezant.store.events import EventRow

PREFIX = "wrs"
JOB = "webhook_resend"
_MOST_TYPES = 20
EventName = Annotated[str, Meta(max_length=64)]


class WebhookResend(Resource, tag="webhook_resend"):
    """Events that are sent again: `event`, or those `since` and `until` (Unix seconds, inclusive).

    `count` is known when all are on their way. Of a range, an endpoint gets what it is enabled
    for; with `only_failed`, only what it has not taken before.
    """

    account: str | None = None
    count: int | None = None
    endpoint: str | None = None
    event: str | None = None
    only_failed: bool = False
    since: int | None = None
    status: Literal["pending", "complete"] = "pending"
    types: list[str] | None = None
    until: int | None = None


class CreateWebhookResend(Params):
    """What is sent again, and to which endpoint or destination."""

    created: RangeQuery | None = None
    endpoint: EventName
    event: EventName | None = None
    only_failed: bool | None = None
    types: Annotated[list[str], Meta(min_length=1, max_length=_MOST_TYPES)] | None = None


class RetryEvent(Params):
    """Where an event goes again: to an endpoint, or to whoever listens on a command line."""

    account: Annotated[str, Meta(max_length=64)] | None = None
    for_stripecli: bool | None = None
    webhook_endpoint: EventName | None = None


routes = Routes(WebhookResend, "/v1/webhook_resends", prefix=PREFIX)


@routes.create
async def create(ctx: Context, params: CreateWebhookResend) -> WebhookResend:
    """Send an event again, or those of a time."""
    target = await target_of(ctx, params.endpoint, param="endpoint")
    if (params.event is None) == (params.created is None):
        raise InvalidRequest("Give either `event` or a range, such as `created[gte]`.")
    if params.event is not None:
        _check_form(target, await _found(ctx, params.event, None, param="event"), "event")
        return _made(ctx, endpoint=params.endpoint, event=thin.stored_id(params.event))
    for at, name in enumerate(params.types or []):
        if name not in KNOWN:
            raise refusals.invalid(
                f"Invalid types[{at}]: {refusals.cut(name)} is not the type of a snapshot event.",
                f"types[{at}]",
            )
    since, until = _edges(ctx, params.created)
    return _made(
        ctx,
        endpoint=params.endpoint,
        only_failed=bool(params.only_failed),
        since=since,
        types=params.types,
        until=until,
    )


@routes.post("/v1/events/{id}/retry", returns=Event)
async def retry(ctx: Context, id: str, params: RetryEvent) -> str:
    """Send an event again, as `stripe events resend` asks for it."""
    row = await _found(ctx, id, params.account)
    if row.type.startswith(V2_PREFIX):
        raise NotFound(f"No such event: '{id[:64]}'", param="id")
    if params.webhook_endpoint is not None:
        target = await target_of(ctx, params.webhook_endpoint, param="webhook_endpoint")
        _check_form(target, row, "webhook_endpoint")
    elif not params.for_stripecli:
        raise refusals.missing("webhook_endpoint")
    _made(ctx, endpoint=params.webhook_endpoint, event=row.id, account=params.account)
    return with_waiting(row.body, row.waiting)


def _made(
    ctx: Context,
    *,
    endpoint: str | None,
    event: str | None = None,
    account: str | None = None,
    only_failed: bool = False,
    since: int | None = None,
    types: list[str] | None = None,
    until: int | None = None,
) -> WebhookResend:
    name = ctx.new_id(PREFIX)
    alone = endpoint is None  # Who listens on a command line looks for it; nothing is to be done.
    resend = WebhookResend(
        id=name,
        account=account,
        count=1 if alone else None,
        created=created_of(name),
        endpoint=endpoint,
        event=event,
        livemode=ctx.livemode,
        only_failed=only_failed,
        since=since,
        status="complete" if alone else "pending",
        types=types,
        until=until,
    )
    ctx.create(resend)
    if not alone:
        ctx.enqueue(JOB, {"resend": name})
    return resend


def _check_form(target: Target, event: EventRow, param: str) -> None:
    """Refuse an event that has no form in which the target takes events."""
    thin_only = isinstance(target, EventDestination) and target.event_payload == "thin"
    if thin_only and thin_name(event.type) is None:
        raise refusals.invalid(f"Events of the type {event.type} have no thin form.", param)
    if not thin_only and event.type.startswith(V2_PREFIX):
        raise refusals.invalid(f"Events of the type {event.type} have only a thin form.", param)


def _edges(ctx: Context, created: RangeQuery | None) -> tuple[int, int]:
    """Return the first and the last second of a range, which ends now if it does not say when."""
    assert created is not None, "a range was given"
    firsts = [created.gte] if created.gte is not None else []
    firsts += [created.gt + 1] if created.gt is not None else []
    lasts = [created.lte] if created.lte is not None else []
    lasts += [created.lt - 1] if created.lt is not None else []
    lasts.append(int(ctx.now().timestamp()))
    return max(firsts, default=0), min(lasts)


async def _found(
    ctx: Context, name: str, account: str | None, *, param: str | None = None
) -> EventRow:
    """Return an event of the account, or of one that is connected to it."""
    stored = thin.stored_id(name)
    async with ctx.runtime.pool.connection() as conn:
        connected = await feed.connected(conn, ctx.book.id)
        names = [each for each in connected if account in (None, each)]
        books = [book_of(each, ctx.livemode) for each in names]
        if account in (None, ctx.account):
            books.insert(0, ctx.book)
        row = await events.find_in(conn, [book.id for book in books], stored)
    if row is not None:
        return row
    message = f"No such event: '{name[:64]}'"
    if param is None:
        raise NotFound(message, param="id")
    raise InvalidRequest(message, code="resource_missing", param=param)
