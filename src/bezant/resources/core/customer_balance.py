"""Customer balance transactions: what a customer has to its credit, or owes, for invoices.

It is plain data and no money: below zero is credit. Each transaction says what the balance was
after it.
"""

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from bezant.api.context import Context, created_of
from bezant.api.pages import ListParams, Page, page_of
from bezant.api.params import Currency, Metadata, Params, merged
from bezant.api.resource import Expands, Resource
from bezant.api.routes import Routes
from bezant.kernel.errors import InvalidRequest
from bezant.resources.core.customer import MOST_BALANCE, Customer

PATH = "/v1/customers/{customer}/balance_transactions"


BalanceChange = Literal[
    "adjustment", "applied_to_invoice", "initial", "invoice_too_small", "unapplied_from_invoice"
]


class CustomerBalanceTransaction(Resource, tag="customer_balance_transaction"):
    """A change of what a customer has to its credit, in minor units; below zero is credit."""

    expands: ClassVar[Expands] = {
        "customer": ("customer",),
        "invoice": ("invoice",),
    }
    filters: ClassVar[Mapping[str, str]] = {"customer": "parent", "invoice": "source"}

    amount: int
    checkout_session: None = None
    credit_note: None = None
    currency: str
    customer: str
    customer_account: None = None
    description: str | None = None
    ending_balance: int
    invoice: str | None = None
    metadata: dict[str, str]
    type: BalanceChange = "adjustment"


class CreateTransaction(Params):
    """By how much the balance changes: a credit is less than zero."""

    amount: Annotated[int, Meta(ge=-MOST_BALANCE, le=MOST_BALANCE)]
    currency: Currency
    description: Annotated[str, Meta(max_length=350)] | None = None
    metadata: Metadata | None = None


class UpdateTransaction(Params):
    """What is said about a change."""

    description: Annotated[str, Meta(max_length=350)] | None = None
    metadata: Metadata | None = None


class ListTransactions(ListParams):
    """By what changes are listed."""

    invoice: str | None = None


routes = Routes(CustomerBalanceTransaction, PATH, prefix="cbtxn", listed=False, retrieved=False)


@routes.get(PATH, listing=True)
async def list_all(ctx: Context, customer: Customer, params: ListTransactions) -> Page:
    """List the changes of a customer's balance, newest first."""
    filters = {"parent": customer.id}
    if params.invoice is not None:
        filters["source"] = params.invoice
    return await page_of(ctx, CustomerBalanceTransaction, "cbtxn", params, filters)


@routes.get(PATH + "/{id}")
async def retrieve(
    _ctx: Context, customer: Customer, transaction: CustomerBalanceTransaction
) -> CustomerBalanceTransaction:
    """Retrieve a change of a customer's balance."""
    assert transaction.customer == customer.id, "the path has been checked"
    return transaction


@routes.post(PATH)
async def create(
    ctx: Context, customer: Customer, params: CreateTransaction
) -> CustomerBalanceTransaction:
    """Change a customer's balance; all its changes are in the first one's currency."""
    if customer.currency not in (None, params.currency):
        raise InvalidRequest(
            f"The balance of {customer.id} is kept in {customer.currency}: send that.",
            code="parameter_invalid",
            param="currency",
        )
    if not params.amount:
        raise InvalidRequest("The amount must not be zero.", param="amount")
    change = change_balance(ctx, customer, params.amount, params.currency)
    metadata = merged({}, params.metadata)
    return ctx.save(change, description=params.description, metadata=metadata)


@routes.post(PATH + "/{id}")
async def update(
    ctx: Context,
    customer: Customer,
    transaction: CustomerBalanceTransaction,
    params: UpdateTransaction,
) -> CustomerBalanceTransaction:
    """Change what is said about a change; the amount stays."""
    assert transaction.customer == customer.id, "the path has been checked"
    metadata = merged(transaction.metadata, params.metadata)
    return ctx.save(transaction, metadata=metadata, **params.changes())


def change_balance(
    ctx: Context,
    customer: Customer,
    amount: int,
    currency: str,
    *,
    kind: BalanceChange = "adjustment",
    event: str | None = "customer.updated",
    invoice: str | None = None,
) -> CustomerBalanceTransaction:
    """Change what a customer owes, or has to its credit, by an amount in minor units."""
    after = customer.balance + amount
    name = ctx.new_id("cbtxn")
    ctx.save(customer, balance=after, currency=currency, event=event)
    return ctx.create(
        CustomerBalanceTransaction(
            id=name,
            amount=amount,
            created=created_of(name),
            currency=currency,
            customer=customer.id,
            ending_balance=after,
            invoice=invoice,
            livemode=ctx.livemode,
            metadata={},
            type=kind,
        )
    )
