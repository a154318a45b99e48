"""Refunds to cash balances: what was paid out of one goes back there, at once."""

from bezant.api.context import Context
from bezant.flows import bank_payment as flow
from bezant.kernel.errors import InvalidRequest
from bezant.resources.core.cash_transaction import Cash, OfRefund
from bezant.resources.core.customer import Customer
from bezant.resources.payments.cash_paying import RAIL, reconcile
from bezant.resources.payments.charge import Charge
from bezant.resources.payments.refund import Refund
from bezant.resources.payments.refunding import Way, Wish, give_back

_KIND = "customer_cash_balance"


async def refund_to_cash(ctx: Context, charge: Charge, wish: Wish) -> Refund:
    """Let a customer have a payment, or a part of it, on its cash balance again."""
    customer = await ctx.find(Customer, charge.customer or "")
    if customer is None:
        raise InvalidRequest(
            f"The customer who paid {charge.id} is there no more, and neither is its cash "
            "balance: pay it back another way.",
            code="charge_not_refundable",
            param="charge",
        )
    cash = await Cash.of(ctx, customer)
    name = ctx.new_id("re")
    way = Way(rail=RAIL, destination={_KIND: {}, "type": _KIND})
    refund = await give_back(ctx, charge, wish, name, way)
    entry = flow.unapplied(wish.amount, book=ctx.book, rail=RAIL, name=customer.id)
    ctx.post(entry, source=name)
    cash.change(
        "refunded_from_payment",
        wish.amount.amount,
        charge.currency,
        refunded_from_payment=OfRefund(name),
    )
    await reconcile(ctx, cash, charge.currency)
    return refund
