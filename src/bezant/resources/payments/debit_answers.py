"""Debit answers: what a bank says of a collection, and what that makes of its charge."""

from typing import Any

from bezant.api.context import Context
from bezant.flows import bank_payment as flow
from bezant.flows import conversion
from bezant.flows import refund as refund_flow
from bezant.kernel.money import Money
from bezant.ledger.book import Book
from bezant.movement.handler import Handler
from bezant.movement.movement import Movement, MovementFact
from bezant.resources.core.balance_transactions import (
    BalanceTransaction,
    FeeDetail,
    become_available,
    record,
    unread,
)
from bezant.resources.core.later import later
from bezant.resources.payments import mandate_answers
from bezant.resources.payments.bank_failures import failure_of
from bezant.resources.payments.charge import Charge
from bezant.resources.payments.debit_losses import TAKEN_FOR
from bezant.resources.payments.debiting import CLEAR_JOB, FAIL_JOB, LOSE_JOB, clears_at
from bezant.resources.payments.refund_promised import decide
from bezant.resources.payments.settling import RATE, waiting_of

US = "us_bank_account"
_CALLED_BACK = "The payment was called back before the bank was asked for it."


def _submitted(ctx: Context, charge: Charge, movement: Movement, _fact: MovementFact) -> None:
    details: dict[str, Any] = charge.payment_method_details or {}
    if US in details:
        named = {US: details[US] | {"payment_reference": movement.reference}}
        ctx.save(charge, payment_method_details=details | named, event="charge.updated")


def _settled(ctx: Context, charge: Charge, movement: Movement, _fact: MovementFact) -> None:
    entry = flow.collected(movement.money, book=movement.book, rail=movement.rail)
    ctx.post(entry, source=charge.id)
    later(
        ctx,
        CLEAR_JOB,
        charge.id,
        movement.book,
        movement.platform,
        at=max(ctx.now(), clears_at(ctx, movement)),
    )


def dropped(ctx: Context, charge: Charge, movement: Movement, fact: MovementFact) -> None:
    """No bank has collected it, or is going to."""
    first, book = waiting_of(ctx, charge), movement.book
    worth, fee = Money(first.amount, first.currency), Money(first.fee, first.currency)
    if RATE not in ctx.hidden(charge):
        entry = flow.dropped(worth, fee, book=book, rail=movement.rail, purse="pending")
        ctx.post(entry, source=charge.id)
    else:
        for entry in conversion.given_back(
            movement.money, worth, book=book, rail=movement.rail, purse="pending", house=ctx.house
        ):
            ctx.post(entry, source=charge.id)
        _fee_back(ctx, charge, fee, book)
    _fail(ctx, charge, movement, fact, first)


def _came_back(ctx: Context, charge: Charge, movement: Movement, fact: MovementFact) -> None:
    """The payer's bank has taken it back: it has failed, or is lost if it had counted as paid."""
    first, book = waiting_of(ctx, charge), movement.book
    worth, fee = Money(first.amount, first.currency), Money(first.fee, first.currency)
    if charge.status != "pending":
        _lose(ctx, charge, movement, fact)
        return
    if RATE not in ctx.hidden(charge):
        ctx.post(flow.came_back(worth, fee, book=book, purse="pending"), source=charge.id)
    else:
        for entry in conversion.taken_back(
            movement.money, worth, book=book, purse="pending", house=ctx.house
        ):
            ctx.post(entry, source=charge.id)
        _fee_back(ctx, charge, fee, book)
    _fail(ctx, charge, movement, fact, first)


def _fail(
    ctx: Context,
    charge: Charge,
    movement: Movement,
    fact: MovementFact,
    first: BalanceTransaction,
) -> None:
    """Let the charge have failed: what it wrote on the balance is taken back, fee and all."""
    book = movement.book
    become_available(ctx, unread(ctx, first, book))
    back = record(
        ctx,
        "payment_failure_refund",
        -Money(first.amount, first.currency),
        source=charge.id,
        book=book,
        fees=[
            FeeDetail(-each.amount, each.application, each.currency, each.description, each.type)
            for each in first.fee_details
        ],
    )
    code, message = None, _CALLED_BACK
    if fact.kind != "canceled":
        code, message = failure_of(fact.failure_code)
    decide(ctx, charge, book, movement.platform)
    ctx.save(
        charge,
        hidden=ctx.hidden(charge) | {mandate_answers.RETURNED: fact.code},
        failure_balance_transaction=back.id,
        failure_code=code,
        failure_message=message,
        paid=False,
        status="failed",
        event="charge.failed",
    )
    later(ctx, FAIL_JOB, charge.id, book, movement.platform)


def _lose(ctx: Context, charge: Charge, movement: Movement, fact: MovementFact) -> None:
    """Note what the bank has taken of a payment that counted as paid; its owner has it no more."""
    entry = flow.taken(movement.money, book=movement.book, rail=movement.rail)
    ctx.post(entry, source=charge.id)
    why, _ = failure_of(fact.failure_code)
    hidden = ctx.hidden(charge) | {TAKEN_FOR: why}
    ctx.save(charge, disputed=True, hidden=hidden, event="charge.updated")
    later(ctx, LOSE_JOB, charge.id, movement.book, movement.platform)


def _fee_back(ctx: Context, charge: Charge, fee: Money, book: Book) -> None:
    if fee:
        ctx.post(refund_flow.fee_returned(fee, book=book, purse="pending"), source=charge.id)


handler = Handler(
    subject=Charge,
    on={
        "submitted": _submitted,
        "settled": _settled,
        "rejected": dropped,
        "canceled": dropped,
        "returned": _came_back,
        "recalled": _came_back,
        "mandate_changed": mandate_answers.told,
    },
    house={
        "settled": flow.came_in,
        "returned": flow.went_back,
        "recalled": flow.went_back,
    },
)
