"""Subscriptions: made, changed, resumed, ended and listed."""

from msgspec import UNSET

from bezant.api import search
from bezant.api.context import Context
from bezant.api.failure import Failure
from bezant.api.pages import Page, page_of
from bezant.api.refusals import missing
from bezant.api.routes import Routes
from bezant.kernel.codec import unix_seconds
from bezant.kernel.errors import InvalidRequest
from bezant.resources.billing.renewing import up_to_date
from bezant.resources.billing.subscribing import subscribe
from bezant.resources.billing.subscription import Subscription
from bezant.resources.billing.subscription_billing import Way, bill, is_settled, lines_for
from bezant.resources.billing.subscription_changes import restarted, updated
from bezant.resources.billing.subscription_ending import cancel as canceled
from bezant.resources.billing.subscription_params import (
    CancelSubscription,
    CreateSubscription,
    ListSubscriptions,
    ResumeSubscription,
    UpdateSubscription,
)
from bezant.resources.billing.subscription_terms import cancellation
from bezant.resources.billing.subscription_told import plan_ahead
from bezant.resources.core.account_customer import customer_named, with_customer
from bezant.resources.core.customer import Customer
from bezant.resources.core.discount import Discount, discounts_named, end

PATH = "/v1/subscriptions"

routes = Routes(Subscription, PATH, prefix="sub", listed=False)
routes.search(
    {
        "created": search.number("created"),
        "metadata": search.metadata(),
        "status": search.token("status", column="status"),
    },
    sparse=True,
)


@routes.get(PATH, listing=True)
async def list_all(ctx: Context, params: ListSubscriptions) -> Page:
    """List subscriptions, newest first; canceled ones only where that is asked for."""
    params = await with_customer(ctx, params)
    filters: dict[str, str] = {}
    if params.status == "unpaid":
        return Page([])  # What nobody pays is past_due, and canceled in the end.
    if params.status is None:
        filters["reference"] = "kept"
    elif params.status == "ended":
        filters["destination"] = "ended"
    elif params.status != "all":
        filters["status"] = params.status
    if params.customer is not None:
        filters["source"] = params.customer
    if params.collection_method is not None:
        filters["type"] = params.collection_method
    return await page_of(ctx, Subscription, "sub", params, filters)


@routes.create
async def create(ctx: Context, params: CreateSubscription) -> Subscription | Failure:
    """Let a customer pay for something again and again."""
    params = await with_customer(ctx, params)
    if params.customer is None:
        raise missing("customer")
    customer = await customer_named(ctx, params.customer)
    return await subscribe(ctx, customer, params)


@routes.update
async def update(
    ctx: Context, subscription: Subscription, params: UpdateSubscription
) -> Subscription:
    """Change a subscription; what that costs or gives back is billed as `proration_behavior`."""
    return await updated(ctx, subscription, params)


@routes.delete_at(PATH + "/{id}", returns=Subscription)
async def cancel(
    ctx: Context, subscription: Subscription, params: CancelSubscription
) -> Subscription:
    """End a subscription at once."""
    if subscription.ended:
        raise InvalidRequest(
            f"The subscription {subscription.id} is over already.",
            code="subscription_not_changeable",
        )
    subscription = await up_to_date(ctx, subscription)
    if subscription.ended:
        return subscription
    said = cancellation(subscription.cancellation_details, params.cancellation_details)
    if said:
        subscription = ctx.save(subscription, **said)
    return await canceled(ctx, subscription, prorate=params.prorate, invoice_now=params.invoice_now)


@routes.action
async def resume(
    ctx: Context, subscription: Subscription, params: ResumeSubscription
) -> Subscription:
    """Let a paused subscription go on from now, once its invoice is paid."""
    if subscription.status != "paused":
        raise InvalidRequest(
            f"The subscription {subscription.id} is {subscription.status}: only paused ones are "
            "resumed.",
            code="subscription_not_changeable",
        )
    assert params.billing_cycle_anchor is None or params.billing_cycle_anchor.type == "now"
    customer = await ctx.load(Customer, subscription.customer)
    after = await restarted(ctx, subscription, subscription, unix_seconds(ctx.now()))
    lines = await lines_for(ctx, after, after.period)
    way = Way("subscription_update", "error_if_incomplete")
    billed = await bill(ctx, customer, after, lines, way)
    if billed.failure is None and not await is_settled(ctx, billed):
        raise InvalidRequest(
            "The subscription goes on once its invoice is paid: give the customer a payment method "
            "that is charged at once.",
        )
    resumed = ctx.save(billed.subscription, status_details=UNSET,
                       event="customer.subscription.updated")  # fmt: skip
    ctx.emit("customer.subscription.resumed", resumed)
    plan_ahead(ctx, resumed)
    return resumed


@routes.delete_at(PATH + "/{id}/discount", returns=Discount)
async def delete_discount(ctx: Context, subscription: Subscription) -> Discount:
    """Take the discount of a subscription away."""
    if not subscription.discounts:
        raise InvalidRequest(
            f"The subscription {subscription.id} has no discount.", code="resource_missing"
        )
    gone = [end(ctx, each) for each in await discounts_named(ctx, subscription.discounts)]
    ctx.save(subscription, discounts=(), event="customer.subscription.updated")
    return gone[-1]
