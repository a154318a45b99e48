"""What is sent about a checkout session."""

from typing import Annotated, Literal

from msgspec import Meta

from bezant.api.pages import ListParams
from bezant.api.params import Amount, Check, Currency, Emptyable, Metadata, Params, Timestamp
from bezant.api.refusals import invalid
from bezant.resources.checkout.collecting import (
    ConsentCollectionParams,
    NameCollectionParams,
    ShippingCollectionParams,
)
from bezant.resources.checkout.custom_fields import CustomFields
from bezant.resources.checkout.line_item import Items
from bezant.resources.checkout.session import Mode, SubmitType
from bezant.resources.checkout.session_method_params import SessionMethodOptions
from bezant.resources.checkout.subscription_data import SubscriptionData
from bezant.resources.core.address import Text
from bezant.resources.core.contact import Email
from bezant.resources.core.refused import Hash, off, only, refused
from bezant.resources.payments.parcel import ParcelParams
from bezant.resources.payments.payment_intent import CaptureMethod, FutureUsage
from bezant.resources.payments.payment_intent_params import (
    Descriptor,
    TransferDataParams,
    Types,
)

ALWAYS_ASKED = "The page always asks for something to pay by: send always, or leave it out."
_NO_APPS = "Sessions are opened in browsers."
_NO_BRANDING = refused("The page takes the merchant's name from its account's business profile.")
_NO_CONFIGURATIONS = refused(
    "Payment method configurations are not offered: send `payment_method_types`."
)
_NO_CONVERSION = "Amounts are shown and charged in the currency of their prices."
_NO_EMBEDDING = refused("Pages are not embedded in others: send `success_url`.")
_NO_INVOICES = "Invoices are not offered."
_NO_MANAGEMENT = "You are the merchant of your own payments."
_NO_OPTIONAL_ITEMS = refused("Nothing is offered beside the line items.")
_NO_RECOVERY = refused("Expired sessions are not recovered: create a new one.")
_NO_SAVED = refused("The page does not show stored cards.")
_NO_COLLECTED = refused("What is typed in on the page stays as it is.")
_NO_RATES = refused("Shipping is not priced here: add a line item for it.")
_NO_TAXES = "Taxes are not calculated here: put them into the prices."
_NO_TAX_IDS = "The page asks for no tax ids."
_NO_WALLETS = refused("The page offers no wallets.")
_ONLY_ENGLISH = "The page speaks English: send auto or en."
_refuse_invoices = refused(_NO_INVOICES)
_refuse_taxes = refused(_NO_TAXES)


def _web_page(text: str, param: str) -> str:
    begins = text.startswith(("http://", "https://"))
    if begins and text.isascii() and not any(char in text for char in " \r\n\"'<>\\"):
        return text
    raise invalid("Not a valid URL: send a whole address, as in https://example.com/done.", param)


WebPage = Annotated[str, Meta(max_length=5000), Check(_web_page)]
Message = Annotated[str, Meta(max_length=1200)]


class AdaptivePricing(Params):
    """Whether prices are shown in the currency of whoever looks."""

    enabled: Annotated[str, off(_NO_CONVERSION)] | None = None


class AutomaticTaxParams(Params):
    """Whether taxes are calculated."""

    enabled: Annotated[str, off(_NO_TAXES)] | None = None
    liability: Annotated[Hash, _refuse_taxes] | None = None


class MessageParams(Params):
    """Words for the page."""

    message: Message


class CustomTextParams(Params):
    """Words for the page, by where they stand."""

    after_submit: Emptyable[MessageParams] | None = None
    shipping_address: Emptyable[MessageParams] | None = None
    submit: Emptyable[MessageParams] | None = None
    terms_of_service_acceptance: Emptyable[MessageParams] | None = None


class CustomerUpdate(Params):
    """What of an existing customer is brought up to date."""

    address: Literal["auto", "never"] = "never"
    name: Literal["auto", "never"] = "never"
    shipping: Annotated[
        str, only("never", why="An address of delivery is kept with the payment.")
    ] = "never"


class InvoiceCreation(Params):
    """Whether an invoice is made."""

    enabled: Annotated[str, off(_NO_INVOICES)] | None = None
    invoice_data: Annotated[Hash, _refuse_invoices] | None = None


class ManagedPayments(Params):
    """Whether somebody else is the merchant."""

    enabled: Annotated[str, off(_NO_MANAGEMENT)] | None = None


class PhoneNumberCollectionParams(Params):
    """Whether the page asks for a telephone number."""

    enabled: bool


class TaxIdCollection(Params):
    """Whether the page asks for tax ids."""

    enabled: Annotated[str, off(_NO_TAX_IDS)] | None = None
    required: Annotated[str, only("never", why=_NO_TAX_IDS)] | None = None


class SessionDiscountParams(Params):
    """What makes the session cheaper: a coupon or a promotion code."""

    coupon: str | None = None
    promotion_code: str | None = None


class IntentText(Params):
    """What is said of a payment, as it may be changed while nobody has paid."""

    description: Annotated[str, Meta(max_length=1000)] | None = None
    metadata: Metadata | None = None
    setup_future_usage: FutureUsage | None = None
    statement_descriptor: Descriptor | None = None
    statement_descriptor_suffix: Descriptor | None = None


