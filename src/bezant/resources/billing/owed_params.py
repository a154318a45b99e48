"""What is sent about one thing that is owed, and the line that it makes."""

from typing import Annotated

from msgspec import Meta

from bezant.api.context import Context
from bezant.api.params import Currency, Emptyable, Metadata, Params, Timestamp, merged
from bezant.api.refusals import missing
from bezant.kernel.codec import unix_seconds
from bezant.kernel.errors import InvalidRequest
from bezant.kernel.money import Money
from bezant.resources.billing.drawing import DraftLine
from bezant.resources.billing.invoice import Period
from bezant.resources.catalogue.price import Price, PriceAmount, made_price, times
from bezant.resources.catalogue.product import Product, ProductOfItem, made_product
from bezant.resources.core.customer import MOST_BALANCE, Customer
from bezant.resources.core.discount import DiscountParams, discounts_of
from bezant.resources.core.refused import Hash, only, refused

_NO_TAXES = "Taxes are not calculated here: put them into the price."
NO_TAXES = refused(_NO_TAXES)
_WHOLE = refused("Quantities are whole numbers: send `quantity`.")

Description = Annotated[str, Meta(max_length=500)]
ItemAmount = Annotated[int, Meta(ge=-MOST_BALANCE, le=MOST_BALANCE)]


class PeriodParams(Params):
    """For which time something is owed."""

    end: Timestamp
    start: Timestamp


class PricingParams(Params):
    """By which price something is owed."""

    price: str | None = None


class OwedPriceData(PriceAmount):
    """A price that is made for this alone."""

    product: str | None = None
    product_data: ProductOfItem | None = None


class OwedParams(Params):
    """One thing that is owed, as items and lines say it alike."""

    amount: ItemAmount | None = None
    description: Description | None = None
    discountable: bool | None = None
    discounts: Emptyable[list[DiscountParams]] | None = None
    metadata: Metadata | None = None
    period: PeriodParams | None = None
    price_data: OwedPriceData | None = None
    pricing: PricingParams | None = None
    quantity: Annotated[int, Meta(ge=0, le=999_999_999)] | None = None
    quantity_decimal: Annotated[str, _WHOLE] | None = None
    tax_rates: Annotated[Hash, NO_TAXES] | None = None


class LineParams(OwedParams):
    """One line of an invoice."""

    tax_amounts: Annotated[Hash, NO_TAXES] | None = None


class UnitParams(OwedParams):
    """One thing that is owed, perhaps at a price that is said here."""

    tax_behavior: Annotated[str, only("unspecified", why=_NO_TAXES)] | None = None
    tax_code: Annotated[str, NO_TAXES] | None = None
    unit_amount_decimal: Annotated[str, Meta(pattern=r"^-?[0-9]{1,15}(\.[0-9]{1,12})?$")] | None = (
        None
    )


class CreateInvoiceItem(UnitParams):
    """What an invoice item is made of."""

    currency: Currency | None = None
    customer: str | None = None
    customer_account: str | None = None
    invoice: str | None = None
    subscription: str | None = None


class UpdateInvoiceItem(UnitParams):
    """What of an invoice item can be changed."""

    invoicing_rules: Annotated[Hash, refused("Items wait for no others here.")] | None = None


async def line_sent(
    ctx: Context,
    sent: OwedParams,
    customer: Customer,
    *,
    currency: str,
    subscription: str | None = None,
    place: str = "",
) -> DraftLine:
    """Return the line that parameters make; `currency` is the one that is meant if none is said.

    `place` is the hash that they were sent in. Raises InvalidRequest if they don't say what it
    costs, or say it twice.
    """
    price, quantity = await _price(ctx, sent, place), _quantity(sent)
    amount = amount_of(sent, price, quantity, place)
    if price is not None:
        currency = price.currency
    now, item = unix_seconds(ctx.now()), ctx.new_id("ii")
    line = DraftLine(
        amount=amount,
        currency=currency,
        description=sent.description or await _named(ctx, price),
        discountable=amount >= 0 if sent.discountable is None else sent.discountable,
        discounts=await discounts_of(
            ctx,
            sent.discounts or (),
            purchase=Money(max(amount, 0), currency),
            customer=customer.id,
            invoice_item=item,
            param=named(place, "discounts"),
        ),
        invoice_item=item,
        metadata=merged({}, sent.metadata),
        period=Period(sent.period.end, sent.period.start) if sent.period else Period(now, now),
        price=price,
        quantity=quantity,
        subscription=subscription,
        unit_amount=getattr(sent, "unit_amount_decimal", None),
    )
    if line.period.end < line.period.start:
        raise InvalidRequest("A period ends after its start.", param=named(place, "period[end]"))
    return line


def named(place: str, name: str) -> str:
    """Return how a parameter in a hash is called."""
    head, mark, rest = name.partition("[")
    return f"{place}[{head}]{mark}{rest}" if place else name


def amount_of(sent: OwedParams, price: Price | None, quantity: int, place: str) -> int:
    """Return what so many cost, in minor units; halves are rounded away from zero."""
    unit: str | None = getattr(sent, "unit_amount_decimal", None)
    ways = [sent.amount is not None, unit is not None, price is not None]
    if sum(ways) != 1:
        if not any(ways):
            raise missing(named(place, "amount"))
        raise InvalidRequest(
            "Send one of `amount`, `pricing`, `price_data` and `unit_amount_decimal`.",
            param=named(place, "amount"),
        )
    if price is not None:
        return price.of(quantity)
    if unit is not None:
        return times(unit, quantity)
    assert sent.amount is not None, "one of them was sent"
    if sent.quantity not in (None, 1):
        raise InvalidRequest(
            "An `amount` is that of the whole: send `unit_amount_decimal` with a quantity.",
            param=named(place, "quantity"),
        )
    return sent.amount


def _quantity(sent: OwedParams) -> int:
    return 1 if sent.quantity is None else sent.quantity


async def _price(ctx: Context, sent: OwedParams, place: str) -> Price | None:
    name = sent.pricing.price if sent.pricing else None
    if name is not None and sent.price_data is not None:
        raise InvalidRequest(
            "Send either pricing or price_data, not both.", param=named(place, "price_data")
        )
    if sent.price_data is not None:
        return await _made(ctx, sent.price_data, named(place, "price_data"))
    if name is None:
        return None
    param = named(place, "pricing[price]")
    price = ctx.made(Price, name) or await ctx.load(Price, name, param=param)
    if price.type == "recurring":
        raise InvalidRequest(
            f"The price {name} is charged again and again, which subscriptions do: send one "
            "without `recurring`.",
            param=param,
        )
    if not price.active:
        raise InvalidRequest(f"The price {name} is not active.", param=param)
    return price


async def _made(ctx: Context, data: OwedPriceData, place: str) -> Price:
    """Make a price for this alone, which nobody else is sold anything by."""
    if data.product is not None and data.product_data is not None:
        raise InvalidRequest(
            "Send either product or product_data, not both.", param=f"{place}[product_data]"
        )
    if data.product_data is not None:
        product = made_product(ctx, data.product_data, active=False)
    elif data.product is not None:
        product = ctx.made(Product, data.product) or await ctx.load(
            Product, data.product, param=f"{place}[product]"
        )
    else:
        raise missing(f"{place}[product]")
    return made_price(ctx, product, data, param=place, active=False)


async def _named(ctx: Context, price: Price | None) -> str | None:
    """Return what a price is for, in words."""
    if price is None:
        return None
    product = ctx.made(Product, price.product) or await ctx.find(Product, price.product)
    return product.name if product else None
