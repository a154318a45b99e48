"""Subscription items by themselves: each change is one of their subscription."""

from typing import Any

from bezant.api.context import Context
from bezant.api.pages import Page, page_of
from bezant.api.routes import Routes
from bezant.resources.billing.subscription import Subscription
from bezant.resources.billing.subscription_changes import updated
from bezant.resources.billing.subscription_item import SubscriptionItem
from bezant.resources.billing.subscription_params import (
    CreateItem,
    DeleteItem,
    ItemChange,
    ListItems,
    UpdateItem,
    UpdateSubscription,
)

PATH = "/v1/subscription_items"
_WAYS = ("payment_behavior", "proration_behavior", "proration_date")

routes = Routes(SubscriptionItem, PATH, prefix="si", listed=False)


@routes.get(PATH, listing=True)
async def list_all(ctx: Context, params: ListItems) -> Page:
    """List the items of a subscription, newest first."""
    await ctx.load(Subscription, params.subscription, param="subscription")
    return await page_of(ctx, SubscriptionItem, "si", params, {"parent": params.subscription})


@routes.create
async def create(ctx: Context, params: CreateItem) -> SubscriptionItem:
    """Let something be subscribed to besides."""
    subscription = await ctx.load(Subscription, params.subscription, param="subscription")
    known = {item.id for item in subscription.items.data}
    changed = await _changed(ctx, subscription, params, _item(params))
    (made,) = (item for item in changed.items.data if item.id not in known)
    return made


@routes.update
async def update(ctx: Context, item: SubscriptionItem, params: UpdateItem) -> SubscriptionItem:
    """Change an item; what that costs or gives back is billed as `proration_behavior` says."""
    subscription = await ctx.load(Subscription, item.subscription)
    change = _item(params)
    change.id = item.id
    changed = await _changed(ctx, subscription, params, change, off_session=params.off_session)
    (now,) = (each for each in changed.items.data if each.id == item.id)
    return now


@routes.delete_at(PATH + "/{id}")
async def delete(ctx: Context, item: SubscriptionItem, params: DeleteItem) -> None:
    """Let something be no longer subscribed to; the last item can't go."""
    subscription = await ctx.load(Subscription, item.subscription)
    await _changed(ctx, subscription, params, ItemChange(id=item.id, deleted=True))


def _item(params: CreateItem | UpdateItem) -> ItemChange:
    return ItemChange(
        discounts=params.discounts,
        metadata=params.metadata,
        plan=params.plan,
        price=params.price,
        price_data=params.price_data,
        quantity=params.quantity,
    )


async def _changed(
    ctx: Context,
    subscription: Subscription,
    params: CreateItem | UpdateItem | DeleteItem,
    change: ItemChange,
    **others: Any,
) -> Subscription:
    ways = {name: getattr(params, name) for name in _WAYS}
    return await updated(ctx, subscription, UpdateSubscription(items=[change], **ways, **others))
