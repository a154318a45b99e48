"""Prices: made, listed and set aside. A lookup key names one price at a time."""

from hashlib import blake2b
from typing import Annotated, Literal

from msgspec import Meta

from bezant.api import search
from bezant.api.context import Context
from bezant.api.pages import ListParams, Page, page_of
from bezant.api.params import Currency, Emptyable, Metadata, Params, merged
from bezant.api.refusals import missing
from bezant.api.resource import Identified
from bezant.api.routes import Routes
from bezant.kernel.errors import InvalidRequest
from bezant.resources.catalogue.picked import picked
from bezant.resources.catalogue.price import (
    Interval,
    Price,
    PriceAmount,
    RecurringParams,
    TaxBehavior,
    made_price,
)
from bezant.resources.catalogue.product import Product, ProductData, made_product
from bezant.resources.core.refused import Hash, only, refused

_NO_CHOICE = refused("Customers don't choose amounts here: send `unit_amount`.")
_NO_METERS = refused("Usage is not metered here.")
_NO_OPTIONS = refused("A price has one currency here: make a price for each.")
_NO_PACKETS = refused("Quantities are not transformed: make the price of what is sold.")
_NO_TIERS = "Prices don't depend on the quantity here: send `unit_amount`."
_refuse_tiers = refused(_NO_TIERS)

LookupKey = Annotated[str, Meta(max_length=200)]


class CreatePrice(PriceAmount):
    """What a price is made of."""

    active: bool = True
    billing_scheme: Annotated[str, only("per_unit", why=_NO_TIERS)] | None = None
    currency_options: Annotated[Hash, _NO_OPTIONS] | None = None
    custom_unit_amount: Annotated[Hash, _NO_CHOICE] | None = None
    lookup_key: LookupKey | None = None
    metadata: Metadata | None = None
    nickname: Annotated[str, Meta(max_length=5000)] | None = None
    product: str | None = None
    product_data: ProductData | None = None
    recurring: RecurringParams | None = None
    tiers: Annotated[Hash, _refuse_tiers] | None = None
    tiers_mode: Annotated[str, _refuse_tiers] | None = None
    transfer_lookup_key: bool = False
    transform_quantity: Annotated[Hash, _NO_PACKETS] | None = None


class UpdatePrice(Params):
    """What of a price can be changed; never its amount."""

    active: bool | None = None
    currency_options: Annotated[Hash, _NO_OPTIONS] | None = None
    lookup_key: Emptyable[LookupKey] | None = None
    metadata: Metadata | None = None
    nickname: Emptyable[Annotated[str, Meta(max_length=5000)]] | None = None
    tax_behavior: TaxBehavior | None = None
    transfer_lookup_key: bool = False


class ListedRecurring(Params):
    """By what recurring prices are listed."""

    interval: Interval | None = None
    meter: Annotated[str, _NO_METERS] | None = None
    usage_type: Literal["licensed", "metered"] | None = None


class ListPrices(ListParams):
    """By what prices are listed."""

    active: bool | None = None
    currency: Currency | None = None
    lookup_keys: Annotated[list[LookupKey], Meta(max_length=10)] | None = None
    product: str | None = None
    recurring: ListedRecurring | None = None
    type: Literal["one_time", "recurring"] | None = None


class KeyHolder(Identified, tag="price_lookup_key"):
    """Which price has a lookup key, so that no two have it."""

    price: str | None = None


routes = Routes(Price, "/v1/prices", prefix="price", listed=False)
routes.search(
    {
        "active": search.token("active", column="status"),
        "currency": search.token("currency", column="currency"),
        "lookup_key": search.text("lookup_key"),
        "metadata": search.metadata(),
        "product": search.token("product", column="source"),
        "type": search.token("type", column="type"),
    }
)


@routes.get("/v1/prices", listing=True)
async def list_all(ctx: Context, params: ListPrices) -> Page:
    """List prices, newest first."""
    filters = _filters(params)
    if params.recurring and params.recurring.usage_type == "metered":
        return Page([])  # There are none.
    if params.lookup_keys is None:
        return await page_of(ctx, Price, "price", params, filters)
    holders = await ctx.load_many(KeyHolder, [_holder_of(key) for key in params.lookup_keys])
    names = [holder.price for holder in holders.values() if holder.price is not None]
    return await picked(ctx, Price, "price", names, params, filters)


@routes.create
async def create(ctx: Context, params: CreatePrice) -> Price:
    """Say what a product costs."""
    product = await _product(ctx, params)
    price = made_price(
        ctx,
        product,
        params,
        params.recurring,
        active=params.active,
        metadata=params.metadata,
        nickname=params.nickname,
        lookup_key=params.lookup_key,
    )
    if params.lookup_key is not None:
        await _take_key(ctx, price, params.lookup_key, transfer=params.transfer_lookup_key)
    return price


@routes.update
async def update(ctx: Context, price: Price, params: UpdatePrice) -> Price:
    """Change a price; inactive ones can't be used for anything new."""
    if params.tax_behavior not in (None, price.tax_behavior) and (
        price.tax_behavior != "unspecified"
    ):
        raise InvalidRequest(
            "The tax behavior of a price can't be changed once it is set.", param="tax_behavior"
        )
    if params.lookup_key is not None and params.lookup_key != price.lookup_key:
        if price.lookup_key is not None:
            await _let_go(ctx, price.lookup_key)
        if params.lookup_key:
            await _take_key(ctx, price, params.lookup_key, transfer=params.transfer_lookup_key)
    told = params.changes(without=("metadata", "transfer_lookup_key"))
    metadata = merged(price.metadata, params.metadata)
    return ctx.save(price, event="price.updated", metadata=metadata, **told)


def _filters(params: ListPrices) -> dict[str, str]:
    active = None if params.active is None else str(params.active).lower()
    sent = {
        "status": active,
        "currency": params.currency,
        "group": params.recurring.interval if params.recurring else None,
        "source": params.product,
        "type": params.type,
    }
    filters = {name: value for name, value in sent.items() if value is not None}
    return filters | ({"type": "recurring"} if params.recurring else {})


async def _product(ctx: Context, params: CreatePrice) -> Product:
    if params.product is not None and params.product_data is not None:
        raise InvalidRequest("Send either product or product_data, not both.", param="product_data")
    if params.product is not None:
        return await ctx.load(Product, params.product, param="product")
    if params.product_data is None:
        raise missing("product")
    return made_product(ctx, params.product_data)


def _holder_of(key: str) -> str:
    return f"lookup_{blake2b(key.encode(), digest_size=16).hexdigest()}"


async def _take_key(ctx: Context, price: Price, key: str, *, transfer: bool) -> None:
    """Let a key name a price; another one that has it keeps it, unless it is to be transferred."""
    name = _holder_of(key)
    holder = await ctx.find(KeyHolder, name)
    if holder is None:
        ctx.create(KeyHolder(id=name, price=price.id))
        return
    if holder.price is not None and holder.price != price.id:
        if not transfer:
            raise InvalidRequest(
                f"A price (`{holder.price}`) already uses that lookup key. Send "
                "transfer_lookup_key=true to give it to this one.",
                param="lookup_key",
            )
        before = await ctx.load(Price, holder.price)
        ctx.save(before, lookup_key=None, event="price.updated")
    ctx.save(holder, price=price.id)


async def _let_go(ctx: Context, key: str) -> None:
    holder = await ctx.load(KeyHolder, _holder_of(key))
    ctx.save(holder, price=None)
