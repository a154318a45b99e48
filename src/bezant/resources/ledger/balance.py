"""The balance of a ledger account: now, as it was known at a moment, or by effective date."""

from msgspec import UNSET, Struct

from bezant.api.context import Context
from bezant.api.params import Params, Timestamp
from bezant.api.routes import Routes
from bezant.kernel.codec import encode_json
from bezant.ledger.history import AsOf, as_of
from bezant.resources.ledger.account import LedgerAccount, load_account, with_balances
from bezant.resources.ledger.times import last_moment


class ReadBalance(Params):
    """The two times, each to the end of its second.

    `at` leaves out what was recorded later, `effective_at` what takes effect later.
    """

    at: Timestamp | None = None
    effective_at: Timestamp | None = None


class AccountBalance(Struct, tag_field="object", tag="ledger.account_balance", kw_only=True):
    """What an account holds, on its normal side, in minor units; null is what no one can tell.

    Of the past, `pending_in` is not kept. Holds take no effect at a date, so by effective date
    only `posted` is known.
    """

    account: str
    at: int | None
    available: int | None
    currency: str
    effective_at: int | None
    livemode: bool
    pending_in: int | None
    pending_out: int | None
    posted: int


routes = Routes(LedgerAccount, "/v1/ledger/accounts", listed=False, retrieved=False)


@routes.get("/v1/ledger/accounts/{id}/balance", returns=None)
async def balance(ctx: Context, name: str, params: ReadBalance) -> str:
    """Read what an account held at a moment, as it was known then, took effect, or both."""
    account = await load_account(ctx, name)
    if params.at is None and params.effective_at is None:
        shown = await _now(ctx, account)
    else:
        shown = _past(account, params, await _as_of(ctx, account, params))
    return encode_json(shown).decode()


async def _now(ctx: Context, account: LedgerAccount) -> AccountBalance:
    (read,) = await with_balances(ctx, [account])
    assert read.balances is not UNSET, "balances have been read"
    return AccountBalance(
        account=account.id,
        at=None,
        available=read.balances.available,
        currency=account.currency,
        effective_at=None,
        livemode=account.livemode,
        pending_in=read.balances.pending_in,
        pending_out=read.balances.pending_out,
        posted=read.balances.posted,
    )


def _past(account: LedgerAccount, params: ReadBalance, found: AsOf) -> AccountBalance:
    held = None if found.available is None else found.posted - found.available
    return AccountBalance(
        account=account.id,
        at=params.at,
        available=found.available,
        currency=account.currency,
        effective_at=params.effective_at,
        livemode=account.livemode,
        pending_in=None,
        pending_out=held,
        posted=found.posted,
    )


async def _as_of(ctx: Context, account: LedgerAccount, params: ReadBalance) -> AsOf:
    number = account.number(ctx.book)
    known, effective = (
        None if second is None else last_moment(second)
        for second in (params.at, params.effective_at)
    )
    async with ctx.runtime.pool.connection() as conn:
        found = await as_of(conn, ctx.book, number, known=known, effective=effective)
    if found is None:  # An account without a move is not in the ledger yet.
        return AsOf(0, 0, 0 if params.effective_at is None else None)
    return found
