"""The discount object: a coupon that was redeemed, for whom, for what and for how long.

It keeps the coupon as it was when it was redeemed, so that neither its changes nor its end matter
to who has it.
"""

from collections.abc import Sequence
from typing import Any, ClassVar, Literal, TypedDict, Unpack

from msgspec import UNSET, Struct, UnsetType

from bezant.api.context import Context
from bezant.api.params import Params, Unset
from bezant.api.resource import Expands, Identified
from bezant.kernel.codec import decode_json, unix_seconds
from bezant.kernel.errors import InvalidRequest
from bezant.kernel.money import Money
from bezant.resources.core.coupon import CLOSE_JOB, Coupon
from bezant.resources.core.first_purchase import has_bought
from bezant.resources.core.later import later
from bezant.resources.core.months import months_later
from bezant.resources.core.promotion_code import PromotionCode

MOST = 20
"""How many discounts an object can have."""
OVER_JOB = "discounts.end"
"""Takes a discount whose time is over from the customer that has it."""
_COUPON = "coupon"
_EXPIRED = "coupon_expired"


class Source(Struct, frozen=True):
    """What it came of."""

    coupon: str
    type: Literal["coupon"] = "coupon"


class Discount(Identified, tag="discount"):
    """What is taken off; `start` and `end` are in Unix seconds, without an end it goes on."""

    expands: ClassVar[Expands] = {
        "customer": ("customer",),
        "promotion_code": ("promotion_code",),
        "source.coupon": ("coupon",),
    }

    checkout_session: str | None = None
    customer: str | None = None
    customer_account: str | None = None
    deleted: Literal[True] | UnsetType = UNSET
    end: int | None = None
    invoice: str | None = None
    invoice_item: str | None = None
    promotion_code: str | None = None
    source: Source
    start: int
    subscription: str | None = None
    subscription_item: str | None = None


class DiscountParams(Params):
    """A discount to give: by a coupon, by a promotion code, or one that is there already."""

    coupon: str | None = None
    discount: str | None = None
    promotion_code: str | None = None


class Where(TypedDict, total=False):
    """The objects that have a discount, by their ids."""

    checkout_session: str | None
    customer: str | None
    customer_account: str | None
    invoice: str | None
    invoice_item: str | None
    subscription: str | None
    subscription_item: str | None


async def redeem(
    ctx: Context,
    coupon: str | None = None,
    *,
    promotion_code: str | None = None,
    purchase: Money | None = None,
    currency: str | None = None,
    event: str = "customer.discount.created",
    param: str,
    **where: Unpack[Where],
) -> Discount:
    """Redeem a coupon, by its id or by a promotion code's, and return the discount it gives.

    `purchase` is what is bought, where that is known, or at least its `currency`. `event` is told
    unless the discount is for one purchase alone. InvalidRequest names `param`, which is where
    the coupon or promotion code was sent.
    """
    code = None
    if promotion_code is not None:
        code = await _known(ctx, PromotionCode, promotion_code, param)
        await _check_code(ctx, code, purchase, where.get("customer"), param)
        coupon = code.coupon
    assert coupon is not None, "there is something to redeem"
    found = await _known(ctx, Coupon, coupon, param)
    _check(ctx, found, purchase.currency if purchase else currency, param)
    if code is not None:
        times = code.times_redeemed + 1
        over = times == code.max_redemptions
        ctx.save(code, times_redeemed=times, active=not over)
    times = found.times_redeemed + 1
    found = ctx.save(found, times_redeemed=times, valid=times != found.max_redemptions)
    if not found.valid:
        later(ctx, CLOSE_JOB, found.id, ctx.book, ctx.caller.platform)
    return _made(ctx, found, code, where, event)


async def discounts_of(
    ctx: Context,
    sent: Sequence[DiscountParams] | Unset | None,
    *,
    purchase: Money | None = None,
    currency: str | None = None,
    param: str = "discounts",
    **where: Unpack[Where],
) -> list[Discount]:
    """Return the discounts that somebody sends, in order; those of coupons are redeemed now."""
    if sent and len(sent) > MOST:
        raise InvalidRequest(f"An object can have at most {MOST} discounts.", param=param)
    found: list[Discount] = []
    for at, each in enumerate(sent or ()):
        place = f"{param}[{at}]"
        name, value = _chosen(each, place)
        place = f"{place}[{name}]"
        if name == "discount":
            discount = await _standing(ctx, value, where.get("customer"), place)
        else:
            asked: dict[str, Any] = {name: value}
            discount = await redeem(
                ctx, **asked, purchase=purchase, currency=currency, param=place, **where
            )
        if any(discount.source == other.source for other in found):
            raise InvalidRequest(
                f"The coupon {discount.source.coupon} is there already: redeem it once.",
                param=place,
            )
        found.append(discount)
    return found


