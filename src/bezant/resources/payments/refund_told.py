"""What became of a refund by card, as the acquirer's files tell it a day or more later."""

from typing import Any

import msgspec

from bezant.api.context import Context
from bezant.flows import conversion
from bezant.flows import refund as flow
from bezant.kernel.log import get_logger
from bezant.kernel.money import Money
from bezant.rail.cards import RefundTold
from bezant.resources.core.balance_transactions import BalanceTransaction, record
from bezant.resources.payments.card import RAIL
from bezant.resources.payments.charge import Charge
from bezant.resources.payments.refund import Refund
from bezant.resources.payments.settling import RATE
from bezant.resources.payments.transfer import until
from bezant.store.objects import Page

_MOST = 100

log = get_logger(__name__)


async def refund_told(ctx: Context, notice: RefundTold) -> None:
    """Let a refund be done, or give the owner the money again if it did not arrive."""
    charge = await ctx.load(Charge, notice.about.subject)
    refund = await _refund(ctx, charge, notice.acquirer_reference)
    if refund is None:
        log.warning("refund_unknown", charge=charge.id, reference=notice.acquirer_reference)
    elif notice.succeeded and refund.status == "pending":
        ctx.save(refund, status="succeeded", pending_reason=msgspec.UNSET, event="refund.updated")
    elif not notice.succeeded and refund.status in ("pending", "succeeded"):
        await refund_failed(ctx, charge, refund)


async def refund_failed(ctx: Context, charge: Charge, refund: Refund) -> Refund:
    """Give the owner the money again that did not arrive."""
    assert refund.balance_transaction is not None, "a refund by card has changed the balance"
    before = await ctx.load(BalanceTransaction, refund.balance_transaction)
    worth = Money(-before.amount, before.currency)
    purse = before.status
    if RATE in ctx.hidden(charge):
        none = Money.zero(worth.currency)
        for entry in conversion.received(
            refund.money, worth, none, book=ctx.book, rail=RAIL, purse=purse, house=ctx.house
        ):
            ctx.post(entry, source=refund.id)
    else:
        entry = flow.failed(refund.money, book=ctx.book, rail=RAIL, purse=purse)
        ctx.post(entry, source=refund.id)
    back = record(ctx, "refund_failure", worth, source=refund.id, pending_until=until(before))
    ctx.save(charge, amount_refunded=charge.amount_refunded - refund.amount, refunded=False)
    return ctx.save(
        refund,
        status="failed",
        failure_balance_transaction=back.id,
        failure_reason="unknown",
        pending_reason=msgspec.UNSET,
        event="refund.failed",
    )


async def _refund(ctx: Context, charge: Charge, reference: str) -> Refund | None:
    """Return the refund of a charge that the acquirer calls by a reference."""
    bodies, _ = await ctx.page(Refund, Page(limit=_MOST, filters={"source": charge.id}))
    for body in bodies:
        shown = msgspec.json.decode(body, type=Refund)
        details: Any = shown.destination_details or {}
        if details.get("card", {}).get("reference") == reference:
            return await ctx.load(Refund, shown.id)
    return None
