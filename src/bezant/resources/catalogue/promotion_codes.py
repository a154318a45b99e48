"""Promotion codes: made, listed, and turned off and on. No two active ones are the same text."""

from collections.abc import Mapping
from typing import Annotated, Literal

from msgspec import Meta
from msgspec.structs import replace

from bezant.api.context import Context, created_of
from bezant.api.pages import ListParams, Page, page_of
from bezant.api.params import (
    Currency,
    Metadata,
    Params,
    Timestamp,
    merged,
    payable_currency,
)
from bezant.api.refusals import missing
from bezant.api.routes import Routes
from bezant.kernel.codec import from_microseconds, unix_seconds
from bezant.kernel.errors import InvalidRequest
from bezant.kernel.ids import letters_of
from bezant.resources.core.account_customer import account_of_customer, with_customer
from bezant.resources.core.coupon import Coupon
from bezant.resources.core.later import later
from bezant.resources.core.promotion_code import (
    EXPIRE_JOB,
    CodeHolder,
    MinimumOption,
    Promotion,
    PromotionCode,
    Restrictions,
    holder_of,
)

_MICROSECONDS = 1_000_000
_LETTERS = 8

Amount = Annotated[int, Meta(ge=1, le=99_999_999)]
Text = Annotated[str, Meta(max_length=500, pattern=r"^[A-Za-z0-9-]+$")]


class PromotionParams(Params):
    """What it promises."""

    coupon: str | None = None
    type: Literal["coupon"]


class MinimumParams(Params):
    """How much a purchase has to be in one more currency."""

    minimum_amount: Amount | None = None


class UpdateRestrictions(Params):
    """What of its restrictions can be changed."""

    currency_options: dict[str, MinimumParams] | None = None


class RestrictionsParams(UpdateRestrictions):
    """For which purchases it is."""

    first_time_transaction: bool = False
    minimum_amount: Amount | None = None
    minimum_amount_currency: Currency | None = None


class CreatePromotionCode(Params):
    """What a promotion code is made of; its coupon may be sent without more around it."""

    active: bool = True
    code: Text | None = None
    coupon: str | None = None
    customer: str | None = None
    customer_account: str | None = None
    expires_at: Timestamp | None = None
    max_redemptions: Annotated[int, Meta(ge=1, le=2**31 - 1)] | None = None
    metadata: Metadata | None = None
    promotion: PromotionParams | None = None
    restrictions: RestrictionsParams | None = None


class UpdatePromotionCode(Params):
    """What of a promotion code can be changed."""

    active: bool | None = None
    metadata: Metadata | None = None
    restrictions: UpdateRestrictions | None = None


class ListPromotionCodes(ListParams):
    """By what promotion codes are listed."""

    active: bool | None = None
    code: str | None = None
    coupon: str | None = None
    customer: str | None = None
    customer_account: str | None = None


routes = Routes(PromotionCode, "/v1/promotion_codes", listed=False)


@routes.get("/v1/promotion_codes", listing=True)
async def list_all(ctx: Context, params: ListPromotionCodes) -> Page:
    """List promotion codes, newest first; the case of a `code` does not matter."""
    params = await with_customer(ctx, params)
    sent = {
        "status": None if params.active is None else str(params.active).lower(),
        "reference": None if params.code is None else params.code.lower(),
        "source": params.coupon,
        "parent": params.customer,
    }
    filters = {name: value for name, value in sent.items() if value is not None}
    return await page_of(ctx, PromotionCode, "promo", params, filters)


@routes.create
async def create(ctx: Context, params: CreatePromotionCode) -> PromotionCode:
    """Let a coupon be redeemed by whoever types something in."""
    params = await with_customer(ctx, params)
    coupon = await _coupon(ctx, params)
    _check_bounds(ctx, coupon, params)
    name = ctx.new_id("promo")
    code = PromotionCode(
        id=name,
        active=params.active,
        code=params.code or letters_of(name, _LETTERS),
        created=created_of(name),
        customer=params.customer,
        customer_account=await account_of_customer(ctx, params.customer),
        expires_at=params.expires_at,
        livemode=ctx.livemode,
        max_redemptions=params.max_redemptions,
        metadata=merged({}, params.metadata),
        promotion=Promotion(coupon.id),
        restrictions=_restrictions(params.restrictions),
    )
    if code.active:
        await _take(ctx, code, "code")
    if code.expires_at is not None:
        over = from_microseconds(code.expires_at * _MICROSECONDS)
        later(ctx, EXPIRE_JOB, name, ctx.book, ctx.caller.platform, at=over)
    return ctx.create(code, event="promotion_code.created")


