"""The discounts of an invoice, and the customer's own, which one invoice may use up."""

from collections.abc import Collection, Sequence

from bezant.api.context import Context
from bezant.kernel.codec import unix_seconds
from bezant.kernel.money import Money
from bezant.resources.billing.invoice import Invoice
from bezant.resources.core.customer import Customer
from bezant.resources.core.customer_discount import drop, give_back, is_own
from bezant.resources.core.discount import (
    Discount,
    DiscountParams,
    discounts_named,
    discounts_of,
    ended,
    lasts,
)


async def own_discounts(ctx: Context, customer: Customer) -> list[Discount]:
    """Return the discount that a customer has for everything, if it is not over."""
    shown = customer.discount
    if shown is None or ended(shown, unix_seconds(ctx.now())):
        return []
    return await discounts_named(ctx, [shown.id])


async def discounts_for(
    ctx: Context, invoice: Invoice, sent: Sequence[DiscountParams], subtotal: int
) -> list[Discount]:
    """Return the discounts that are sent for an invoice of so much."""
    return await discounts_of(
        ctx,
        sent,
        customer=invoice.customer,
        had=invoice.discounts,
        invoice=invoice.id,
        purchase=Money(max(subtotal, 0), invoice.currency),
    )


def spend(ctx: Context, customer: Customer, discounts: Sequence[Discount]) -> None:
    """Take the customer's own discount away if it is for one invoice, which this is."""
    own = ctx.current(customer).discount
    for each in discounts:
        if own is not None and each.id == own.id and not lasts(ctx, each):
            drop(ctx, customer, each)


async def unspend(ctx: Context, invoice: Invoice, names: Collection[str]) -> None:
    """Give a customer's own discount back that was for one invoice, which is not drawn after all.

    One that it was given since is kept.
    """
    for each in await discounts_named(ctx, [name for name in invoice.discounts if name in names]):
        if is_own(each) and not lasts(ctx, each):
            customer = await ctx.find(Customer, invoice.customer)
            if customer is not None and ctx.current(customer).discount is None:
                give_back(ctx, customer, each)
