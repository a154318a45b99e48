"""Payout reversals: payouts of less than nothing, that take another one back from its bank account.

The money is pending until the bank has it. What it is booked with is kept with both payouts, since
a bank's answers are applied without reading.
"""

from msgspec import json

from bezant.api.context import Context, Hidden, created_of
from bezant.flows import payout as flow
from bezant.kernel.codec import encode_json
from bezant.kernel.errors import InvalidRequest
from bezant.ledger.book import Book
from bezant.movement import instruct
from bezant.movement.errand import about
from bezant.movement.movement import Movement, MovementFact
from bezant.resources.core.balance_transactions import (
    BalanceTransaction,
    become_available,
    transaction,
    unread,
)
from bezant.resources.core.payout import Payout, day_of

KEPT = "reversal"
"""Where in the hidden part of both payouts is what the reversal is booked with."""
_OVER = ("canceled", "failed")


async def check_reversible(ctx: Context, payout: Payout) -> None:
    """Refuse what cannot be taken back, or is being taken back already."""
    if payout.original_payout:
        problem = f"{payout.id} is a reversal, which can't be reversed itself: make a payout."
    elif payout.amount < 0:
        problem = f"{payout.id} has brought money: to send it back, make a payout."
    elif payout.status in _OVER:
        problem = f"Payouts with status {payout.status} can't be reversed: the money is back."
    elif payout.status == "pending":
        problem = "No bank has seen this payout yet: cancel it instead."
    elif payout.reversed_by and not await _is_over(ctx, payout.reversed_by):
        problem = f"{payout.id} is reversed by {payout.reversed_by} already."
    else:
        return
    raise InvalidRequest(problem, code="payout_reversal_not_allowed")


async def take_back(ctx: Context, payout: Payout, metadata: dict[str, str]) -> Payout:
    """Ask the bank for a payout back; raises InvalidRequest where its rail has no such order."""
    name = ctx.new_id("po")
    movement = await instruct.movement_of(ctx, payout.id)
    errand = about(ctx, movement, "reverse", behalf=(name, Payout.kind()))
    entry = flow.debit_begun(payout.money, book=ctx.book, rail=movement.rail)
    instruct.tie(ctx, errand, ctx.post(entry, source=name))
    reversal = Payout(
        id=name,
        amount=-payout.amount,
        arrival_date=day_of(errand),
        balance_transaction=ctx.new_id("txn"),
        created=created_of(name),
        currency=payout.currency,
        description=payout.description,
        destination=payout.destination,
        livemode=ctx.livemode,
        metadata=metadata,
        method=payout.method,
        original_payout=payout.id,
        statement_descriptor=payout.statement_descriptor,
    )
    kept = expect(ctx, reversal, errand)
    ctx.save(
        payout, reversed_by=name, event="payout.updated", hidden={**ctx.hidden(payout), **kept}
    )
    return ctx.create(reversal, event="payout.created", hidden=kept)


def expect(ctx: Context, debit: Payout, movement: Movement) -> Hidden:
    """Store the transaction of a payout of less than nothing; returns what is to be kept of it."""
    assert debit.balance_transaction, "what is expected is recorded when it is asked for"
    coming = ctx.create(
        transaction(
            debit.balance_transaction,
            "payout",
            -debit.money,
            source=debit.id,
            pending_until=debit.arrival_date,
            description=debit.description,
        )
    )
    return {KEPT: {"movement": movement.id, "transaction": encode_json(coming).decode()}}


def came(ctx: Context, payout: Payout, movement: Movement, fact: MovementFact) -> bool:
    """Book what a reversal has brought back of a payout; False when it was something else."""
    kept = ctx.hidden(payout).get(KEPT)
    if kept is None or kept["movement"] != fact.movement:
        return False
    assert payout.reversed_by, "a payout that is being taken back says by what"
    collected(ctx, payout, movement, payout.reversed_by)
    return True


def collected(ctx: Context, payout: Payout, movement: Movement, source: str) -> None:
    """Book what has come from the owner's bank under a payout of less than nothing."""
    entry = flow.debited(movement.money, book=movement.book, rail=movement.rail)
    ctx.post(entry, source=source)
    become_available(ctx, _coming(ctx, payout, movement.book))


def drop(ctx: Context, reversal: Payout, movement: Movement) -> None:
    """Book that nothing will come back."""
    entry = flow.debit_dropped(-reversal.money, book=movement.book, rail=movement.rail)
    ctx.post(entry, source=reversal.id)
    become_available(ctx, _coming(ctx, reversal, movement.book))


def _coming(ctx: Context, payout: Payout, book: Book) -> BalanceTransaction:
    """Return the first version of the transaction of a payout's reversal."""
    kept = json.decode(ctx.hidden(payout)[KEPT]["transaction"], type=BalanceTransaction)
    return unread(ctx, kept, book)


async def _is_over(ctx: Context, name: str) -> bool:
    return (await ctx.load(Payout, name)).status in _OVER
