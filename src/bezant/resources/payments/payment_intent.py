"""The payment intent object: a payment from the wish to have it to the money."""

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from msgspec import UNSET, Struct, UnsetType

from bezant.api.resource import Expands, Resource
from bezant.kernel.money import Money
from bezant.resources.payments.parcel import Parcel

IntentStatus = Literal[
    "requires_payment_method",
    "requires_confirmation",
    "requires_action",
    "processing",
    "requires_capture",
    "canceled",
    "succeeded",
]
CancellationReason = Literal["abandoned", "duplicate", "fraudulent", "requested_by_customer"]
CaptureMethod = Literal["automatic", "automatic_async", "manual"]
FutureUsage = Literal["off_session", "on_session"]


class AutomaticPaymentMethods(Struct, frozen=True):
    """Whether all that the account takes may be used, also what leads to other pages."""

    enabled: bool
    allow_redirects: Literal["always", "never"] = "always"


class IntentTransferData(Struct, frozen=True, kw_only=True):
    """The account that the money goes on to, and how much of it if not all."""

    amount: int | UnsetType = UNSET
    destination: str


class PaymentDetails(Struct, frozen=True):
    """What the seller calls the order."""

    customer_reference: str | None = None
    order_reference: str | None = None


class PaymentIntent(Resource, tag="payment_intent"):
    """A payment, in minor units."""

    expands: ClassVar[Expands] = {
        "application": ("application",),
        "customer": ("customer",),
        "latest_charge": ("charge",),
        "on_behalf_of": ("account",),
        "payment_method": ("payment_method",),
        "review": ("review",),
        "source": ("account", "bank_account", "card", "source"),
        "transfer_data.destination": ("account",),
    }
    included: ClassVar[Mapping[str, tuple[str, str]]] = {
        "amount_details.line_items": (
            "payment_intent_amount_details_line_item",
            "/v1/payment_intents/{id}/amount_details_line_items",
        ),
    }
    named_by: ClassVar[str] = "intent"
    filters: ClassVar[Mapping[str, str]] = {"customer": "source"}

    allowed_payment_method_types: list[str] | None = None
    amount: int
    amount_capturable: int = 0
    amount_details: dict[str, Any] | UnsetType = UNSET
    amount_received: int = 0
    application: str | None = None
    application_fee_amount: int | None = None
    automatic_payment_methods: AutomaticPaymentMethods | None = None
    canceled_at: int | None = None
    cancellation_reason: (
        CancellationReason | Literal["automatic", "expired", "void_invoice"] | None
    ) = None
    capture_method: CaptureMethod = "automatic_async"
    client_secret: str
    confirmation_method: Literal["automatic", "manual"] = "automatic"
    currency: str
    customer: str | None = None
    customer_account: str | None = None
    description: str | None = None
    excluded_payment_method_types: list[str] | None = None
    last_payment_error: dict[str, Any] | None = None
    latest_charge: str | None = None
    managed_payments: None = None
    metadata: dict[str, str]
    next_action: dict[str, Any] | None = None
    on_behalf_of: str | None = None
    payment_details: PaymentDetails | UnsetType = UNSET
    payment_method: str | None = None
    payment_method_configuration_details: None = None
    payment_method_options: dict[str, Any] | None = None
    payment_method_types: list[str]
    payment_record: None = None
    processing: None = None
    receipt_email: str | None = None
    review: str | None = None
    setup_future_usage: FutureUsage | None = None
    shipping: Parcel | None = None
    source: str | None = None
    statement_descriptor: str | None = None
    statement_descriptor_suffix: str | None = None
    status: IntentStatus
    transfer_data: IntentTransferData | None = None
    transfer_group: str | None = None

    @property
    def captured_later(self) -> bool:
        """Whether a card's money is only held at first; other methods may be taken at once."""
        card: dict[str, Any] = (self.payment_method_options or {}).get("card", {})
        return "manual" in (self.capture_method, card.get("capture_method"))

    @property
    def money(self) -> Money:
        """What is to be paid."""
        return Money(self.amount, self.currency)
