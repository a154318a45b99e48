"""Products: made, listed, changed, and deleted while they have no price."""

from typing import Annotated, Any

from msgspec import Meta

from bezant.api import search
from bezant.api.context import Context
from bezant.api.pages import ListParams, Page, page_of
from bezant.api.params import Emptyable, Metadata, Params, merged
from bezant.api.routes import Routes
from bezant.kernel.codec import unix_seconds
from bezant.kernel.errors import InvalidRequest
from bezant.resources.catalogue.picked import picked
from bezant.resources.catalogue.price import Price, PriceData, made_price
from bezant.resources.catalogue.product import (
    CreateProduct,
    Descriptor,
    Images,
    Kind,
    MarketingFeatureParams,
    Name,
    Product,
    changes_of,
    made_product,
)
from bezant.resources.core.refused import Hash, refused

_NO_TAXES = refused("Taxes are not calculated here.")
_NO_CHOICE = refused("Customers don't choose amounts here: send `unit_amount`.")
_NO_OPTIONS = refused("A price has one currency here: make a price for each.")
_NO_PARCELS = refused("Parcels are not shipped from here: keep dimensions in the metadata.")


class DefaultPriceData(PriceData):
    """A price that is made together with its product."""

    currency_options: Annotated[Hash, _NO_OPTIONS] | None = None
    custom_unit_amount: Annotated[Hash, _NO_CHOICE] | None = None
    metadata: Metadata | None = None


class NewProduct(CreateProduct):
    """What a product is made of, and perhaps its first price."""

    default_price_data: DefaultPriceData | None = None


class UpdateProduct(Params):
    """What of a product can be changed."""

    active: bool | None = None
    default_price: str | None = None
    description: Emptyable[Annotated[str, Meta(max_length=40_000)]] | None = None
    images: Emptyable[Images] | None = None
    marketing_features: (
        Emptyable[Annotated[list[MarketingFeatureParams], Meta(max_length=15)]] | None
    ) = None
    metadata: Metadata | None = None
    name: Name | None = None
    package_dimensions: Annotated[Hash, _NO_PARCELS] | None = None
    shippable: bool | None = None
    statement_descriptor: Descriptor | None = None
    tax_code: Annotated[str, _NO_TAXES] | None = None
    tax_details: Annotated[Hash, _NO_TAXES] | None = None
    unit_label: Emptyable[Annotated[str, Meta(max_length=12)]] | None = None
    url: Emptyable[Annotated[str, Meta(max_length=5000)]] | None = None


class ListProducts(ListParams):
    """By what products are listed."""

    active: bool | None = None
    ids: Annotated[list[str], Meta(max_length=100)] | None = None
    shippable: bool | None = None
    type: Kind | None = None
    url: Annotated[str, Meta(max_length=5000)] | None = None


routes = Routes(Product, "/v1/products", prefix="prod", listed=False)
routes.search(
    {
        "active": search.token("active", column="status"),
        "created": search.number("created"),
        "description": search.text("description"),
        "metadata": search.metadata(),
        "name": search.text("name"),
        "shippable": search.token("shippable", column="group"),
        "url": search.text("url"),
    }
)


@routes.get("/v1/products", listing=True)
async def list_all(ctx: Context, params: ListProducts) -> Page:
    """List products, newest first."""
    sent: dict[str, Any] = {
        "status": params.active, "group": params.shippable, "type": params.type,
        "reference": params.url,
    }  # fmt: skip
    filters = {name: _text(value) for name, value in sent.items() if value is not None}
    if params.ids is not None:
        return await picked(ctx, Product, "prod", params.ids, params, filters)
    return await page_of(ctx, Product, "prod", params, filters)


@routes.create
async def create(ctx: Context, params: NewProduct) -> Product:
    """Offer a new product."""
    product = made_product(ctx, params)
    data = params.default_price_data
    if data is None:
        return product
    price = made_price(
        ctx, product, data, data.recurring, param="default_price_data", metadata=data.metadata
    )
    return ctx.save(product, default_price=price.id)


@routes.update
async def update(ctx: Context, product: Product, params: UpdateProduct) -> Product:
    """Change a product; what was sold of it before stays as it was."""
    if params.default_price is not None:
        price = await ctx.load(Price, params.default_price, param="default_price")
        if price.product != product.id:
            raise InvalidRequest(
                f"{price.id} is a price of another product, {price.product}.",
                param="default_price",
            )
    return ctx.save(
        product,
        event="product.updated",
        metadata=merged(product.metadata, params.metadata),
        updated=unix_seconds(ctx.now()),
        **changes_of(params),
    )


@routes.delete
async def delete(ctx: Context, product: Product) -> None:
    """Delete a product that never had a price."""
    if await ctx.newest(Price, {"source": product.id}) is not None:
        raise InvalidRequest(
            "This product has prices, so it can't be deleted: set `active` to false instead."
        )
    ctx.delete(product, event="product.deleted")


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else value
