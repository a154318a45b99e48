"""Charges, to be read: the payments that an account receives through transfers."""

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from msgspec import Struct, field

from bezant.api import search
from bezant.api.context import Context, created_of
from bezant.api.resource import Expands, Resource
from bezant.api.routes import Routes
from bezant.kernel.money import Money
from bezant.ledger.book import Book
from bezant.resources.core.balance_transactions import record


class Address(Struct, frozen=True):
    """A postal address of which nothing is known."""

    city: None = None
    country: None = None
    line1: None = None
    line2: None = None
    postal_code: None = None
    state: None = None


class BillingDetails(Struct, frozen=True):
    """Who has paid, if anybody said so."""

    address: Address = Address()
    email: None = None
    name: None = None
    phone: None = None
    tax_id: None = None


class PaymentMethodDetails(Struct, frozen=True):
    """How it was paid: out of another account's balance."""

    stripe_account: Mapping[str, Any] = field(default_factory=dict[str, Any])
    type: Literal["stripe_account"] = "stripe_account"


class Charge(Resource, tag="charge"):
    """A payment to an account, in minor units."""

    expands: ClassVar[Expands] = {
        "application": ("application",),
        "application_fee": ("application_fee",),
        "balance_transaction": ("balance_transaction",),
        "customer": ("customer",),
        "failure_balance_transaction": ("balance_transaction",),
        "on_behalf_of": ("account",),
        "payment_intent": ("payment_intent",),
        "review": ("review",),
        "source_transfer": ("transfer",),
        "transfer": ("transfer",),
    }

    amount: int
    amount_captured: int
    amount_refunded: int = 0
    application: None = None
    application_fee: None = None
    application_fee_amount: None = None
    balance_transaction: str
    billing_details: BillingDetails = BillingDetails()
    calculated_statement_descriptor: None = None
    captured: bool = True
    currency: str
    customer: None = None
    description: str | None = None
    disputed: bool = False
    failure_balance_transaction: None = None
    failure_code: None = None
    failure_message: None = None
    fraud_details: None = None
    metadata: dict[str, str] = field(default_factory=dict[str, str])
    on_behalf_of: None = None
    outcome: None = None
    paid: bool = True
    payment_intent: None = None
    payment_method: None = None
    payment_method_details: PaymentMethodDetails = PaymentMethodDetails()
    receipt_email: None = None
    receipt_number: None = None
    receipt_url: None = None
    refunded: bool = False
    refunds: None = None
    review: None = None
    shipping: None = None
    source: None = None
    source_transfer: str | None
    statement_descriptor: None = None
    statement_descriptor_suffix: None = None
    status: Literal["succeeded"] = "succeeded"
    transfer_data: None = None
    transfer_group: str | None = None


routes = Routes(
    Charge,
    "/v1/charges",
    prefix="py",
    filters={"transfer_group": "group", "customer": "source", "payment_intent": "parent"},
)
routes.search(
    {
        "amount": search.number("amount"),
        "billing_details.address.postal_code": search.token("billing_details.address.postal_code"),
        "created": search.number("created"),
        "currency": search.token("currency"),
        "customer": search.token("customer", column="source"),
        "disputed": search.token("disputed"),
        "metadata": search.metadata(),
        "refunded": search.token("refunded"),
        "status": search.token("status"),
    },
    sparse=True,
)


def receive(ctx: Context, amount: Money, *, transfer: str, book: Book) -> Charge:
    """Store the payment that a transfer is on the receiving side, and its balance transaction."""
    name = ctx.new_id("py", book)
    charge = Charge(
        id=name,
        amount=amount.amount,
        amount_captured=amount.amount,
        balance_transaction=record(ctx, "payment", amount, source=name, book=book).id,
        created=created_of(name),
        currency=amount.currency,
        livemode=ctx.livemode,
        source_transfer=transfer,
    )
    return ctx.create(charge, book=book)
