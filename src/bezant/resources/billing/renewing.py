"""What becomes of subscriptions by themselves: renewed, reminded of, paused, ended."""

from collections.abc import Mapping

import msgspec
from msgspec.structs import replace

from bezant.api.context import Context
from bezant.kernel.codec import unix_seconds
from bezant.resources.billing.cycle import Span, period_at
from bezant.resources.billing.invoice import Invoice
from bezant.resources.billing.invoice_told import FOLLOW_SUBSCRIPTION
from bezant.resources.billing.subscription import (
    RUNNING,
    PausedDetails,
    StatusDetails,
    Subscription,
    with_items,
)
from bezant.resources.billing.subscription_billing import (
    Way,
    draw_for,
    draw_unasked,
    go_on_unpaid,
    lines_for,
    settled,
)
from bezant.resources.billing.subscription_ending import cancel, expire
from bezant.resources.billing.subscription_following import followed
from bezant.resources.billing.subscription_terms import has_method
from bezant.resources.billing.subscription_told import (
    CANCEL_JOB,
    EXPIRE_JOB,
    RENEW_JOB,
    TRIAL_JOB,
    plan_ahead,
    tell_of_trial,
)
from bezant.resources.core.customer import Customer
from bezant.resources.core.customers import GONE_JOB
from bezant.resources.core.later import Matter, Work, later
from bezant.store.objects import Page

_ALIVE = ("active", "incomplete", "past_due", "paused", "trialing")
_PAGE = 100


async def renewed(ctx: Context, matter: Matter) -> bool:
    """Begin the next period of a subscription when the running one is over, and invoice it."""
    subscription = await ctx.find(Subscription, matter.subject)
    if subscription is None or not _is_due(ctx, subscription):
        return False
    await _renew(ctx, subscription)
    return True


async def up_to_date(ctx: Context, subscription: Subscription) -> Subscription:
    """Return a subscription in the period that runs now, though its renewal may be late.

    Whoever changes or ends it then finds every second of it billed.
    """
    while _is_due(ctx, subscription):
        subscription = await _renew(ctx, subscription)
    return subscription


def _is_due(ctx: Context, subscription: Subscription) -> bool:
    is_over = subscription.period.end <= unix_seconds(ctx.now())
    return is_over and subscription.status in RUNNING


async def _renew(ctx: Context, subscription: Subscription) -> Subscription:
    """Let what is due at the end of a period happen."""
    customer = ctx.made(Customer, subscription.customer) or await ctx.find(
        Customer, subscription.customer
    )
    if customer is None or _is_over(subscription):
        return await cancel(ctx, subscription)
    if subscription.status == "trialing" and not await has_method(ctx, customer, subscription):
        missing = subscription.trial_settings.end_behavior.missing_payment_method
        if missing == "cancel":
            return await cancel(ctx, subscription)
        if missing == "pause" and subscription.pause_collection is None:
            return pause(ctx, subscription)
    after = await go_on(ctx, subscription)
    await _invoiced(ctx, customer, after, subscription.period)
    after = ctx.save(ctx.current(after), event="customer.subscription.updated")
    plan_ahead(ctx, after)
    return after


async def go_on(ctx: Context, subscription: Subscription) -> Subscription:
    """Let the next period of a subscription run; it is shorter if the subscription ends in it."""
    start = subscription.period.end
    end = period_at(subscription.anchor, subscription.every, start).end
    if subscription.cancel_at is not None:
        end = min(end, subscription.cancel_at)
    status = "active" if subscription.status == "trialing" else subscription.status
    return await in_period(ctx, ctx.save(subscription, status=status), Span(start, end))


async def in_period(ctx: Context, subscription: Subscription, period: Span) -> Subscription:
    """Let a period of a subscription run, at whose end the subscription ends if it is to."""
    items = [
        replace(item, current_period_start=period.start, current_period_end=period.end)
        for item in subscription.items.data
    ]
    subscription = await with_items(ctx, subscription, items)
    if not subscription.cancel_at_period_end:
        return subscription
    return ctx.save(subscription, cancel_at=period.end)


def pause(ctx: Context, subscription: Subscription) -> Subscription:
    """Let a subscription rest whose trial is over without anything to pay by."""
    now = unix_seconds(ctx.now())
    subscription = ctx.save(
        subscription,
        status="paused",
        status_details=StatusDetails(PausedDetails(now)),
        event="customer.subscription.updated",
    )
    ctx.emit("customer.subscription.paused", subscription)
    return subscription


async def ended(ctx: Context, matter: Matter) -> bool:
    """End a subscription at the moment that was said."""
    subscription = await ctx.find(Subscription, matter.subject)
    if subscription is None or subscription.ended or subscription.cancel_at is None:
        return False
    if subscription.cancel_at > unix_seconds(ctx.now()):
        return False
    await cancel(ctx, subscription)
    return True


async def expired(ctx: Context, matter: Matter) -> bool:
    """End a subscription that was not paid for in time; a bank that was asked may take longer."""
    subscription = await ctx.find(Subscription, matter.subject)
    if subscription is None or subscription.status != "incomplete":
        return False
    invoice = await ctx.find(Invoice, subscription.latest_invoice or "")
    if invoice is not None and await settled(ctx, invoice):
        go_on_unpaid(ctx, invoice)
        ctx.save(subscription, status="active", event="customer.subscription.updated")
        plan_ahead(ctx, subscription)
    else:
        await expire(ctx, subscription)
    return True


async def reminded(ctx: Context, matter: Matter) -> bool:
    """Say that a trial is about to end, if it still does."""
    subscription = await ctx.find(Subscription, matter.subject)
    if subscription is None or subscription.status != "trialing":
        return False
    tell_of_trial(ctx, subscription)
    return True


async def customer_gone(ctx: Context, matter: Matter) -> bool:
    """End the subscriptions of a customer that was deleted, some at a time."""
    names: list[str] = []
    for status in _ALIVE:
        filters = {"source": matter.subject, "status": status}
        bodies, _ = await ctx.page(Subscription, Page(limit=_PAGE, filters=filters))
        names += [msgspec.json.decode(body, type=_Named).id for body in bodies]
    found = await ctx.load_many(Subscription, names[:_PAGE])
    for subscription in found.values():
        await cancel(ctx, subscription)
    if len(names) > _PAGE:
        later(ctx, GONE_JOB, matter.subject, ctx.book, ctx.caller.platform)
    return bool(found)


async def _invoiced(
    ctx: Context, customer: Customer, subscription: Subscription, ran: Span
) -> None:
    """Draw the invoice of a period; nobody is asked for its money while collection is paused."""
    lines = await lines_for(ctx, subscription, subscription.period)
    way = Way("subscription_cycle", ran=ran)
    if subscription.pause_collection is None:
        await draw_for(ctx, customer, subscription, lines, way, advances=True)
    else:
        await draw_unasked(ctx, customer, subscription, lines, way)


def _is_over(subscription: Subscription) -> bool:
    return subscription.cancel_at is not None and subscription.cancel_at <= subscription.period.end


class _Named(msgspec.Struct):
    id: str


WORK: Mapping[str, Work] = {
    CANCEL_JOB: ended,
    EXPIRE_JOB: expired,
    FOLLOW_SUBSCRIPTION: followed,
    GONE_JOB: customer_gone,
    RENEW_JOB: renewed,
    TRIAL_JOB: reminded,
}
"""What does each kind of job about subscriptions."""
