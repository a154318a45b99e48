"""Changing subscriptions: other items, another time, a trial that ends or begins, other terms."""

from collections.abc import Sequence
from typing import Any

from msgspec.structs import replace

from bezant.api.context import Context
from bezant.api.params import merged
from bezant.kernel.codec import unix_seconds
from bezant.kernel.errors import InvalidRequest
from bezant.kernel.money import Money
from bezant.resources.billing.charged import (
    CHARGED,
    carried_on,
    charges_of,
    cut,
    with_charges,
)
from bezant.resources.billing.cycle import Anchor, Span, boundary
from bezant.resources.billing.invoice_item import InvoiceItem
from bezant.resources.billing.renewing import in_period, pause, up_to_date
from bezant.resources.billing.subscribed import (
    Subscriber,
    check_together,
    discounts_sent,
    item_sent,
    price_sent,
)
from bezant.resources.billing.subscribing import add_once, ending, trial_until
from bezant.resources.billing.subscription import (
    PauseCollection,
    Subscription,
    item_list,
    with_items,
)
from bezant.resources.billing.subscription_billing import (
    DRAWN,
    Way,
    bill,
    check_payable,
    is_settled,
    lines_for,
    settled,
)
from bezant.resources.billing.subscription_ending import cancel
from bezant.resources.billing.subscription_item import SubscriptionItem, plan_of
from bezant.resources.billing.subscription_params import ItemChange, UpdateSubscription
from bezant.resources.billing.subscription_prorating import (
    CHANGED,
    credit_rest,
    prorate,
    prorated_at,
)
from bezant.resources.billing.subscription_terms import cancellation, has_method, terms_of
from bezant.resources.billing.subscription_told import plan_ahead, tell_of_trial
from bezant.resources.core.customer import Customer

_BILLED = frozenset({"active", "past_due"})
_SAID_LATER = frozenset({"cancellation_details", "metadata"})


async def updated(
    ctx: Context, subscription: Subscription, params: UpdateSubscription
) -> Subscription:
    """Change a subscription, and bill what that costs or gives back.

    Raises InvalidRequest for what can't be changed as it stands, and the error of a payment that
    fails if it is error_if_incomplete.
    """
    subscription = await up_to_date(ctx, subscription)
    _check_changeable(subscription, params)
    name = subscription.customer
    customer = ctx.made(Customer, name) or await ctx.load(Customer, name)
    before = subscription
    subscription = ctx.save(subscription, **await _terms(ctx, subscription, params))
    check_payable(subscription)
    await add_once(ctx, customer, subscription, params.add_invoice_items)
    after = await _with_changed_items(ctx, customer, subscription, params.items or ())
    if _begins_anew(subscription, after, params):
        after = await _anew(ctx, customer, subscription, after, params)
    else:
        after = await _within(ctx, customer, subscription, after, params)
    if after.ended:
        return after
    after = ctx.save(ctx.current(after), event="customer.subscription.updated")
    if (before.period, before.cancel_at) != (after.period, after.cancel_at):
        plan_ahead(ctx, after)
    if after.trial_end != before.trial_end:
        tell_of_trial(ctx, after)
    return after


def _check_changeable(subscription: Subscription, params: UpdateSubscription) -> None:
    sent = set(params.changes(without=("payment_behavior", "proration_behavior")))
    sent |= {"metadata"} if params.metadata is not None else set()
    if subscription.ended and not sent <= _SAID_LATER:
        raise InvalidRequest(
            f"The subscription {subscription.id} is {subscription.status}: only its `metadata` and "
            "`cancellation_details` can be changed. Make another one.",
            code="subscription_not_changeable",
        )
    times = {"items", "trial_end", "billing_cycle_anchor", "add_invoice_items"}
    if subscription.status == "incomplete" and sent & times:
        raise InvalidRequest(
            f"The subscription {subscription.id} is incomplete: pay its first invoice, "
            f"{subscription.latest_invoice}, before it is changed.",
            code="subscription_not_changeable",
            param=min(sent & times),
        )
    if subscription.status == "paused" and sent & (times - {"items"}):
        raise InvalidRequest(
            f"The subscription {subscription.id} is paused: resume it first, with POST "
            f"/v1/subscriptions/{subscription.id}/resume.",
            code="subscription_not_changeable",
            param=min(sent & (times - {"items"})),
        )


