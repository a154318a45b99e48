"""Unclaimed money: what came in and nobody expected, until it is claimed or sent back."""

from bezant.api.context import Context
from bezant.api.pages import ListParams, Page, page_of
from bezant.api.params import Params
from bezant.api.routes import Routes
from bezant.kernel.errors import NotFound
from bezant.ledger.book import book_of
from bezant.movement import errand, received
from bezant.movement.movement import Movement
from bezant.reconcile.book import BankStatementLine
from bezant.resources.banks.operator import house_of

PATH = "/v1/movements/unclaimed"


class Claim(Params):
    """Whose it is: the `movement` that expects it, and the `account` that it belongs to."""

    account: str
    movement: str


class SendBack(Params):
    """Why it is sent back: the network's code where the rail wants one."""

    reason: str | None = None


routes = Routes(Movement, PATH, prefix="mv", listed=False, retrieved=False)


@routes.get(PATH, listing=True)
async def list_unclaimed(ctx: Context, params: ListParams) -> Page:
    """List money that came in and belongs to nobody yet, newest first."""
    house = await house_of(ctx)
    return await page_of(house, Movement, "mv", params, {"status": "received"})


@routes.post(PATH + "/{id}/claim")
async def claim(ctx: Context, id: str, params: Claim) -> Movement:
    """Give what came in to whoever expects exactly that sum, such as a top-up."""
    await house_of(ctx)
    arrived = await ctx.load(Movement, id, book=ctx.house)
    owner = await _owner(ctx, params.account)
    expected = await ctx.load(
        Movement, params.movement, param="movement", book=book_of(owner, ctx.livemode)
    )
    settled = await received.claim(ctx, arrived, expected)
    line = arrived.facts[0].statement_line
    if line is not None:
        found = await ctx.load(BankStatementLine, line, book=ctx.house)
        ctx.save(found, status="matched", explained_by=expected.id, rule="claimed")
    return settled


@routes.post(PATH + "/{id}/return")
async def return_(ctx: Context, id: str, params: SendBack) -> Movement:
    """Send what came in back to where it is from; returns the movement that does."""
    await house_of(ctx)
    arrived = await ctx.load(Movement, id, book=ctx.house)
    return errand.about(ctx, arrived, "return", reason=params.reason or "")


async def _owner(ctx: Context, account: str) -> str:
    """Return an account of the operator's platform: itself, or one that is connected to it."""
    if account == ctx.account:
        return account
    row = await ctx.runtime.reader.get(ctx.book.id, "account", account)
    if row is None or row.deleted:
        raise NotFound(f"No such account: '{account[:64]}'", param="account")
    return account
