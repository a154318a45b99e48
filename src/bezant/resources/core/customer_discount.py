"""A customer's own discount: it has one at most, which is for everything that it is invoiced."""

from bezant.api.context import Context
from bezant.kernel.errors import InvalidRequest
from bezant.resources.core.customer import Customer
from bezant.resources.core.customer_params import UpdateCustomer
from bezant.resources.core.discount import Discount, end, redeem

_GIVEN, _CHANGED = "customer.discount.created", "customer.discount.updated"


async def change_discount(ctx: Context, customer: Customer, sent: UpdateCustomer) -> None:
    """Give a customer the discount that is sent in place of what it has, or take that away."""
    told = {name: getattr(sent, name) for name in ("coupon", "promotion_code")}
    told = {name: value for name, value in told.items() if value is not None}
    if not told:
        return
    if len(told) > 1:
        raise InvalidRequest(
            "Send either `coupon` or `promotion_code`, not both.", param="promotion_code"
        )
    ((param, name),) = told.items()
    before = await _standing(ctx, customer)
    if not name:
        if before is not None:
            drop(ctx, customer, before)
        return
    discount = await redeem(
        ctx,
        **told,
        customer=customer.id,
        customer_account=customer.customer_account,
        event=_GIVEN if before is None else _CHANGED,
        param=param,
    )
    ctx.save(ctx.current(customer), discount=discount)


def drop(ctx: Context, customer: Customer, discount: Discount) -> Discount:
    """Take a customer's discount away; what it took off before stays."""
    ctx.save(ctx.current(customer), discount=None)
    return end(ctx, discount)


def give_back(ctx: Context, customer: Customer, discount: Discount) -> None:
    """Give a customer a discount again that was taken away."""
    again = ctx.save(discount, end=None, event=_GIVEN)
    ctx.save(ctx.current(customer), discount=again)


def is_own(discount: Discount) -> bool:
    """Tell whether a discount is or was a customer's own, for everything that it is invoiced."""
    holders = (discount.checkout_session, discount.invoice, discount.invoice_item,
               discount.subscription)  # fmt: skip
    return discount.customer is not None and not any(holders)


async def dropped(ctx: Context, customer: Customer) -> Discount | None:
    """Take a customer's discount away, if it has one, and return that."""
    discount = await _standing(ctx, customer)
    return None if discount is None else drop(ctx, customer, discount)


async def _standing(ctx: Context, customer: Customer) -> Discount | None:
    shown = ctx.current(customer).discount
    return None if shown is None else await ctx.load(Discount, shown.id)
