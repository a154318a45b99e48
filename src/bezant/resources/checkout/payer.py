"""Whoever pays on a page, as a customer: kept if that is wanted, and known better each time."""

from msgspec.structs import replace

from bezant.api.context import Context
from bezant.resources.checkout.session import CheckoutSession, keep, kept_of
from bezant.resources.core.customer import Customer
from bezant.resources.core.customer_params import CreateCustomer
from bezant.resources.core.customers import create as create_customer
from bezant.resources.core.payment_method import BillingDetails, PaymentMethod


async def with_customer(
    ctx: Context, session: CheckoutSession, method: PaymentMethod
) -> CheckoutSession:
    """Keep whoever pays as a customer, if that is wanted; a later attempt knows them better."""
    kept = kept_of(ctx, session)
    told = method.billing_details
    if session.customer is not None:
        if kept.own_customer:
            customer = await ctx.load(Customer, session.customer)
            known = (customer.email, customer.name, customer.phone)
            if known != (told.email, told.name, told.phone):
                ctx.save(customer, email=told.email, name=told.name, phone=told.phone,
                         event="customer.updated")  # fmt: skip
        return session
    wanted = session.mode == "subscription" or session.customer_creation == "always"
    if not wanted and not kept.wanted.get("setup_future_usage"):
        return session
    customer = await new_customer(ctx, told)
    return keep(ctx, session, replace(kept, own_customer=True), customer=customer.id)


async def new_customer(ctx: Context, told: BillingDetails) -> Customer:
    """Keep whoever pays as a new customer."""
    customer = await create_customer(ctx, CreateCustomer(email=told.email, name=told.name,
                                                         phone=told.phone))  # fmt: skip
    if told.address.country or told.address.line1:
        customer = ctx.save(customer, address=told.address)
    return customer
