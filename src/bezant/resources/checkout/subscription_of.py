"""The subscription of a session: tried when the page is opened, and made when somebody pays.

It is stored with its first invoice before a bank is asked for money, so that the page confirms
that invoice's own intent; where nothing is due yet, it is made once there is something to pay by.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

from msgspec.structs import replace

from bezant.api.context import Context, Stale, created_of
from bezant.api.decoders import decoder
from bezant.api.failure import Failure
from bezant.kernel.errors import InvalidRequest
from bezant.resources.billing.collecting import intent_of_invoice
from bezant.resources.billing.invoice import Invoice
from bezant.resources.billing.subscribing import subscribe
from bezant.resources.billing.subscription import Subscription
from bezant.resources.billing.subscription_ending import expire
from bezant.resources.billing.subscription_params import CreateSubscription
from bezant.resources.catalogue.price import Price
from bezant.resources.checkout.coupon_places import let_go_coupon, name_discount
from bezant.resources.checkout.line_item import LineItem, items_under
from bezant.resources.checkout.payer import new_customer
from bezant.resources.checkout.session import (
    CheckoutSession,
    TotalDetails,
    check_open,
    keep,
    kept_of,
)
from bezant.resources.core.customer import Customer, invoice_prefix
from bezant.resources.core.discount import discounts_named
from bezant.resources.core.payment_method import BillingDetails
from bezant.resources.payments.following import SESSION
from bezant.resources.payments.payment_intent import PaymentIntent
from bezant.resources.payments.setup_intent import SetupIntent

_ITEMS = frozenset({"add_invoice_items", "currency", "items"})
_CHANGED = (
    "What is due has changed since this page was opened, and nothing has been charged. Ask for a "
    "new page."
)
_wanted = decoder(CreateSubscription, json=True)


class Bought(Protocol):
    """Something that is bought, and how many of it."""

    @property
    def price(self) -> Price:
        """What one costs."""
        ...

    @property
    def quantity(self) -> int:
        """How many."""
        ...

    @property
    def metadata(self) -> Mapping[str, str] | None:
        """What is kept with it."""
        ...


def terms_of(data: Mapping[str, Any], types: Sequence[str]) -> dict[str, Any]:
    """Return the terms of a session's subscription, without what is subscribed to."""
    methods = {
        "payment_method_types": list(types),
        "save_default_payment_method": "on_subscription",
    }
    return {**data, "payment_behavior": "default_incomplete", "payment_settings": methods}


async def try_out(
    ctx: Context, terms: Mapping[str, Any], bought: Iterable[Bought], total: int
) -> None:
    """Refuse a subscription that could not be made; nothing is kept of this one.

    `total` is what its first invoice comes to without discounts, in minor units.
    """
    name = ctx.new_id("cus")
    nobody = Customer(id=name, created=created_of(name), invoice_prefix=invoice_prefix(name),
                      livemode=ctx.livemode, metadata={})  # fmt: skip
    ctx.item()
    try:
        made = await subscribe(ctx, ctx.create(nobody), _wanted({**terms, **_items(bought)}))
    except InvalidRequest as problem:
        first, bracket, rest = (problem.param or "").partition("[")
        param = "line_items" if first in _ITEMS else f"subscription_data[{first}]{bracket}{rest}"
        raise InvalidRequest(problem.message, code=problem.code, param=param) from problem
    ctx.units.pop()
    invoice = ctx.made(Invoice, _made(made).latest_invoice or "")
    assert invoice is not None, "a subscription begins with an invoice"
    assert invoice.total == total, "the page shows what is invoiced"


def check_alone(customer: Customer | None, currency: str) -> None:
    """Refuse a customer whose first invoice would come to something else than the page shows."""
    if customer is None:
        return
    if customer.balance or customer.discount is not None:
        has = "a balance" if customer.balance else "a discount"
        raise InvalidRequest(
            f"The customer {customer.id} has {has}, which changes what is due: make its "
            "subscription with POST /v1/subscriptions.",
            param="customer",
        )
    if customer.currency not in (None, currency):
        raise InvalidRequest(
            f"All that {customer.id} owes is in {customer.currency}: send prices in that.",
            param="customer",
        )


