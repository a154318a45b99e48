"""The checkout session object: something to pay, or a card to keep, on a page of ours."""

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from msgspec import UNSET, Struct, UnsetType, convert, to_builtins

from bezant.api.context import Context
from bezant.api.resource import Expands, Resource
from bezant.kernel.errors import InvalidRequest
from bezant.resources.checkout.collecting import (
    CollectedInformation,
    Consent,
    ConsentCollection,
    NameCollection,
    ShippingAddressCollection,
)
from bezant.resources.checkout.custom_fields import CustomField
from bezant.resources.checkout.line_item import TakenOff
from bezant.resources.core.address import Address

Mode = Literal["payment", "setup", "subscription"]
SubmitType = Literal["auto", "book", "donate", "pay", "subscribe"]
PATH = "/v1/checkout/sessions"


class AutomaticTax(Struct, frozen=True):
    """Taxes are not calculated."""

    enabled: Literal[False] = False
    liability: None = None
    provider: None = None
    status: None = None


class Message(Struct, frozen=True):
    """Words of the merchant's own."""

    message: str


class CustomText(Struct, frozen=True):
    """Words of the merchant's own on the page, by where they stand."""

    after_submit: Message | None = None
    shipping_address: Message | None = None
    submit: Message | None = None
    terms_of_service_acceptance: Message | None = None


NO_WORDS = CustomText()


class CustomerDetails(Struct, frozen=True):
    """Who pays, as they have said themselves."""

    address: Address | None = None
    business_name: str | None = None
    email: str | None = None
    individual_name: str | None = None
    name: str | None = None
    phone: str | None = None
    tax_exempt: Literal["none"] | None = "none"
    tax_ids: tuple[str, ...] | None = ()


class PhoneNumberCollection(Struct, frozen=True):
    """Whether the page asks for a telephone number."""

    enabled: bool = False


class SessionDiscount(Struct, frozen=True):
    """What makes a session cheaper: a coupon, or a promotion code."""

    coupon: str | None = None
    promotion_code: str | None = None


class Breakdown(Struct, frozen=True):
    """What has been taken off, by which discount; no taxes are reckoned."""

    discounts: tuple[TakenOff, ...]
    taxes: tuple[()] = ()


class TotalDetails(Struct, frozen=True):
    """What the total is made of beside the lines; the breakdown is there once that is paid."""

    amount_discount: int = 0
    amount_shipping: int = 0
    amount_tax: int = 0
    breakdown: Breakdown | UnsetType = UNSET