class LinkIntentData(IntentText):
    """What a payment is to be like, of those that a link leads to."""

    capture_method: CaptureMethod | None = None
    transfer_group: Text | None = None


class PaymentIntentData(LinkIntentData):
    """What the payment is to be like."""

    application_fee_amount: Annotated[int, Meta(ge=0)] | None = None
    on_behalf_of: str | None = None
    receipt_email: Email | None = None
    shipping: ParcelParams | None = None
    transfer_data: TransferDataParams | None = None


class PaymentMethodData(Params):
    """What the payment method is to be like."""

    allow_redisplay: Literal["always", "limited", "unspecified"] | None = None


class SetupIntentData(Params):
    """What the setup intent is to be like."""

    description: Annotated[str, Meta(max_length=1000)] | None = None
    metadata: Metadata | None = None
    on_behalf_of: str | None = None


class CreateSession(Params):
    """What is to be paid, and where the page leads in the end."""

    adaptive_pricing: AdaptivePricing | None = None
    after_expiration: Annotated[Hash, _NO_RECOVERY] | None = None
    allow_promotion_codes: bool | None = None
    allowed_payment_method_types: Types | None = None
    automatic_tax: AutomaticTaxParams | None = None
    billing_address_collection: Literal["auto", "required"] | None = None
    branding_settings: Annotated[Hash, _NO_BRANDING] | None = None
    cancel_url: WebPage | None = None
    client_reference_id: Annotated[str, Meta(max_length=200)] | None = None
    consent_collection: ConsentCollectionParams | None = None
    currency: Currency | None = None
    custom_fields: CustomFields | None = None
    custom_text: CustomTextParams | None = None
    customer: str | None = None
    customer_account: str | None = None
    customer_creation: Literal["always", "if_required"] | None = None
    customer_email: Email | None = None
    customer_update: CustomerUpdate | None = None
    discounts: Annotated[list[SessionDiscountParams], Meta(max_length=1)] | None = None
    excluded_payment_method_types: Types | None = None
    expires_at: Timestamp | None = None
    integration_identifier: Annotated[str, Meta(max_length=200)] | None = None
    invoice_creation: InvoiceCreation | None = None
    line_items: Items | None = None
    locale: Annotated[str, only("auto", "en", "en-GB", why=_ONLY_ENGLISH)] | None = None
    managed_payments: ManagedPayments | None = None
    metadata: Metadata | None = None
    mode: Mode = "payment"
    name_collection: NameCollectionParams | None = None
    optional_items: Annotated[Hash, _NO_OPTIONAL_ITEMS] | None = None
    origin_context: Annotated[str, only("web", why=_NO_APPS)] | None = None
    payment_intent_data: PaymentIntentData | None = None
    payment_method_collection: Annotated[str, only("always", why=ALWAYS_ASKED)] | None = None
    payment_method_configuration: Annotated[str, _NO_CONFIGURATIONS] | None = None
    payment_method_data: PaymentMethodData | None = None
    payment_method_options: SessionMethodOptions | None = None
    payment_method_types: Types | None = None
    permissions: Annotated[Hash, _NO_EMBEDDING] | None = None
    phone_number_collection: PhoneNumberCollectionParams | None = None
    redirect_on_completion: Annotated[str, _NO_EMBEDDING] | None = None
    return_url: Annotated[str, _NO_EMBEDDING] | None = None
    saved_payment_method_options: Annotated[Hash, _NO_SAVED] | None = None
    setup_intent_data: SetupIntentData | None = None
    shipping_address_collection: ShippingCollectionParams | None = None
    shipping_options: Annotated[Hash, _NO_RATES] | None = None
    submit_type: SubmitType | None = None
    subscription_data: SubscriptionData | None = None
    success_url: WebPage | None = None
    tax_id_collection: TaxIdCollection | None = None
    ui_mode: (
        Annotated[
            str,
            only(
                "hosted",
                "hosted_page",
                why="Pages are not embedded in others: use the hosted_page, or payment intents.",
            ),
        ]
        | None
    ) = None
    wallet_options: Annotated[Hash, _NO_WALLETS] | None = None


class UpdateSession(Params):
    """What of a session can be changed while nobody has paid."""

    collected_information: Annotated[Hash, _NO_COLLECTED] | None = None
    line_items: (
        Annotated[Hash, refused("The lines stay as they are: expire the session, make another.")]
        | None
    ) = None
    metadata: Metadata | None = None
    payment_intent_data: IntentText | None = None
    shipping_options: Annotated[Hash, _NO_RATES] | None = None


class ExpireSession(Params):
    """Nothing is said when a session is ended before its time."""


class DetailsQuery(Params):
    """Whose sessions are looked for."""

    email: Annotated[str, Meta(max_length=512)]


class ListSessions(ListParams):
    """By what sessions are listed."""

    customer: str | None = None
    customer_account: str | None = None
    customer_details: DetailsQuery | None = None
    payment_intent: str | None = None
    payment_link: str | None = None
    status: Literal["complete", "expired", "open"] | None = None
    subscription: str | None = None


class ConfirmPage(Params):
    """How a session is paid by whoever plays its customer."""

    expected_amount: Amount | None = None
    payment_method: str
