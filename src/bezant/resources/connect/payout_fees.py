"""Payout fees: a platform's price of an instant payout, given back when that comes to nothing."""

from bezant.api.context import Context
from bezant.resources.core.application_fee import ApplicationFee
from bezant.resources.payments.fee_refund import give_back_fee
from bezant.resources.payments.later import Matter


async def given_back(ctx: Context, matter: Matter) -> bool:
    """Give back what is left of the fee, even if the platform comes to owe it."""
    fee = await ctx.load(ApplicationFee, matter.subject, book=ctx.platform_book)
    if not fee.left:
        return False
    await give_back_fee(ctx, fee, fee.left, {}, force="refund")
    return True