async def _terms(
    ctx: Context, subscription: Subscription, params: UpdateSubscription
) -> dict[str, Any]:
    changes = await terms_of(ctx, subscription, params)
    changes |= cancellation(subscription.cancellation_details, params.cancellation_details)
    why = changes.get("cancellation_details", subscription.cancellation_details)
    changes |= ending(params, Span(unix_seconds(ctx.now()), subscription.period.end), why)
    if params.pause_collection is not None:
        sent = params.pause_collection or None
        changes["pause_collection"] = PauseCollection(sent.behavior) if sent else None
    if params.discounts is not None:
        subscriber = Subscriber(subscription.id, subscription.customer, subscription.currency)
        total = Money(sum(each.amount for each in subscription.items.data), subscription.currency)
        changes["discounts"] = await discounts_sent(
            ctx, params.discounts, subscriber, None, total, ""
        )
    return changes


async def _with_changed_items(
    ctx: Context, customer: Customer, subscription: Subscription, sent: Sequence[ItemChange]
) -> Subscription:
    """Return a subscription as it is with changed items, which are not stored yet."""
    known = {item.id: item for item in subscription.items.data}
    for at, each in enumerate(sent):
        if each.id is None:
            subscriber = Subscriber(subscription.id, customer.id, subscription.currency)
            made = await item_sent(ctx, each, subscriber, subscription.period, f"items[{at}]")
            known[made.id] = made
        elif each.id not in known:
            raise InvalidRequest(
                f"The subscription {subscription.id} has no item {each.id[:64]}.",
                code="resource_missing",
                param=f"items[{at}][id]",
            )
        elif each.deleted:
            del known[each.id]
        else:
            known[each.id] = await _changed(ctx, customer, known[each.id], each, f"items[{at}]")
    items = [*known.values()]
    check_together(items, subscription.currency)
    return replace(subscription, items=item_list(subscription.id, items))


async def _changed(
    ctx: Context, customer: Customer, item: SubscriptionItem, sent: ItemChange, param: str
) -> SubscriptionItem:
    same = sent.price_data is None and item.price.id in (sent.price, sent.plan)
    price = None if same else await price_sent(ctx, sent, param)
    price = price or item.price
    quantity = item.quantity if sent.quantity is None else sent.quantity
    discounts = item.discounts
    if sent.discounts is not None:
        subscriber = Subscriber(item.subscription, customer.id, price.currency)
        total = Money(price.of(quantity), price.currency)
        discounts = await discounts_sent(ctx, sent.discounts, subscriber, item.id, total, param)
    return replace(
        item,
        discounts=discounts,
        metadata=merged(item.metadata, sent.metadata),
        plan=plan_of(price),
        price=price,
        quantity=quantity,
    )


def _begins_anew(before: Subscription, after: Subscription, params: UpdateSubscription) -> bool:
    """Tell whether another period begins now, and a new cycle with it."""
    anchor = params.billing_cycle_anchor
    if (anchor is not None and anchor.type == "now") or params.trial_end == "now":
        return True
    if params.trial_end is not None:
        return False
    return before.status in _BILLED and before.every != after.every


async def _anew(
    ctx: Context,
    customer: Customer,
    before: Subscription,
    after: Subscription,
    params: UpdateSubscription,
) -> Subscription:
    """Let a new cycle begin now: what is left of the old one is given back, and a period billed."""
    now = unix_seconds(ctx.now())
    tried = before.status == "trialing"
    missing = after.trial_settings.end_behavior.missing_payment_method
    if tried and missing != "create_invoice" and not await has_method(ctx, customer, after):
        stored = ctx.save(after, trial_end=now)
        return pause(ctx, stored) if missing == "pause" else await cancel(ctx, stored)
    if before.status in _BILLED and params.proration_behavior != "none":
        ahead = params.payment_behavior == DRAWN
        at = prorated_at(ctx, before, params.proration_date, ahead=ahead)
        await credit_rest(ctx, customer, before, at)
    after = await restarted(ctx, before, after, now)
    lines = await lines_for(ctx, after, after.period)
    way = Way("subscription_update", params.payment_behavior, off_session=bool(params.off_session))
    billed = await bill(ctx, customer, after, lines, way)
    paid = await is_settled(ctx, billed)
    return ctx.save(billed.subscription, status="active" if paid else "past_due")


