"""Coupons: made, listed, renamed and deleted. Their ids may be chosen by whoever makes them.

Lists are in the order of time, which a chosen id does not tell: each coupon has a place in the
list, whose id does.
"""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Annotated, Any

from msgspec import Meta
from msgspec.structs import replace

from bezant.api.context import Context, created_of
from bezant.api.pages import ListParams, Page, page_of
from bezant.api.params import (
    Check,
    Currency,
    Emptyable,
    Metadata,
    Params,
    Timestamp,
    merged,
    payable_currency,
)
from bezant.api.refusals import invalid, missing
from bezant.api.resource import Identified
from bezant.api.routes import Routes
from bezant.kernel.codec import decode_json, from_microseconds, unix_seconds
from bezant.kernel.errors import InvalidRequest
from bezant.resources.catalogue.product import Product
from bezant.resources.core.coupon import CLOSE_JOB, AppliesTo, Coupon, CurrencyOption, Duration
from bezant.resources.core.coupon_ending import active_codes
from bezant.resources.core.later import later

_MICROSECONDS = 1_000_000
_MOST = 99_999_999
_PREFIX = "cpl"
_PLACE = "place"
_PERCENT = re.compile(r"[0-9]{1,3}(\.[0-9]{1,2})?")


def _percent(text: str, param: str) -> str:
    if _PERCENT.fullmatch(text) and 0 < Decimal(text) <= 100:
        return text
    raise invalid(
        f"Invalid {param}: must be more than 0 and at most 100, with at most two decimals.", param
    )


Amount = Annotated[int, Meta(ge=1, le=_MOST)]
Name = Annotated[str, Meta(max_length=40)]


class AppliesToParams(Params):
    """What it makes cheaper."""

    products: Annotated[list[str], Meta(max_length=100)] | None = None


class CurrencyOptionParams(Params):
    """What it takes off in one more currency."""

    amount_off: Amount


CurrencyOptions = dict[str, CurrencyOptionParams]


class CreateCoupon(Params):
    """What a coupon is made of: a percentage, or an amount and its currency."""

    amount_off: Amount | None = None
    applies_to: AppliesToParams | None = None
    currency: Currency | None = None
    currency_options: CurrencyOptions | None = None
    duration: Duration = "once"
    duration_in_months: Annotated[int, Meta(ge=1, le=1_200)] | None = None
    id: Annotated[str, Meta(max_length=200, pattern=r"^[A-Za-z0-9_.%-]+$")] | None = None
    max_redemptions: Annotated[int, Meta(ge=1, le=2**31 - 1)] | None = None
    metadata: Metadata | None = None
    name: Name | None = None
    percent_off: Annotated[str, Check(_percent)] | None = None
    redeem_by: Timestamp | None = None


class UpdateCoupon(Params):
    """What of a coupon can be changed; what it takes off stays, but for more currencies."""

    currency_options: CurrencyOptions | None = None
    metadata: Metadata | None = None
    name: Emptyable[Name] | None = None


class CouponPlace(Identified, tag="coupon_place"):
    """Where a coupon stands in the list."""

    coupon: str


routes = Routes(Coupon, "/v1/coupons", listed=False)


@routes.get("/v1/coupons", listing=True)
async def list_all(ctx: Context, params: ListParams) -> Page:
    """List coupons, newest first."""
    cursors = {
        name: await _place_of(ctx, cursor, name)
        for name in ("starting_after", "ending_before")
        if (cursor := getattr(params, name)) is not None
    }
    places = await page_of(ctx, CouponPlace, _PREFIX, replace(params, **cursors), {})
    names = [decode_json(body, CouponPlace).coupon for body in places.data]
    found = await ctx.load_many(Coupon, names)
    shown = [ctx.encoded(found[name]) for name in names if name in found]
    return Page(shown, places.has_more)


@routes.create
async def create(ctx: Context, params: CreateCoupon) -> Coupon:
    """Offer something off."""
    _check_value(params)
    _check_time(ctx, params)
    place = ctx.new_id(_PREFIX)
    told = params.changes(without=("applies_to", "currency_options", "metadata", "percent_off"))
    told |= {"id": params.id or ctx.new_id("coupon")}
    if params.applies_to is not None and params.applies_to.products:
        told["applies_to"] = await _products(ctx, params.applies_to.products)
    if params.currency_options:
        told["currency_options"] = _options(params, params.currency_options, {})
    if params.percent_off is not None:
        told["percent_off"] = _plain(params.percent_off)
    coupon = Coupon(
        created=created_of(place),
        livemode=ctx.livemode,
        metadata=merged({}, params.metadata),
        **told,
    )
    ctx.create(CouponPlace(id=place, coupon=coupon.id))
    if coupon.redeem_by is not None:
        closes = from_microseconds((coupon.redeem_by + 1) * _MICROSECONDS)
        later(ctx, CLOSE_JOB, coupon.id, ctx.book, ctx.caller.platform, at=closes)
    return await _stored(ctx, coupon, place)


