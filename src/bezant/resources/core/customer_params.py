"""What is sent about a customer, and what it becomes."""

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta
from msgspec.structs import replace

from bezant.api.pages import ListParams
from bezant.api.params import Emptyable, Metadata, Params
from bezant.resources.core.address import AddressParams, Text
from bezant.resources.core.contact import Email
from bezant.resources.core.customer import (
    MOST_BALANCE,
    Customer,
    CustomField,
    InvoiceSettings,
    ReconciliationMode,
    RenderingOptions,
    Shipping,
    TaxExempt,
)
from bezant.resources.core.refused import refused
from bezant.resources.core.tax_id import TaxIdData

_NO_TAX = refused("Taxes are not calculated here, so there is no place to find out.")
_NO_CLOCKS = refused("Customers do not follow test clocks.")


class ShippingParams(Params):
    """Where goods are to be sent."""

    address: AddressParams
    name: Text
    phone: Emptyable[Text] | None = None


class CustomFieldParams(Params):
    """A line on invoices."""

    name: Annotated[str, Meta(max_length=40)]
    value: Annotated[str, Meta(max_length=140)]


class RenderingOptionsParams(Params):
    """How invoices are to look."""

    amount_tax_display: Emptyable[Literal["exclude_tax", "include_inclusive_tax"]] | None = None
    template: Emptyable[Text] | None = None


class InvoiceSettingsParams(Params):
    """What invoices are to say."""

    custom_fields: Emptyable[Annotated[list[CustomFieldParams], Meta(max_length=4)]] | None = None
    default_payment_method: Emptyable[Text] | None = None
    footer: Emptyable[Text] | None = None
    rendering_options: Emptyable[RenderingOptionsParams] | None = None


class CashBalanceSettings(Params):
    """How money on the cash balance finds its payment."""

    reconciliation_mode: ReconciliationMode | None = None


class CashBalanceParams(Params):
    """What of a cash balance can be set."""

    settings: CashBalanceSettings | None = None


class Tax(Params):
    """Where the customer is, for taxes."""

    ip_address: Annotated[str, _NO_TAX] | None = None
    validate_location: Annotated[str, _NO_TAX] | None = None


class UpdateCustomer(Params):
    """What of a customer can be changed."""

    address: Emptyable[AddressParams] | None = None
    balance: Annotated[int, Meta(ge=-MOST_BALANCE, le=MOST_BALANCE)] | None = None
    business_name: Emptyable[Annotated[str, Meta(max_length=150)]] | None = None
    cash_balance: CashBalanceParams | None = None
    coupon: Emptyable[str] | None = None
    default_source: str | None = None
    description: Emptyable[Text] | None = None
    email: Emptyable[Annotated[Email, Meta(max_length=512)]] | None = None
    individual_name: Emptyable[Annotated[str, Meta(max_length=150)]] | None = None
    invoice_prefix: Annotated[str, Meta(pattern=r"^[A-Z0-9]{3,12}$")] | None = None
    invoice_settings: InvoiceSettingsParams | None = None
    metadata: Metadata | None = None
    name: Emptyable[Annotated[str, Meta(max_length=256)]] | None = None
    next_invoice_sequence: Annotated[int, Meta(ge=1, le=1_000_000_000)] | None = None
    phone: Emptyable[Text] | None = None
    preferred_locales: Emptyable[list[Annotated[str, Meta(max_length=35)]]] | None = None
    promotion_code: Emptyable[str] | None = None
    shipping: Emptyable[ShippingParams] | None = None
    source: str | None = None
    tax: Tax | None = None
    tax_exempt: Emptyable[TaxExempt] | None = None
    validate: bool | None = None

    @property
    def reconciliation_mode(self) -> ReconciliationMode | None:
        """The way to reconcile the cash balance, if one is sent."""
        settings = self.cash_balance.settings if self.cash_balance else None
        return settings.reconciliation_mode if settings else None

    @property
    def default_payment_method(self) -> str | None:
        """The payment method by which invoices are to be paid, if one is sent."""
        settings = self.invoice_settings
        return (settings.default_payment_method or None) if settings else None


class CreateCustomer(UpdateCustomer):
    """What a customer is made of."""

    payment_method: str | None = None
    tax_id_data: Annotated[list[TaxIdData], Meta(max_length=5)] | None = None
    test_clock: Annotated[str, _NO_CLOCKS] | None = None


class ListCustomers(ListParams):
    """By what customers are listed."""

    email: Annotated[str, Meta(max_length=512)] | None = None
    test_clock: Annotated[str, _NO_CLOCKS] | None = None


_PLAIN = (
    "description",
    "email",
    "invoice_prefix",
    "name",
    "next_invoice_sequence",
    "phone",
)


def changes_of(customer: Customer, sent: UpdateCustomer) -> dict[str, Any]:
    """Return the fields of a customer that change, without its metadata."""
    told = sent.changes()
    changes = {name: told[name] for name in _PLAIN if name in told}
    for name in ("business_name", "individual_name"):
        if name in told:
            changes[name] = told[name] or UNSET
    if "tax_exempt" in told:
        changes["tax_exempt"] = sent.tax_exempt or "none"
    if sent.address is not None:
        changes["address"] = sent.address.kept() if sent.address else None
    if sent.shipping is not None:
        changes["shipping"] = kept_shipping(sent.shipping) if sent.shipping else None
    if sent.preferred_locales is not None:
        changes["preferred_locales"] = tuple(sent.preferred_locales)
    if sent.invoice_settings is not None:
        changes["invoice_settings"] = _invoices(customer.invoice_settings, sent.invoice_settings)
    return changes


def kept_shipping(sent: ShippingParams) -> Shipping:
    """Return where goods are sent, as it is kept."""
    return Shipping(address=sent.address.kept(), name=sent.name, phone=sent.phone or None)


def _invoices(before: InvoiceSettings, sent: InvoiceSettingsParams) -> InvoiceSettings:
    changes: dict[str, Any] = {}
    if sent.custom_fields is not None:
        fields = tuple(CustomField(each.name, each.value) for each in sent.custom_fields or ())
        changes["custom_fields"] = fields or None
    for name in ("default_payment_method", "footer"):
        value = getattr(sent, name)
        if value is not None:
            changes[name] = value or None
    if sent.rendering_options is not None:
        options = sent.rendering_options
        changes["rendering_options"] = (
            RenderingOptions(**options.changes(without=())) if options else None
        )
    return replace(before, **changes)