async def restarted(
    ctx: Context, before: Subscription, after: Subscription, now: int
) -> Subscription:
    """Store a subscription in a new cycle, whose first period begins now."""
    anchor = Anchor(now)
    end = boundary(anchor, after.every, 1)
    if after.cancel_at is not None and not after.cancel_at_period_end:
        end = min(end, after.cancel_at)
    stored = ctx.save(
        replace(after, items=before.items),
        billing_cycle_anchor=now,
        billing_cycle_anchor_config=None,
        hidden={**ctx.hidden(before), CHANGED: now, CHARGED: {}},
        status="active",
        trial_end=now if before.status == "trialing" else after.trial_end,
    )
    stored = await with_items(ctx, stored, after.items.data)
    return await in_period(ctx, stored, Span(now, end))


async def _within(
    ctx: Context,
    customer: Customer,
    before: Subscription,
    after: Subscription,
    params: UpdateSubscription,
) -> Subscription:
    """Let what changes count in the running period, or let a trial run from now on."""
    at = prorated_at(ctx, before, params.proration_date, ahead=params.payment_behavior == DRAWN)
    trial = trial_until(unix_seconds(ctx.now()), params.trial_end)
    changes = trial is not None or before.items != after.items
    prorates = changes and before.status in _BILLED and params.proration_behavior != "none"
    hidden = dict(ctx.hidden(before))
    charges = await charges_of(ctx, before)
    if prorates and trial is not None:
        await credit_rest(ctx, customer, before, at)
    elif prorates:
        hidden[CHARGED] = await prorate(ctx, customer, before, after, at)
    elif changes:
        hidden[CHARGED] = carried_on(charges, before.items.data, after.items.data)
    if prorates:
        hidden[CHANGED] = at
    if trial is not None:
        hidden[CHARGED] = {}
    stored = ctx.save(replace(after, items=before.items), hidden=hidden)
    stored = await with_items(ctx, stored, after.items.data)
    if trial is not None:
        stored = await _tried(ctx, stored, trial)
    elif params.cancel_at and params.proration_behavior != "none":
        stored = await _cut_short(ctx, customer, stored)
    if params.proration_behavior != "always_invoice" or stored.pause_collection is not None:
        return stored
    way = Way("subscription_update", params.payment_behavior,
              off_session=bool(params.off_session), proration_date=at)  # fmt: skip
    return await _invoiced(ctx, customer, stored, way)


async def _invoiced(
    ctx: Context, customer: Customer, subscription: Subscription, way: Way
) -> Subscription:
    """Invoice now what a change costs or gives back, if it does."""
    if all(item.invoice is not None for item in ctx.all_made(InvoiceItem)):
        return subscription
    billed = await bill(ctx, customer, subscription, [], way)
    sends = billed.subscription.collection_method == "send_invoice"
    if sends or billed.subscription.status == "trialing":
        return billed.subscription
    paid = await settled(ctx, billed.invoice)
    return ctx.save(billed.subscription, status="active" if paid else "past_due")


async def _cut_short(ctx: Context, customer: Customer, subscription: Subscription) -> Subscription:
    """Let the running period end where its subscription does, and give back what is left of it.

    If it does not end then after all, what is left is a period that is charged for.
    """
    end = subscription.cancel_at
    if end is None or end >= subscription.period.end or subscription.status not in _BILLED:
        return subscription
    await credit_rest(ctx, customer, subscription, end)
    charges = cut(await charges_of(ctx, subscription), end)
    stored = with_charges(ctx, subscription, charges)
    return await in_period(ctx, stored, Span(subscription.period.start, end))


async def _tried(ctx: Context, subscription: Subscription, trial: int) -> Subscription:
    """Let a subscription be tried from now on; its cycles are counted from the end of that."""
    now = unix_seconds(ctx.now())
    begun = subscription.trial_start if subscription.status == "trialing" else now
    subscription = ctx.save(
        subscription,
        billing_cycle_anchor=trial,
        billing_cycle_anchor_config=None,
        status="trialing",
        trial_end=trial,
        trial_start=begun,
    )
    return await in_period(ctx, subscription, Span(begun or now, trial))
