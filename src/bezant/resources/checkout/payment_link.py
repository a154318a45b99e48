"""The payment link object: an address that opens a new checkout session for whoever visits it."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, ClassVar, Literal

from msgspec import UNSET, Struct, UnsetType

from bezant.api.resource import Expands, Identified
from bezant.resources.checkout.collecting import (
    ConsentCollection,
    NameCollection,
    ShippingAddressCollection,
)
from bezant.resources.checkout.custom_fields import CustomField
from bezant.resources.checkout.session import CustomText, PhoneNumberCollection, SubmitType
from bezant.resources.checkout.subscription_data import LinkSubscription
from bezant.resources.payments.payment_intent import CaptureMethod, FutureUsage

PATH = "/v1/payment_links"
PAGE = "/buy"


class Redirect(Struct, frozen=True):
    """Where whoever has paid is sent."""

    url: str


class HostedConfirmation(Struct, frozen=True):
    """What whoever has paid is told."""

    custom_message: str | None = None


class AfterCompletion(Struct, frozen=True, kw_only=True):
    """What happens when somebody has paid."""

    hosted_confirmation: HostedConfirmation | UnsetType = UNSET
    redirect: Redirect | UnsetType = UNSET
    type: Literal["hosted_confirmation", "redirect"]


class LinkAutomaticTax(Struct, frozen=True):
    """Taxes are not calculated."""

    enabled: Literal[False] = False
    liability: None = None


class InvoiceCreation(Struct, frozen=True):
    """No invoices are made."""

    enabled: Literal[False] = False
    invoice_data: None = None


class LinkIntent(Struct, frozen=True, kw_only=True):
    """What the payments are to be like."""

    capture_method: CaptureMethod | None = None
    description: str | None = None
    metadata: dict[str, str] = {}
    setup_future_usage: FutureUsage | None = None
    statement_descriptor: str | None = None
    statement_descriptor_suffix: str | None = None
    transfer_group: str | None = None


class CompletedSessions(Struct, frozen=True):
    """How often somebody has paid, and how often that is possible."""

    count: int
    limit: int


class Restrictions(Struct, frozen=True):
    """When the link ends by itself."""

    completed_sessions: CompletedSessions


class TaxIdCollection(Struct, frozen=True):
    """No tax ids are asked for."""

    enabled: Literal[False] = False
    required: Literal["never"] = "never"


class LinkTransferData(Struct, frozen=True):
    """The account that the money goes on to."""

    amount: int | None
    destination: str


class PaymentLink(Identified, tag="payment_link"):
    """An offer to whoever has the address; it is good for any number of payments."""

    expands: ClassVar[Expands] = {
        "on_behalf_of": ("account",),
        "transfer_data.destination": ("account",),
    }
    included: ClassVar[Mapping[str, tuple[str, str]]] = {
        "line_items": ("item", PATH + "/{id}/line_items"),
    }
    filters: ClassVar[Mapping[str, str]] = {"active": "status"}

    active: bool = True
    after_completion: AfterCompletion
    allow_promotion_codes: bool = False
    application: str | None = None
    application_fee_amount: int | None = None
    application_fee_percent: Decimal | None = None
    automatic_tax: LinkAutomaticTax = LinkAutomaticTax()
    billing_address_collection: Literal["auto", "required"] = "auto"
    consent_collection: ConsentCollection | None = None
    currency: str
    custom_fields: tuple[CustomField, ...] = ()
    custom_text: CustomText = CustomText()
    customer_creation: Literal["always", "if_required"] = "if_required"
    inactive_message: str | None = None
    invoice_creation: InvoiceCreation = InvoiceCreation()
    line_items: dict[str, Any] | UnsetType = UNSET
    livemode: bool
    managed_payments: None = None
    metadata: dict[str, str]
    name_collection: NameCollection | UnsetType = UNSET
    on_behalf_of: str | None = None
    payment_intent_data: LinkIntent | None = None
    payment_method_collection: Literal["always"] = "always"
    payment_method_options: None = None
    payment_method_types: list[str] | None = None
    phone_number_collection: PhoneNumberCollection = PhoneNumberCollection()
    restrictions: Restrictions | None = None
    shipping_address_collection: ShippingAddressCollection | None = None
    shipping_options: tuple[str, ...] = ()
    submit_type: SubmitType = "auto"
    subscription_data: LinkSubscription | None = None
    tax_id_collection: TaxIdCollection = TaxIdCollection()
    transfer_data: LinkTransferData | None = None
    url: str

    @property
    def used_up(self) -> bool:
        """Whether as many have paid as may."""
        if self.restrictions is None:
            return False
        completed = self.restrictions.completed_sessions
        return completed.count >= completed.limit
