"""Subscribing: a subscription is made, its first invoice drawn, and that collected."""

from typing import Any, NamedTuple

from msgspec.structs import replace

from bezant.api.context import Context, created_of
from bezant.api.failure import Failure
from bezant.api.refusals import missing
from bezant.kernel.codec import unix_seconds
from bezant.kernel.errors import InvalidRequest
from bezant.kernel.money import Money
from bezant.resources.billing.cycle import Anchor, Every, Span, When, boundary, next_time
from bezant.resources.billing.drawing import in_currency, pend
from bezant.resources.billing.owed_params import OwedParams, PricingParams, line_sent
from bezant.resources.billing.subscribed import (
    Subscriber,
    check_together,
    discounts_sent,
    item_of,
    price_sent,
)
from bezant.resources.billing.subscription import (
    AnchorConfig,
    BillingMode,
    CancellationDetails,
    Flexible,
    Status,
    Subscription,
    item_list,
    with_items,
)
from bezant.resources.billing.subscription_billing import (
    DRAWN,
    Billed,
    Way,
    bill,
    check_payable,
    go_on_unpaid,
    lines_for,
    settled,
)
from bezant.resources.billing.subscription_item import every_of
from bezant.resources.billing.subscription_params import (
    AddedItem,
    CreateSubscription,
    ItemParams,
    UpdateSubscription,
)
from bezant.resources.billing.subscription_terms import terms_of
from bezant.resources.billing.subscription_told import plan_ahead, plan_expiry, tell_of_trial
from bezant.resources.catalogue.price import Price
from bezant.resources.core.account_customer import account_of_customer
from bezant.resources.core.application import acting_application
from bezant.resources.core.customer import Customer

_DAY = 86_400
_MOST_TRIAL = 1_095 * _DAY


class Times(NamedTuple):
    """When a subscription's first period is, and from when later ones are counted.

    `trial` says that the first one costs nothing, and `free` that it does without being a trial.
    """

    anchor: Anchor
    first: Span
    trial: bool = False
    free: bool = False


async def subscribe(
    ctx: Context, customer: Customer, params: CreateSubscription
) -> Subscription | Failure:
    """Make a subscription and collect its first invoice.

    A payment that fails leaves it incomplete, unless it is error_if_incomplete: then there is
    none. Raises InvalidRequest for what does not go together.
    """
    name = ctx.new_id("sub")
    prices = [await _price(ctx, each, at) for at, each in enumerate(params.items)]
    currency = params.currency or prices[0].currency
    every = every_of(prices[0])
    now = unix_seconds(ctx.now())
    times = _cut_short(times_of(now, every, params, _trial_days(params, prices)), params)
    customer = in_currency(ctx, customer, currency)
    subscriber = Subscriber(name, customer.id, currency)
    items = [
        await item_of(ctx, price, sent, subscriber, times.first, f"items[{at}]")
        for at, (price, sent) in enumerate(zip(prices, params.items, strict=True))
    ]
    check_together(items, currency)
    blank = await _blank(ctx, customer, params, times, subscriber)
    total = Money(sum(item.amount for item in items), currency)
    discounts = await discounts_sent(ctx, params.discounts, subscriber, None, total, "")
    terms = await terms_of(ctx, blank, params)
    subscription = ctx.create(_with(blank, terms, discounts=discounts))
    check_payable(subscription)
    subscription = await with_items(ctx, subscription, items)
    await add_once(ctx, customer, subscription, params.add_invoice_items)
    if not times.free or params.add_invoice_items or params.payment_behavior == DRAWN:
        billed = await _first_invoice(ctx, customer, subscription, params, times)
        subscription = ctx.save(billed.subscription, status=await _status(ctx, billed, times))
    ctx.emit("customer.subscription.created", subscription)
    tell_of_trial(ctx, subscription)
    plan_ahead(ctx, subscription)
    if subscription.status == "incomplete":
        plan_expiry(ctx, subscription)
    return subscription


def times_of(now: int, every: Every, params: CreateSubscription, days: int | None) -> Times:
    """Return the times of a subscription that begins now (Unix seconds); `days` are of its trial.

    Pure. Raises InvalidRequest for a trial or an anchor that is over, or too far away.
    """
    config = params.billing_cycle_anchor_config
    if config is not None and params.billing_cycle_anchor is not None:
        raise InvalidRequest(
            "Send either billing_cycle_anchor or billing_cycle_anchor_config, not both.",
            param="billing_cycle_anchor_config",
        )
    trial = trial_until(now, params.trial_end)
    if days is not None and trial is None:
        trial = now + days * _DAY
    at = params.billing_cycle_anchor
    if trial is not None:
        if at is not None or config is not None:
            raise InvalidRequest(
                "Cycles are counted from the end of the trial: send either that or an anchor.",
                param="billing_cycle_anchor" if config is None else "billing_cycle_anchor_config",
            )
        return Times(Anchor(trial), Span(now, trial), trial=True)
    day = config.day_of_month if config else None
    if config is not None:
        at = next_time(When(**config.changes(without=())), now)
    if at is None or at == now:
        anchor = Anchor(now, day)
        return Times(anchor, Span(now, boundary(anchor, every, 1)))
    anchor = Anchor(at, day)
    if not now < at <= boundary(Anchor(now), every, 1):
        raise InvalidRequest(
            "The anchor of the billing cycle lies ahead, within one period from now.",
            param="billing_cycle_anchor",
        )
    return Times(anchor, Span(now, at), free=params.proration_behavior == "none")


