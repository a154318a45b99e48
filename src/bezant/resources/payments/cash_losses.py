"""Cash losses: what a bank takes back of a customer's funding, also when it was used.

It is taken from the cash balance, and what that lacks from the balance of the account.
"""

from bezant.api.context import Context
from bezant.flows import cash_balance as flow
from bezant.kernel.money import Money
from bezant.resources.core.balance_transactions import record
from bezant.resources.core.cash_transaction import (
    TAKEN,
    Cash,
    CashBalanceTransaction,
    OfOverdraft,
)
from bezant.resources.core.customer import Customer
from bezant.resources.core.later import Matter


async def reversed_(ctx: Context, matter: Matter) -> bool:
    """Make good what was taken back of a funding, once."""
    funding = await ctx.load(CashBalanceTransaction, matter.subject)
    if not ctx.hidden(funding).get(TAKEN):
        return False
    ctx.save(funding, hidden={})
    customer = await ctx.find(Customer, funding.customer)
    if customer is None:
        _overdrawn(ctx, funding, funding.money, funding.id)
        return True
    cash = await Cash.of(ctx, customer)
    part = min(cash.held(funding.currency), funding.net_amount)
    change = cash.change("funding_reversed", -funding.net_amount, funding.currency)
    if part:
        entry = flow.made_good(
            Money(part, funding.currency), book=ctx.book, name=customer.id, funding=funding.id
        )
        ctx.post(entry, source=change.id)
    if part < funding.net_amount:
        rest = Money(funding.net_amount - part, funding.currency)
        name = ctx.new_id("ccsbtxn")
        told = OfOverdraft(_overdrawn(ctx, funding, rest, name), change.id)
        cash.change(
            "adjusted_for_overdraft",
            rest.amount,
            funding.currency,
            name=name,
            adjusted_for_overdraft=told,
        )
    return True


def _overdrawn(ctx: Context, funding: CashBalanceTransaction, rest: Money, source: str) -> str:
    """Take the rest from the account's balance; returns the balance transaction that says so."""
    ctx.post(flow.overdrawn(rest, book=ctx.book, funding=funding.id), source=source)
    words = f"Overdraft of the cash balance of {funding.customer}"
    return record(ctx, "adjustment", -rest, source=source, description=words).id
