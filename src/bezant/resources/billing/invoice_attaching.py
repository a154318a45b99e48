"""Attaching: an invoice is paid by a payment that was made without it."""

from bezant.api.context import Context
from bezant.kernel.errors import InvalidRequest
from bezant.kernel.money import Money
from bezant.resources.billing.finalizing import customer_of, paid_by
from bezant.resources.billing.invoice import Invoice
from bezant.resources.billing.invoice_ending import check_owed, give_up
from bezant.resources.billing.invoice_outcome import close_payment, paid
from bezant.resources.payments.charge import Charge
from bezant.resources.payments.following import INVOICE, SESSION
from bezant.resources.payments.payment_intent import PaymentIntent

_PARAM = "payment_intent"


async def attached(ctx: Context, invoice: Invoice, intent: PaymentIntent) -> Invoice:
    """Let an invoice be paid by a payment that has succeeded, in place of an intent of its own.

    Raises InvalidRequest unless that is all that is due, and has paid for nothing else.
    """
    check_owed(invoice, "paid")
    await _check(ctx, invoice, intent)
    await give_up(ctx, invoice)
    await close_payment(ctx, invoice)
    ctx.save(intent, hidden=ctx.hidden(intent) | {INVOICE: invoice.id})
    invoice = paid_by(ctx, invoice, intent, is_default=False)
    return await paid(ctx, invoice, await customer_of(ctx, invoice))


async def _check(ctx: Context, invoice: Invoice, intent: PaymentIntent) -> None:
    """Refuse a payment that is not one for this invoice."""
    hidden = ctx.hidden(intent)
    other = hidden.get(INVOICE) or hidden.get(SESSION)
    if other is not None:
        raise InvalidRequest(f"The PaymentIntent {intent.id} pays for {other}.", param=_PARAM)
    if intent.status != "succeeded":
        raise InvalidRequest(
            f"The PaymentIntent {intent.id} is {intent.status}: attach it when it has succeeded, "
            "or let the invoice ask for the money itself.",
            param=_PARAM,
        )
    if intent.customer != invoice.customer:
        raise InvalidRequest(
            f"The PaymentIntent {intent.id} is not that of {invoice.customer}, who owes the "
            "invoice: attach one whose `customer` that is.",
            param=_PARAM,
        )
    money = Money(intent.amount_received, intent.currency)
    if money != invoice.money:
        raise InvalidRequest(
            f"The PaymentIntent {intent.id} has paid {money}, and the invoice is for "
            f"{invoice.money}: the whole is paid at once.",
            param=_PARAM,
        )
    charge = await ctx.load(Charge, intent.latest_charge or "")
    if charge.amount_refunded or charge.disputed:
        raise InvalidRequest(
            f"The money of the PaymentIntent {intent.id} has been given back, or is disputed.",
            param=_PARAM,
        )
