"""Payout answers: what each thing that a bank says of a payout, or of its reversal, makes of it."""

from collections.abc import Sequence
from typing import Any

from bezant.api.context import Context
from bezant.flows import payout as flow
from bezant.movement.engine import engine_of
from bezant.movement.handler import Handler, Notice
from bezant.movement.movement import Movement, MovementFact
from bezant.resources.core import payout_reversals as reversals
from bezant.resources.core.bank_accounts import BankAccount, corrected
from bezant.resources.core.payout import FAILURES, Payout, TraceId, given_up

BANK_FAILED = "account.bank_failed"
"""The job that notes with a bank account that a payout to it has failed."""
_NOT_OF_THE_ACCOUNT = "could_not_process"
"""A failure that says nothing about the bank account."""


def _submitted(ctx: Context, payout: Payout, movement: Movement, _fact: MovementFact) -> None:
    can = engine_of(ctx).banks.rails[movement.rail].capabilities
    name = movement.end_to_end_id if can.traced_by == "end_to_end_id" else movement.reference
    trace = TraceId("supported", name)
    _become(ctx, payout, "in_transit", "payout.updated", trace_id=trace)


def _settled(ctx: Context, payout: Payout, movement: Movement, _fact: MovementFact) -> None:
    if payout.amount > 0:
        entry = flow.settled(payout.money, book=movement.book, rail=movement.rail)
        ctx.post(entry, source=payout.id)
    elif not payout.original_payout:  # The money of a reversal comes with the payout it undoes.
        reversals.collected(ctx, payout, movement, payout.id)
    _become(ctx, payout, "paid", "payout.paid")


def _returned(ctx: Context, payout: Payout, movement: Movement, fact: MovementFact) -> None:
    if payout.amount < 0:
        entry = flow.debit_lost(-payout.money, book=movement.book)
    else:
        entry = flow.returned(payout.money, book=movement.book)
    ctx.post(entry, source=payout.id)
    _failed(ctx, payout, movement, fact)


def _recalled(ctx: Context, payout: Payout, movement: Movement, fact: MovementFact) -> None:
    if not reversals.came(ctx, payout, movement, fact):
        _returned(ctx, payout, movement, fact)


def canceled(ctx: Context, payout: Payout, movement: Movement, _fact: MovementFact) -> None:
    """Undo what no bank has seen."""
    _drop(ctx, payout, movement)
    back = given_up(ctx, "payout_cancel", payout, movement.book)
    _become(ctx, payout, "canceled", "payout.canceled", failure_balance_transaction=back)


def _rejected(ctx: Context, payout: Payout, movement: Movement, fact: MovementFact) -> None:
    _drop(ctx, payout, movement)
    _failed(ctx, payout, movement, fact)


def _failed(ctx: Context, payout: Payout, movement: Movement, fact: MovementFact) -> None:
    code = fact.failure_code or "could_not_process"
    back = given_up(ctx, "payout_failure", payout, movement.book)
    _become(
        ctx,
        payout,
        "failed",
        "payout.failed",
        failure_balance_transaction=back,
        failure_code=code,
        failure_message=FAILURES.get(code, FAILURES["could_not_process"]),
    )
    if payout.amount > 0 and code != _NOT_OF_THE_ACCOUNT:
        failed = {"platform": ctx.caller.platform, "account": movement.book.owner,
                  "livemode": ctx.livemode, "bank_account": payout.destination}  # fmt: skip
        ctx.enqueue(BANK_FAILED, failed)


def _explained(ctx: Context, payout: Payout, _movement: Movement, fact: MovementFact) -> None:
    """Say why a payout failed of which nobody had said it when it came back."""
    code = fact.failure_code or "could_not_process"
    message = FAILURES.get(code, FAILURES["could_not_process"])
    ctx.save(payout, failure_code=code, failure_message=message, event="payout.updated")


def _drop(ctx: Context, payout: Payout, movement: Movement) -> None:
    """Book that no bank will carry it out."""
    if payout.amount < 0:
        reversals.drop(ctx, payout, movement)
        return
    entry = flow.dropped(payout.money, book=movement.book, rail=movement.rail)
    ctx.post(entry, source=payout.id)


async def _correct(ctx: Context, notices: Sequence[Notice]) -> dict[str, str]:
    """Correct the bank accounts that payouts went to."""
    names = [(one.movement.book, one.subject.destination) for one in notices]
    found = await ctx.load_all(BankAccount, names)
    told: dict[str, str] = {}
    for one in notices:
        bank_account = found.get(one.subject.destination)
        if bank_account is None:
            continue
        if changed := corrected(ctx, ctx.current(bank_account), one.details):
            told[one.movement.id] = f"corrected {', '.join(changed)} of {bank_account.id}"
    return told


handler = Handler(
    subject=Payout,
    on={
        "submitted": _submitted,
        "settled": _settled,
        "returned": _returned,
        "rejected": _rejected,
        "canceled": canceled,
        "recalled": _recalled,
        "return_explained": _explained,
    },
    house={
        "settled": flow.paid_out,
        "returned": flow.given_back,
        "recalled": flow.given_back,
        "debit_settled": flow.given_back,
        "debit_returned": flow.paid_out,
        "debit_recalled": flow.paid_out,
        "reverse_returned": flow.paid_out,
    },
    corrects=_correct,
)


def _become(ctx: Context, payout: Payout, status: str, event: str, **changes: Any) -> None:
    assert status in flow.NEXT[payout.status], f"{payout.id}: {payout.status} to {status}"
    ctx.save(payout, status=status, event=event, **changes)
