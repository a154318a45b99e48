"""The fence of an invoice: the names of the requests by which it is finalized and paid in one."""

from bezant.api.context import Context
from bezant.resources.billing.invoice import Invoice, kept_of
from bezant.resources.payments.asking import burn


async def invoice_fence(ctx: Context, name: str) -> str | None:
    """Use up the names of the requests of an invoice's first attempt, which makes its intent."""
    invoice = await ctx.load(Invoice, name)
    ctx.save(invoice, hidden=burn(ctx.hidden(invoice)))
    return kept_of(ctx, invoice).intent


async def intent_behind(ctx: Context, name: str) -> str | None:
    """Return the intent of an invoice that a call has answered with."""
    return kept_of(ctx, await ctx.load(Invoice, name)).intent