class CheckoutSession(Resource, tag="checkout.session"):
    """A page on which somebody pays; what is needed for that is in its hidden part."""

    anyway: ClassVar[frozenset[str]] = frozenset({"total_details.breakdown"})
    expands: ClassVar[Expands] = {
        "customer": ("customer",),
        "discounts.coupon": ("coupon",),
        "discounts.promotion_code": ("promotion_code",),
        "payment_intent": ("payment_intent",),
        "payment_link": ("payment_link",),
        "invoice": ("invoice",),
        "setup_intent": ("setup_intent",),
        "subscription": ("subscription",),
    }
    included: ClassVar[Mapping[str, tuple[str, str]]] = {
        "line_items": ("item", PATH + "/{id}/line_items"),
    }
    filters: ClassVar[Mapping[str, str]] = {
        "customer": "source",
        "email": "destination",
        "payment_intent": "reference",
        "payment_link": "group",
        "status": "status",
        "subscription": "parent",
    }

    adaptive_pricing: None = None
    after_expiration: None = None
    allow_promotion_codes: bool | None = None
    allowed_payment_method_types: list[str] | None = None
    amount_subtotal: int | None = None
    amount_total: int | None = None
    automatic_tax: AutomaticTax = AutomaticTax()
    billing_address_collection: Literal["auto", "required"] | None = None
    cancel_url: str | None = None
    client_reference_id: str | None = None
    client_secret: None = None
    collected_information: CollectedInformation | None = None
    consent: Consent | None = None
    consent_collection: ConsentCollection | None = None
    currency: str | None = None
    currency_conversion: None = None
    custom_fields: tuple[CustomField, ...] = ()
    custom_text: CustomText = CustomText()
    customer: str | None = None
    customer_account: str | None = None
    customer_creation: Literal["always", "if_required"] | None = None
    customer_details: CustomerDetails | None = None
    customer_email: str | None = None
    discounts: tuple[SessionDiscount, ...] | None = None
    excluded_payment_method_types: list[str] | UnsetType = UNSET
    expires_at: int
    integration_identifier: str | None = None
    invoice: str | None = None
    invoice_creation: None = None
    line_items: dict[str, Any] | UnsetType = UNSET
    locale: str | None = None
    managed_payments: None = None
    metadata: dict[str, str]
    mode: Mode
    name_collection: NameCollection | UnsetType = UNSET
    origin_context: Literal["web"] | None = None
    payment_intent: str | None = None
    payment_link: str | None = None
    payment_method_collection: Literal["always"] | None = None
    payment_method_configuration_details: None = None
    payment_method_options: dict[str, Any] | None = None
    payment_method_types: list[str]
    payment_status: Literal["no_payment_required", "paid", "unpaid"]
    permissions: None = None
    phone_number_collection: PhoneNumberCollection = PhoneNumberCollection()
    recovered_from: None = None
    saved_payment_method_options: None = None
    setup_intent: str | None = None
    shipping_address_collection: ShippingAddressCollection | None = None
    shipping_cost: None = None
    shipping_options: tuple[str, ...] = ()
    status: Literal["complete", "expired", "open"] = "open"
    submit_type: SubmitType | None = None
    subscription: str | None = None
    success_url: str | None = None
    total_details: TotalDetails | None = None
    ui_mode: Literal["hosted_page"] = "hosted_page"
    url: str | None = None
    wallet_options: None = None

    @property
    def email(self) -> str | None:
        """The address that is known of whoever pays."""
        return self.customer_details.email if self.customer_details else None


class Kept(Struct, frozen=True, kw_only=True):
    """The hidden part of a session: whose it is, how to pay, and how often that was tried.

    `wanted` are the parameters of the intent, `secret` opens the page, `method` are parameters
    of the payment method, `update` says what of an existing customer is brought up to date, and
    `waits` that the money is still to come. `coupon` is the JSON of the coupon that makes it
    cheaper, and `code` the promotion code that was typed in. `subscribes` are the terms of a
    subscription; once it is stored, `intent` is that of its first invoice.
    """

    account: str
    platform: str
    secret: str
    wanted: dict[str, Any]
    attempts: int = 0
    waits: bool = False
    method: dict[str, str] = {}
    update: tuple[str, ...] = ()
    own_customer: bool = False
    coupon: str | None = None
    code: str = ""
    subscribes: dict[str, Any] | None = None
    subscription: str | None = None
    intent: str | None = None

    @property
    def tried(self) -> bool:
        """Whether the subscription begins with a trial."""
        terms = self.subscribes or {}
        return "trial_end" in terms or "trial_period_days" in terms


def kept_of(ctx: Context, session: CheckoutSession) -> Kept:
    """Return the hidden part of a session."""
    return convert(ctx.hidden(session), Kept)


def keep(ctx: Context, session: CheckoutSession, kept: Kept, **shown: Any) -> CheckoutSession:
    """Store a session with another hidden part."""
    hidden = ctx.hidden(session) | to_builtins(kept)
    return ctx.save(session, hidden=hidden, **shown)


def check_open(ctx: Context, session: CheckoutSession) -> None:
    """Refuse what can only be done as long as nobody has paid and there is time."""
    if session.status == "complete":
        raise InvalidRequest(
            "This Checkout Session is complete already.", code="checkout_session_not_open"
        )
    if session.status == "expired" or session.expires_at <= int(ctx.now().timestamp()):
        raise InvalidRequest(
            "This Checkout Session has expired: create a new one.",
            code="checkout_session_not_open",
        )
