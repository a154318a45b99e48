"""The end of coupons and of what they have given: nobody can redeem them, or a discount is over.

What is redeemed looks at the clock itself; these jobs see to it that what is shown says the same.
"""

from bezant.api.context import Context
from bezant.kernel.codec import decode_json, unix_seconds
from bezant.resources.core.coupon import CLOSE_JOB, Coupon
from bezant.resources.core.customer import Customer
from bezant.resources.core.customer_discount import drop
from bezant.resources.core.discount import Discount, ended
from bezant.resources.core.later import Matter, later
from bezant.resources.core.promotion_code import PromotionCode
from bezant.store.objects import Page

_AT_ONCE = 100


async def closed(ctx: Context, matter: Matter) -> bool:
    """Let no promotion code of a coupon be active once nobody can redeem it."""
    now = unix_seconds(ctx.now())
    coupon = await ctx.find(Coupon, matter.subject)
    if coupon is not None:
        if coupon.redeemable(now):
            return False
        ctx.save(coupon, valid=False)
    codes = await active_codes(ctx, matter.subject, _AT_ONCE)
    for code in codes:
        ctx.save(code, active=False, event="promotion_code.updated")
    if len(codes) == _AT_ONCE:
        later(ctx, CLOSE_JOB, matter.subject, ctx.book, matter.platform)
    return True


async def expired(ctx: Context, matter: Matter) -> bool:
    """Let a promotion code be inactive whose time is over."""
    code = await ctx.find(PromotionCode, matter.subject)
    if code is None or not code.active or code.redeemable(unix_seconds(ctx.now())):
        return False
    ctx.save(code, active=False, event="promotion_code.updated")
    return True


async def discount_over(ctx: Context, matter: Matter) -> bool:
    """Take a discount whose time is over from the customer that has it."""
    discount = await ctx.find(Discount, matter.subject)
    if discount is None or not ended(discount, unix_seconds(ctx.now())):
        return False
    customer = await ctx.find(Customer, discount.customer or "")
    if customer is None or customer.discount is None or customer.discount.id != discount.id:
        return False
    drop(ctx, customer, discount)
    return True


async def active_codes(ctx: Context, coupon: str, limit: int) -> list[PromotionCode]:
    """Return promotion codes of a coupon that are active."""
    ask = Page(limit=limit, filters={"source": coupon, "status": "true"})
    bodies, _ = await ctx.page(PromotionCode, ask)
    names = [decode_json(body, PromotionCode).id for body in bodies]
    found = await ctx.load_many(PromotionCode, names)
    return [code for code in found.values() if code.active]
