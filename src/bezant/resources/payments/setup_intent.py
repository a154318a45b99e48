"""The setup intent object: a payment method on its way to be charged later, without its holder."""

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from bezant.api.resource import Expands, Resource
from bezant.resources.payments.payment_intent import AutomaticPaymentMethods, FutureUsage

SetupStatus = Literal[
    "requires_payment_method",
    "requires_confirmation",
    "requires_action",
    "processing",
    "canceled",
    "succeeded",
]
SetupCancellation = Literal["abandoned", "duplicate", "requested_by_customer"]


class SetupIntent(Resource, tag="setup_intent"):
    """A payment method that is set up; no money moves."""

    expands: ClassVar[Expands] = {
        "application": ("application",),
        "customer": ("customer",),
        "latest_attempt": ("setup_attempt",),
        "mandate": ("mandate",),
        "on_behalf_of": ("account",),
        "payment_method": ("payment_method",),
        "single_use_mandate": ("mandate",),
    }
    named_by: ClassVar[str] = "intent"
    filters: ClassVar[Mapping[str, str]] = {"customer": "source", "payment_method": "parent"}

    allowed_payment_method_types: list[str] | None = None
    application: str | None = None
    automatic_payment_methods: AutomaticPaymentMethods | None = None
    cancellation_reason: SetupCancellation | None = None
    client_secret: str
    customer: str | None = None
    customer_account: str | None = None
    description: str | None = None
    excluded_payment_method_types: list[str] | None = None
    flow_directions: None = None
    last_setup_error: dict[str, Any] | None = None
    latest_attempt: str | None = None
    managed_payments: None = None
    mandate: str | None = None
    metadata: dict[str, str]
    next_action: dict[str, Any] | None = None
    on_behalf_of: str | None = None
    payment_method: str | None = None
    payment_method_configuration_details: None = None
    payment_method_options: dict[str, Any] | None = None
    payment_method_types: list[str]
    single_use_mandate: str | None = None
    status: SetupStatus
    usage: FutureUsage = "off_session"
