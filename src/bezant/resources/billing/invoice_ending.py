"""How invoices end without money of the customer's: deleted, voided, given up, paid elsewhere."""

from msgspec.structs import replace

from bezant.api.context import Context
from bezant.kernel.codec import unix_seconds
from bezant.kernel.errors import InvalidRequest
from bezant.resources.billing.collecting import intent_of_invoice
from bezant.resources.billing.finalizing import customer_of
from bezant.resources.billing.invoice import (
    Invoice,
    StatusDetails,
    Uncollectible,
    UncollectibleReason,
    kept_of,
    lines_of,
)
from bezant.resources.billing.invoice_discounts import unspend
from bezant.resources.billing.invoice_item import InvoiceItem
from bezant.resources.billing.invoice_outcome import COLLECTABLE, close_payment, mark_late
from bezant.resources.billing.invoice_told import tell
from bezant.resources.core.customer_balance import change_balance
from bezant.resources.payments import paying
from bezant.resources.payments.calling_back import call_back
from bezant.resources.payments.payment_intent import PaymentIntent


async def undrawn(ctx: Context, invoice: Invoice) -> None:
    """Delete a draft; what it has said is still owed, and waits for another invoice."""
    if invoice.status != "draft" or invoice.subscription is not None:
        why = "is of a subscription" if invoice.status == "draft" else f"is {invoice.status}"
        raise InvalidRequest(
            f"The invoice {invoice.id} {why}, so it can't be deleted: finalize it and void it.",
            code="invoice_not_editable",
        )
    lines = await lines_of(ctx, invoice)
    items = await ctx.load_many(InvoiceItem, [line.item for line in lines if line.item])
    for item in items.values():
        ctx.save(item, invoice=None)
    for line in lines:
        ctx.delete(line)
    await unspend(ctx, invoice, invoice.discounts)
    ctx.delete(invoice, event="invoice.deleted")


async def voided(ctx: Context, invoice: Invoice) -> Invoice:
    """Let an invoice not be owed; what the customer had to its credit for it comes back.

    Raises InvalidRequest when it is paid, or when a bank has been asked for its money.
    """
    check_owed(invoice, "voided")
    await give_up(ctx, invoice)
    customer = await customer_of(ctx, invoice)
    back = invoice.starting_balance - (invoice.ending_balance or 0)
    if customer is not None and back:
        change_balance(ctx, ctx.current(customer), back, invoice.currency,
                       kind="unapplied_from_invoice", invoice=invoice.id)  # fmt: skip
    now = unix_seconds(ctx.now())
    invoice = ctx.save(
        invoice,
        confirmation_secret=None,
        next_payment_attempt=None,
        status="void",
        status_transitions=replace(invoice.status_transitions, voided_at=now),
        event="invoice.voided",
    )
    await close_payment(ctx, invoice)
    mark_late(ctx, customer, late=False)
    tell(ctx, invoice)
    return invoice


async def uncollectible(
    ctx: Context, invoice: Invoice, reason: UncollectibleReason = "user_forgiven"
) -> Invoice:
    """Let nobody expect the money any more; it can still be paid."""
    if invoice.status != "open":
        raise _not_owed(invoice, "marked as uncollectible")
    now = unix_seconds(ctx.now())
    invoice = ctx.save(
        invoice,
        auto_advance=False,
        next_payment_attempt=None,
        status="uncollectible",
        status_details=StatusDetails(Uncollectible(reason)),
        status_transitions=replace(invoice.status_transitions, marked_uncollectible_at=now),
        event="invoice.marked_uncollectible",
    )
    mark_late(ctx, await customer_of(ctx, invoice), late=False)
    tell(ctx, invoice)
    return invoice


async def paid_elsewhere(ctx: Context, invoice: Invoice) -> Invoice:
    """Let an invoice be paid with money that never comes here."""
    check_owed(invoice, "paid")
    await give_up(ctx, invoice)
    now = unix_seconds(ctx.now())
    invoice = ctx.save(
        invoice,
        amount_paid=invoice.amount_due,
        amount_paid_off_stripe=invoice.amount_due,
        amount_remaining=0,
        confirmation_secret=None,
        next_payment_attempt=None,
        status="paid",
        status_transitions=replace(invoice.status_transitions, paid_at=now),
        event="invoice.paid",
    )
    await close_payment(ctx, invoice)
    mark_late(ctx, await customer_of(ctx, invoice), late=False)
    tell(ctx, invoice)
    return invoice


async def give_up(ctx: Context, invoice: Invoice) -> None:
    """Cancel the intent of an invoice, also a collection that has not left for the bank."""
    if kept_of(ctx, invoice).intent is None:
        return
    intent: PaymentIntent = await intent_of_invoice(ctx, invoice)
    if intent.status in ("succeeded", "canceled", "requires_capture"):
        raise _not_owed(invoice, "given up, for its payment is done")
    if intent.status == "processing":
        await call_back(ctx, intent)
    intent = await paying.abandon(ctx, ctx.current(intent))
    ctx.save(
        intent,
        canceled_at=unix_seconds(ctx.now()),
        cancellation_reason="void_invoice",
        next_action=None,
        status="canceled",
        event="payment_intent.canceled",
    )


def check_owed(invoice: Invoice, what: str) -> None:
    """Refuse to end what nobody owes."""
    if invoice.status not in COLLECTABLE:
        raise _not_owed(invoice, what)


def _not_owed(invoice: Invoice, what: str) -> InvalidRequest:
    advice = ": finalize it first" if invoice.status == "draft" else ""
    return InvalidRequest(
        f"The invoice {invoice.id} is {invoice.status}, so it can't be {what}{advice}.",
        code="invoice_not_editable",
    )
