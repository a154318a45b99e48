"""Request logs: what was asked of the API, by whom, and how it ended."""

from datetime import datetime

from msgspec import Raw

from bezant.api.context import Context
from bezant.api.pages import ListParams, Page, check_cursors
from bezant.api.params import RangeQuery
from bezant.api.resource import Resource
from bezant.api.routes import Routes
from bezant.kernel.codec import encode_json, from_microseconds, unix_seconds
from bezant.kernel.errors import InvalidRequest, NotFound
from bezant.store import request_log
from bezant.store.request_log import LoggedRequest, LogPage

_SECOND = 1_000_000


class RequestRecord(Resource, tag="request_log"):
    """A request to the API; `parameters` are without secrets, `duration_micros` is its time."""

    account: str
    duration_micros: int
    error_code: str | None
    idempotency_key: str | None
    key: str
    method: str
    parameters: Raw | None
    path: str
    status: int


routes = Routes(RequestRecord, "/v1/request_logs", listed=False, retrieved=False)


@routes.get("/v1/request_logs", listing=True)
async def list_all(ctx: Context, params: ListParams) -> Page:
    """List requests, newest first."""
    check_cursors(params)
    asked = RangeQuery.of(params.created) or RangeQuery()
    ask = LogPage(
        limit=params.limit,
        after=await _cursor(ctx, params.starting_after, "starting_after"),
        before=await _cursor(ctx, params.ending_before, "ending_before"),
        least=_latest(_moment(asked.gte), _moment(asked.gt, 1)),
        most=_earliest(_moment(asked.lt), _moment(asked.lte, 1)),
    )
    async with ctx.runtime.pool.connection() as conn:
        rows, more = await request_log.page(conn, ctx.book.id, ask)
    return Page([_shown(ctx, row) for row in rows], more)


@routes.get("/v1/request_logs/{id}")
async def retrieve(ctx: Context, id: str) -> str:
    """Retrieve a request by the id that its answer carried."""
    row = await _find(ctx, id)
    if row is None:
        raise NotFound(f"No such request: '{id[:64]}'", param="id")
    return _shown(ctx, row)


async def _cursor(ctx: Context, name: str | None, param: str) -> LoggedRequest | None:
    if name is None:
        return None
    row = await _find(ctx, name)
    if row is None:
        raise InvalidRequest(
            f"No such request: '{name[:64]}'", code="resource_missing", param=param
        )
    return row


async def _find(ctx: Context, name: str) -> LoggedRequest | None:
    async with ctx.runtime.pool.connection() as conn:
        return await request_log.find(conn, ctx.book.id, name)


def _moment(second: int | None, over: int = 0) -> datetime | None:
    return None if second is None else from_microseconds((second + over) * _SECOND)


def _latest(*moments: datetime | None) -> datetime | None:
    return max((moment for moment in moments if moment is not None), default=None)


def _earliest(*moments: datetime | None) -> datetime | None:
    return min((moment for moment in moments if moment is not None), default=None)


def _shown(ctx: Context, row: LoggedRequest) -> str:
    parameters = None if row.parameters is None else Raw(row.parameters.encode())
    return encode_json(
        RequestRecord(
            id=row.id,
            account=row.account,
            created=unix_seconds(row.created),
            duration_micros=row.micros,
            error_code=row.code,
            idempotency_key=row.idempotency_key,
            key=row.key,
            livemode=ctx.livemode,
            method=row.method,
            parameters=parameters,
            path=row.path,
            status=row.status,
        )
    ).decode()
