"""Line items: what somebody buys, how many of it, and what that comes to."""

from collections.abc import Iterable, Sequence
from typing import Annotated, ClassVar, NamedTuple

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType
from msgspec.structs import replace

from bezant.api.context import COLUMNS, Context
from bezant.api.params import Metadata, Params, merged
from bezant.api.refusals import missing
from bezant.api.resource import Expands, Identified
from bezant.kernel.errors import InvalidRequest
from bezant.resources.catalogue.price import Price, PriceData, made_price
from bezant.resources.catalogue.product import Product, ProductOfItem, made_product
from bezant.resources.checkout.adjustable import Adjustable, AdjustableParams, adjustable_of
from bezant.resources.core.coupon import Coupon
from bezant.resources.core.discount import Discount
from bezant.resources.core.discounting import Reducible, reduced
from bezant.resources.core.refused import Hash, refused
from bezant.store.objects import Page

_NO_TAXES = refused("Taxes are not calculated here: put them into the price.")
_RECURRING = (
    "Prices with `recurring` are charged by subscriptions: send mode=subscription, or make a price "
    "without it."
)
MOST_ITEMS = 100


class TakenOff(Struct, frozen=True):
    """What a discount has taken off, in minor units."""

    amount: int
    discount: Discount


class LineItem(Identified, tag="item"):
    """So many of something, with its price as it was then; `parent` is a column."""

    anyway: ClassVar[frozenset[str]] = frozenset({"discounts"})
    expands: ClassVar[Expands] = {"price.product": ("product",)}

    adjustable_quantity: Adjustable | None = None
    amount_discount: int = 0
    amount_subtotal: int
    amount_tax: int = 0
    amount_total: int
    currency: str
    description: str | None = None
    discounts: tuple[TakenOff, ...] | UnsetType = UNSET
    metadata: dict[str, str] | None = None
    price: Price
    quantity: int

    def columns(self) -> dict[str, str | None]:
        """Return nothing: the hidden part has its parent, which may be of two kinds."""
        return {}


class ItemPriceData(PriceData):
    """A price that is made for this line alone."""

    product: str | None = None
    product_data: ProductOfItem | None = None


class LineItemParams(Params):
    """So many of something."""

    adjustable_quantity: AdjustableParams | None = None
    metadata: Metadata | None = None
    price: str | None = None
    price_data: ItemPriceData | None = None
    quantity: Annotated[int, Meta(ge=1, le=999_999)] = 1
    tax_rates: Annotated[Hash, _NO_TAXES] | None = None


Items = Annotated[list[LineItemParams], Meta(min_length=1, max_length=MOST_ITEMS)]


class Line(NamedTuple):
    """A line before it is stored."""

    price: Price
    description: str
    quantity: int
    metadata: dict[str, str] | None = None
    adjustable: Adjustable | None = None
    tried: bool = False

    @property
    def amount(self) -> int:
        """What it comes to now, in minor units: nothing while it is tried."""
        return 0 if self.tried else self.price.of(self.quantity)


async def lines_of(ctx: Context, sent: Sequence[LineItemParams]) -> list[Line]:
    """Return what is bought; InvalidRequest for what is not for sale, or not together."""
    names = list(dict.fromkeys(each.price for each in sent if each.price is not None))
    prices = await ctx.load_many(Price, names)
    of_data = [each.price_data.product for each in sent if each.price_data]
    wanted = [price.product for price in prices.values()] + [name for name in of_data if name]
    products = await ctx.load_many(Product, list(dict.fromkeys(wanted)))
    lines = [_line(ctx, each, f"line_items[{at}]", prices, products) for at, each in
             enumerate(sent)]  # fmt: skip
    currencies = {line.price.currency for line in lines}
    if len(currencies) > 1:
        raise InvalidRequest(
            f"All line items are in one currency, and these are in {_listed(currencies)}.",
            param="line_items",
        )
    return lines


def check_once(lines: Sequence[Line]) -> None:
    """Refuse lines that are charged again and again, where something is paid once."""
    for at, line in enumerate(lines):
        if line.price.recurring is not None:
            raise InvalidRequest(
                _RECURRING, code="recurring_price_unsupported", param=f"line_items[{at}]"
            )


def check_recurring(lines: Sequence[Line]) -> None:
    """Refuse lines of which nothing is charged again, or the same is twice."""
    known: set[str] = set()
    for at, line in enumerate(lines):
        if line.price.recurring is not None and line.price.id in known:
            raise InvalidRequest(
                f"The price {line.price.id} is there already: change its quantity.",
                param=f"line_items[{at}]",
            )
        known.add(line.price.id)
    if not any(line.price.recurring for line in lines):
        raise InvalidRequest(
            "A subscription needs a price with `recurring`: send one, or mode=payment.",
            param="line_items",
        )


