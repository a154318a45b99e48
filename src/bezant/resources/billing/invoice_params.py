"""What is sent about invoices."""

from typing import Annotated, Literal

from msgspec import Meta

from bezant.api.pages import ListParams
from bezant.api.params import Currency, Emptyable, Metadata, Params, RangeQuery, Timestamp
from bezant.resources.billing.invoice import CollectionMethod, InvoiceStatus
from bezant.resources.billing.owed_params import NO_TAXES, LineParams
from bezant.resources.core.discount import DiscountParams
from bezant.resources.core.refused import Hash, off, only, refused
from bezant.resources.payments.payment_intent_params import TransferDataParams, Types
from bezant.resources.payments.statement_descriptor import Descriptor

_NO_REVISIONS = refused("Invoices are not revised: void the invoice and draw another one.")
_NO_LOOKS = refused("Invoices have one look here.")
_NO_SHIPPING = refused("Shipping is a line like any other: add an invoice item for it.")
_NO_OPTIONS = refused(
    "Invoices are paid by each method as it is set up: leave `payment_method_options` out."
)
_OWN_ISSUER = only("self", why="Invoices are issued by the account itself: send `self`.")
_NO_TAX_IDS = refused("Tax ids of the account are not shown on invoices: put them into `footer`.")
_NOT_AUTOMATIC = off("Taxes are not calculated here: put them into the price.")
_NO_MANDATE = refused("The mandate is that of the payment method: leave it out.")
_NO_RECORDS = refused(
    "Payments that were made elsewhere are not recorded: pay with `paid_out_of_band`."
)
_NO_FORGIVING = off("The whole is paid, or nothing: leave `forgive` out.")


class AutomaticTaxParams(Params):
    """Whether taxes are reckoned."""

    enabled: Annotated[str, _NOT_AUTOMATIC]
    liability: Annotated[Hash, NO_TAXES] | None = None


class CustomFieldParams(Params):
    """A line of the account's own on an invoice."""

    name: Annotated[str, Meta(max_length=40)]
    value: Annotated[str, Meta(max_length=140)]


class IssuerParams(Params):
    """Who issues it."""

    account: Annotated[str, refused("Invoices are issued by the account itself.")] | None = None
    type: Annotated[str, _OWN_ISSUER]


class PaymentSettingsParams(Params):
    """By what an invoice can be paid."""

    default_mandate: Annotated[str, _NO_MANDATE] | None = None
    payment_method_options: Annotated[Hash, _NO_OPTIONS] | None = None
    payment_method_types: Emptyable[Types] | None = None


class _InvoiceParams(Params):
    """What creating and updating an invoice have in common."""

    account_tax_ids: Annotated[Hash, _NO_TAX_IDS] | None = None
    application_fee_amount: Annotated[int, Meta(ge=0)] | None = None
    auto_advance: bool | None = None
    automatic_tax: AutomaticTaxParams | None = None
    automatically_finalizes_at: Timestamp | None = None
    collection_method: CollectionMethod | None = None
    custom_fields: Emptyable[Annotated[list[CustomFieldParams], Meta(max_length=4)]] | None = None
    days_until_due: Annotated[int, Meta(ge=0, le=3_650)] | None = None
    default_payment_method: Emptyable[str] | None = None
    default_source: Emptyable[str] | None = None
    default_tax_rates: Annotated[Hash, NO_TAXES] | None = None
    description: Emptyable[Annotated[str, Meta(max_length=1_500)]] | None = None
    discounts: Emptyable[list[DiscountParams]] | None = None
    due_date: Timestamp | None = None
    effective_at: Emptyable[Timestamp] | None = None
    footer: Emptyable[Annotated[str, Meta(max_length=5_000)]] | None = None
    issuer: IssuerParams | None = None
    metadata: Metadata | None = None
    number: Emptyable[Annotated[str, Meta(max_length=26)]] | None = None
    on_behalf_of: Emptyable[str] | None = None
    payment_settings: PaymentSettingsParams | None = None
    rendering: Annotated[Hash, _NO_LOOKS] | None = None
    shipping_cost: Annotated[Hash, _NO_SHIPPING] | None = None
    shipping_details: Annotated[Hash, _NO_SHIPPING] | None = None
    statement_descriptor: Emptyable[Descriptor] | None = None
    transfer_data: Emptyable[TransferDataParams] | None = None


class CreateInvoice(_InvoiceParams):
    """What an invoice is made of."""

    currency: Currency | None = None
    customer: str | None = None
    customer_account: str | None = None
    from_invoice: Annotated[Hash, _NO_REVISIONS] | None = None
    pending_invoice_items_behavior: Literal["exclude", "include"] = "exclude"
    subscription: str | None = None


class UpdateInvoice(_InvoiceParams):
    """What of a draft can be changed; afterwards its metadata and what it says can."""


class FinalizeInvoice(Params):
    """Whether an invoice goes on by itself."""

    auto_advance: bool | None = None


class PayInvoice(Params):
    """How an invoice is paid."""

    forgive: Annotated[str, _NO_FORGIVING] | None = None
    mandate: Annotated[str, _NO_MANDATE] | None = None
    off_session: bool = True
    paid_out_of_band: bool = False
    payment_method: str | None = None
    source: str | None = None


class AttachPayment(Params):
    """By which payment an invoice is paid."""

    payment_intent: str | None = None
    payment_record: Annotated[str, _NO_RECORDS] | None = None


class ListInvoices(ListParams):
    """By what invoices are listed."""

    collection_method: CollectionMethod | None = None
    customer: str | None = None
    customer_account: str | None = None
    due_date: int | RangeQuery | None = None
    status: InvoiceStatus | None = None
    subscription: str | None = None


class AddedLine(LineParams):
    """A line to add: a new one, or that of an invoice item that waits."""

    invoice_item: str | None = None


class AddLines(Params):
    """What is added to a draft."""

    invoice_metadata: Metadata | None = None
    lines: Annotated[list[AddedLine], Meta(min_length=1, max_length=250)]


class RemovedLine(Params):
    """A line to take away, and whether its item waits for another invoice."""

    behavior: Literal["delete", "unassign"]
    id: str


class RemoveLines(Params):
    """What is taken off a draft."""

    invoice_metadata: Metadata | None = None
    lines: Annotated[list[RemovedLine], Meta(min_length=1, max_length=250)]


class ChangedLine(LineParams):
    """A line to change."""

    id: str


class UpdateLines(Params):
    """What changes of a draft's lines."""

    invoice_metadata: Metadata | None = None
    lines: Annotated[list[ChangedLine], Meta(min_length=1, max_length=250)]
