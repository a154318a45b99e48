"""Upcoming invoices: some days before a period ends, what comes next is told of."""

from collections.abc import Mapping

import msgspec

from bezant.api.context import Context
from bezant.kernel.codec import unix_seconds
from bezant.kernel.errors import InvalidRequest
from bezant.resources.billing.preview_params import PreviewInvoice
from bezant.resources.billing.previewing import preview
from bezant.resources.billing.subscription import RUNNING, Subscription
from bezant.resources.billing.subscription_told import NOTICE, UPCOMING_JOB
from bezant.resources.core.later import Matter, Work

_TOLD = "upcoming_told"
"""Where a subscription's hidden part has the end of a period whose next one was told of."""


async def foretold(ctx: Context, matter: Matter) -> bool:
    """Say what the next period will cost; once, and not if nobody will be asked for that."""
    subscription = await ctx.find(Subscription, matter.subject)
    if subscription is None or subscription.status not in RUNNING:
        return False
    end, now = subscription.period.end, unix_seconds(ctx.now())
    near = now < end <= now + NOTICE.total_seconds()
    told = ctx.hidden(subscription).get(_TOLD) == end
    if not near or told or subscription.pause_collection is not None:
        return False
    try:
        invoice = await preview(ctx, PreviewInvoice(subscription=subscription.id))
    except InvalidRequest:
        return False  # It ends then, or nobody is left to pay.
    ctx.save(subscription, hidden={**ctx.hidden(subscription), _TOLD: end})
    shown = msgspec.json.decode(msgspec.json.encode(invoice))
    ctx.emit_shown("invoice.upcoming", subscription.id, shown)
    return True


WORK: Mapping[str, Work] = {UPCOMING_JOB: foretold}
"""What does the job about upcoming invoices."""
