"""Who is told when an invoice has changed: the subscription that it is of.

The job's subject is the invoice; the subscription is the one that the invoice names.
"""

from bezant.api.context import Context
from bezant.resources.billing.invoice import Invoice
from bezant.resources.core.later import later

FOLLOW_SUBSCRIPTION = "billing.follow_subscription"
"""The kind of the job by which a subscription finds out what became of an invoice."""


def tell(ctx: Context, invoice: Invoice) -> None:
    """Let the subscription of an invoice find out how that stands now.

    What happens in the call that made the invoice is known there.
    """
    if invoice.subscription is not None and ctx.is_stored(invoice):
        later(ctx, FOLLOW_SUBSCRIPTION, invoice.id, ctx.book, ctx.caller.platform)
