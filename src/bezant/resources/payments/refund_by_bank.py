"""Refunds by bank: what a bank has brought goes back to the payer as a movement of its own.

It is done when the bank has paid it; what does not arrive is the owner's again. What goes back out
of a cash balance is told of here as well, and waits for another account.
"""

from typing import Any

import msgspec

from bezant.api.context import Context
from bezant.flows import bank_payment as flow
from bezant.flows import conversion
from bezant.kernel.errors import InvalidRequest
from bezant.kernel.log import get_logger
from bezant.movement.handler import Handler
from bezant.movement.movement import Movement, MovementFact
from bezant.resources.core.later import Matter, later
from bezant.resources.core.payment_method import PaymentMethod
from bezant.resources.payments import returning
from bezant.resources.payments.bank_methods import BANK_METHODS
from bezant.resources.payments.charge import Charge
from bezant.resources.payments.refund import Refund, announced
from bezant.resources.payments.refund_promised import ended, kept_no_more, promise, wish_of
from bezant.resources.payments.refund_undone import (
    RESTORE_JOB,
    purse_of,
    recorded,
    worth_of,
)
from bezant.resources.payments.refunding import CURRENCY, Way, Wish, give_back, plain
from bezant.resources.payments.sending_back import send_back

DISPUTED = "charge_for_pending_refund_disputed"
"""Why a refund is not sent whose payment its payer's bank has taken back."""
_DESTINATIONS = {
    "acss_debit": "ca_bank_transfer",
    "bacs_debit": "gb_bank_transfer",
    "pix": "pix",
    "sepa_debit": "eu_bank_transfer",
    "upi": "upi",
    "us_bank_account": "us_bank_transfer",
}
_WITHOUT_REFERENCE = "acss_debit"
"""The API has no words for the reference of a transfer in Canada."""

log = get_logger(__name__)


async def refund_by_bank(ctx: Context, charge: Charge, wish: Wish) -> Refund:
    """Send all or a part of what a bank has brought back to where it came from.

    What a bank is still to bring goes back once it has.
    """
    if charge.status == "pending":
        return promise(ctx, charge, wish)
    return await _send(ctx, charge, wish, ctx.new_id("re"), promised=False)


async def begun(ctx: Context, matter: Matter) -> bool:
    """Begin a refund that has waited for its payment, or end it when there is nothing to send."""
    refund = await ctx.load(Refund, matter.subject)
    if refund.pending_reason != "charge_pending":
        return False
    assert refund.charge is not None, "it waits for a payment"
    charge = kept_no_more(ctx, await ctx.load(Charge, refund.charge), refund)
    if charge.status == "failed":
        ended(ctx, refund, "canceled", None)
    elif charge.disputed:
        ended(ctx, refund, "failed", DISPUTED)
    else:
        try:
            await _send(ctx, charge, wish_of(ctx, refund), refund.id, promised=True)
        except InvalidRequest as refused:
            log.warning("refund_refused", refund=refund.id, reason=refused.message)
            return await _refused(ctx.fresh(), refund.id)
    return True


async def _refused(ctx: Context, name: str) -> bool:
    """Let a refund fail that can't be sent after all; nothing was taken for it."""
    refund = await ctx.load(Refund, name)
    assert refund.charge is not None, "it waits for a payment"
    kept_no_more(ctx, await ctx.load(Charge, refund.charge), refund)
    ended(ctx, refund, "failed", "unknown")
    await ctx.write()
    return False


async def _send(ctx: Context, charge: Charge, wish: Wish, name: str, *, promised: bool) -> Refund:
    method = await ctx.load(PaymentMethod, charge.payment_method or "")
    movement = await send_back(ctx, charge, method, plain(charge, wish, name), wish.amount)
    details: dict[str, Any] = {"type": _DESTINATIONS[method.type]}
    if method.type in BANK_METHODS and method.type != _WITHOUT_REFERENCE:
        details[details["type"]] = {"reference": None, "reference_status": "pending"}
    elif method.type == "pix":
        details["pix"] = {}
    way = Way(rail=movement.rail, sends=True, pending=True, destination=details, promised=promised)
    return await give_back(ctx, charge, wish, name, way)


def _submitted(ctx: Context, refund: Refund, movement: Movement, _fact: MovementFact) -> None:
    details: Any = refund.destination_details
    kind = details["type"]
    if "reference_status" not in details.get(kind, {}):
        return
    told = {"reference": movement.reference, "reference_status": "available"}
    announced(ctx, refund, destination_details=details | {kind: told})


def _settled(ctx: Context, refund: Refund, movement: Movement, _fact: MovementFact) -> None:
    entry = flow.refund_paid(movement.money, book=movement.book, rail=movement.rail)
    ctx.post(entry, source=refund.id)
    announced(ctx, refund, status="succeeded", pending_reason=msgspec.UNSET)


def dropped(ctx: Context, refund: Refund, movement: Movement, fact: MovementFact) -> None:
    """No bank has carried it out."""
    if returning.is_return(ctx, refund):
        returning.dropped(ctx, refund, movement)
        return
    book, worth, purse = movement.book, worth_of(ctx, refund), purse_of(ctx, refund)
    if CURRENCY in ctx.hidden(refund):
        for entry in conversion.not_sent(
            movement.money, worth, book=book, rail=movement.rail, purse=purse, house=ctx.house
        ):
            ctx.post(entry, source=refund.id)
    else:
        entry = flow.refund_dropped(worth, book=book, rail=movement.rail, purse=purse)
        ctx.post(entry, source=refund.id)
    _fail(ctx, refund, movement, fact)


def _came_back(ctx: Context, refund: Refund, movement: Movement, fact: MovementFact) -> None:
    """The payer's bank did not take it."""
    if returning.is_return(ctx, refund):
        returning.came_back(ctx, refund, movement)
        return
    book, worth, purse = movement.book, worth_of(ctx, refund), purse_of(ctx, refund)
    if CURRENCY in ctx.hidden(refund):
        for entry in conversion.came_again(
            movement.money, worth, book=book, purse=purse, house=ctx.house
        ):
            ctx.post(entry, source=refund.id)
    else:
        ctx.post(flow.refund_came_back(worth, book=book, purse=purse), source=refund.id)
    _fail(ctx, refund, movement, fact)


def _fail(ctx: Context, refund: Refund, movement: Movement, fact: MovementFact) -> None:
    disputed = fact.reason == DISPUTED
    canceled = fact.kind == "canceled" and not disputed
    why = "merchant_request" if canceled else "unknown"
    announced(
        ctx,
        refund,
        failure_reason=DISPUTED if disputed else why,
        pending_reason=msgspec.UNSET,
        status="canceled" if canceled else "failed",
        **recorded(ctx, refund, movement.book),
    )
    later(ctx, RESTORE_JOB, refund.id, movement.book, movement.platform)


handler = Handler(
    subject=Refund,
    on={
        "submitted": _submitted,
        "settled": _settled,
        "rejected": dropped,
        "canceled": dropped,
        "returned": _came_back,
        "recalled": _came_back,
    },
    house={
        "settled": flow.went_back,
        "return_settled": flow.went_back,
        "returned": flow.came_in,
        "recalled": flow.came_in,
    },
)