def store_lines(
    ctx: Context, parent: str, lines: Sequence[Line], coupon: Coupon | None = None
) -> list[LineItem]:
    """Store lines for what they belong to; lists, the newest first, show them in their order."""
    hidden = {COLUMNS: {"parent": parent}}
    items = [_item(ctx, line) for line in reversed(lines)][::-1]
    return [ctx.create(item, hidden=hidden) for item in cheaper(items, coupon)]


async def items_under(ctx: Context, parent: str) -> list[LineItem]:
    """Return the lines of something, in their order."""
    bodies, _ = await ctx.page(LineItem, Page(limit=MOST_ITEMS, filters={"parent": parent}))
    return [msgspec.json.decode(body, type=LineItem) for body in bodies]


def line_again(item: LineItem) -> Line:
    """Return a line that is like one that is stored."""
    return Line(
        item.price, item.description or "", item.quantity, item.metadata, item.adjustable_quantity
    )


def total_of(lines: Sequence[Line], coupon: Coupon | None = None) -> int:
    """Return what lines come to, in minor units, with what a coupon takes off them."""
    amounts = [line.amount for line in lines]
    taken = _taken_off(zip(amounts, (line.price for line in lines), strict=True), coupon)
    return sum(amounts) - sum(taken)


def cheaper(items: Sequence[LineItem], coupon: Coupon | None) -> list[LineItem]:
    """Return lines as they are with what a coupon takes off them, and nothing else."""
    taken = _taken_off(((item.amount_subtotal, item.price) for item in items), coupon)
    return [
        replace(item, amount_discount=off, amount_total=item.amount_subtotal - off)
        for item, off in zip(items, taken, strict=True)
    ]


def _taken_off(costs: Iterable[tuple[int, Price]], coupon: Coupon | None) -> list[int]:
    lines = [Reducible(amount, price.currency, price.product) for amount, price in costs]
    return [sum(taken) for taken in reduced(lines, [coupon] if coupon else [])]


def _item(ctx: Context, line: Line) -> LineItem:
    return LineItem(
        id=ctx.new_id("li"),
        adjustable_quantity=line.adjustable,
        amount_subtotal=line.amount,
        amount_total=line.amount,
        currency=line.price.currency,
        description=line.description,
        metadata=line.metadata,
        price=line.price,
        quantity=line.quantity,
    )


def _line(
    ctx: Context,
    sent: LineItemParams,
    param: str,
    prices: dict[str, Price],
    products: dict[str, Product],
) -> Line:
    if (sent.price is None) == (sent.price_data is None):
        raise InvalidRequest("Send either price or price_data for each line item.", param=param)
    if sent.price_data is not None:
        price, product = _made(ctx, sent.price_data, f"{param}[price_data]", products)
    else:
        price, product = _known(sent.price or "", f"{param}[price]", prices, products)
    metadata = merged({}, sent.metadata) if sent.metadata else None
    adjustable = adjustable_of(sent.adjustable_quantity, sent.quantity, param)
    return Line(price, product.name, sent.quantity, metadata, adjustable)


def _known(
    name: str, param: str, prices: dict[str, Price], products: dict[str, Product]
) -> tuple[Price, Product]:
    price = prices.get(name)
    if price is None:
        raise InvalidRequest(f"No such price: '{name[:64]}'", code="resource_missing", param=param)
    product = products.get(price.product)
    if not price.active or product is None or not product.active:
        raise InvalidRequest(
            f"The price {price.id}, or its product, is not active: only active ones are for sale.",
            param=param,
        )
    return price, product


def _made(
    ctx: Context, data: ItemPriceData, param: str, products: dict[str, Product]
) -> tuple[Price, Product]:
    """Make a price for this line alone, which nobody else is sold anything by."""
    if (data.product is None) == (data.product_data is None):
        raise (
            missing(f"{param}[product]")
            if data.product is None
            else InvalidRequest(
                "Send either product or product_data, not both.", param=f"{param}[product_data]"
            )
        )
    if data.product_data is not None:
        product = made_product(ctx, data.product_data, active=False)
    elif (found := products.get(data.product or "")) is not None:
        product = found
    else:
        raise InvalidRequest(
            f"No such product: '{(data.product or '')[:64]}'",
            code="resource_missing",
            param=f"{param}[product]",
        )
    return made_price(ctx, product, data, data.recurring, param=param, active=False), product


def _listed(currencies: set[str]) -> str:
    return " and ".join(sorted(currencies))
