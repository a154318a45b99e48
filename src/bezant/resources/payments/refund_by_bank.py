"""Refunds by bank: what a bank has brought goes back to the payer as a movement of its own.

It is done when the bank has paid it; what does not arrive is the owner's again.
"""

from typing import Any

import msgspec

from bezant.api.context import Context, created_of
from bezant.flows import bank_payment as flow
from bezant.flows import conversion
from bezant.flows.charge import Purse
from bezant.kernel.codec import unix_seconds
from bezant.kernel.errors import InvalidRequest
from bezant.kernel.money import Money
from bezant.ledger.book import Book
from bezant.ledger.entry import Entry
from bezant.movement.handler import Handler
from bezant.movement.movement import Movement, MovementFact
from bezant.resources.core.balance_transactions import BalanceTransaction, record
from bezant.resources.core.payment_method import PaymentMethod
from bezant.resources.payments.bank_methods import BANK_METHODS
from bezant.resources.payments.charge import Charge
from bezant.resources.payments.later import Matter, later
from bezant.resources.payments.refund import Refund
from bezant.resources.payments.refunding import CONVERTED, UNTIL, WORTH, Way, Wish, give_back
from bezant.resources.payments.sending_back import send_back
from bezant.resources.payments.settling import RATE

RESTORE_JOB = "refunds.restore"
CURRENCY = "currency"
"""Where a refund's hidden part has the currency of the account, if the payment was converted."""
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


async def refund_by_bank(ctx: Context, charge: Charge, wish: Wish) -> Refund:
    """Send all or a part of what a bank has brought back to where it came from."""
    if charge.status == "pending":
        raise InvalidRequest(
            f"{charge.id} has not been paid yet, so there is nothing to give back: wait for "
            "`charge.succeeded`.",
            code="charge_not_refundable",
            param="charge",
        )
    method = await ctx.load(PaymentMethod, charge.payment_method or "")
    name = ctx.new_id("re")
    named = Refund(
        id=name,
        amount=wish.amount.amount,
        balance_transaction=None,
        charge=charge.id,
        created=created_of(name),
        currency=charge.currency,
    )
    movement = await send_back(ctx, charge, method, named, wish.amount)
    details: dict[str, Any] = {"type": _DESTINATIONS[method.type]}
    if method.type in BANK_METHODS and method.type != _WITHOUT_REFERENCE:
        details[details["type"]] = {"reference": None, "reference_status": "pending"}
    elif method.type == "pix":
        details["pix"] = {}
    way = Way(rail=movement.rail, sends=True, pending=True, destination=details)
    refund = await give_back(ctx, charge, wish, name, way)
    if RATE in ctx.hidden(charge):
        before = await ctx.load(BalanceTransaction, charge.balance_transaction or "")
        ctx.save(refund, hidden=ctx.hidden(refund) | {CURRENCY: before.currency})
    return refund


def _submitted(ctx: Context, refund: Refund, movement: Movement, _fact: MovementFact) -> None:
    details: Any = refund.destination_details
    kind = details["type"]
    if "reference_status" not in details.get(kind, {}):
        return
    told = {"reference": movement.reference, "reference_status": "available"}
    ctx.save(refund, destination_details=details | {kind: told}, event="refund.updated")


def _settled(ctx: Context, refund: Refund, movement: Movement, _fact: MovementFact) -> None:
    entry = flow.refund_paid(movement.money, book=movement.book, rail=movement.rail)
    ctx.post(entry, source=refund.id)
    ctx.save(refund, status="succeeded", pending_reason=msgspec.UNSET, event="refund.updated")


def dropped(ctx: Context, refund: Refund, movement: Movement, fact: MovementFact) -> None:
    """No bank has carried it out."""
    book, worth, purse = movement.book, _worth(ctx, refund), _purse(ctx, refund)
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
    book, worth, purse = movement.book, _worth(ctx, refund), _purse(ctx, refund)
    if CURRENCY in ctx.hidden(refund):
        for entry in conversion.came_again(
            movement.money, worth, book=book, purse=purse, house=ctx.house
        ):
            ctx.post(entry, source=refund.id)
    else:
        ctx.post(flow.refund_came_back(worth, book=book, purse=purse), source=refund.id)
    _fail(ctx, refund, movement, fact)


def _fail(ctx: Context, refund: Refund, movement: Movement, fact: MovementFact) -> None:
    until = ctx.hidden(refund)[UNTIL] if _purse(ctx, refund) == "pending" else None
    back = record(
        ctx,
        "refund_failure",
        _worth(ctx, refund),
        source=refund.id,
        book=movement.book,
        pending_until=until,
    )
    canceled = fact.kind == "canceled"
    ctx.save(
        refund,
        failure_balance_transaction=back.id,
        failure_reason="merchant_request" if canceled else "unknown",
        pending_reason=msgspec.UNSET,
        status="canceled" if canceled else "failed",
        event="refund.updated" if canceled else "refund.failed",
    )
    later(ctx, RESTORE_JOB, refund.id, movement.book, movement.platform)


async def restore(ctx: Context, matter: Matter) -> bool:
    """Let a charge have so much more left, once, of a refund that has failed."""
    refund = await ctx.load(Refund, matter.subject)
    hidden = ctx.hidden(refund)
    if hidden.get("restored"):
        return False
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
    ctx.save(refund, hidden=hidden | {"restored": True})
    return True


def _worth(ctx: Context, refund: Refund) -> Money:
    hidden = ctx.hidden(refund)
    return Money(hidden[WORTH], hidden.get(CURRENCY, refund.currency))


def _purse(ctx: Context, refund: Refund) -> Purse:
    until = ctx.hidden(refund)[UNTIL]
    return "available" if until is None or until <= unix_seconds(ctx.now()) else "pending"


def _house_paid(total: Money, house: Book, rail: str) -> Entry:
    return flow.went_back(total, house=house, rail=rail)


def _house_came_back(total: Money, house: Book, rail: str) -> Entry:
    return flow.came_in(total, house=house, rail=rail)


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
        "settled": _house_paid,
        "return_settled": _house_paid,
        "returned": _house_came_back,
        "recalled": _house_came_back,
    },
)
