"""What became of a refund by card, as the acquirer's files tell it a day or more later."""

from collections.abc import Mapping
from datetime import timedelta

import msgspec
from msgspec import Struct

from bezant.api.context import Caller, Context, Hidden, Stale
from bezant.api.runtime import Runtime
from bezant.flows import conversion
from bezant.flows import refund as flow
from bezant.kernel.errors import InternalError
from bezant.kernel.log import get_logger
from bezant.kernel.money import Money
from bezant.rail.cards import RefundTold
from bezant.resources.core.balance_transactions import BalanceTransaction, record
from bezant.resources.payments.card import RAIL
from bezant.resources.payments.charge import Charge
from bezant.resources.payments.refund import Refund, announced
from bezant.resources.payments.refund_references import GONE, PARTS, refund_under
from bezant.resources.payments.refunding import CONVERTED, REFUNDED
from bezant.resources.payments.settling import RATE
from bezant.resources.payments.transfer import until
from bezant.store.jobs import JobRow

EARLY_JOB = "refunds.told_early"
_KNOWN_WITHIN = timedelta(hours=2)
"""How long after it is cleared a refund is written down that no call has committed."""

Parts = Mapping[str, tuple[str, int]]
"""Captures, and how much of each a refund was, by what the acquirer calls it."""

log = get_logger(__name__)


class Early(Struct, frozen=True):
    """What was told of a refund that may yet be written down, as it was cleared."""

    notice: RefundTold
    livemode: bool


async def refund_told(ctx: Context, notice: RefundTold, *, once_more: bool = True) -> None:
    """Let a refund be done, or give the owner the money again if it did not arrive.

    One that failed and is not known is looked for until it is.
    """
    charge = await ctx.load(Charge, notice.about.subject)
    reference = notice.acquirer_reference
    refund = await refund_under(ctx, charge, [reference], arrived=True)
    if refund is None:
        await _not_known(ctx, charge, notice, once_more=once_more)
    elif notice.succeeded and refund.status == "pending":
        announced(ctx, refund, status="succeeded", pending_reason=msgspec.UNSET)
    elif not notice.succeeded:
        await refund_failed(ctx, charge, refund, reference)


async def _not_known(ctx: Context, charge: Charge, notice: RefundTold, *, once_more: bool) -> None:
    reference = notice.acquirer_reference
    if notice.succeeded or await refund_under(ctx, charge, [reference]) is not None:
        return
    if not once_more:
        raise InternalError(f"no refund of {charge.id} is known as {reference}, which has failed")
    log.warning("refund_unknown", charge=charge.id, reference=reference)
    early = msgspec.to_builtins(Early(notice, ctx.livemode))
    ctx.enqueue(EARLY_JOB, early, at=ctx.now() + _KNOWN_WITHIN)


class EarlyNews:
    """Runs the jobs."""

    def __init__(self, runtime: Runtime) -> None:
        """Take the ports."""
        self._runtime = runtime

    async def run(self, job: JobRow) -> None:
        """Tell once more what was told too early."""
        early = msgspec.json.decode(job.payload, type=Early)
        about = early.notice.about
        caller = Caller(about.platform, about.account, livemode=early.livemode)
        while True:
            ctx = Context(self._runtime, caller)
            try:
                await refund_told(ctx, early.notice, once_more=False)
                await ctx.write()
            except Stale:
                continue
            return


async def refund_failed(
    ctx: Context, charge: Charge, refund: Refund, reference: str | None = None
) -> Refund:
    """Give the owner the money again that did not arrive: all, or what was of one capture."""
    assert refund.balance_transaction is not None, "a refund by card has changed the balance"
    before = await ctx.load(BalanceTransaction, refund.balance_transaction)
    known: Parts = ctx.hidden(refund).get(PARTS) or {"": ("", refund.amount)}
    gone = known if reference is None else {reference: known[reference]}
    rest = {name: part for name, part in known.items() if name not in gone}
    left, amount = (sum(part for _, part in each.values()) for each in (known, gone))
    share = _share(-before.amount, refund, left) - _share(-before.amount, refund, left - amount)
    worth = Money(share, before.currency)
    _post(ctx, charge, refund, Money(amount, refund.currency), worth, before)
    back = record(ctx, "refund_failure", worth, source=refund.id, pending_until=until(before))
    refunded = charge.amount_refunded - amount
    hidden = _taken_back(ctx.hidden(charge), gone, worth)
    ctx.save(charge, hidden=hidden, amount_refunded=refunded, refunded=False)
    return announced(
        ctx,
        refund,
        status="failed",
        failure_balance_transaction=back.id,
        failure_reason="unknown",
        pending_reason=msgspec.UNSET,
        hidden=ctx.hidden(refund) | {PARTS: rest, GONE: [*_gone(ctx, refund), *gone]},
    )


def _gone(ctx: Context, refund: Refund) -> list[str]:
    return ctx.hidden(refund).get(GONE, [])


def _post(
    ctx: Context,
    charge: Charge,
    refund: Refund,
    part: Money,
    worth: Money,
    before: BalanceTransaction,
) -> None:
    if RATE not in ctx.hidden(charge):
        entry = flow.failed(part, book=ctx.book, rail=RAIL, purse=before.status)
        ctx.post(entry, source=refund.id)
        return
    none = Money.zero(worth.currency)
    for entry in conversion.received(
        part, worth, none, book=ctx.book, rail=RAIL, purse=before.status, house=ctx.house
    ):
        ctx.post(entry, source=refund.id)


def _share(worth: int, refund: Refund, amount: int) -> int:
    """Return what a part of a refund comes to; all parts come to the whole."""
    return worth * amount // refund.amount


def _taken_back(hidden: Hidden, gone: Parts, worth: Money) -> Hidden:
    """Return a payment's hidden part, whose money may be given back another time."""
    given: dict[str, int] = dict(hidden.get(REFUNDED, {}))
    for capture, amount in gone.values():
        given[capture] = given.get(capture, 0) - amount
    changed: Hidden = {REFUNDED: given}
    if CONVERTED in hidden:
        changed[CONVERTED] = hidden[CONVERTED] - worth.amount
    return hidden | changed
