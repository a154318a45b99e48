"""Undone refunds: what does not reach the payer is the owner's again, and the charge says so."""

from typing import Any

from bezant.api.context import Context
from bezant.flows.charge import Purse
from bezant.kernel.codec import unix_seconds
from bezant.kernel.money import Money
from bezant.ledger.book import Book
from bezant.resources.core.balance_transactions import record
from bezant.resources.core.later import Matter
from bezant.resources.payments.charge import Charge
from bezant.resources.payments.refund import Refund
from bezant.resources.payments.refunding import CONVERTED, CURRENCY, UNTIL, WORTH

RESTORE_JOB = "refunds.restore"
_RESTORED = "restored"


def worth_of(ctx: Context, refund: Refund) -> Money:
    """Return what a refund has taken from its owner."""
    hidden = ctx.hidden(refund)
    return Money(hidden[WORTH], hidden.get(CURRENCY, refund.currency))


def purse_of(ctx: Context, refund: Refund) -> Purse:
    """Return into which purse of its owner's it goes back."""
    until = ctx.hidden(refund)[UNTIL]
    return "available" if until is None or until <= unix_seconds(ctx.now()) else "pending"


def recorded(ctx: Context, refund: Refund, book: Book) -> dict[str, Any]:
    """Record that the owner has a refund's money again; returns what changes of the refund."""
    until = ctx.hidden(refund)[UNTIL] if purse_of(ctx, refund) == "pending" else None
    worth = worth_of(ctx, refund)
    back = record(ctx, "refund_failure", worth, source=refund.id, book=book, pending_until=until)
    return {"failure_balance_transaction": back.id}


async def restored(ctx: Context, refund: Refund) -> bool:
    """Let a charge have so much more left, once, of a refund that has failed."""
    hidden = ctx.hidden(refund)
    if hidden.get(_RESTORED):
        return False
    assert refund.charge is not None, "it was of a payment"
    charge = await ctx.load(Charge, refund.charge)
    kept = ctx.hidden(charge)
    if CONVERTED in kept:
        kept = kept | {CONVERTED: kept[CONVERTED] - hidden[WORTH]}
    ctx.save(
        charge,
        amount_refunded=charge.amount_refunded - refund.amount,
        hidden=kept,
        refunded=False,
        event="charge.updated",
    )
    ctx.save(ctx.current(refund), hidden=hidden | {_RESTORED: True})
    return True


async def restore(ctx: Context, matter: Matter) -> bool:
    """Do so as a job, after a bank was heard of."""
    return await restored(ctx, await ctx.load(Refund, matter.subject))
