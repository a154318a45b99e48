"""What a dispute takes of an account's balance, and what comes back with one that is won.

A payment that was converted is taken at the rate of the payment, so that what comes back is what
was taken.
"""

from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec.structs import replace

from bezant.api.context import Context
from bezant.flows import charge as charge_flow
from bezant.flows import dispute as flow
from bezant.flows import refund as refund_flow
from bezant.flows.fee_plan import Plan, dispute_parts
from bezant.kernel.money import Money
from bezant.ledger.entry import Entry
from bezant.resources.core.balance_transactions import BalanceTransaction, FeeDetail, record
from bezant.resources.core.fee_plans import plans_of
from bezant.resources.core.owners import acting_owner
from bezant.resources.payments.card import RAIL
from bezant.resources.payments.charge import Charge
from bezant.resources.payments.dispute import DISPUTED, Dispute, taken_of
from bezant.resources.payments.reserve import SourceTransaction, draw_on
from bezant.resources.payments.settled import Settled, settled_of
from bezant.resources.payments.settling import RATE

WORTH, FEES, BILLED = "worth", "fees", "billed"
"""Where a dispute's hidden part has what it has taken, and what it has cost, in the currency of
the account, and whether the platform has paid that."""


async def withdraw(ctx: Context, charge: Charge, dispute: Dispute, *, rail: str = RAIL) -> Dispute:
    """Take the disputed amount, and what the dispute costs, out of what may be spent."""
    worth = _worth(ctx, charge, dispute.money, await settled_of(ctx, charge))
    source = SourceTransaction(dispute=dispute.id, type="dispute")
    await draw_on(ctx, charge, worth, source, book=ctx.book)
    fees = [
        FeeDetail(part.amount, None, worth.currency, part.description, part.type)
        for part in dispute_parts(_plan(ctx, charge), worth.currency)
    ]
    billed = await _billed(ctx, charge, dispute, fees)
    own = [] if billed else fees
    cost = _sum(own, worth)
    entries: Sequence[Entry]
    if RATE in ctx.hidden(charge):
        entries = flow.withdrawn_converted(
            dispute.money, worth, cost, book=ctx.book, rail=rail, house=ctx.house
        )
    else:
        entries = (flow.withdrawn(dispute.money, cost, book=ctx.book, rail=rail),)
    for entry in entries:
        ctx.post(entry, source=dispute.id)
    made = record(
        ctx,
        "adjustment",
        -worth,
        source=dispute.id,
        description=f"Chargeback withdrawal for {charge.id}",
        fees=own,
    )
    _note(ctx, charge, dispute, dispute.amount)
    kept = {WORTH: worth.amount, FEES: msgspec.to_builtins(fees), BILLED: billed}
    return _recorded(ctx, dispute, charge, made, kept)


async def reinstate(ctx: Context, charge: Charge, dispute: Dispute, amount: Money) -> Dispute:
    """Give back what a dispute has taken, or an amount of it; its fee, if the plan does so."""
    taken, hidden = taken_of(ctx, charge)[dispute.id], ctx.hidden(dispute)
    amount = min(amount, Money(taken, charge.currency))
    first = dispute.balance_transactions[0]
    worth = Money(hidden[WORTH] * amount.amount // dispute.amount, first["currency"])
    fees: list[FeeDetail] = []
    if _plan(ctx, charge).dispute_fee_returned:
        paid = msgspec.convert(hidden[FEES], list[FeeDetail])
        fees = [replace(each, amount=-each.amount) for each in paid]
    if hidden[BILLED]:
        _credit_platform(ctx, dispute, -_sum(fees, worth))
        fees = []
    cost = -_sum(fees, worth)
    entries: Sequence[Entry]
    if RATE in ctx.hidden(charge):
        entries = flow.reinstated_converted(
            amount, worth, cost, book=ctx.book, rail=RAIL, house=ctx.house
        )
    else:
        entries = (flow.reinstated(amount, cost, book=ctx.book, rail=RAIL),)
    for entry in entries:
        ctx.post(entry, source=dispute.id)
    made = record(
        ctx,
        "adjustment",
        worth,
        source=dispute.id,
        description=f"Chargeback reversal for {charge.id}",
        fees=fees,
    )
    _note(ctx, charge, dispute, taken - amount.amount)
    return _recorded(ctx, dispute, charge, made, hidden)


async def _billed(
    ctx: Context, charge: Charge, dispute: Dispute, fees: Sequence[FeeDetail]
) -> bool:
    """Let the platform pay, if it pays what its account's own payments cost."""
    if not fees or not ctx.caller.connected or charge.on_behalf_of is not None:
        return False
    if not (await acting_owner(ctx)).platform_pays_fees:
        return False
    book, cost = ctx.platform_book, Money(sum(each.amount for each in fees), fees[0].currency)
    ctx.post(charge_flow.fee_taken(cost, book=book, purse="available"), source=dispute.id)
    text = f"Fees of {dispute.id} of {ctx.account}"
    record(ctx, "stripe_fee", -cost, source=None, book=book, description=text)
    return True


def _credit_platform(ctx: Context, dispute: Dispute, cost: Money) -> None:
    """Give the platform back what it has paid for a dispute of its account's."""
    if not cost:
        return
    book = ctx.platform_book
    ctx.post(refund_flow.fee_returned(cost, book=book, purse="available"), source=dispute.id)
    text = f"Fees of {dispute.id} of {ctx.account}"
    record(ctx, "stripe_fee", cost, source=None, book=book, description=text)


def _sum(fees: Sequence[FeeDetail], worth: Money) -> Money:
    return Money(sum(each.amount for each in fees), worth.currency)


def _plan(ctx: Context, charge: Charge) -> Plan:
    return plans_of(ctx.runtime).of(charge.on_behalf_of or ctx.account)


def _worth(ctx: Context, charge: Charge, amount: Money, before: Settled) -> Money:
    """Return what an amount comes to in the account's currency; all parts come to the payment."""
    if RATE not in ctx.hidden(charge):
        return amount
    gone = charge.amount_refunded + sum(taken_of(ctx, charge).values())
    whole = charge.amount_captured
    total = before.total.amount
    worth = total * (gone + amount.amount) // whole - total * gone // whole
    return Money(worth, before.total.currency)


def _note(ctx: Context, charge: Charge, dispute: Dispute, taken: int) -> None:
    """Note with a charge what a dispute has of it, so that refunds give back only the rest."""
    known = {**taken_of(ctx, charge), dispute.id: taken}
    ctx.save(ctx.current(charge), hidden=ctx.hidden(charge) | {DISPUTED: known})


def _recorded(
    ctx: Context,
    dispute: Dispute,
    charge: Charge,
    made: BalanceTransaction,
    hidden: dict[str, Any],
) -> Dispute:
    changes: dict[str, Any] = {"reporting_category": "dispute_reversal"}
    if made.amount < 0:
        changes = {"reporting_category": "dispute"}
    if RATE in ctx.hidden(charge):
        changes["exchange_rate"] = msgspec.Raw(ctx.hidden(charge)[RATE].encode())
    made = ctx.save(made, **changes)
    shown: dict[str, Any] = msgspec.json.decode(ctx.encoded(made))
    return ctx.save(
        dispute,
        hidden=ctx.hidden(dispute) | hidden,
        balance_transactions=[*dispute.balance_transactions, shown],
    )