async def prepare(ctx: Context, session: CheckoutSession, told: BillingDetails) -> CheckoutSession:
    """Store the subscription of a session that is about to be paid; returns the session then.

    That is committed at once. InvalidRequest says that something else is due than was shown.
    """
    while True:
        own = ctx.fresh()
        current = await own.load(CheckoutSession, session.id)
        kept = kept_of(own, current)
        if kept.subscription is not None:
            break
        check_open(own, current)
        name = current.customer or (await new_customer(own, told)).id
        made = await _made_for(own, current, name)
        invoice = own.made(Invoice, made.latest_invoice or "")
        if invoice is None or invoice.amount_due != current.amount_total:
            raise InvalidRequest(_CHANGED, code="checkout_session_not_open", param="line_items")
        intent = await intent_of_invoice(own, invoice)
        own.save(intent, hidden=own.hidden(intent) | {SESSION: session.id})
        kept = replace(kept, subscription=made.id, intent=intent.id,
                       own_customer=kept.own_customer or current.customer is None)  # fmt: skip
        keep(own, current, kept, customer=name)
        try:
            await own.write()
        except Stale:
            continue
        break
    return await ctx.load(CheckoutSession, session.id)


async def completed(
    ctx: Context, session: CheckoutSession, intent: PaymentIntent | SetupIntent, method: str
) -> dict[str, Any]:
    """Let a session's subscription run; returns what the session shows of it.

    Where nothing is due, it is made now that there is a method to pay by.
    """
    name = kept_of(ctx, session).subscription
    if name is None:
        assert session.customer is not None, "somebody subscribes"
        free = await _made_for(ctx, session, session.customer, default_payment_method=method)
        return {"invoice": free.latest_invoice, "payment_status": "no_payment_required",
                "subscription": free.id}  # fmt: skip
    made = await ctx.load(Subscription, name)
    paid = intent.status == "succeeded"
    if made.status == "incomplete":
        status = "active" if made.trial_end is None else "trialing"
        by = method if paid else made.default_payment_method
        ctx.save(made, default_payment_method=by, status=status,
                 event="customer.subscription.updated")  # fmt: skip
    return {
        "invoice": made.latest_invoice,
        "payment_status": "paid" if paid else "unpaid",
        "subscription": made.id,
        "total_details": await _details(ctx, session, made),
    }


async def _details(
    ctx: Context, session: CheckoutSession, made: Subscription
) -> TotalDetails | None:
    """Return what a session's total is made of, with the discount that its invoice has."""
    details = session.total_details
    if session.discounts is None or details is None:
        return details
    name = made.latest_invoice or ""
    invoice = ctx.made(Invoice, name) or await ctx.load(Invoice, name)
    named = await discounts_named(ctx, [each.discount for each in invoice.total_discount_amounts])
    return await name_discount(ctx, session, details, named[0]) if named else details


async def give_up(ctx: Context, session: CheckoutSession) -> None:
    """Let the subscription be over of a session that nobody has paid in."""
    name = kept_of(ctx, session).subscription
    made = await ctx.find(Subscription, name) if name else None
    if made is not None and made.status == "incomplete":
        await expire(ctx, made)


async def _made_for(ctx: Context, session: CheckoutSession, name: str, **more: Any) -> Subscription:
    customer = ctx.made(Customer, name) or await ctx.load(Customer, name)
    terms = kept_of(ctx, session).subscribes or {}
    bought = await _as_it_is(ctx, await items_under(ctx, session.id))
    sent: list[dict[str, Any]] = [
        {"coupon": each.coupon} if each.coupon else {"promotion_code": each.promotion_code}
        for each in session.discounts or ()
    ]
    await let_go_coupon(ctx, session)
    params = _wanted({**terms, **_items(bought), "discounts": sent, **more})
    return _made(await subscribe(ctx, customer, params))


def _made(outcome: Subscription | Failure) -> Subscription:
    assert isinstance(outcome, Subscription), "nobody is charged while it is made"
    return outcome


async def _as_it_is(ctx: Context, items: Sequence[LineItem]) -> list[LineItem]:
    """Return lines with their prices as they are now: some may not be for sale any more."""
    prices = await ctx.load_many(Price, [item.price.id for item in items])
    return [replace(item, price=prices.get(item.price.id, item.price)) for item in items]


def _items(bought: Iterable[Bought]) -> dict[str, Any]:
    """Return what is bought as the parameters of a subscription have it."""
    items: list[dict[str, Any]] = []
    once: list[dict[str, Any]] = []
    for each in bought:
        if each.quantity:
            told: dict[str, Any] = {**_priced(each.price), "quantity": each.quantity}
            told |= {"metadata": dict(each.metadata)} if each.metadata else {}
            (items if each.price.recurring else once).append(told)
    return {"items": items} | ({"add_invoice_items": once} if once else {})


def _priced(price: Price) -> dict[str, Any]:
    """Return how a price is named; one that is not for sale by itself is told in full."""
    if price.active:
        return {"price": price.id}
    data: dict[str, Any] = {
        "currency": price.currency,
        "product": price.product,
        "tax_behavior": price.tax_behavior,
        "unit_amount_decimal": price.unit_amount_decimal,
    }
    often = price.recurring
    if often is not None:
        data["recurring"] = {"interval": often.interval, "interval_count": often.interval_count}
    return {"price_data": data}
