"""Billing subscriptions: what a period of each item costs, and the invoice that says so.

What a time costs is always reckoned as a part of the whole period of the cycle in which it lies,
so that parts of a period come to the whole however it is cut.
"""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from msgspec.structs import replace

from bezant.api.context import Context
from bezant.api.failure import Failure
from bezant.kernel.codec import unix_seconds
from bezant.kernel.errors import InvalidRequest
from bezant.kernel.money import Money
from bezant.resources.billing.charged import invoiced, with_charges
from bezant.resources.billing.collecting import collect, intent_of_invoice
from bezant.resources.billing.cycle import Span, period_at
from bezant.resources.billing.drawing import Draft, DraftLine, draw, pending
from bezant.resources.billing.finalizing import finalize
from bezant.resources.billing.invoice import BillingReason, Invoice, Period, keep, kept_of
from bezant.resources.billing.invoice import PaymentSettings as InvoicePaymentSettings
from bezant.resources.billing.invoice_discounts import own_discounts
from bezant.resources.billing.invoice_ending import uncollectible, voided
from bezant.resources.billing.proration import unused
from bezant.resources.billing.reckoning import Given, owed
from bezant.resources.billing.subscription import Subscription, with_items
from bezant.resources.billing.subscription_item import SubscriptionItem
from bezant.resources.catalogue.price import Price
from bezant.resources.catalogue.product import Product
from bezant.resources.core.customer import Customer
from bezant.resources.core.discount import Discount, coupon_of, discounts_named, end, ended, lasts
from bezant.resources.core.discounting import Reducible

DRAWN = "drawn"
"""The behaviour of a preview: an invoice is drawn, and nobody asked for money."""


class Billed(NamedTuple):
    """A subscription and an invoice of it that was drawn just now, and why that was not paid."""

    subscription: Subscription
    invoice: Invoice
    failure: Failure | None = None


class Way(NamedTuple):
    """What happens to an invoice at once: `behavior` is the API's `payment_behavior`.

    `ran` is the period that is over, in which what is on it besides was added.
    """

    reason: BillingReason
    behavior: str = "allow_incomplete"
    off_session: bool = False
    proration_date: int | None = None
    ran: Span | None = None


def part(amount: int, subscription: Subscription, span: Span) -> int:
    """Return what a part of a period costs of the amount of the whole, in minor units."""
    whole = period_at(subscription.anchor, subscription.every, span.start)
    return unused(amount, whole, span.start) - unused(amount, whole, span.end)


async def names_of(ctx: Context, prices: Sequence[Price]) -> dict[str, str]:
    """Return what is sold by prices, in words, by their products."""
    names = {price.product for price in prices}
    made = {name: found for name in names if (found := ctx.made(Product, name)) is not None}
    found = await ctx.load_many(Product, sorted(names - made.keys())) if names - made.keys() else {}
    known: Mapping[str, Product] = made | found
    return {name: known[name].name if name in known else name for name in names}


async def lines_for(
    ctx: Context, subscription: Subscription, span: Span, *, trial: bool = False
) -> list[DraftLine]:
    """Return a line for each item: what a time costs, or nothing while it is tried."""
    items = subscription.items.data
    names = await names_of(ctx, [item.price for item in items])
    return [
        DraftLine(
            amount=0 if trial else part(item.amount, subscription, span),
            currency=subscription.currency,
            description=(
                f"Trial period for {names[item.price.product]}" if trial
                else _described(item, names[item.price.product])
            ),
            discounts=await _standing(ctx, item.discounts),
            metadata=item.metadata,
            period=Period(span.end, span.start),
            price=item.price,
            quantity=item.quantity,
            subscription=subscription.id,
            subscription_item=item.id,
        )
        for item in items
    ]  # fmt: skip


async def net_amounts(
    ctx: Context, customer: Customer, subscription: Subscription
) -> dict[str, int]:
    """Return what a whole period of each item costs after discounts, by the item.

    Those that are for one invoice alone are not for a part of a period.
    """
    items = subscription.items.data
    common = _lasting(ctx, await standing_discounts(ctx, customer, subscription))
    own = [_lasting(ctx, await _standing(ctx, item.discounts)) for item in items]
    sums = owed(
        [Reducible(item.amount, item.price.currency, item.price.product) for item in items],
        [[_given(ctx, each) for each in discounts] for discounts in own],
        [_given(ctx, each) for each in common],
    )
    return {
        item.id: item.amount - sum(amount for _, amount in taken)
        for item, taken in zip(items, sums.taken, strict=True)
    }


