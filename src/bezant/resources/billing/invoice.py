"""The invoice object and its lines: what a customer owes, for what, and how it is collected.

An invoice is no money; what pays it is a payment intent. Amounts are in minor units, and always
add up: the total is the subtotal less discounts, what is due is the total with what the customer
had to its credit or owed before, and what is paid and what remains come to what is due.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, ClassVar, Literal

import msgspec
from msgspec import UNSET, Struct, UnsetType, field, to_builtins

from bezant.api.context import Context, Stale
from bezant.api.resource import Expands, Identified, Resource
from bezant.kernel.money import Money
from bezant.resources.core.address import Address
from bezant.resources.core.customer import CustomField, Shipping, TaxExempt
from bezant.resources.core.sortable import sortable

BillingReason = Literal[
    "automatic_pending_invoice_item_invoice", "manual", "subscription", "subscription_create",
    "subscription_cycle", "subscription_update", "upcoming",
]  # fmt: skip
CollectionMethod = Literal["charge_automatically", "send_invoice"]
InvoiceStatus = Literal["draft", "open", "paid", "uncollectible", "void"]
UncollectibleReason = Literal[
    "max_payment_attempts", "payment_not_received", "subscription_canceled",
    "subscription_paused", "user_forgiven",
]  # fmt: skip
MOST_LINES = 250
"""How many lines an invoice can have."""
PAGE = "/i"
"""Where the page is on which somebody pays an invoice."""
SHOWN_LINES = 10
"""How many of them an invoice shows itself."""


class Period(Struct, frozen=True):
    """For which time something is owed, in Unix seconds."""

    end: int
    start: int


class PriceDetails(Struct, frozen=True):
    """The price by which something is sold, and the product that it is of."""

    price: str
    product: str


class Pricing(Struct, frozen=True, kw_only=True):
    """What one costs, and by which price; a plain amount has none."""

    price_details: PriceDetails | UnsetType = UNSET
    type: Literal["price_details"] = "price_details"
    unit_amount_decimal: str


class DiscountAmount(Struct, frozen=True):
    """What a discount takes off."""

    amount: int
    discount: str


class ItemDetails(Struct, frozen=True, kw_only=True):
    """The invoice item that a line is of."""

    invoice_item: str
    proration: bool = False
    proration_details: None = None
    subscription: str | None = None


class SubscriptionItemDetails(Struct, frozen=True, kw_only=True):
    """The item of a subscription that a line is of."""

    invoice_item: str | None = None
    proration: bool = False
    proration_details: None = None
    subscription: str | None = None
    subscription_item: str


class LineParent(Struct, frozen=True, kw_only=True):
    """What a line has come of."""

    invoice_item_details: ItemDetails | None = None
    subscription_item_details: SubscriptionItemDetails | None = None
    type: Literal["invoice_item_details", "subscription_item_details"]


class InvoiceLine(Identified, tag="line_item"):
    """One thing that is owed; `amount` is before what `discount_amounts` take off."""

    expands: ClassVar[Expands] = {
        "discount_amounts.discount": ("discount",),
        "discounts": ("discount",),
        "pricing.price_details.price": ("price",),
        "subscription": ("subscription",),
    }
    filters: ClassVar[Mapping[str, str]] = {"invoice": "parent"}

    amount: int
    currency: str
    description: str | None = None
    discount_amounts: tuple[DiscountAmount, ...] = ()
    discountable: bool = True
    discounts: tuple[str, ...] = ()
    invoice: str | None
    livemode: bool
    metadata: dict[str, str]
    parent: LineParent | None = None
    period: Period
    pretax_credit_amounts: tuple[()] = ()
    pricing: Pricing
    quantity: int | None = 1
    quantity_decimal: str | None = "1"
    subscription: str | None = None
    subtotal: int
    taxes: tuple[()] = ()

    @property
    def item(self) -> str | None:
        """The invoice item that it is of, if it is of one."""
        details = None if self.parent is None else (
            self.parent.invoice_item_details or self.parent.subscription_item_details
        )  # fmt: skip
        return details.invoice_item if details else None


class LineList(Struct, frozen=True, kw_only=True):
    """The first lines of an invoice."""

    data: tuple[InvoiceLine, ...] = ()
    has_more: bool = False
    object: Literal["list"] = "list"
    url: str


class AutomaticTax(Struct, frozen=True):
    """That no taxes are reckoned."""

    disabled_reason: None = None
    enabled: Literal[False] = False
    liability: None = None
    provider: None = None
    status: None = None


class Issuer(Struct, frozen=True):
    """Who issues it: the account itself."""

    type: Literal["self"] = "self"


class InvoiceSubscription(Struct, frozen=True, kw_only=True):
    """The subscription that an invoice is of, and its metadata as it was then."""

    metadata: dict[str, str] | None = None
    subscription: str
    subscription_proration_date: int | UnsetType = UNSET


class InvoiceParent(Struct, frozen=True):
    """What an invoice has come of."""

    subscription_details: InvoiceSubscription
    quote_details: None = None
    type: Literal["subscription_details"] = "subscription_details"


class PaymentSettings(Struct, frozen=True):
    """By what it can be paid."""

    default_mandate: None = None
    payment_method_options: dict[str, Any] | None = None
    payment_method_types: tuple[str, ...] | None = None


class StatusTransitions(Struct, frozen=True):
    """When it became what it is, in Unix seconds."""

    finalized_at: int | None = None
    marked_uncollectible_at: int | None = None
    paid_at: int | None = None
    voided_at: int | None = None


class Uncollectible(Struct, frozen=True):
    """Why nobody expects its money any more."""

    reason: UncollectibleReason


class StatusDetails(Struct, frozen=True):
    """Why an invoice has its status."""

    uncollectible: Uncollectible


class ConfirmationSecret(Struct, frozen=True):
    """What a browser knows the payment of an invoice by."""

    client_secret: str
    type: Literal["payment_intent"] = "payment_intent"


class CustomerTaxId(Struct, frozen=True):
    """A number that tax offices know the customer by."""

    type: str
    value: str


class Invoice(Resource, tag="invoice"):
    """What a customer owes; times are in Unix seconds."""

    anyway: ClassVar[frozenset[str]] = frozenset({"confirmation_secret"})
    expands: ClassVar[Expands] = {
        "application": ("application",),
        "customer": ("customer",),
        "default_payment_method": ("payment_method",),
        "default_source": ("bank_account", "card", "source"),
        "discounts": ("discount",),
        "lines.data.discounts": ("discount",),
        "lines.data.pricing.price_details.price": ("price",),
        "lines.data.subscription": ("subscription",),
        "on_behalf_of": ("account",),
        "parent.subscription_details.subscription": ("subscription",),
        "total_discount_amounts.discount": ("discount",),
    }
    included: ClassVar[Mapping[str, tuple[str, str]]] = {
        "payments": ("invoice_payment", "/v1/invoice_payments?invoice={id}"),
    }
    named_by: ClassVar[str] = "invoice"

    account_country: str | None = None
    account_name: str | None = None
    account_tax_ids: None = None
    amount_due: int = 0
    amount_overpaid: int = 0
    amount_paid: int = 0
    amount_paid_off_stripe: int = 0
    amount_remaining: int = 0
    amount_shipping: int = 0
    application: str | None = None
    attempt_count: int = 0
    attempted: bool = False
    auto_advance: bool = False
    automatic_tax: AutomaticTax = AutomaticTax()
    automatically_finalizes_at: int | None = None
    billing_reason: BillingReason
    collection_method: CollectionMethod = "charge_automatically"
    confirmation_secret: ConfirmationSecret | None = None
    currency: str
    custom_fields: tuple[CustomField, ...] | None = None
    customer: str
    customer_account: str | None = None
    customer_address: Address | None = None
    customer_email: str | None = None
    customer_name: str | None = None
    customer_phone: str | None = None
    customer_shipping: Shipping | None = None
    customer_tax_exempt: TaxExempt = "none"
    customer_tax_ids: tuple[CustomerTaxId, ...] = ()
    default_payment_method: str | None = None
    default_source: str | None = None
    default_tax_rates: tuple[()] = ()
    description: str | None = None
    discounts: tuple[str, ...] = ()
    due_date: int | None = None
    effective_at: int | None = None
    ending_balance: int | None = None
    footer: str | None = None
    from_invoice: None = None
    hosted_invoice_url: str | None = None
    invoice_pdf: None = None
    issuer: Issuer = Issuer()
    last_finalization_error: dict[str, Any] | None = None
    latest_revision: None = None
    lines: LineList
    metadata: dict[str, str]
    next_payment_attempt: int | None = None
    number: str | None = None
    on_behalf_of: str | None = None
    parent: InvoiceParent | None = None
    payment_settings: PaymentSettings = PaymentSettings()
    period_end: int
    period_start: int
    post_payment_credit_notes_amount: int = 0
    pre_payment_credit_notes_amount: int = 0
    receipt_number: None = None
    rendering: None = None
    shipping_cost: None = None
    shipping_details: None = None
    starting_balance: int = 0
    statement_descriptor: str | None = None
    status: InvoiceStatus = "draft"
    status_details: StatusDetails | UnsetType = UNSET
    status_transitions: StatusTransitions = StatusTransitions()
    subtotal: int = 0
    subtotal_excluding_tax: int = 0
    test_clock: None = None
    total: int = 0
    total_discount_amounts: tuple[DiscountAmount, ...] = ()
    total_excluding_tax: int = 0
    total_pretax_credit_amounts: tuple[()] = ()
    total_taxes: tuple[()] = ()
    webhooks_delivered_at: int | None = None

    @property
    def subscription(self) -> str | None:
        """The subscription that it is of, if it is of one."""
        return self.parent.subscription_details.subscription if self.parent else None

    @property
    def money(self) -> Money:
        """What is still to be paid."""
        return Money(self.amount_remaining, self.currency)

    def columns(self) -> dict[str, str | None]:
        """Return the values of the columns that lists filter on."""
        return {
            "destination": self.subscription,
            "reference": None if self.due_date is None else sortable(self.due_date),
            "source": self.customer,
            "status": self.status,
            "type": self.collection_method,
        }


class Kept(Struct, kw_only=True):
    """What an invoice keeps and does not show.

    `base` is what the names of requests to the acquirer begin with, `burnt` how often such names
    were used up without a payment, and `lines` are all its lines, in order. `counted`, `asked` and
    `told` are the numbers of the last attempts of its intent that were counted, that waited for
    the cardholder, and that failed; `tries` is how often it was collected by itself. `account` and
    `platform` say for whom its page acts, which is known by the `secret`. `begun` says that its
    subscription runs though this first invoice of it is not paid yet, as a bank is waited for.
    """

    account: str = ""
    application_fee_amount: int | None = None
    application_fee_percent: Decimal | None = None
    asked: int = 0
    base: str
    begun: bool = False
    burnt: int = 0
    counted: int = 0
    days_until_due: int | None = None
    destination: str | None = None
    intent: str | None = None
    lines: list[str] = field(default_factory=list[str])
    part: int | None = None
    payment: str | None = None
    platform: str = ""
    secret: str = ""
    told: int = 0
    tries: int = 0


def kept_of(ctx: Context, invoice: Invoice) -> Kept:
    """Return the hidden part of an invoice."""
    return msgspec.convert(ctx.hidden(invoice), Kept)


def keep(
    ctx: Context, invoice: Invoice, kept: Kept, *, event: str | None = None, **shown: Any
) -> Invoice:
    """Store an invoice with another hidden part."""
    return ctx.save(invoice, hidden=to_builtins(kept), event=event, **shown)


def lines_shown(name: str, lines: Sequence[InvoiceLine]) -> LineList:
    """Return what an invoice shows of its lines."""
    return LineList(
        data=tuple(lines[:SHOWN_LINES]),
        has_more=len(lines) > SHOWN_LINES,
        url=f"/v1/invoices/{name}/lines",
    )


async def lines_of(ctx: Context, invoice: Invoice) -> list[InvoiceLine]:
    """Return all lines of an invoice, in order; Stale if one was taken off it meanwhile."""
    names = kept_of(ctx, invoice).lines
    found = {name: line for name in names if (line := ctx.made(InvoiceLine, name)) is not None}
    missing = [name for name in names if name not in found]
    known = found | (await ctx.load_many(InvoiceLine, missing) if missing else {})
    if len(known) < len(names):
        raise Stale(invoice.id)
    return [known[name] for name in names]
