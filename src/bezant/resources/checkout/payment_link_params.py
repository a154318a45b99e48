"""What is sent about a payment link."""

from typing import Annotated, Literal

from msgspec import Meta

from bezant.api.pages import ListParams
from bezant.api.params import Amount, Currency, Emptyable, Metadata, Params
from bezant.resources.billing.subscription_params import Percent
from bezant.resources.checkout import session_params as session
from bezant.resources.checkout.adjustable import AdjustableParams
from bezant.resources.checkout.collecting import (
    ConsentCollectionParams,
    NameCollectionParams,
    ShippingCollectionParams,
)
from bezant.resources.checkout.custom_fields import CustomFields
from bezant.resources.checkout.line_item import Items
from bezant.resources.checkout.session import SubmitType
from bezant.resources.checkout.subscription_data import (
    LinkSubscriptionData,
    UpdatedSubscriptionData,
)
from bezant.resources.core.refused import Hash, only, refused
from bezant.resources.payments.payment_intent_params import Types

_NO_CARD_RULES = refused("Cards are not told apart by brand: leave `payment_method_options` out.")
_NO_RATES = refused("Shipping is not priced here: add a line item for it.")
_NO_OPTIONAL_ITEMS = refused("Nothing is offered beside the line items.")
_CUSTOM = Annotated[str, Meta(max_length=500)]


class RedirectParams(Params):
    """Where whoever has paid is sent."""

    url: session.WebPage


class ConfirmationParams(Params):
    """What whoever has paid is told."""

    custom_message: _CUSTOM | None = None


class AfterCompletionParams(Params):
    """What happens when somebody has paid."""

    hosted_confirmation: ConfirmationParams | None = None
    redirect: RedirectParams | None = None
    type: Literal["hosted_confirmation", "redirect"]


class CompletedParams(Params):
    """How often somebody may pay."""

    limit: Annotated[int, Meta(ge=1, le=1_000_000)]


class RestrictionsParams(Params):
    """When a link ends by itself."""

    completed_sessions: CompletedParams


class LinkTransferParams(Params):
    """The account that the money goes on to."""

    amount: Amount | None = None
    destination: str


class _Common(Params):
    """What creating and updating have in common."""

    after_completion: AfterCompletionParams | None = None
    allow_promotion_codes: bool | None = None
    application_fee_percent: Emptyable[Percent] | None = None
    automatic_tax: session.AutomaticTaxParams | None = None
    billing_address_collection: Literal["auto", "required"] | None = None
    custom_fields: Emptyable[CustomFields] | None = None
    custom_text: session.CustomTextParams | None = None
    customer_creation: Literal["always", "if_required"] | None = None
    inactive_message: Emptyable[_CUSTOM] | None = None
    invoice_creation: session.InvoiceCreation | None = None
    metadata: Metadata | None = None
    name_collection: Emptyable[NameCollectionParams] | None = None
    optional_items: Annotated[Hash, _NO_OPTIONAL_ITEMS] | None = None
    payment_method_collection: Annotated[str, only("always", why=session.ALWAYS_ASKED)] | None = (
        None
    )
    payment_method_options: Annotated[Hash, _NO_CARD_RULES] | None = None
    phone_number_collection: session.PhoneNumberCollectionParams | None = None
    restrictions: Emptyable[RestrictionsParams] | None = None
    shipping_address_collection: Emptyable[ShippingCollectionParams] | None = None
    shipping_options: Annotated[Hash, _NO_RATES] | None = None
    submit_type: SubmitType | None = None
    tax_id_collection: session.TaxIdCollection | None = None


class CreatePaymentLink(_Common):
    """What a payment link offers."""

    application_fee_amount: Annotated[int, Meta(ge=0)] | None = None
    consent_collection: ConsentCollectionParams | None = None
    currency: Currency | None = None
    line_items: Items
    managed_payments: session.ManagedPayments | None = None
    on_behalf_of: str | None = None
    payment_intent_data: session.LinkIntentData | None = None
    payment_method_types: Types | None = None
    subscription_data: LinkSubscriptionData | None = None
    transfer_data: LinkTransferParams | None = None


class UpdatedItem(Params):
    """How many of a line's things are offered from now on."""

    adjustable_quantity: AdjustableParams | None = None
    id: str
    quantity: Annotated[int, Meta(ge=1, le=999_999)] | None = None


class UpdatedIntentData(Params):
    """What of the payments to come is changed."""

    description: Emptyable[Annotated[str, Meta(max_length=1000)]] | None = None
    metadata: Metadata | None = None
    setup_future_usage: Emptyable[Literal["off_session", "on_session"]] | None = None
    statement_descriptor: Emptyable[Annotated[str, Meta(max_length=22)]] | None = None
    statement_descriptor_suffix: Emptyable[Annotated[str, Meta(max_length=22)]] | None = None
    transfer_group: Emptyable[Annotated[str, Meta(max_length=5000)]] | None = None


class UpdatePaymentLink(_Common):
    """What of a payment link can be changed; sessions that are open stay as they are."""

    active: bool | None = None
    application_fee_amount: Emptyable[Annotated[int, Meta(ge=0)]] | None = None
    line_items: Annotated[list[UpdatedItem], Meta(min_length=1, max_length=100)] | None = None
    on_behalf_of: Emptyable[str] | None = None
    payment_intent_data: UpdatedIntentData | None = None
    payment_method_types: Emptyable[Types] | None = None
    subscription_data: UpdatedSubscriptionData | None = None
    transfer_data: Emptyable[LinkTransferParams] | None = None


class ListPaymentLinks(ListParams):
    """By what payment links are listed."""

    active: bool | None = None
