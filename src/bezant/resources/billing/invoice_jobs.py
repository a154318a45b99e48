"""What becomes of invoices by themselves: finalized, collected, overdue, or as their intent is."""

from collections.abc import Mapping

from bezant.api.context import Context
from bezant.kernel.codec import unix_seconds
from bezant.kernel.errors import InvalidRequest
from bezant.resources.billing.collecting import (
    collect,
    count,
    intent_of_invoice,
)
from bezant.resources.billing.drawing import FINALIZE_JOB
from bezant.resources.billing.finalizing import OVERDUE_JOB, customer_of, finalize
from bezant.resources.billing.invoice import Invoice, kept_of
from bezant.resources.billing.invoice_outcome import (
    COLLECT_JOB,
    failed,
    followed,
    mark_late,
    retries,
)
from bezant.resources.billing.invoice_sending import SEND_JOB, sent, write_letter
from bezant.resources.billing.invoice_told import tell
from bezant.resources.core.later import Matter, Work
from bezant.resources.payments.following import FOLLOW_INVOICE

_IDLE = frozenset({"requires_payment_method", "requires_confirmation", "requires_action"})


async def finalized(ctx: Context, matter: Matter) -> bool:
    """Finalize a draft that advances by itself, when its time has come, and send it."""
    invoice = await ctx.find(Invoice, matter.subject)
    if invoice is None or invoice.status != "draft":
        return False
    at = invoice.automatically_finalizes_at
    if not invoice.auto_advance or at is None or at > unix_seconds(ctx.now()):
        return False
    try:
        invoice = await finalize(ctx, invoice)
    except InvalidRequest as error:
        return await _told_why(ctx.again(), matter, error)
    if invoice.collection_method == "send_invoice" and invoice.customer_email is not None:
        await sent(ctx, invoice)
    tell(ctx, invoice)
    return True


async def collected(ctx: Context, matter: Matter) -> bool:
    """Collect an invoice that is open, when it is its time."""
    invoice = await ctx.find(Invoice, matter.subject)
    if invoice is None or invoice.status != "open":
        return False
    again = invoice.next_payment_attempt
    if not retries(ctx, invoice) or again is None or again > unix_seconds(ctx.now()):
        return False
    intent = await intent_of_invoice(ctx, invoice)
    if intent.status not in _IDLE:
        return False
    try:
        await collect(ctx, invoice, off_session=True)
    except InvalidRequest:
        return await _not_asked(ctx.again(), matter)
    return True


async def followed_intent(ctx: Context, matter: Matter) -> bool:
    """Take note of what became of an invoice's intent."""
    invoice = await ctx.find(Invoice, matter.subject)
    if invoice is None or kept_of(ctx, invoice).intent is None:
        return False
    intent = await intent_of_invoice(ctx, invoice)
    return await followed(ctx, invoice, intent, await customer_of(ctx, invoice)) is not invoice


async def overdue(ctx: Context, matter: Matter) -> bool:
    """Say that an invoice was not paid in time."""
    invoice = await ctx.find(Invoice, matter.subject)
    if invoice is None or invoice.status != "open" or invoice.due_date is None:
        return False
    if invoice.due_date > unix_seconds(ctx.now()):
        return False
    ctx.emit("invoice.overdue", invoice)
    mark_late(ctx, await customer_of(ctx, invoice), late=True)
    tell(ctx, invoice)
    return True


async def _not_asked(ctx: Context, matter: Matter) -> bool:
    """Let an attempt have failed that could not be made, such as without a payment method."""
    invoice = await ctx.load(Invoice, matter.subject)
    if invoice.status != "open":
        return False  # It was paid or given up meanwhile.
    invoice = count(ctx, invoice)
    tries = invoice.attempt_count + 1
    failed(ctx, invoice, kept_of(ctx, invoice), await customer_of(ctx, invoice),
                 attempt_count=tries, attempted=True)  # fmt: skip
    await ctx.write()
    return False


async def _told_why(ctx: Context, matter: Matter, error: InvalidRequest) -> bool:
    """Say why a draft can't be finalized; it stays one, and no longer advances by itself."""
    invoice = await ctx.load(Invoice, matter.subject)
    if invoice.status != "draft":
        return False  # Somebody has finalized it meanwhile.
    told = {"code": error.code, "message": error.message, "type": error.type}
    if error.param is not None:
        told["param"] = error.param
    ctx.save(
        invoice,
        auto_advance=False,
        automatically_finalizes_at=None,
        last_finalization_error=told,
        next_payment_attempt=None,
        event="invoice.finalization_failed",
    )
    tell(ctx, invoice)
    await ctx.write()
    return False


WORK: Mapping[str, Work] = {
    COLLECT_JOB: collected,
    FINALIZE_JOB: finalized,
    FOLLOW_INVOICE: followed_intent,
    OVERDUE_JOB: overdue,
    SEND_JOB: write_letter,
}
"""What does each kind of job about invoices."""
