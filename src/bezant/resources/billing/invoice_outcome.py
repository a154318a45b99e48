"""What becomes of an invoice as its payment goes on: paid, failed, or waiting for the customer.

Whatever comes together, an invoice turns paid once and tells of each attempt once: the number of
the intent's attempts is kept with it.
"""

from datetime import datetime, timedelta
from typing import Any

from msgspec.structs import replace

from bezant.api.context import Context
from bezant.kernel.codec import unix_seconds
from bezant.resources.billing.invoice import (
    Invoice,
    Kept,
    keep,
    kept_of,
)
from bezant.resources.billing.invoice_payment import InvoicePayment, PaymentTransitions
from bezant.resources.billing.invoice_told import tell
from bezant.resources.core.customer import Customer
from bezant.resources.core.later import later
from bezant.resources.payments.confirming import asks_cardholder
from bezant.resources.payments.payment_intent import PaymentIntent

COLLECT_JOB = "billing.collect_invoice"
RETRY_DAYS = (3, 5, 7)
"""How long after each failure an invoice is collected again by itself."""
COLLECTABLE = frozenset({"open", "uncollectible"})


async def followed(
    ctx: Context, invoice: Invoice, intent: PaymentIntent, customer: Customer | None
) -> Invoice:
    """Let an invoice stand as its intent does; the customer is None if it was deleted."""
    if invoice.status not in COLLECTABLE:
        return invoice
    kept = kept_of(ctx, invoice)
    number: int = ctx.hidden(intent).get("attempts", 0)
    count = invoice.attempt_count + (number > kept.counted)
    kept = replace(kept, counted=number)
    tried: dict[str, Any] = {"attempt_count": count, "attempted": count > 0}
    if intent.status == "succeeded":
        return await paid(ctx, keep(ctx, invoice, kept, **tried), customer)
    if intent.status == "requires_payment_method" and number > kept.told:
        return failed(ctx, invoice, replace(kept, told=number), customer, **tried)
    if asks_cardholder(intent) and number > kept.asked:
        return failed(ctx, invoice, replace(kept, asked=number), customer, **tried,
                      event="invoice.payment_action_required")  # fmt: skip
    if kept == kept_of(ctx, invoice):
        return invoice
    if intent.status == "processing":
        tell(ctx, invoice)
    return keep(ctx, invoice, kept, **tried)


async def paid(ctx: Context, invoice: Invoice, customer: Customer | None) -> Invoice:
    """Let an invoice be paid, by its intent or because nothing is due."""
    now = unix_seconds(ctx.now())
    invoice = ctx.save(
        invoice,
        amount_paid=invoice.amount_due,
        amount_remaining=0,
        attempted=True,
        confirmation_secret=None,
        next_payment_attempt=None,
        status="paid",
        status_transitions=replace(invoice.status_transitions, paid_at=now),
        event="invoice.paid",
    )
    ctx.emit("invoice.payment_succeeded", invoice)
    await close_payment(ctx, invoice)
    mark_late(ctx, customer, late=False)
    tell(ctx, invoice)
    return invoice


def failed(
    ctx: Context,
    invoice: Invoice,
    kept: Kept,
    customer: Customer | None,
    *,
    event: str = "invoice.payment_failed",
    **tried: Any,
) -> Invoice:
    """Let an attempt have failed, or wait for the cardholder.

    An invoice that is collected by itself is tried again later.
    """
    again = invoice.next_payment_attempt
    if retries(ctx, invoice):
        mark_late(ctx, customer, late=True)
        if again is None or again <= unix_seconds(ctx.now()):
            again = _again(ctx, invoice, kept.tries)
    invoice = keep(ctx, invoice, kept, next_payment_attempt=again, **tried, event=event)
    tell(ctx, invoice)
    return invoice


def retries(ctx: Context, invoice: Invoice) -> bool:
    """Tell whether an invoice is collected by itself.

    The first of a subscription is not, unless that runs already.
    """
    by_itself = invoice.auto_advance and invoice.collection_method == "charge_automatically"
    first = invoice.billing_reason == "subscription_create"
    return by_itself and (not first or kept_of(ctx, invoice).begun)


def collect_later(ctx: Context, invoice: Invoice, at: datetime) -> int:
    """Let an invoice be collected at a moment; returns it in Unix seconds."""
    later(ctx, COLLECT_JOB, invoice.id, ctx.book, ctx.caller.platform, at=at)
    return unix_seconds(at)


async def close_payment(ctx: Context, invoice: Invoice) -> None:
    """Let the payment of an invoice be paid, or given up if the invoice is not paid by it."""
    name = kept_of(ctx, invoice).payment
    if name is None:
        return
    payment = ctx.made(InvoicePayment, name) or await ctx.load(InvoicePayment, name)
    now = unix_seconds(ctx.now())
    if invoice.status == "paid" and not invoice.amount_paid_off_stripe:
        ctx.save(payment, amount_paid=invoice.amount_due, status="paid",
                 status_transitions=PaymentTransitions(paid_at=now),
                 event="invoice_payment.paid")  # fmt: skip
    else:
        done = PaymentTransitions(canceled_at=now)
        ctx.save(payment, status="canceled", status_transitions=done)


def mark_late(ctx: Context, customer: Customer | None, *, late: bool) -> None:
    """Say of a customer whether it has not paid what it owes."""
    if customer is not None and ctx.current(customer).delinquent != late:
        ctx.save(ctx.current(customer), delinquent=late, event="customer.updated")


def _again(ctx: Context, invoice: Invoice, tries: int) -> int | None:
    """Return when an invoice is collected again, after it was collected by itself so often."""
    made = max(tries, 1)
    if made > len(RETRY_DAYS):
        return None
    return collect_later(ctx, invoice, ctx.now() + timedelta(days=RETRY_DAYS[made - 1]))
