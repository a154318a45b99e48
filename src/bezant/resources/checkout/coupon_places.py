"""The coupon of a session: claimed before anybody is asked for money, redeemed when that is done.

As with the places of a link, nobody is charged a price that was not to be had any more. A claim is
given back when the payment fails, or when the session's time is over.
"""

from msgspec.structs import replace

from bezant.api.context import Context
from bezant.kernel.codec import decode_json
from bezant.resources.checkout.line_item import LineItem, TakenOff, items_under
from bezant.resources.checkout.session import (
    Breakdown,
    CheckoutSession,
    SessionDiscount,
    TotalDetails,
    kept_of,
)
from bezant.resources.core.coupon import Coupon
from bezant.resources.core.discount import Discount, given
from bezant.resources.core.promotion_code import PromotionCode
from bezant.resources.core.redeemable import Offer, count, let_go


def coupon_of_session(ctx: Context, session: CheckoutSession) -> Coupon | None:
    """Return the coupon that makes a session cheaper, as it was when the price was made."""
    stored = kept_of(ctx, session).coupon
    return decode_json(stored, Coupon) if stored else None


def named_by(offer: Offer) -> tuple[SessionDiscount, ...]:
    """Return what a session shows of what makes it cheaper."""
    code = offer.code
    return (SessionDiscount(None if code else offer.coupon.id, code.id if code else None),)


async def let_go_coupon(ctx: Context, session: CheckoutSession) -> None:
    """Let somebody else redeem what a session has claimed, if it has."""
    for each in await _standing(ctx, session):
        let_go(ctx, each, session.id)


async def redeem_coupon(
    ctx: Context, session: CheckoutSession, customer: str | None
) -> TotalDetails | None:
    """Redeem what has made a session cheaper that has been paid for, whoever has ended it since.

    Returns what the session's total is made of now.
    """
    coupon, details = coupon_of_session(ctx, session), session.total_details
    if coupon is None or details is None:
        return details
    standing = await _standing(ctx, session)
    for each in standing:
        count(ctx, each, session.id)
    code = next((each for each in standing if isinstance(each, PromotionCode)), None)
    discount = given(ctx, Offer(coupon, code), checkout_session=session.id, customer=customer)
    return await name_discount(ctx, session, details, discount)


async def name_discount(
    ctx: Context, session: CheckoutSession, details: TotalDetails, discount: Discount
) -> TotalDetails:
    """Let a session's lines say by which discount they were cheaper; returns it of the whole."""
    names = [item.id for item in await items_under(ctx, session.id)]
    for item in (await ctx.load_many(LineItem, names)).values():
        ctx.save(item, discounts=(TakenOff(item.amount_discount, discount),))
    whole = TakenOff(details.amount_discount, discount)
    return replace(details, breakdown=Breakdown((whole,)))


async def _standing(ctx: Context, session: CheckoutSession) -> list[Coupon | PromotionCode]:
    """Return what of a session's coupon and promotion code there still is, as it is now."""
    was = coupon_of_session(ctx, session)
    if was is None:
        return []
    coupon = await ctx.find(Coupon, was.id)
    shown = (session.discounts or (SessionDiscount(),))[0]
    code = await ctx.find(PromotionCode, shown.promotion_code) if shown.promotion_code else None
    again = coupon is not None and coupon.created != was.created  # Another one, of the same id.
    return [each for each in (None if again else coupon, code) if each is not None]
