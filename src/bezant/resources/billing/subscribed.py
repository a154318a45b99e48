"""What is subscribed to: items as somebody sends them, and what fits together."""

from collections.abc import Sequence
from typing import NamedTuple

from bezant.api.context import Context, created_of
from bezant.api.params import merged
from bezant.api.refusals import missing
from bezant.kernel.errors import InvalidRequest
from bezant.kernel.money import Money
from bezant.resources.billing.cycle import Span
from bezant.resources.billing.subscription import MOST_ITEMS
from bezant.resources.billing.subscription_item import SubscriptionItem, every_of, plan_of
from bezant.resources.billing.subscription_params import Discounts, ItemParams, ItemPriceData
from bezant.resources.catalogue.price import Price, made_price
from bezant.resources.catalogue.product import Product
from bezant.resources.core.discount import discounts_of


class Subscriber(NamedTuple):
    """Which subscription items are of, and whose it is."""

    subscription: str
    customer: str
    currency: str | None = None


async def price_sent(ctx: Context, sent: ItemParams, param: str) -> Price | None:
    """Return the recurring price that an item names or brings along, if it does."""
    names = [name for name in ("plan", "price", "price_data") if getattr(sent, name) is not None]
    if len(names) > 1:
        raise InvalidRequest(
            f"Send one of `price` and `price_data`, not both {names[0]} and {names[1]}.",
            param=f"{param}[{names[1]}]",
        )
    if sent.price_data is not None:
        return await _made(ctx, sent.price_data, f"{param}[price_data]")
    name = sent.price or sent.plan
    if name is None:
        return None
    price = ctx.made(Price, name) or await ctx.load(Price, name, param=f"{param}[{names[0]}]")
    _check_price(price, f"{param}[{names[0]}]")
    return price


async def item_sent(
    ctx: Context, sent: ItemParams, subscriber: Subscriber, period: Span, param: str
) -> SubscriptionItem:
    """Return a new item, which is not stored yet; its period is the one that is running."""
    price = await price_sent(ctx, sent, param)
    if price is None:
        raise missing(f"{param}[price]" if param else "price")
    return await item_of(ctx, price, sent, subscriber, period, param)


async def item_of(
    ctx: Context,
    price: Price,
    sent: ItemParams,
    subscriber: Subscriber,
    period: Span,
    param: str,
) -> SubscriptionItem:
    """Return a new item of a price."""
    name = ctx.new_id("si")
    quantity = 1 if sent.quantity is None else sent.quantity
    purchase = Money(price.of(quantity), price.currency)
    discounts = await discounts_sent(ctx, sent.discounts, subscriber, name, purchase, param)
    return SubscriptionItem(
        id=name,
        created=created_of(name),
        current_period_end=period.end,
        current_period_start=period.start,
        discounts=discounts,
        metadata=merged({}, sent.metadata),
        plan=plan_of(price),
        price=price,
        quantity=quantity,
        subscription=subscriber.subscription,
    )


async def discounts_sent(
    ctx: Context,
    sent: Discounts | None,
    subscriber: Subscriber,
    item: str | None,
    purchase: Money,
    param: str,
) -> tuple[str, ...]:
    """Return the discounts, by their ids, that a subscription or an item of it is given."""
    found = await discounts_of(
        ctx,
        sent or (),
        purchase=purchase,
        customer=subscriber.customer,
        subscription=subscriber.subscription,
        subscription_item=item,
        param=f"{param}[discounts]" if param else "discounts",
    )
    return tuple(each.id for each in found)


def check_together(items: Sequence[SubscriptionItem], currency: str | None) -> None:
    """Refuse items that can't be on one invoice, or that are there twice."""
    if not items:
        raise InvalidRequest(
            "A subscription needs at least one item: cancel it to end it.", param="items"
        )
    if len(items) > MOST_ITEMS:
        raise InvalidRequest(f"A subscription has at most {MOST_ITEMS} items.", param="items")
    first = items[0].price
    for at, item in enumerate(items):
        param = f"items[{at}][price]"
        if item.price.currency != (currency or first.currency):
            raise InvalidRequest(
                f"The price {item.price.id} is in {item.price.currency}, and the subscription in "
                f"{currency or first.currency}: a subscription has one currency.",
                param=param,
            )
        if item.every != every_of(first):
            raise InvalidRequest(
                f"The price {item.price.id} is charged every {_told(item.price)}, and "
                f"{first.id} every {_told(first)}: make a subscription for each.",
                param=param,
            )
        if any(item.price.id == other.price.id for other in items[:at]):
            raise InvalidRequest(
                f"The price {item.price.id} is there already: change the `quantity` of its item.",
                param=param,
            )


def _told(price: Price) -> str:
    every = every_of(price)
    return every.interval if every.times == 1 else f"{every.times} {every.interval}s"


def _check_price(price: Price, param: str) -> None:
    if price.type != "recurring":
        raise InvalidRequest(
            f"The price {price.id} is charged once: make one with `recurring`, or send it in "
            "`add_invoice_items`.",
            param=param,
        )
    if not price.active:
        raise InvalidRequest(
            f"The price {price.id} is not active: activate it, or take another.", param=param
        )


async def _made(ctx: Context, data: ItemPriceData, param: str) -> Price:
    product = ctx.made(Product, data.product) or await ctx.load(
        Product, data.product, param=f"{param}[product]"
    )
    return made_price(ctx, product, data, data.recurring, param=param, active=False)
