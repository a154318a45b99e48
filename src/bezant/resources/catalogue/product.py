"""The product object: what an account sells. What it costs is said by its prices."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from msgspec import Meta, Struct

from bezant.api.context import Context, created_of
from bezant.api.params import Metadata, Params, merged
from bezant.api.resource import Expands, Resource
from bezant.kernel.codec import unix_seconds
from bezant.resources.core.refused import Hash, refused

_NO_TAXES = refused("Taxes are not calculated here.")
_NO_OWN_IDS = refused("Ids are made here: leave `id` out, and keep your own in the metadata.")
_NO_PARCELS = refused("Parcels are not shipped from here: keep dimensions in the metadata.")

Kind = Literal["good", "service"]
Name = Annotated[str, Meta(max_length=5000)]
Descriptor = Annotated[str, Meta(max_length=22, pattern=r"^[^<>\\'\"*]+$")]
Images = Annotated[list[Annotated[str, Meta(max_length=2048)]], Meta(max_length=8)]


class MarketingFeature(Struct, frozen=True):
    """What speaks for the product, in a few words."""

    name: str


class Product(Resource, tag="product"):
    """Something that is sold."""

    expands: ClassVar[Expands] = {"default_price": ("price",)}
    filters: ClassVar[Mapping[str, str]] = {
        "active": "status",
        "shippable": "group",
        "type": "type",
        "url": "reference",
    }

    active: bool = True
    default_price: str | None = None
    description: str | None = None
    images: tuple[str, ...] = ()
    marketing_features: tuple[MarketingFeature, ...] = ()
    metadata: dict[str, str]
    name: str
    package_dimensions: None = None
    shippable: bool | None = None
    statement_descriptor: str | None = None
    tax_code: None = None
    tax_details: None = None
    type: Kind = "service"
    unit_label: str | None = None
    updated: int
    url: str | None = None


class MarketingFeatureParams(Params):
    """What speaks for a product."""

    name: Annotated[str, Meta(max_length=80)]


class _OfProduct(Params):
    """What is never taken of a product."""

    id: Annotated[str, _NO_OWN_IDS] | None = None
    tax_code: Annotated[str, _NO_TAXES] | None = None
    tax_details: Annotated[Hash, _NO_TAXES] | None = None


class ProductData(_OfProduct):
    """A product that is made together with its price."""

    active: bool = True
    metadata: Metadata | None = None
    name: Name
    statement_descriptor: Descriptor | None = None
    unit_label: Annotated[str, Meta(max_length=12)] | None = None


class ProductOfItem(Params):
    """A product that is made for a line of what somebody buys."""

    description: Annotated[str, Meta(max_length=40_000)] | None = None
    images: Images | None = None
    metadata: Metadata | None = None
    name: Name
    tax_code: Annotated[str, _NO_TAXES] | None = None
    tax_details: Annotated[Hash, _NO_TAXES] | None = None
    unit_label: Annotated[str, Meta(max_length=12)] | None = None


class CreateProduct(_OfProduct):
    """What a product is made of."""

    active: bool = True
    description: Annotated[str, Meta(max_length=40_000)] | None = None
    images: Images | None = None
    marketing_features: Annotated[list[MarketingFeatureParams], Meta(max_length=15)] | None = None
    metadata: Metadata | None = None
    name: Name
    package_dimensions: Annotated[Hash, _NO_PARCELS] | None = None
    shippable: bool | None = None
    statement_descriptor: Descriptor | None = None
    type: Kind | None = None
    unit_label: Annotated[str, Meta(max_length=12)] | None = None
    url: Annotated[str, Meta(max_length=5000)] | None = None


_LISTS = ("images", "marketing_features")


def changes_of(sent: Params) -> dict[str, Any]:
    """Return what parameters say of a product, without its metadata."""
    told = sent.changes(without=("metadata", "default_price_data", *_LISTS))
    if (images := getattr(sent, "images", None)) is not None:
        told["images"] = tuple(images or ())
    if (features := getattr(sent, "marketing_features", None)) is not None:
        told["marketing_features"] = tuple(MarketingFeature(each.name) for each in features or ())
    return told


def made_product(
    ctx: Context, sent: CreateProduct | ProductData | ProductOfItem, **others: Any
) -> Product:
    """Store a new product."""
    name = ctx.new_id("prod")
    product = Product(
        id=name,
        created=created_of(name),
        livemode=ctx.livemode,
        metadata=merged({}, sent.metadata),
        updated=unix_seconds(ctx.now()),
        **changes_of(sent) | others,
    )
    return ctx.create(product, event="product.created")