def trial_until(now: int, sent: str | None) -> int | None:
    """Return when a trial is over that was sent; None if there is none, or no longer."""
    if sent in (None, "now"):
        return None
    assert sent is not None, "it was checked just now"
    if not now < int(sent) <= now + _MOST_TRIAL:
        raise InvalidRequest(
            "A trial ends in the future, and within three years.", param="trial_end"
        )
    return int(sent)


async def add_once(
    ctx: Context, customer: Customer, subscription: Subscription, sent: list[AddedItem] | None
) -> None:
    """Let things be on the next invoice of a subscription, once."""
    for at, each in enumerate(sent or ()):
        place = f"add_invoice_items[{at}]"
        if each.price is None and each.price_data is None:
            raise missing(f"{place}[price]")
        owed = OwedParams(
            discountable=each.discountable,
            discounts=each.discounts,
            metadata=each.metadata,
            price_data=each.price_data,
            pricing=PricingParams(price=each.price) if each.price else None,
            quantity=each.quantity,
        )
        line = await line_sent(ctx, owed, customer, currency=subscription.currency,
                               subscription=subscription.id, place=place)  # fmt: skip
        if line.currency != subscription.currency:
            raise InvalidRequest(
                f"The subscription is in {subscription.currency}, and this in {line.currency}.",
                param=f"{place}[price]",
            )
        pend(ctx, customer, line)


def _cut_short(times: Times, params: CreateSubscription) -> Times:
    """Let the first period end where the subscription does, so that only that is charged."""
    sent = params.cancel_at
    if times.trial or params.proration_behavior == "none" or not sent or not sent.isdigit():
        return times
    start, end = times.first
    return times._replace(first=Span(start, int(sent))) if start < int(sent) < end else times


async def _price(ctx: Context, sent: ItemParams, at: int) -> Price:
    price = await price_sent(ctx, sent, f"items[{at}]")
    if price is None:
        raise missing(f"items[{at}][price]")
    return price


def _trial_days(params: CreateSubscription, prices: list[Price]) -> int | None:
    """Return for how many days it is tried: as is sent, or as its prices say if that is sent."""
    if params.trial_period_days is not None and params.trial_end is not None:
        raise InvalidRequest(
            "Send either trial_period_days or trial_end, not both.", param="trial_period_days"
        )
    if params.trial_period_days is not None or not params.trial_from_plan:
        return params.trial_period_days or None
    said = [each.recurring.trial_period_days or 0 for each in prices if each.recurring]
    return max(said) or None


async def _blank(
    ctx: Context,
    customer: Customer,
    params: CreateSubscription,
    times: Times,
    subscriber: Subscriber,
) -> Subscription:
    """Return a subscription without items and terms."""
    name, config, mode = subscriber.subscription, params.billing_cycle_anchor_config, BillingMode()
    if params.billing_mode is not None and params.billing_mode.type == "classic":
        mode = BillingMode(None, "classic")
    elif params.billing_mode is not None:
        mode = BillingMode(Flexible(), "flexible")
    assert subscriber.currency is not None, "it is known by now"
    return Subscription(
        id=name,
        application=acting_application(ctx),
        billing_cycle_anchor=times.anchor.at,
        billing_cycle_anchor_config=AnchorConfig(**config.changes(without=())) if config else None,
        billing_mode=mode,
        created=created_of(name),
        currency=subscriber.currency,
        customer=customer.id,
        customer_account=await account_of_customer(ctx, customer.id),
        items=item_list(name, ()),
        livemode=ctx.livemode,
        metadata={},
        start_date=times.first.start,
        status="trialing" if times.trial else "active",
        trial_end=times.first.end if times.trial else None,
        trial_start=times.first.start if times.trial else None,
        **ending(params, times.first, CancellationDetails()),
    )


def ending(
    params: CreateSubscription | UpdateSubscription, period: Span, why: CancellationDetails
) -> dict[str, Any]:
    """Return when a subscription is to end, if that is said; `period` is what is left from now on.

    Raises InvalidRequest for a moment that is over, and for two ways to say it.
    """
    sent, at_end = params.cancel_at, params.cancel_at_period_end
    if sent is None and at_end is None:
        return {}
    if sent and at_end:
        raise InvalidRequest(
            "Send either cancel_at or cancel_at_period_end, not both.", param="cancel_at"
        )
    if not sent:
        at = period.end if at_end else None
    else:
        at = int(sent) if sent.isdigit() else period.end
        if at <= period.start:
            raise InvalidRequest("A subscription ends in the future.", param="cancel_at")
    why = replace(why, reason=None if at is None else "cancellation_requested")
    return {
        "cancel_at": at,
        "cancel_at_period_end": bool(at_end),
        "canceled_at": None if at is None else period.start,
        "cancellation_details": why,
    }


def _with(subscription: Subscription, terms: dict[str, Any], **others: Any) -> Subscription:
    for field, value in (terms | others).items():
        setattr(subscription, field, value)
    return subscription


async def _first_invoice(
    ctx: Context,
    customer: Customer,
    subscription: Subscription,
    params: CreateSubscription,
    times: Times,
) -> Billed:
    nothing = times.trial or times.free
    lines = await lines_for(ctx, subscription, times.first, trial=nothing)
    way = Way("subscription_create", params.payment_behavior, off_session=bool(params.off_session))
    return await bill(ctx, customer, subscription, [] if times.free else lines, way)


async def _status(ctx: Context, billed: Billed, times: Times) -> Status:
    sends = billed.subscription.collection_method == "send_invoice"
    if not sends and not await settled(ctx, billed.invoice):
        return "incomplete"
    go_on_unpaid(ctx, billed.invoice)
    return "trialing" if times.trial else "active"
