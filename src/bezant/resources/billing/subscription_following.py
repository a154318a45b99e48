"""How a subscription follows its invoices: paid for, late, or over because nobody pays."""

from typing import Any

from msgspec.structs import replace

from bezant.api.context import Context
from bezant.kernel.codec import unix_seconds
from bezant.resources.billing.invoice import Invoice
from bezant.resources.billing.invoice_outcome import retries
from bezant.resources.billing.subscription import Subscription
from bezant.resources.billing.subscription_billing import go_on_unpaid, remember_method, settled
from bezant.resources.billing.subscription_ending import cancel, expire
from bezant.resources.billing.subscription_told import plan_ahead
from bezant.resources.core.later import Matter


async def followed(ctx: Context, matter: Matter) -> bool:
    """Let the subscription of an invoice stand as that does, whatever it has come to."""
    invoice = await ctx.find(Invoice, matter.subject)
    return invoice is not None and await follow(ctx, invoice)


async def follow(ctx: Context, invoice: Invoice) -> bool:
    """Let a subscription stand as its latest invoice does; it ends when nobody has paid at last.

    Returns whether anything has changed.
    """
    name = invoice.subscription
    subscription = await ctx.find(Subscription, name) if name else None
    if subscription is None or subscription.ended:
        return False
    if await _given_up(ctx, invoice):
        await cancel(ctx, subscription, reason="payment_failed")
        return True
    if subscription.latest_invoice != invoice.id:
        return False
    if invoice.status == "paid":
        subscription = await remember_method(ctx, subscription, invoice)
    begins = subscription.status == "incomplete" and await settled(ctx, invoice)
    if begins:
        go_on_unpaid(ctx, invoice)
    if begins or invoice.status in ("paid", "void", "uncollectible"):
        return await _free(ctx, subscription, invoice)
    goes_on = subscription.status in ("active", "past_due")
    return goes_on and await _unpaid(ctx, invoice) and _saved(ctx, subscription, status="past_due")


async def _free(ctx: Context, subscription: Subscription, invoice: Invoice) -> bool:
    """Let a subscription be in order whose latest invoice nobody owes, or a bank is to pay."""
    if subscription.status == "incomplete" and invoice.status in ("void", "uncollectible"):
        await expire(ctx, subscription)
        return True
    trial = subscription.trial_end is not None and subscription.trial_end > unix_seconds(ctx.now())
    status = "trialing" if trial else "active"
    if subscription.status == "incomplete":
        plan_ahead(ctx, subscription)  # Its first period may be over, without a next one.
    elif subscription.status != "past_due":
        status = subscription.status
    return _saved(ctx, subscription, status=status)


def _saved(ctx: Context, subscription: Subscription, **changes: Any) -> bool:
    changed = replace(subscription, **changes)
    if changed == subscription and ctx.made(Subscription, subscription.id) is None:
        return False
    ctx.save(changed, event="customer.subscription.updated")
    return True


async def _unpaid(ctx: Context, invoice: Invoice) -> bool:
    """Tell whether an invoice was to be paid, and was not."""
    if invoice.status != "open":
        return False
    overdue = invoice.due_date is not None and invoice.due_date <= unix_seconds(ctx.now())
    return (invoice.attempted or overdue) and not await settled(ctx, invoice)


async def _given_up(ctx: Context, invoice: Invoice) -> bool:
    """Tell whether an invoice has been collected by itself as often as it is."""
    over = retries(ctx, invoice) and invoice.next_payment_attempt is None
    return over and await _unpaid(ctx, invoice)
