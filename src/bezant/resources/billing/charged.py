"""What is charged for the running period of a subscription, by what its items are like.

What is left of a period is given back as it was charged: after the discounts of its invoice, and
nothing for what was free. Whoever changes back at the same moment pays what was given back.
"""

from collections.abc import Sequence

from bezant.api.context import Context
from bezant.resources.billing.cycle import Span
from bezant.resources.billing.invoice import Invoice, lines_of
from bezant.resources.billing.proration import unused
from bezant.resources.billing.subscription import Subscription
from bezant.resources.billing.subscription_item import SubscriptionItem

CHARGED = "charged"
"""Where a subscription's hidden part has it."""

Charges = dict[str, tuple[int, int, int]]
"""An amount and the time that it is for (Unix seconds), by what an item is like."""


def charges_of(ctx: Context, subscription: Subscription) -> Charges:
    """Return what is charged for the running period."""
    known: Charges = ctx.hidden(subscription).get(CHARGED, {})
    return dict(known)


def with_charges(ctx: Context, subscription: Subscription, charges: Charges) -> Subscription:
    """Keep with a subscription what is charged for the running period."""
    return ctx.save(subscription, hidden={**ctx.hidden(subscription), CHARGED: charges})


async def invoiced(ctx: Context, subscription: Subscription, invoice: Invoice) -> Charges:
    """Return what an invoice charges for the period of each item, after its discounts."""
    net: dict[str, int] = {}
    for line in await lines_of(ctx, invoice):
        details = line.parent.subscription_item_details if line.parent else None
        if details is not None and details.invoice_item is None:
            off = sum(each.amount for each in line.discount_amounts)
            net[details.subscription_item] = line.amount - off
    start, end = subscription.period
    return {
        like(item): (net[item.id], start, end) for item in subscription.items.data if item.id in net
    }


def rest_of(charges: Charges, item: SubscriptionItem, at: int) -> int | None:
    """Return what is charged for such an item from a moment on; None if nothing ever was."""
    known = charges.get(like(item))
    if known is None:
        return None
    amount, start, end = known
    return unused(amount, Span(start, end), at)


def carried_on(
    charges: Charges, before: Sequence[SubscriptionItem], after: Sequence[SubscriptionItem]
) -> Charges:
    """Return what is charged when items change without any proration: what was."""
    had = {item.id: like(item) for item in before}
    known = dict(charges)
    for item in after:
        paid = charges.get(had.get(item.id, ""))
        if paid is not None:
            known[like(item)] = paid
    return known


def cut(charges: Charges, at: int) -> Charges:
    """Return what is charged for a period that ends sooner."""
    return {
        name: (amount - unused(amount, Span(start, end), at), start, at)
        for name, (amount, start, end) in charges.items()
    }


def like(item: SubscriptionItem) -> str:
    """Return what an item is like: which price it has, how often, and with which discounts."""
    return "/".join((item.id, item.price.id, str(item.quantity), *item.discounts))