async def standing_discounts(
    ctx: Context, customer: Customer, subscription: Subscription
) -> list[Discount]:
    """Return the discounts on a whole subscription: its own, or else its customer's."""
    if subscription.discounts:
        return await _standing(ctx, subscription.discounts)
    return await own_discounts(ctx, customer)


async def draw_for(
    ctx: Context,
    customer: Customer,
    subscription: Subscription,
    lines: Sequence[DraftLine],
    way: Way,
    *,
    advances: bool,
    take_pending: bool = True,
) -> Billed:
    """Draw an invoice of a subscription, with everything that waits for one.

    A discount that is for one invoice alone ends with the first that it makes cheaper.
    """
    cycle = f"{subscription.id}/{subscription.period.start}"
    discounts = await standing_discounts(ctx, customer, subscription)
    settings, transfer = subscription.invoice_settings, subscription.transfer_data
    invoice = await draw(
        ctx,
        Draft(
            application_fee_percent=subscription.application_fee_percent,
            auto_advance=advances,
            collection_method=subscription.collection_method,
            currency=subscription.currency,
            customer=ctx.current(customer),
            days_until_due=subscription.days_until_due,
            description=settings.description,
            discounts=discounts,
            footer=settings.footer,
            lines=lines,
            metadata=subscription.metadata,
            on_behalf_of=subscription.on_behalf_of,
            once=cycle if way.reason == "subscription_cycle" else None,
            payment_settings=InvoicePaymentSettings(
                payment_method_types=subscription.payment_settings.payment_method_types
            ),
            period=Period(way.ran.end, way.ran.start) if way.ran else None,
            proration_date=way.proration_date,
            reason=way.reason,
            shown={"custom_fields": settings.custom_fields} if settings.custom_fields else {},
            subscription=subscription.id,
            take_pending=take_pending,
            transfer_destination=transfer.destination if transfer else None,
        ),
    )
    subscription = ctx.save(ctx.current(subscription), latest_invoice=invoice.id)
    drawn = [*discounts, *(each for line in lines for each in line.discounts)]
    used = {each.discount for each in invoice.total_discount_amounts if each.amount}
    subscription = await _used_up(ctx, subscription, [one for one in drawn if one.id in used])
    if lines:
        charges = await invoiced(ctx, subscription, invoice)
        subscription = with_charges(ctx, subscription, charges)
    return Billed(subscription, invoice)


async def draw_unasked(
    ctx: Context,
    customer: Customer,
    subscription: Subscription,
    lines: Sequence[DraftLine],
    way: Way,
) -> Billed:
    """Draw an invoice while collection is paused: it stays a draft, is voided or written off.

    One that nobody will owe takes nothing with it that waits, nor what the customer has to its
    credit.
    """
    paused = subscription.pause_collection
    assert paused is not None, "otherwise somebody is asked"
    kept = paused.behavior == "keep_as_draft"
    billed = await draw_for(ctx, customer, subscription, lines, way,
                            advances=False, take_pending=kept)  # fmt: skip
    if kept:
        return billed
    if paused.behavior == "void":
        invoice = await voided(ctx, await finalize(ctx, billed.invoice, owed=False))
        return Billed(ctx.current(billed.subscription), invoice)
    invoice = await finalize(ctx, billed.invoice)
    if invoice.status == "open":
        invoice = await uncollectible(ctx, invoice, "subscription_paused")
    return Billed(ctx.current(billed.subscription), invoice)


async def owes(ctx: Context, customer: Customer, subscription: Subscription) -> bool:
    """Tell whether something waits for the next invoice of a subscription."""
    draft = Draft(currency=subscription.currency, customer=customer, reason="subscription_update",
                  subscription=subscription.id)  # fmt: skip
    return bool(await pending(ctx, draft))


