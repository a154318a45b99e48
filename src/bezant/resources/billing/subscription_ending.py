"""How subscriptions end: at once, at a moment that was said, or because nobody has paid."""

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec.structs import replace

from bezant.api.context import Context
from bezant.kernel.codec import unix_seconds
from bezant.resources.billing.invoice import Invoice
from bezant.resources.billing.invoice_ending import voided
from bezant.resources.billing.subscription import CancelReason, Subscription
from bezant.resources.billing.subscription_billing import Way, bill, owes, settled
from bezant.resources.billing.subscription_prorating import credit_rest
from bezant.resources.billing.subscription_terms import has_method
from bezant.resources.core.customer import Customer
from bezant.store.objects import Page

_MOST_INVOICES = 100


async def cancel(
    ctx: Context,
    subscription: Subscription,
    *,
    reason: CancelReason = "cancellation_requested",
    prorate: bool = False,
    invoice_now: bool = False,
    said: Mapping[str, Any] | None = None,
) -> Subscription:
    """End a subscription now; its invoices are no longer collected by themselves.

    What is left of the running period is credited if `prorate` says so, and everything that waits
    is invoiced now if `invoice_now` does.
    """
    now = unix_seconds(ctx.now())
    unpaid = subscription.status == "incomplete"
    customer = ctx.made(Customer, subscription.customer) or await ctx.find(
        Customer, subscription.customer
    )
    if customer is not None and subscription.status in ("active", "past_due"):
        if prorate:
            await credit_rest(ctx, customer, subscription, now, ends=True)
        if invoice_now and await owes(ctx, ctx.current(customer), subscription):
            asks = await has_method(ctx, customer, subscription)
            way = Way("subscription_update", "allow_incomplete" if asks else "default_incomplete")
            billed = await bill(ctx, customer, subscription, [], way)
            subscription = billed.subscription
    details = replace(subscription.cancellation_details, reason=reason)
    subscription = ctx.save(
        ctx.current(subscription),
        canceled_at=subscription.canceled_at or now,
        cancellation_details=replace(details, **(said or {})),
        ended_at=now,
        status="canceled",
        event="customer.subscription.deleted",
    )
    await stop_collecting(ctx, subscription, void=unpaid)
    return subscription


async def expire(ctx: Context, subscription: Subscription) -> Subscription:
    """Let a subscription be over whose first invoice was not paid in time; nobody owes that."""
    now = unix_seconds(ctx.now())
    subscription = ctx.save(
        subscription, ended_at=now, status="incomplete_expired",
        event="customer.subscription.updated",
    )  # fmt: skip
    await stop_collecting(ctx, subscription, void=True)
    return subscription


async def stop_collecting(ctx: Context, subscription: Subscription, *, void: bool) -> None:
    """Ask for no more money by itself, or, if what is open is void, let nobody owe it."""
    made = {each.id: each for each in ctx.all_made(Invoice)
            if each.subscription == subscription.id}  # fmt: skip
    for status in ("draft", "open"):
        filters = {"destination": subscription.id, "status": status}
        bodies, _ = await ctx.page(Invoice, Page(limit=_MOST_INVOICES, filters=filters))
        names = [msgspec.json.decode(body, type=_Named).id for body in bodies]
        known = await ctx.load_many(Invoice, [name for name in names if name not in made])
        mine = [each for each in made.values() if each.status == status]
        for invoice in (*mine, *known.values()):
            if void and invoice.status == "open" and not await settled(ctx, invoice):
                await voided(ctx, invoice)
            elif invoice.status in ("draft", "open") and invoice.auto_advance:
                ctx.save(invoice, auto_advance=False, automatically_finalizes_at=None,
                         next_payment_attempt=None, event="invoice.updated")  # fmt: skip


class _Named(msgspec.Struct):
    id: str