@routes.update
async def update(ctx: Context, coupon: Coupon, params: UpdateCoupon) -> Coupon:
    """Change what is said of a coupon; whoever has redeemed it has it as it was."""
    told: dict[str, Any] = params.changes(without=("metadata", "currency_options"))
    if params.currency_options:
        told["currency_options"] = _options(
            coupon, params.currency_options, coupon.currency_options or {}
        )
    metadata = merged(coupon.metadata, params.metadata)
    return ctx.save(coupon, event="coupon.updated", metadata=metadata, **told)


@routes.delete
async def delete(ctx: Context, coupon: Coupon) -> None:
    """Delete a coupon: nobody can redeem it any more, and whoever has keeps the discount."""
    place = await ctx.load(CouponPlace, ctx.hidden(coupon)[_PLACE])
    ctx.delete(place)
    later(ctx, CLOSE_JOB, coupon.id, ctx.book, ctx.caller.platform)
    ctx.delete(coupon, event="coupon.deleted")


def _check_value(params: CreateCoupon) -> None:
    """Refuse what takes off neither a percentage nor an amount, or both."""
    if (params.percent_off is None) == (params.amount_off is None):
        raise InvalidRequest(
            "Send either `percent_off`, or `amount_off` and its `currency`.", param="percent_off"
        )
    if params.amount_off is not None and params.currency is None:
        raise missing("currency")
    if params.amount_off is None:
        for name in ("currency", "currency_options"):
            if getattr(params, name) is not None:
                raise InvalidRequest(
                    f"A percentage is the same in every currency: leave `{name}` out.", param=name
                )


def _check_time(ctx: Context, params: CreateCoupon) -> None:
    if params.duration == "repeating" and params.duration_in_months is None:
        raise missing("duration_in_months")
    if params.duration != "repeating" and params.duration_in_months is not None:
        raise InvalidRequest(
            "Only a coupon with duration=repeating has a number of months.",
            param="duration_in_months",
        )
    if params.redeem_by is not None and params.redeem_by <= unix_seconds(ctx.now()):
        raise InvalidRequest("The last moment to redeem it must be ahead.", param="redeem_by")


def _plain(percent: str) -> Decimal:
    """Return a percentage without zeros at its end."""
    return Decimal(f"{Decimal(percent).normalize():f}")


def _options(
    own: CreateCoupon | Coupon, sent: CurrencyOptions, before: Mapping[str, CurrencyOption]
) -> dict[str, CurrencyOption]:
    """Return what a coupon takes off in each currency, its own among them."""
    if own.amount_off is None or own.currency is None:
        raise InvalidRequest(
            "A percentage is the same in every currency: leave `currency_options` out.",
            param="currency_options",
        )
    options = {own.currency: CurrencyOption(own.amount_off), **before}
    for code, each in sent.items():
        currency = payable_currency(code, f"currency_options[{code}]")
        if currency == own.currency and each.amount_off != own.amount_off:
            raise InvalidRequest(
                f"In {currency}, its own currency, the coupon takes off its `amount_off`, "
                f"{own.amount_off}.",
                param=f"currency_options[{code}][amount_off]",
            )
        options[currency] = CurrencyOption(each.amount_off)
    return options


async def _products(ctx: Context, names: Sequence[str]) -> AppliesTo:
    found = await ctx.load_many(Product, names)
    for at, name in enumerate(names):
        if name not in found:
            raise InvalidRequest(
                f"No such product: '{name[:64]}'",
                code="resource_missing",
                param=f"applies_to[products][{at}]",
            )
    return AppliesTo(tuple(dict.fromkeys(names)))


async def _stored(ctx: Context, coupon: Coupon, place: str) -> Coupon:
    """Store a new coupon, perhaps under the id of one that was deleted."""
    hidden = {_PLACE: place}
    row = await ctx.runtime.reader.get(ctx.book.id, Coupon.kind(), coupon.id)
    if row is None:
        return ctx.create(coupon, hidden=hidden, event="coupon.created")
    if not row.deleted:
        raise InvalidRequest(
            f"The coupon {coupon.id} exists already.", code="resource_already_exists", param="id"
        )
    if await active_codes(ctx, coupon.id, 1):
        raise InvalidRequest(
            f"The coupon {coupon.id} is being deleted, and its promotion codes with it: try again "
            "in a moment.",
            code="lock_timeout",
            param="id",
        )
    return ctx.save(ctx.adopt(coupon, row, ctx.book), hidden=hidden, event="coupon.created")


async def _place_of(ctx: Context, name: str, param: str) -> str:
    """Return the place of a coupon in the list; of a deleted one too, for whoever is paging."""
    row = await ctx.runtime.reader.get(ctx.book.id, Coupon.kind(), name)
    if row is None:
        raise InvalidRequest(f"No such coupon: '{name[:64]}'", code="resource_missing", param=param)
    return ctx.hidden(ctx.loaded(Coupon, row, ctx.book))[_PLACE]
