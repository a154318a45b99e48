"""What a session comes to for whoever pays: with their quantities, and what a coupon takes off.

Quantities and a promotion code that are typed in stand in the page's address, so that what a page
shows is what is asked for when its form is sent; they are stored when somebody pays.
"""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from msgspec.structs import replace

from bezant.api.context import Context, Stale
from bezant.kernel.currency import format_amount, is_chargeable_amount, minimum_charge
from bezant.kernel.errors import InvalidRequest
from bezant.kernel.money import Money
from bezant.resources.checkout.coupon_places import coupon_of_session, let_go_coupon, named_by
from bezant.resources.checkout.line_item import LineItem, cheaper, items_under
from bezant.resources.checkout.link_places import claim as claim_place
from bezant.resources.checkout.quantities import NOTHING_CHOSEN, Chosen, adjusted
from bezant.resources.checkout.session import (
    CheckoutSession,
    SessionDiscount,
    TotalDetails,
    check_open,
    keep,
    kept_of,
)
from bezant.resources.checkout.subscription_of import Bought
from bezant.resources.core.coupon import Coupon
from bezant.resources.core.promotion_code import PromotionCode, code_typed
from bezant.resources.core.redeemable import EXPIRED, Asked, Offer, claim, offer_of
from bezant.resources.payments.intent_amounts import check_amount

PARAM = "promotion_code"
_GONE = "The discount on this page can't be had any more, and nothing has been charged."
_OVER = "This promotion code is not valid any more."
_UNKNOWN = "This is no promotion code that is valid here."


class Priced(NamedTuple):
    """A session and its lines as they are to be shown, or stored.

    `coupon` makes it cheaper, by the promotion code `code` if one was typed in; `problem` is what
    is wrong with that.
    """

    session: CheckoutSession
    items: Sequence[LineItem]
    coupon: Coupon | None = None
    code: str = ""
    offer: Offer | None = None
    problem: str = ""


async def price_of(
    ctx: Context, session: CheckoutSession, items: Sequence[LineItem], chosen: Chosen
) -> Priced:
    """Return what a session comes to with what was chosen on its page."""
    if session.amount_total is None:
        return Priced(session, items)
    kept = kept_of(ctx, session)
    if kept.subscription is not None:  # What somebody has begun to pay for stays as it is.
        return Priced(session, items, coupon_of_session(ctx, session), kept.code)
    items = adjusted(items, chosen, tried=kept.tried)
    if chosen.code is None or not session.allow_promotion_codes:
        coupon = coupon_of_session(ctx, session)
        return _priced(session, items, coupon)._replace(code=kept.code)
    plain = _priced(session, items, None)._replace(code=chosen.code)
    plain = plain._replace(session=replace(plain.session, discounts=None))
    if not chosen.code:
        return plain
    try:
        offer = await _typed(ctx, plain)
    except InvalidRequest as problem:
        return plain._replace(problem=problem.message)
    made = _priced(session, items, offer.coupon)
    shown = replace(made.session, discounts=named_by(offer))
    return made._replace(session=shown, code=chosen.code, offer=offer)


async def begin(
    ctx: Context, session: CheckoutSession, chosen: Chosen = NOTHING_CHOSEN
) -> CheckoutSession:
    """Store what somebody is about to pay for, and keep for them what there is only so much of.

    What they have claimed is committed at once. InvalidRequest says what can't be had any more.
    """
    session = await claim_place(ctx, session)
    if session.amount_total is None or kept_of(ctx, session).subscription is not None:
        return session
    typed = chosen.code is not None and session.allow_promotion_codes
    if session.discounts is None and not typed:
        return await _store(ctx, session, chosen) if chosen.quantities else session
    while True:
        own = ctx.fresh()
        current = await own.load(CheckoutSession, session.id)
        check_open(own, current)
        await _store(own, current, chosen, keeps=True)
        try:
            await own.write()
        except Stale:
            continue
        return await ctx.load(CheckoutSession, session.id)


