"""Prorating: what changes in the middle of a period gives back, and what it costs besides.

Both are reckoned after discounts, as the customer has paid, so that no discount is on them again.
"""

from collections.abc import Mapping

from bezant.api.context import Context
from bezant.kernel.codec import unix_seconds
from bezant.kernel.errors import InvalidRequest
from bezant.resources.billing.cycle import Span
from bezant.resources.billing.drawing import DraftLine, moment, pend
from bezant.resources.billing.invoice import Period
from bezant.resources.billing.subscription import Subscription
from bezant.resources.billing.subscription_billing import names_of, net_amounts, part
from bezant.resources.billing.subscription_item import SubscriptionItem
from bezant.resources.core.customer import Customer

CHANGED = "changed_at"
"""Where a subscription's hidden part has when it was changed in the middle of a period."""


def prorated_at(ctx: Context, subscription: Subscription, sent: int | None) -> int:
    """Return from when a change counts, in Unix seconds; InvalidRequest for what was billed so.

    What has been prorated once is not prorated again.
    """
    now = unix_seconds(ctx.now())
    if sent is None:
        return now
    first = max(subscription.period.start, ctx.hidden(subscription).get(CHANGED, 0))
    if not first <= sent < subscription.period.end:
        raise InvalidRequest(
            "A change counts from a moment within the running period, and not before an earlier "
            f"change: from {first} to {subscription.period.end}.",
            param="proration_date",
        )
    return sent


async def credit_rest(
    ctx: Context, customer: Customer, subscription: Subscription, at: int
) -> None:
    """Give back what is left of the running period, by items of the next invoice."""
    await _pend(ctx, customer, subscription, subscription, at, credit=True)


async def prorate(
    ctx: Context, customer: Customer, before: Subscription, after: Subscription, at: int
) -> None:
    """Give back what is left of items that change, and charge for what they change to."""
    await _pend(ctx, customer, before, after, at, credit=True)
    await _pend(ctx, customer, after, before, at, credit=False)


async def _pend(
    ctx: Context,
    customer: Customer,
    subscription: Subscription,
    other: Subscription,
    at: int,
    *,
    credit: bool,
) -> None:
    """Let what changes of the items of a subscription be on its next invoice, as it is there.

    What is the same in the `other` is left out, unless that is the same subscription.
    """
    span = Span(at, subscription.period.end)
    if span.seconds <= 0:
        return
    same: Mapping[str, SubscriptionItem] = {}
    if other is not subscription:
        same = {item.id: item for item in other.items.data}
    changed = [item for item in subscription.items.data if not _alike(item, same.get(item.id))]
    names = await names_of(ctx, [item.price for item in changed])
    whole = await net_amounts(ctx, customer, subscription)
    day = f"{moment(at):%d %b %Y}"
    for item in changed:
        amount = part(whole[item.id], subscription, span)
        what = "Unused time on" if credit else "Remaining time on"
        count = "" if item.quantity == 1 else f"{item.quantity} x "
        line = DraftLine(
            amount=-amount if credit else amount,
            currency=subscription.currency,
            description=f"{what} {count}{names[item.price.product]} after {day}",
            discountable=False,
            period=Period(span.end, span.start),
            price=item.price,
            proration=True,
            quantity=item.quantity,
            subscription=subscription.id,
            subscription_item=item.id,
        )
        pend(ctx, ctx.current(customer), line)


def _alike(item: SubscriptionItem, other: SubscriptionItem | None) -> bool:
    if other is None:
        return False
    return (item.price.id, item.quantity, item.discounts) == (
        other.price.id, other.quantity, other.discounts,
    )  # fmt: skip
