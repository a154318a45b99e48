"""The customer object: whom an account sells to, or whoever pays it."""

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from msgspec import UNSET, Struct, UnsetType

from bezant.api.context import Context
from bezant.api.resource import Expands, Resource
from bezant.kernel.ids import letters_of
from bezant.resources.core.address import Address
from bezant.resources.core.discount import Discount

TaxExempt = Literal["exempt", "none", "reverse"]
MOST_BALANCE = 10**15
"""How far from zero the amounts of balances for invoices are, at most."""
ReconciliationMode = Literal["automatic", "manual", "merchant_default"]
_PREFIX_LENGTH = 8


class Shipping(Struct, frozen=True):
    """Where goods are sent, and to whom."""

    address: Address
    name: str
    phone: str | None = None


class CustomField(Struct, frozen=True):
    """A line of the customer's own on invoices."""

    name: str
    value: str


class RenderingOptions(Struct, frozen=True):
    """How invoices look."""

    amount_tax_display: str | None = None
    template: str | None = None


class InvoiceSettings(Struct, frozen=True):
    """What invoices to the customer say."""

    custom_fields: tuple[CustomField, ...] | None = None
    default_payment_method: str | None = None
    footer: str | None = None
    rendering_options: RenderingOptions | None = None


class Customer(Resource, tag="customer"):
    """Somebody who pays an account; `balance` is what it owes or has to its credit (below 0)."""

    expands: ClassVar[Expands] = {
        "default_source": ("bank_account", "card", "source"),
        "discount.customer": ("customer",),
        "discount.promotion_code": ("promotion_code",),
        "discount.source.coupon": ("coupon",),
        "invoice_settings.default_payment_method": ("payment_method",),
        "test_clock": ("test_helpers.test_clock",),
    }
    included: ClassVar[Mapping[str, tuple[str, str]]] = {
        "sources": ("card", "/v1/customers/{id}/sources"),
    }

    address: Address | None = None
    balance: int = 0
    business_name: str | UnsetType = UNSET
    currency: str | None = None
    customer_account: str | None = None
    default_source: str | None = None
    delinquent: bool = False
    description: str | None = None
    discount: Discount | None = None
    email: str | None = None
    individual_name: str | UnsetType = UNSET
    invoice_prefix: str
    invoice_settings: InvoiceSettings = InvoiceSettings()
    metadata: dict[str, str]
    name: str | None = None
    next_invoice_sequence: int = 1
    phone: str | None = None
    preferred_locales: tuple[str, ...] = ()
    shipping: Shipping | None = None
    tax_exempt: TaxExempt = "none"
    test_clock: None = None


def invoice_prefix(name: str) -> str:
    """Return a few letters and digits for the numbers of invoices."""
    return letters_of(name, _PREFIX_LENGTH)


def with_mode(
    ctx: Context, customer: Customer | None, mode: ReconciliationMode | None
) -> dict[str, Any]:
    """Return a customer's hidden part with a way to reconcile what is sent to its cash balance."""
    hidden = {} if customer is None else dict(ctx.hidden(customer))
    if mode == "merchant_default":
        hidden.pop("reconciliation_mode", None)
    elif mode is not None:
        hidden["reconciliation_mode"] = mode
    return hidden
