"""Payout fees: a platform's price of an instant payout, given back when that comes to nothing."""

from bezant.api.context import Context
from bezant.resources.core.application_fee import ApplicationFee
from bezant.resources.core.instant_advances import KEPT, undo_ahead
from bezant.resources.core.later import Matter
from bezant.resources.core.payout import Payout
from bezant.resources.payments.fee_refund import give_back_fee


async def given_back(ctx: Context, matter: Matter) -> bool:
    """Give back what is left of the fee, even if the platform comes to owe it.

    With it the account can undo all that was taken ahead for the payout.
    """
    payout = await ctx.load(Payout, matter.subject)
    assert payout.application_fee, "the job is about a payout that had a fee"
    fee = await ctx.load(ApplicationFee, payout.application_fee, book=ctx.platform_book)
    hidden = ctx.hidden(payout)
    if not fee.left and not hidden.get(KEPT):
        return False
    if fee.left:
        await give_back_fee(ctx, fee, fee.left, {}, force="refund")
    undo_ahead(ctx, hidden, payout.currency, payout.id, ctx.book)
    ctx.save(payout, hidden=hidden)
    return True
