"""The statement of a ledger account: every move on it, with the balances after each."""

from typing import Literal

from bezant.api.context import Context
from bezant.api.pages import ListParams, Page, check_cursors
from bezant.api.params import LAST_TIMESTAMP, RangeQuery
from bezant.api.resource import Resource
from bezant.api.routes import Routes
from bezant.kernel.codec import base62, from_base62, unix_seconds
from bezant.kernel.errors import InvalidRequest
from bezant.ledger.chart import account_id
from bezant.ledger.history import LAST_VERSION, Line, StatementPage, statement
from bezant.resources.ledger.account import LedgerAccount, load_account
from bezant.resources.ledger.account_ids import account_name
from bezant.resources.ledger.times import first_moment, last_moment

PATH = "/v1/ledger/accounts/{id}/statement"
_MARK = "lsl_"
_WIDTH = 22
_VERSION_BITS = 63


class StatementLine(Resource, tag="ledger.statement_line"):
    """One move on an account, in minor units with the sign it has on the account's normal side.

    `posted` and `available` are the account's balances after it. Pending and released moves
    change only what is available, and that only where money would leave.
    """

    account: str
    amount: int
    available: int
    counterparty: str
    currency: str
    description: str | None
    effective_at: int
    entry: str
    phase: Literal["posted", "pending", "released"]
    posted: int
    source: str | None
    type: str


class ReadStatement(ListParams):
    """What lists take; `created` is when a move was recorded."""


routes = Routes(StatementLine, PATH, listed=False, retrieved=False)


@routes.get(PATH, listing=True)
async def statement_lines(ctx: Context, name: str, params: ReadStatement) -> Page:
    """Read an account's moves with the balances after each, newest first."""
    account = await load_account(ctx, name)
    check_cursors(params)
    number = account.number(ctx.book)
    ask = _ask(number, params)
    if ask is None:
        return Page([])
    async with ctx.runtime.pool.connection() as conn:
        lines, more = await statement(conn, ctx.book, number, ask)
    return Page([ctx.encoded(_shown(ctx, account, number, line)) for line in lines], more)


def _ask(number: int, params: ReadStatement) -> StatementPage | None:
    """Return the page that is asked for, or None where no time is left between the bounds."""
    created = RangeQuery.of(params.created) or RangeQuery()
    since = [created.gte, None if created.gt is None else created.gt + 1]
    until = [created.lte, None if created.lt is None else created.lt - 1]
    first = max((second for second in since if second is not None), default=None)
    last = min((second for second in until if second is not None), default=None)
    if (last is not None and last < (first or 0)) or (first or 0) > LAST_TIMESTAMP:
        return None
    return StatementPage(
        limit=params.limit,
        after=_version(number, params.starting_after, "starting_after"),
        before=_version(number, params.ending_before, "ending_before"),
        since=None if first is None else first_moment(first),
        until=None if last is None else last_moment(last),
    )


def _line_name(number: int, version: int) -> str:
    """Return the id of a line: the account's number and the version it led to."""
    return _MARK + base62(number << _VERSION_BITS | version, _WIDTH)


def _version(number: int, name: str | None, param: str) -> int | None:
    """Return the version of a line of this account; InvalidRequest for any other text."""
    if name is None:
        return None
    digits = name.removeprefix(_MARK)
    try:
        packed = from_base62(digits) if len(digits) == _WIDTH else -1
    except ValueError:
        packed = -1
    if packed >> _VERSION_BITS != number or name != _MARK + digits:
        raise InvalidRequest(
            f"No such line of this account's statement: '{name[:64]}'",
            code="resource_missing",
            param=param,
        )
    return packed & LAST_VERSION


def _shown(ctx: Context, account: LedgerAccount, number: int, line: Line) -> StatementLine:
    return StatementLine(
        id=_line_name(number, line.version),
        created=unix_seconds(line.recorded_at),
        livemode=ctx.livemode,
        account=account.id,
        amount=line.amount,
        available=line.available,
        counterparty=account_name(ctx.book, account_id(line.other, account.currency)),
        currency=account.currency,
        description=line.description,
        effective_at=unix_seconds(line.effective_at),
        entry=line.entry,
        phase=line.phase,
        posted=line.posted,
        source=None if line.source == line.entry else line.source,
        type=line.kind,
    )
