"""Customers: whom an account sells to. Their payment methods and tax ids have their own lists."""

from msgspec.structs import replace

from bezant.api import search
from bezant.api.context import Context, created_of
from bezant.api.pages import Page, page_of
from bezant.api.params import merged
from bezant.api.results import deleted
from bezant.api.routes import Routes
from bezant.api.standard import missing
from bezant.kernel.errors import InvalidRequest, NotFound
from bezant.resources.core.cash_transaction import held_for
from bezant.resources.core.customer import Customer, invoice_prefix, with_mode
from bezant.resources.core.customer_balance import change_balance
from bezant.resources.core.customer_discount import change_discount, dropped
from bezant.resources.core.customer_params import (
    CreateCustomer,
    ListCustomers,
    UpdateCustomer,
    changes_of,
)
from bezant.resources.core.customer_source import add, drop, source_of
from bezant.resources.core.discount import Discount
from bezant.resources.core.later import later
from bezant.resources.core.own_customer import check_own, only_from_apps
from bezant.resources.core.owners import acting_owner
from bezant.resources.core.payment_method import (
    attach_checked,
    check_default,
    detach_all,
    payment_method_of,
)
from bezant.resources.core.tax_id import tax_id_of

GONE_JOB = "billing.customer_gone"
"""What follows when a customer was deleted: nothing that it subscribed to goes on."""

routes = Routes(
    Customer,
    "/v1/customers",
    prefix="cus",
    filters={"email": "reference"},
    listed=False,
    retrieved=False,
)
routes.search(
    {
        "created": search.number("created"),
        "email": search.text("email", column="reference"),
        "metadata": search.metadata(),
        "name": search.text("name"),
        "phone": search.text("phone"),
    },
    sparse=True,
)


@routes.get("/v1/customers", listing=True)
async def list_all(ctx: Context, params: ListCustomers) -> Page:
    """List customers, newest first."""
    filters = {} if params.email is None else {"reference": params.email}
    return await page_of(ctx, Customer, "cus", params, filters)


@routes.get("/v1/customers/{id}", ephemeral=True)
async def retrieve(ctx: Context, id: str) -> str:
    """Retrieve a customer; of a deleted one, that it was there."""
    check_own(ctx, id)
    row = await ctx.runtime.reader.get(ctx.book.id, Customer.kind(), id)
    if row is None:
        raise missing(Customer, id)
    return deleted(row.kind, row.id) if row.deleted else row.body


@routes.create
async def create(ctx: Context, params: CreateCustomer) -> Customer:
    """Keep a new customer."""
    name = ctx.new_id("cus")
    customer = Customer(
        id=name,
        created=created_of(name),
        invoice_prefix=invoice_prefix(name),
        livemode=ctx.livemode,
        metadata=merged({}, params.metadata),
    )
    for field, value in changes_of(customer, params).items():
        setattr(customer, field, value)
    method = None
    if params.payment_method is not None:
        method = await payment_method_of(ctx, params.payment_method, "payment_method")
        if params.default_payment_method == params.payment_method:  # Which may be one of test mode.
            settings = replace(customer.invoice_settings, default_payment_method=method.id)
            customer.invoice_settings = settings
    hidden = with_mode(ctx, None, params.reconciliation_mode)
    ctx.create(customer, hidden=hidden, event="customer.created")
    if method is not None:
        await attach_checked(ctx, method, name)
    if method is None or params.default_payment_method != params.payment_method:
        await _check_default(ctx, customer, params)
    await _give_source(ctx, customer, params)
    for at, each in enumerate(params.tax_id_data or ()):
        tax_id_of(ctx, each, name, param=f"tax_id_data[{at}]")
    await change_discount(ctx, customer, params)
    if params.balance:
        currency = (await acting_owner(ctx)).default_currency
        change_balance(ctx, customer, params.balance, currency, kind="initial", event=None)
    return ctx.current(customer)


@routes.post("/v1/customers/{id}", ephemeral=True)
async def update(ctx: Context, customer: Customer, params: UpdateCustomer) -> Customer:
    """Change a customer; what is not sent stays. Their app may say where goods are sent."""
    check_own(ctx, customer.id)
    if ctx.caller.customer is not None:
        only_from_apps(params, "shipping")
    await _check_default(ctx, customer, params)
    if params.balance is not None and params.balance != customer.balance:
        currency = customer.currency or (await acting_owner(ctx)).default_currency
        more = params.balance - customer.balance
        change_balance(ctx, customer, more, currency, event=None)
    await change_discount(ctx, customer, params)
    await _give_source(ctx, customer, params)
    customer = ctx.current(customer)
    return ctx.save(
        customer,
        event="customer.updated",
        hidden=with_mode(ctx, customer, params.reconciliation_mode),
        metadata=merged(customer.metadata, params.metadata),
        **changes_of(customer, params),
    )


@routes.delete
async def delete(ctx: Context, customer: Customer) -> None:
    """Delete a customer for good, and let its payment methods go; that it was there is seen."""
    if held := await held_for(ctx, customer.id):
        raise InvalidRequest(
            f"{customer.id} has money on its cash balance, {', '.join(held)}, which would be "
            "nobody's. Use it up first.",
            code="customer_cash_balance_not_empty",
        )
    await detach_all(ctx, customer.id)
    later(ctx, GONE_JOB, customer.id, ctx.book, ctx.caller.platform)
    ctx.delete(customer, event="customer.deleted")


@routes.delete_at("/v1/customers/{customer}/discount", returns=Discount)
async def delete_discount(ctx: Context, customer: Customer) -> Discount:
    """Take a customer's discount away; what is invoiced from now on costs the whole price."""
    discount = await dropped(ctx, customer)
    if discount is None:
        raise NotFound(
            f"{customer.id} has no discount that could be taken away.", code="resource_missing"
        )
    ctx.emit("customer.updated", ctx.current(customer))
    return replace(discount, deleted=True)


async def _check_default(ctx: Context, customer: Customer, params: UpdateCustomer) -> None:
    method = params.default_payment_method
    if method is not None:
        await check_default(ctx, customer, method, "invoice_settings[default_payment_method]")


async def _give_source(ctx: Context, customer: Customer, params: UpdateCustomer) -> None:
    """Let a source be the default: one that the customer has, or a new one in place of the old."""
    before, name = customer.default_source, params.default_source
    if params.source is not None:
        if name is not None:
            raise InvalidRequest(
                "A new source becomes the default by itself: leave `default_source` out.",
                param="default_source",
            )
        asks = params.validate is not False
        card = await add(ctx, customer, params.source, "source", validate=asks)
    elif name is not None:
        card = await source_of(ctx, customer, name, "default_source")
    else:
        return
    ctx.save(ctx.current(customer), default_source=card.id)
    if params.source is not None and before is not None:
        await drop(ctx, customer.id, await source_of(ctx, customer, before, "source"))