async def _store(
    ctx: Context, session: CheckoutSession, chosen: Chosen, *, keeps: bool = False
) -> CheckoutSession:
    """Store what a session comes to; InvalidRequest for a sum, or a code, that nobody takes."""
    items = await items_under(ctx, session.id)
    priced = await price_of(ctx, session, items, chosen)
    if priced.problem:
        raise InvalidRequest(priced.problem, param=PARAM)
    offer = priced.offer or (await _again(ctx, priced) if priced.coupon else None)
    if keeps and (session.discounts != priced.session.discounts):
        await let_go_coupon(ctx, session)
    if offer is not None:
        claim(ctx, offer, session.id)
    changed = [new for old, new in zip(items, priced.items, strict=True) if new != old]
    if not changed and not keeps:
        return session
    known = await ctx.load_many(LineItem, [item.id for item in changed])
    for item in changed:
        sums: dict[str, Any] = {name: getattr(item, name) for name in _SUMS}
        ctx.save(known[item.id], quantity=item.quantity, **sums)
    total = priced.session.amount_total or 0
    if total or session.mode == "payment":
        check_amount(Money(total, session.currency or ""), session.payment_method_types)
    kept = kept_of(ctx, session)
    kept = replace(
        kept,
        wanted=kept.wanted | ({"amount": total} if total else {}),
        coupon=ctx.encoded(priced.coupon) if priced.coupon else None,
        code=priced.code if priced.coupon else "",
    )
    return keep(ctx, priced.session, kept)


_SUMS = ("amount_discount", "amount_subtotal", "amount_total")


def check_worth(amount: int, currency: str, param: str) -> None:
    """Refuse a discount that leaves less than can be charged, in minor units."""
    if not is_chargeable_amount(Money(amount, currency)):
        raise InvalidRequest(_too_little(amount, currency), param=param)


def worth_of(bought: Iterable[Bought]) -> int:
    """Return what a period of all that is charged again comes to, in minor units, if anything is.

    That is what promotion codes for subscriptions mind.
    """
    return sum(each.price.of(each.quantity) for each in bought if each.price.recurring)


def _too_little(amount: int, currency: str) -> str:
    least = format_amount(Money(minimum_charge(currency), currency))
    left = format_amount(Money(amount, currency))
    return f"With this discount {left} is left to pay, and the least that can be is {least}."


def _priced(session: CheckoutSession, items: Sequence[LineItem], coupon: Coupon | None) -> Priced:
    items = cheaper(items, coupon)
    off = sum(item.amount_discount for item in items)
    total = sum(item.amount_total for item in items)
    session = replace(
        session,
        amount_subtotal=total + off,
        amount_total=total,
        total_details=TotalDetails(amount_discount=off),
    )
    return Priced(session, items, coupon)


async def _typed(ctx: Context, plain: Priced) -> Offer:
    """Return what a promotion code offers that was typed in; InvalidRequest says it to them."""
    session, currency = plain.session, plain.session.currency or ""
    code = await code_typed(ctx, plain.code, session.customer)
    if code is None:
        raise InvalidRequest(_UNKNOWN)
    total = plain.session.amount_total or 0
    purchase = Money(worth_of(plain.items) or total, currency)
    _check_minimum(code, purchase)
    try:
        asked = Asked(session.customer, purchase, claimant=session.id)
        offer = await offer_of(ctx, None, code.id, asked, PARAM)
    except InvalidRequest as problem:
        raise InvalidRequest(_OVER if problem.code == EXPIRED else _UNKNOWN) from problem
    made = _priced(session, plain.items, offer.coupon)
    if not total:  # What is tried is cheaper later.
        return offer
    if made.session.amount_total == total:
        raise InvalidRequest("This promotion code takes nothing off what you buy.")
    check_worth(made.session.amount_total or 0, currency, PARAM)
    return offer


def _check_minimum(code: PromotionCode, purchase: Money) -> None:
    least = code.restrictions.least(purchase.currency)
    if code.restrictions.minimum_amount is None or (least and purchase.amount >= least):
        return
    if least is None:
        raise InvalidRequest(_UNKNOWN)
    raise InvalidRequest(
        f"This promotion code is for purchases of {Money(least, purchase.currency)} and more."
    )


async def _again(ctx: Context, priced: Priced) -> Offer:
    """Return what a session offers that the merchant, or an earlier attempt, has made cheaper."""
    session = priced.session
    (shown,) = session.discounts or (SessionDiscount(),)
    worth = worth_of(priced.items) or session.amount_subtotal or 0
    asked = Asked(session.customer, Money(worth, session.currency or ""), claimant=session.id)
    try:
        return await offer_of(ctx, shown.coupon, shown.promotion_code, asked, PARAM)
    except InvalidRequest as problem:
        raise InvalidRequest(_GONE, code=EXPIRED, param=PARAM) from problem
