"""Sending back: the order to a bank that brings a payer's money back, by how it was paid."""

from datetime import date

from bezant.api.context import Context
from bezant.api.resource import Identified
from bezant.kernel.errors import InvalidRequest
from bezant.kernel.money import Money
from bezant.movement import instruct
from bezant.movement.engine import engine_of
from bezant.movement.instruct import About
from bezant.movement.movement import Movement
from bezant.movement.order import Order, order_of
from bezant.movement.route import Decision, Route
from bezant.rail import Original, UpiAddress
from bezant.resources.core.payment_method import PaymentMethod
from bezant.resources.payments.bank_methods import party_of
from bezant.resources.payments.charge import Charge
from bezant.resources.payments.pushing import RECEIVED

_AT_RECEIVERS_WISH = "MD06"


async def send_back(
    ctx: Context, charge: Charge, method: PaymentMethod, subject: Identified, amount: Money
) -> Movement:
    """Send an amount back to who paid, for a refund; InvalidRequest where nobody knows whom to."""
    match method.type:
        case "pix":
            return await _return(ctx, charge, subject, amount)
        case "upi":
            received = await _received(ctx, charge)
            order = Order(to=order_of(ctx.hidden(received)).to, remittance="REFUND")
            if not isinstance(order.to.account, UpiAddress):
                raise _unknown(charge)
            return instruct.send(ctx, subject, amount, order, service="instant", rail="upi")
        case _:
            words = f"REFUND {charge.calculated_statement_descriptor or ''}".strip()
            order = Order(to=party_of(ctx, method), description="REFUND", remittance=words)
            return instruct.send(ctx, subject, amount, order)


async def _return(ctx: Context, charge: Charge, subject: Identified, amount: Money) -> Movement:
    """Return a payment by Pix, or a part of it, under its own name."""
    received = await _received(ctx, charge)
    assert received.reference, "what came by Pix has a name"
    assert received.effective_date, "what came by Pix has a day"
    original = Original(
        trace=received.reference,
        amount=received.money,
        on=date.fromisoformat(received.effective_date),
        end_to_end_id=received.reference,
    )
    order = Order(
        to=order_of(ctx.hidden(received)).to,
        reason=_AT_RECEIVERS_WISH,
        about=original,
        details={"returned": str(charge.amount_refunded)},
    )
    lane = engine_of(ctx).banks.lane(received.bank, received.rail)
    (service,) = lane.rail.capabilities.services
    table = lane.rail.timetable(ctx.now(), service)
    way = Route(lane, service, table, Decision(0, "same_way"))
    about = About(ctx.book, subject.id, subject.kind(), "return")
    return instruct.make(ctx, way, amount, order, "credit", about)


async def _received(ctx: Context, charge: Charge) -> Movement:
    name = ctx.hidden(charge).get(RECEIVED)
    if name is None:
        raise _unknown(charge)
    return await ctx.load(Movement, name, book=ctx.house)


def _unknown(charge: Charge) -> InvalidRequest:
    return InvalidRequest(
        f"The bank has not told from which account {charge.id} was paid: pay the customer back "
        "another way.",
        code="charge_not_refundable",
        param="charge",
    )
