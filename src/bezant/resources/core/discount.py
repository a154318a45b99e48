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
from bezant.resources.core.coupon import Coupon
from bezant.resources.core.later import later
from bezant.resources.core.months import months_later
from bezant.resources.core.redeemable import Asked, Offer, offer_of, redeemed

MOST = 20
"""How many discounts an object can have."""
OVER_JOB = "discounts.end"
"""Takes a discount whose time is over from the customer that has it."""
_COUPON = "coupon"
_HOLDERS = ("customer", "checkout_session", "invoice", "invoice_item", "subscription",
            "subscription_item")  # fmt: skip


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
    event: str = "customer.discount.created",
    param: str,
    **where: Unpack[Where],
) -> Discount:
    """Redeem a coupon, by its id or by a promotion code's, and return the discount it gives.

    `purchase` is what is bought, where that is known. `event` is told unless the discount is
    for one purchase alone. InvalidRequest names `param`, which is where the coupon or promotion
    code was sent.
    """
    asked = Asked(where.get("customer"), purchase)
    offer = await offer_of(ctx, coupon, promotion_code, asked, param)
    return given(ctx, redeemed(ctx, offer), event, **where)


def given(ctx: Context, offer: Offer, event: str | None = None, **where: Unpack[Where]) -> Discount:
    """Store the discount that a coupon gives which has been redeemed."""
    now, name, over = ctx.now(), ctx.new_id("di"), None
    if offer.coupon.duration_in_months is not None:
        over = months_later(now, offer.coupon.duration_in_months)
        later(ctx, OVER_JOB, name, ctx.book, ctx.caller.platform, at=over)
    discount = Discount(
        id=name,
        end=unix_seconds(over) if over else None,
        promotion_code=offer.code.id if offer.code else None,
        source=Source(offer.coupon.id),
        start=unix_seconds(now),
        **where,
    )
    bought = any(where.get(name) for name in ("checkout_session", "invoice", "invoice_item"))
    return ctx.create(
        discount,
        hidden={_COUPON: ctx.encoded(offer.coupon)},
        event=None if bought else event,
    )


async def discounts_of(
    ctx: Context,
    sent: Sequence[DiscountParams] | Unset | None,
    *,
    purchase: Money | None = None,
    had: Sequence[str] = (),
    param: str = "discounts",
    **where: Unpack[Where],
) -> list[Discount]:
    """Return the discounts that somebody sends, in order; those of coupons are redeemed now.

    `had` are the discounts that the object has already.
    """
    if sent and len(sent) > MOST:
        raise InvalidRequest(f"An object can have at most {MOST} discounts.", param=param)
    found: list[Discount] = []
    for at, each in enumerate(sent or ()):
        place = f"{param}[{at}]"
        name, value = _chosen(each, place)
        place = f"{place}[{name}]"
        if name == "discount":
            discount = await _standing(ctx, value, where, had, place)
        else:
            asked: dict[str, Any] = {name: value}
            discount = await redeem(ctx, **asked, purchase=purchase, param=place, **where)
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


def _chosen(sent: DiscountParams, param: str) -> tuple[str, str]:
    told = sent.changes()
    if len(told) != 1:
        raise InvalidRequest(
            "Send one of `coupon`, `promotion_code` and `discount` for each discount.",
            param=param,
        )
    ((name, value),) = told.items()
    return name, value


async def _standing(
    ctx: Context, name: str, where: Where, had: Sequence[str], param: str
) -> Discount:
    """Return a discount that an object has, or that what it belongs to has."""
    discount = await ctx.load(Discount, name, param=param)
    if name in had:
        return discount
    for kind in _HOLDERS:
        holder = getattr(discount, kind)
        if holder not in (None, where.get(kind)):
            raise InvalidRequest(
                f"The discount {name} is that of another {kind.replace('_', ' ')}, {holder}: "
                "redeem the coupon again.",
                param=param,
            )
    if ended(discount, unix_seconds(ctx.now())):
        raise InvalidRequest(f"The discount {name} is over.", param=param)
    return discount
