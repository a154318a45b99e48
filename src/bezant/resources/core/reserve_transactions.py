"""Reserve transactions: what is set aside of a platform's balance, and given back to it."""

from bezant.api.context import Context
from bezant.api.resource import Identified
from bezant.flows import reserve as flow
from bezant.kernel.money import Money
from bezant.resources.core.balance_transactions import record


class ReserveTransaction(Identified, tag="reserve_transaction"):
    """A change of what is set aside, in minor units: below zero it has been raised."""

    amount: int
    currency: str
    description: str | None = None


def change_reserve(ctx: Context, by: Money) -> ReserveTransaction:
    """Set so much more aside of the acting account's balance, or less when it is below zero."""
    name = ctx.new_id("rtx")
    entry = (
        flow.connect_raised(by, book=ctx.book)
        if by.amount > 0
        else flow.connect_lowered(-by, book=ctx.book)
    )
    ctx.post(entry, source=name)
    text = "Reserve for connected accounts with negative balances"
    made = ReserveTransaction(id=name, amount=-by.amount, currency=by.currency, description=text)
    record(ctx, "reserve_transaction", -by, source=name, description=text)
    return ctx.create(made)