async def bill(
    ctx: Context,
    customer: Customer,
    subscription: Subscription,
    lines: Sequence[DraftLine],
    way: Way,
) -> Billed:
    """Draw an invoice and collect it at once, unless collection is paused.

    One that is sent finalizes itself later.

    Raises the error of a payment that fails, if the way is error_if_incomplete, and InvalidRequest
    when there is nothing to pay by.
    """
    collects = way.behavior != "default_incomplete"
    sends = subscription.collection_method == "send_invoice"
    if way.behavior == DRAWN:
        return await draw_for(ctx, customer, subscription, lines, way, advances=False)
    if subscription.pause_collection is not None and lines:
        return await draw_unasked(ctx, customer, subscription, lines, way)
    billed = await draw_for(ctx, customer, subscription, lines, way, advances=collects or sends)
    if sends:
        return billed
    invoice = await finalize(ctx, billed.invoice)
    failure = None
    if invoice.status == "open" and collects:
        invoice, failure = await collect(ctx, invoice, off_session=way.off_session)
        if failure is not None and way.behavior == "error_if_incomplete":
            raise failure.error
    subscription = ctx.current(billed.subscription)
    if invoice.status == "paid":
        subscription = await remember_method(ctx, subscription, invoice)
    return Billed(subscription, invoice, failure)


async def is_settled(ctx: Context, billed: Billed) -> bool:
    """Tell whether nothing more is to be done for an invoice now, though it may be paid later."""
    subscription = billed.subscription
    unasked = subscription.collection_method == "send_invoice" or subscription.pause_collection
    return bool(unasked) or await settled(ctx, billed.invoice)


def go_on_unpaid(ctx: Context, invoice: Invoice) -> None:
    """Let a first invoice whose subscription runs be collected like all later ones."""
    if invoice.status == "open":
        keep(ctx, invoice, replace(kept_of(ctx, invoice), begun=True))


async def settled(ctx: Context, invoice: Invoice) -> bool:
    """Tell whether an invoice is paid, or its bank has been asked for the money."""
    if invoice.status != "open":
        return invoice.status == "paid"
    return (await intent_of_invoice(ctx, invoice)).status == "processing"


async def remember_method(
    ctx: Context, subscription: Subscription, invoice: Invoice
) -> Subscription:
    """Pay later invoices by what has paid this one, if a subscription wants that."""
    wanted = subscription.payment_settings.save_default_payment_method == "on_subscription"
    if not wanted or subscription.default_payment_method or not invoice.amount_due:
        return subscription
    if invoice.amount_paid_off_stripe:
        return subscription
    method = (await intent_of_invoice(ctx, invoice)).payment_method
    return ctx.save(subscription, default_payment_method=method)


def check_payable(subscription: Subscription) -> None:
    """Refuse a subscription that is sent, without saying until when it is to be paid."""
    sends = subscription.collection_method == "send_invoice"
    if sends == (subscription.days_until_due is not None):
        return
    message = (
        "Say until when invoices are to be paid: send `days_until_due`."
        if sends
        else "Only invoices that are sent are due some days later: send "
        "collection_method=send_invoice, or leave `days_until_due` out."
    )
    raise InvalidRequest(message, param="days_until_due")


async def _used_up(
    ctx: Context, subscription: Subscription, discounts: Sequence[Discount]
) -> Subscription:
    """End discounts of a subscription that are for one invoice alone."""
    gone = {each.id for each in discounts
            if each.subscription == subscription.id and not lasts(ctx, each)}  # fmt: skip
    for each in discounts:
        if each.id in gone:
            end(ctx, each)
    if not gone:
        return subscription
    items = [replace(item, discounts=_without(item.discounts, gone))
             for item in subscription.items.data]  # fmt: skip
    subscription = await with_items(ctx, subscription, items)
    return ctx.save(subscription, discounts=_without(subscription.discounts, gone))


def _without(names: Sequence[str], gone: AbstractSet[str]) -> tuple[str, ...]:
    return tuple(name for name in names if name not in gone)


def _lasting(ctx: Context, discounts: Sequence[Discount]) -> list[Discount]:
    return [each for each in discounts if lasts(ctx, each)]


async def _standing(ctx: Context, names: Sequence[str]) -> list[Discount]:
    if not names:
        return []
    now = unix_seconds(ctx.now())
    return [each for each in await discounts_named(ctx, names) if not ended(each, now)]


def _given(ctx: Context, discount: Discount) -> Given:
    return discount.id, coupon_of(ctx, discount)


def _described(item: SubscriptionItem, name: str) -> str:
    every = item.every
    often = every.interval if every.times == 1 else f"{every.times} {every.interval}s"
    amount = item.price.unit_amount
    if amount is None:
        each = f"{item.price.unit_amount_decimal} minor units of {item.price.currency}"
    else:
        each = f"{Money(amount, item.price.currency)}"
    return f"{item.quantity} x {name} (at {each} / {often})"
