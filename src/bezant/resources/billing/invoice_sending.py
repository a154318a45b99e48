"""Sending: a letter to the customer that says what is owed, and until when."""

from datetime import UTC, datetime

from bezant.api.context import Context
from bezant.kernel.currency import format_amount
from bezant.kernel.errors import InvalidRequest
from bezant.kernel.money import Money
from bezant.resources.billing.invoice import Invoice, lines_of
from bezant.resources.core.later import Matter, later
from bezant.resources.core.mailer import Letter, mailer_of

SEND_JOB = "billing.send_invoice"


async def sent(ctx: Context, invoice: Invoice) -> Invoice:
    """Send an invoice to its customer.

    Raises InvalidRequest for one that is charged by itself, is not owed, or whose customer has no
    address.
    """
    if invoice.collection_method != "send_invoice":
        raise InvalidRequest(
            "You can only send an invoice whose collection_method is send_invoice: this one is "
            "charged automatically.",
        )
    if invoice.status not in ("open", "paid"):
        raise InvalidRequest(
            f"The invoice {invoice.id} is {invoice.status}: nobody owes it.",
            code="invoice_not_editable",
        )
    if invoice.customer_email is None:
        raise InvalidRequest(
            f"The customer {invoice.customer} has no email address: send `email` to POST "
            f"/v1/customers/{invoice.customer} before the invoice is finalized.",
            code="email_invalid",
        )
    later(ctx, SEND_JOB, invoice.id, ctx.book, ctx.caller.platform)
    ctx.emit("invoice.sent", invoice)
    return invoice


async def write_letter(ctx: Context, matter: Matter) -> bool:
    """Write to whoever owes an invoice, in live mode; test mode writes to nobody."""
    invoice = await ctx.find(Invoice, matter.subject)
    mailer = mailer_of(ctx.runtime)
    if invoice is None or invoice.customer_email is None or mailer is None or not ctx.livemode:
        return False
    await mailer.send(await letter_of(ctx, invoice, invoice.customer_email))
    return False


async def letter_of(ctx: Context, invoice: Invoice, to: str) -> Letter:
    """Return the letter that an invoice is sent in."""
    amount = format_amount(Money(invoice.amount_due, invoice.currency))
    lines = [
        f"  {line.description or 'Item'}: {format_amount(Money(line.amount, line.currency))}"
        for line in await lines_of(ctx, invoice)
    ]
    discounts = invoice.subtotal - invoice.total
    if discounts:
        lines.append(f"  Discounts: -{format_amount(Money(discounts, invoice.currency))}")
    shop = invoice.account_name or "us"
    due = ""
    if invoice.due_date is not None and invoice.status == "open":
        due = f"Please pay it by {datetime.fromtimestamp(invoice.due_date, UTC):%d %B %Y}.\n"
    text = (
        f"Your invoice {invoice.number} from {shop} comes to {amount}.\n{due}\n"
        + "\n".join(lines)
        + (f"\n\n{invoice.footer}" if invoice.footer else "")
        + (f"\n\n{invoice.hosted_invoice_url}" if invoice.hosted_invoice_url else "")
        + "\n"
    )
    return Letter(to=to, subject=f"Invoice {invoice.number} from {shop}", text=text)
