"""Whether a coupon can be redeemed: in time, often enough, by whom, and for what is bought.

Whoever pays on a page claims the redemption before a bank is asked for money, so that nobody is
charged a price for which there was none left. Those who claim count as if they had redeemed it.
"""

from typing import Any, NamedTuple, TypeVar

from bezant.api.context import Context
from bezant.kernel.codec import unix_seconds
from bezant.kernel.errors import InvalidRequest
from bezant.kernel.money import Money
from bezant.resources.core.coupon import CLOSE_JOB, Coupon
from bezant.resources.core.first_purchase import has_bought
from bezant.resources.core.later import later
from bezant.resources.core.promotion_code import PromotionCode

EXPIRED = "coupon_expired"
R = TypeVar("R", bound=Coupon | PromotionCode)
_CLAIMS = "claims"
"""Where hidden parts have the names of those who are redeeming it and have not done so yet."""


class Offer(NamedTuple):
    """A coupon, and the promotion code by which it is redeemed, if it is by one."""

    coupon: Coupon
    code: PromotionCode | None = None

    @property
    def limited(self) -> bool:
        """Whether it can be redeemed only so often."""
        return any(each is not None and each.max_redemptions is not None for each in self)


class Asked(NamedTuple):
    """Who redeems something, and for what purchase, where that is known.

    `claimant` is the name under which it may have been claimed before.
    """

    customer: str | None = None
    purchase: Money | None = None
    claimant: str | None = None


async def offer_of(
    ctx: Context, coupon: str | None, promotion_code: str | None, asked: Asked, param: str
) -> Offer:
    """Return what is to be redeemed; InvalidRequest, of `param`, says why it can't be."""
    code = None
    if promotion_code is not None:
        code = await _known(ctx, PromotionCode, promotion_code, param)
        await _check_code(ctx, code, asked, param)
        coupon = code.coupon
    assert coupon is not None, "there is something to redeem"
    found = await _known(ctx, Coupon, coupon, param)
    _check(ctx, found, asked, param)
    return Offer(found, code)


def redeemed(ctx: Context, offer: Offer) -> Offer:
    """Count the redemption of an offer; the last one ends it."""
    coupon, code = offer
    return Offer(count(ctx, coupon), code and count(ctx, code))


def count(ctx: Context, thing: R, claimant: str | None = None) -> R:
    """Count a redemption, which was perhaps claimed before; returns what it is now."""
    times = thing.times_redeemed + 1
    last = times == thing.max_redemptions
    hidden = _without(ctx, thing, claimant)
    changes: dict[str, Any] = {"times_redeemed": times}
    if last:
        changes["active" if isinstance(thing, PromotionCode) else "valid"] = False
    if last and isinstance(thing, Coupon):
        later(ctx, CLOSE_JOB, thing.id, ctx.book, ctx.caller.platform)
    return ctx.save(thing, hidden=hidden, **changes)


def claim(ctx: Context, offer: Offer, claimant: str) -> None:
    """Keep a redemption of what is limited for somebody who is about to pay."""
    for each in offer:
        if each is not None and each.max_redemptions is not None:
            claims = [*_without(ctx, each, claimant)[_CLAIMS], claimant]
            ctx.save(each, hidden=ctx.hidden(each) | {_CLAIMS: claims})


def let_go(ctx: Context, thing: Coupon | PromotionCode, claimant: str) -> None:
    """Let somebody else redeem what somebody has claimed, if they have."""
    if claimant in _claims(ctx, thing):
        ctx.save(thing, hidden=_without(ctx, thing, claimant))


async def _known(
    ctx: Context, kind: type[Coupon] | type[PromotionCode], name: str, param: str
) -> Any:
    return ctx.made(kind, name) or await ctx.load(kind, name, param=param)


def _claims(ctx: Context, thing: Coupon | PromotionCode) -> list[str]:
    return ctx.hidden(thing).get(_CLAIMS, [])


def _without(ctx: Context, thing: Coupon | PromotionCode, claimant: str | None) -> dict[str, Any]:
    left = [each for each in _claims(ctx, thing) if each != claimant]
    return ctx.hidden(thing) | {_CLAIMS: left}


def _is_claimed(ctx: Context, thing: Coupon | PromotionCode, claimant: str | None) -> bool:
    """Tell whether others are about to redeem all that is left."""
    if thing.max_redemptions is None:
        return False
    others = [each for each in _claims(ctx, thing) if each != claimant]
    return thing.times_redeemed + len(others) >= thing.max_redemptions


def _check(ctx: Context, coupon: Coupon, asked: Asked, param: str) -> None:
    if not coupon.redeemable(unix_seconds(ctx.now())):
        why = "has been redeemed as often as it may be" if coupon.used_up else "has expired"
        raise InvalidRequest(
            f"The coupon {coupon.id} {why}: use another one.", code=EXPIRED, param=param
        )
    if _is_claimed(ctx, coupon, asked.claimant):
        raise _being_redeemed(f"coupon {coupon.id}", param)
    currency = asked.purchase.currency if asked.purchase else None
    if currency is not None and not coupon.takes_off(currency):
        raise InvalidRequest(
            f"The coupon {coupon.id} takes off an amount in {coupon.currency}, and nothing in "
            f"{currency}: send `currency_options[{currency}]` to POST /v1/coupons/{coupon.id}.",
            param=param,
        )


def _being_redeemed(what: str, param: str) -> InvalidRequest:
    return InvalidRequest(
        f"Somebody else is redeeming the {what} for the last time at this moment. Try again in a "
        "while.",
        code=EXPIRED,
        param=param,
    )


async def _check_code(ctx: Context, code: PromotionCode, asked: Asked, param: str) -> None:
    if not code.redeemable(unix_seconds(ctx.now())):
        raise InvalidRequest(
            f"The promotion code {code.code} is not active any more: use another one.",
            code=EXPIRED,
            param=param,
        )
    if _is_claimed(ctx, code, asked.claimant):
        raise _being_redeemed(f"promotion code {code.code}", param)
    if code.customer not in (None, asked.customer):
        raise InvalidRequest(
            f"The promotion code {code.code} is for the customer {code.customer} alone.",
            param=param,
        )
    _check_minimum(code, asked.purchase, param)
    known = asked.customer if code.restrictions.first_time_transaction else None
    if known is not None and await has_bought(ctx, known):
        raise InvalidRequest(
            f"The promotion code {code.code} is for a first purchase, and {known} has bought "
            "something before.",
            param=param,
        )


def _check_minimum(code: PromotionCode, purchase: Money | None, param: str) -> None:
    if code.restrictions.minimum_amount is None:
        return
    if purchase is None:
        raise InvalidRequest(
            f"The promotion code {code.code} is for purchases of at least a minimum amount: it "
            "can be redeemed where something is bought, and not ahead.",
            param=param,
        )
    least = code.restrictions.least(purchase.currency)
    if least is not None and purchase.amount >= least:
        return
    wanted = "an amount in another currency" if least is None else Money(least, purchase.currency)
    raise InvalidRequest(
        f"The promotion code {code.code} is for purchases of at least {wanted}.", param=param
    )
