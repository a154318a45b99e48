"""Request logs: what was asked of the API, by whom, and how it ended.

A program gets a request as JSON. A browser gets it as a page: `request_log_url` leads here.
"""

from typing import Annotated, Literal

from msgspec import Meta, Raw

from bezant.api.context import Context
from bezant.api.pages import ListParams, Page, check_cursors
from bezant.api.params import Params
from bezant.api.refusals import no_such
from bezant.api.resource import Resource
from bezant.api.routes import Routes
from bezant.kernel.codec import encode_json, unix_seconds
from bezant.kernel.errors import InvalidRequest, NotFound
from bezant.ledger.book import book_of
from bezant.resources.core.owners import Owner
from bezant.resources.moments import within
from bezant.resources.request_page import page
from bezant.store import request_log
from bezant.store.request_log import LoggedRequest, LogPage


class RequestRecord(Resource, tag="request_log"):
    """A request to the API; `parameters` and `answer` are without secrets.

    `objects` are those that it named in its path or wrote, `duration_micros` is its time. An
    `operation` of null is a URL that there is not. The answers of reads are not kept.
    """

    account: str
    answer: Raw | None
    duration_micros: int
    error_code: str | None
    idempotency_key: str | None
    key: str
    method: str
    objects: list[str]
    operation: str | None
    parameters: Raw | None
    path: str
    status: int


class ListRequestLogs(ListParams):
    """By what requests are listed; `object` is what they were about, `failed` an answer of 400 up.

    An object and a failure are found by an index, the rest by looking through the list.
    """

    error_code: str | None = None
    failed: bool | None = None
    key: str | None = None
    method: Literal["DELETE", "GET", "POST"] | None = None
    object: str | None = None
    path: str | None = None
    status: Annotated[int, Meta(ge=200, le=599)] | None = None


class RetrieveRequestLog(Params):
    """Whose request it is: a browser sends no header that says so."""

    account: str | None = None


routes = Routes(RequestRecord, "/v1/request_logs", listed=False, retrieved=False)


@routes.get("/v1/request_logs", listing=True, unlogged=True)
async def list_all(ctx: Context, params: ListRequestLogs) -> Page:
    """List requests, newest first."""
    check_cursors(params)
    least, most = within(params.created)
    ask = LogPage(
        limit=params.limit,
        after=await _cursor(ctx, params.starting_after, "starting_after"),
        before=await _cursor(ctx, params.ending_before, "ending_before"),
        least=least,
        most=most,
        filters=_filters(params),
        failed=params.failed is True,
    )
    async with ctx.runtime.pool.connection() as conn:
        rows, more = await request_log.page(conn, ctx.book.id, ask)
    return Page([_shown(ctx, row) for row in rows], more)


@routes.get("/v1/request_logs/{id}", page=page, unlogged=True)
async def retrieve(ctx: Context, id: str, params: RetrieveRequestLog) -> str:
    """Retrieve a request by the id it was told; one of a connected account by naming that."""
    row = await _find(ctx, id, params.account)
    if row is None:
        raise NotFound(
            f"No such request: '{id[:64]}'. It is another account's, is not written yet, or is "
            f"older than {request_log.KEPT_DAYS} days.",
            param="id",
        )
    return _shown(ctx, row)


def _filters(params: ListRequestLogs) -> dict[str, str | int]:
    if params.failed is False:
        raise InvalidRequest("Leave `failed` out to see every request.", param="failed")
    chosen = {
        "object": params.object,
        "method": params.method,
        "path": params.path,
        "status": params.status,
        "key": params.key,
        "code": params.error_code,
    }
    return {name: value for name, value in chosen.items() if value is not None}


async def _cursor(ctx: Context, name: str | None, param: str) -> LoggedRequest | None:
    if name is None:
        return None
    row = await _find(ctx, name)
    if row is None:
        raise no_such("request", name, param)
    return row


async def _find(ctx: Context, name: str, account: str | None = None) -> LoggedRequest | None:
    book = ctx.book
    if account is not None and account != ctx.account:
        if ctx.caller.connected or not await _connected(ctx, account):
            return None
        book = book_of(account, ctx.livemode)
    async with ctx.runtime.pool.connection() as conn:
        return await request_log.find(conn, [book.id], name)


async def _connected(ctx: Context, account: str) -> bool:
    return await ctx.find(Owner, account, book=ctx.platform_book) is not None


def _shown(ctx: Context, row: LoggedRequest) -> str:
    return encode_json(
        RequestRecord(
            id=row.id,
            account=row.account,
            answer=_raw(row.answer),
            created=unix_seconds(row.created),
            duration_micros=row.micros,
            error_code=row.code,
            idempotency_key=row.idempotency_key,
            key=row.key,
            livemode=ctx.livemode,
            method=row.method,
            objects=list(row.objects),
            operation=row.operation,
            parameters=_raw(row.parameters),
            path=row.path,
            status=row.status,
        )
    ).decode()


def _raw(text: str | None) -> Raw | None:
    return None if text is None else Raw(text.encode())
