"""Error groups: the digest of the API's errors, by code, operation and account.

So that a platform sees every error that it and its connected accounts meet, without reading the
log. When a group's rate jumps, `api.error_spike` is told.
"""

from typing import NamedTuple

from msgspec import UNSET, Struct, UnsetType

from bezant.api.context import Context
from bezant.api.pages import ListParams, Page, check_cursors
from bezant.api.refusals import no_such
from bezant.api.resource import Resource
from bezant.api.routes import Routes
from bezant.kernel.codec import encode_json, unix_seconds
from bezant.kernel.errors import Forbidden, NotFound
from bezant.ledger.book import HOUSE
from bezant.resources.banks.operator import house_of, is_operator
from bezant.resources.moments import within
from bezant.store import error_groups
from bezant.store.error_groups import ErrorGroupRow, GroupPage


class SpikeRule(NamedTuple):
    """What a spike is, since a day: so many errors within a time, against what is usual.

    At least the setting `error_spike` in the newest `window_minutes` whole minutes, and `factor`
    times the average of the `windows_before` such times before them. Then nothing is told of the
    group for `quiet_minutes`.
    """

    since: str
    window_minutes: int
    windows_before: int
    factor: int
    quiet_minutes: int


RULE = SpikeRule("2026-11-01", window_minutes=5, windows_before=12, factor=5, quiet_minutes=60)


class ErrorSpike(Struct, frozen=True):
    """Errors of a group within a time, in Unix seconds, and how many there were before it.

    `usual` is the average of an equal time, rounded up; `rule` is the day of the rule.
    """

    count: int
    usual: int
    window_start: int
    window_end: int
    rule: str


class ErrorGroup(Resource, tag="error_group"):
    """Errors of one code at one operation, for one account; `created` is when the first came.

    `operation` names the method and the collection where the URL is unknown. `example_request` and
    `message` are of the latest. `account` is null for requests without a known key, which are not
    kept: the server's log alone has the example. `spike` is there in the event that tells of one.
    """

    account: str | None
    code: str
    count: int
    example_request: str
    first_seen: int
    last_seen: int
    message: str
    operation: str
    spike: ErrorSpike | UnsetType = UNSET
    status: int


class ListErrorGroups(ListParams):
    """By what groups are listed; `created` is when their first error came."""

    account: str | None = None
    code: str | None = None
    operation: str | None = None
    unidentified: bool | None = None


routes = Routes(ErrorGroup, "/v1/error_groups", listed=False, retrieved=False)


@routes.get("/v1/error_groups", listing=True, unlogged=True)
async def list_all(ctx: Context, params: ListErrorGroups) -> Page:
    """List groups of errors of the account and its connected ones, the newest kind first.

    Those of requests without a known key are `unidentified`, and the operator's.
    """
    check_cursors(params)
    least, most = within(params.created)
    chosen = {"account": params.account, "code": params.code, "operation": params.operation}
    ask = GroupPage(
        limit=params.limit,
        after=await _cursor(ctx, params.starting_after, "starting_after"),
        before=await _cursor(ctx, params.ending_before, "ending_before"),
        least=least,
        most=most,
        filters={name: value for name, value in chosen.items() if value is not None},
    )
    platform, livemode = _platform(ctx), ctx.livemode
    if params.unidentified:
        await house_of(ctx)
        platform, livemode = HOUSE, False
    async with ctx.runtime.pool.connection() as conn:
        rows, more = await error_groups.page(conn, platform, ask, livemode=livemode)
    return Page([encode_json(shown(row)).decode() for row in rows], more)


@routes.get("/v1/error_groups/{id}", unlogged=True)
async def retrieve(ctx: Context, id: str) -> str:
    """Retrieve a group of errors."""
    row = await _find(ctx, id)
    if row is None:
        raise NotFound(f"No such error_group: '{id[:64]}'", code="resource_missing", param="id")
    return encode_json(shown(row)).decode()


def shown(row: ErrorGroupRow, spike: ErrorSpike | UnsetType = UNSET) -> ErrorGroup:
    """Return a group as the API shows it."""
    return ErrorGroup(
        id=row.id,
        account=None if row.account == HOUSE else row.account,
        code=row.code,
        count=row.errors,
        created=unix_seconds(row.first_seen),
        example_request=row.example,
        first_seen=unix_seconds(row.first_seen),
        last_seen=unix_seconds(row.last_seen),
        livemode=row.livemode,
        message=row.message,
        operation=row.operation,
        spike=spike,
        status=row.status,
    )


def _platform(ctx: Context) -> str:
    """Return whose digest it is; one platform's says nothing of another's keys."""
    if ctx.caller.connected:
        raise Forbidden(
            "The digest is the platform's. Leave the account's header out, and pass `account` to "
            "see the errors of one connected account."
        )
    return ctx.caller.platform


async def _cursor(ctx: Context, name: str | None, param: str) -> ErrorGroupRow | None:
    if name is None:
        return None
    row = await _find(ctx, name)
    if row is None:
        raise no_such("error_group", name, param)
    return row


async def _find(ctx: Context, name: str) -> ErrorGroupRow | None:
    """Return a group of the platform's, or of strangers, which are the operator's."""
    platform, strangers = _platform(ctx), await is_operator(ctx)
    async with ctx.runtime.pool.connection() as conn:
        found = await error_groups.find(conn, platform, name, livemode=ctx.livemode)
        if found is None and strangers:
            found = await error_groups.find(conn, HOUSE, name, livemode=False)
    return found