async def discounts_named(ctx: Context, names: Sequence[str]) -> list[Discount]:
    """Return discounts by their ids, in this order."""
    made = {name: found for name in names if (found := ctx.made(Discount, name)) is not None}
    missing = [name for name in names if name not in made]
    found = made | (await ctx.load_many(Discount, missing) if missing else {})
    return [found[name] for name in names]


def coupon_of(ctx: Context, discount: Discount) -> Coupon:
    """Return a discount's coupon as it was redeemed; the discount was loaded or made here."""
    return decode_json(ctx.hidden(discount)[_COUPON], Coupon)


def ended(discount: Discount, at: int) -> bool:
    """Tell whether a discount is over at a moment (Unix seconds)."""
    return discount.end is not None and discount.end <= at


def lasts(ctx: Context, discount: Discount) -> bool:
    """Tell whether a discount is for more than one invoice; one that is not ends with its first."""
    return coupon_of(ctx, discount).duration != "once"


def end(ctx: Context, discount: Discount) -> Discount:
    """Take a discount away from who has it: it is over now, and what it took off stays."""
    return ctx.save(discount, end=unix_seconds(ctx.now()), event="customer.discount.deleted")


async def _known(
    ctx: Context, kind: type[Coupon] | type[PromotionCode], name: str, param: str
) -> Any:
    return ctx.made(kind, name) or await ctx.load(kind, name, param=param)


def _check(ctx: Context, coupon: Coupon, currency: str | None, param: str) -> None:
    if not coupon.redeemable(unix_seconds(ctx.now())):
        why = "has been redeemed as often as it may be" if coupon.used_up else "has expired"
        raise InvalidRequest(
            f"The coupon {coupon.id} {why}: use another one.", code=_EXPIRED, param=param
        )
    if currency is not None and not coupon.takes_off(currency):
        raise InvalidRequest(
            f"The coupon {coupon.id} takes off an amount in {coupon.currency}, and nothing in "
            f"{currency}: send `currency_options[{currency}]` to POST /v1/coupons/{coupon.id}.",
            param=param,
        )


async def _check_code(
    ctx: Context, code: PromotionCode, purchase: Money | None, customer: str | None, param: str
) -> None:
    if not code.redeemable(unix_seconds(ctx.now())):
        raise InvalidRequest(
            f"The promotion code {code.code} is not active any more: use another one.",
            code=_EXPIRED,
            param=param,
        )
    if code.customer not in (None, customer):
        raise InvalidRequest(
            f"The promotion code {code.code} is for the customer {code.customer} alone.",
            param=param,
        )
    _check_minimum(code, purchase, param)
    known = customer if code.restrictions.first_time_transaction else None
    if known is not None and await has_bought(ctx, known):
        raise InvalidRequest(
            f"The promotion code {code.code} is for a first purchase, and {customer} has bought "
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


def _made(
    ctx: Context, coupon: Coupon, code: PromotionCode | None, where: Where, event: str
) -> Discount:
    now, name, over = ctx.now(), ctx.new_id("di"), None
    if coupon.duration_in_months is not None:
        over = months_later(now, coupon.duration_in_months)
        later(ctx, OVER_JOB, name, ctx.book, ctx.caller.platform, at=over)
    discount = Discount(
        id=name,
        end=unix_seconds(over) if over else None,
        promotion_code=code.id if code else None,
        source=Source(coupon.id),
        start=unix_seconds(now),
        **where,
    )
    bought = where.keys() & {"checkout_session", "invoice", "invoice_item"}
    return ctx.create(
        discount,
        hidden={_COUPON: ctx.encoded(coupon)},
        event=None if bought else event,
    )


def _chosen(sent: DiscountParams, param: str) -> tuple[str, str]:
    told = sent.changes()
    if len(told) != 1:
        raise InvalidRequest(
            "Send one of `coupon`, `promotion_code` and `discount` for each discount.",
            param=param,
        )
    ((name, value),) = told.items()
    return name, value


async def _standing(ctx: Context, name: str, customer: str | None, param: str) -> Discount:
    discount = await ctx.load(Discount, name, param=param)
    if discount.customer not in (None, customer):
        raise InvalidRequest(
            f"The discount {name} is of another customer, {discount.customer}.", param=param
        )
    if ended(discount, unix_seconds(ctx.now())):
        raise InvalidRequest(f"The discount {name} is over.", param=param)
    return discount