@routes.update
async def update(ctx: Context, code: PromotionCode, params: UpdatePromotionCode) -> PromotionCode:
    """Turn a promotion code off or on; on only while it and its coupon can be redeemed."""
    changed = code
    if params.restrictions is not None and params.restrictions.currency_options is not None:
        options = _options(code.restrictions, params.restrictions.currency_options)
        changed = replace(code, restrictions=replace(code.restrictions, currency_options=options))
    if params.active is not None:
        changed = replace(changed, active=params.active)
    if changed.active and not code.active:
        await _check_again(ctx, changed)
        await _take(ctx, changed, "active")
    metadata = merged(code.metadata, params.metadata)
    return ctx.save(changed, event="promotion_code.updated", metadata=metadata)


async def _coupon(ctx: Context, params: CreatePromotionCode) -> Coupon:
    sent = params.promotion
    if sent is not None and params.coupon is not None:
        raise InvalidRequest("Send either `promotion` or `coupon`, not both.", param="coupon")
    param = "promotion[coupon]" if sent else "coupon"
    name = sent.coupon if sent else params.coupon
    if name is None:
        raise missing("promotion[coupon]")
    coupon = await ctx.load(Coupon, name, param=param)
    if not coupon.redeemable(unix_seconds(ctx.now())):
        raise InvalidRequest(
            f"The coupon {name} can't be redeemed any more: use another one.",
            code="coupon_expired",
            param=param,
        )
    return coupon


def _check_bounds(ctx: Context, coupon: Coupon, params: CreatePromotionCode) -> None:
    """Refuse a promotion code that would outlive its coupon, or is over already."""
    if params.expires_at is not None:
        if params.expires_at <= unix_seconds(ctx.now()):
            raise InvalidRequest("The end must be ahead.", param="expires_at")
        if coupon.redeem_by is not None and params.expires_at > coupon.redeem_by:
            raise InvalidRequest(
                f"The coupon {coupon.id} can be redeemed until {coupon.redeem_by}: send an end "
                "that is not later.",
                param="expires_at",
            )
    most = coupon.max_redemptions
    if None not in (params.max_redemptions, most) and (params.max_redemptions or 0) > (most or 0):
        raise InvalidRequest(
            f"The coupon {coupon.id} can be redeemed {most} times: send a number that is not "
            "greater.",
            param="max_redemptions",
        )


def _restrictions(sent: RestrictionsParams | None) -> Restrictions:
    if sent is None:
        return Restrictions()
    for name, other in (
        ("minimum_amount", "minimum_amount_currency"),
        ("minimum_amount_currency", "minimum_amount"),
    ):
        if getattr(sent, name) is not None and getattr(sent, other) is None:
            raise missing(f"restrictions[{other}]")
    made = Restrictions(
        first_time_transaction=sent.first_time_transaction,
        minimum_amount=sent.minimum_amount,
        minimum_amount_currency=sent.minimum_amount_currency,
    )
    if sent.currency_options is None:
        return made
    return replace(made, currency_options=_options(made, sent.currency_options))


def _options(
    before: Restrictions, sent: Mapping[str, MinimumParams]
) -> Mapping[str, MinimumOption]:
    """Return the least purchase in each currency, that of its own among them."""
    own, least = before.minimum_amount_currency, before.minimum_amount
    if own is None or least is None:
        raise InvalidRequest(
            "There is no minimum amount: send `minimum_amount` and `minimum_amount_currency` when "
            "the promotion code is made.",
            param="restrictions[currency_options]",
        )
    options = {own: MinimumOption(least), **(before.currency_options or {})}
    for code, each in sent.items():
        param = f"restrictions[currency_options][{code}]"
        currency = payable_currency(code, param)
        if each.minimum_amount is None:
            raise missing(f"{param}[minimum_amount]")
        if currency == own and each.minimum_amount != least:
            raise InvalidRequest(
                f"In {currency}, its own currency, the minimum stays {least}.",
                param=f"{param}[minimum_amount]",
            )
        options[currency] = MinimumOption(each.minimum_amount)
    return options


async def _check_again(ctx: Context, code: PromotionCode) -> None:
    """Refuse to turn a promotion code on that could not be redeemed."""
    now = unix_seconds(ctx.now())
    coupon = await ctx.find(Coupon, code.coupon)
    if code.redeemable(now) and coupon is not None and coupon.redeemable(now):
        return
    raise InvalidRequest(
        f"The promotion code {code.code} can't be redeemed any more, or its coupon can't: make "
        "another one.",
        code="coupon_expired",
        param="active",
    )


async def _take(ctx: Context, code: PromotionCode, param: str) -> None:
    """Let a text be a promotion code's; another active one that has it keeps it."""
    name = holder_of(code.code, code.customer)
    holder = await ctx.find(CodeHolder, name)
    if holder is None:
        ctx.create(CodeHolder(id=name, promotion_code=code.id))
        return
    if holder.promotion_code != code.id:
        other = await ctx.load(PromotionCode, holder.promotion_code)
        if other.redeemable(unix_seconds(ctx.now())):
            raise InvalidRequest(
                f"An active promotion code, {other.id}, has the code {code.code} already: send "
                "another code, or turn that one off.",
                code="resource_already_exists",
                param=param,
            )
        ctx.save(holder, promotion_code=code.id)
