"""The setup attempt object: one try to set a payment method up, and what came of it."""

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from bezant.api.resource import Expands, Resource

AttemptStatus = Literal[
    "abandoned", "failed", "processing", "requires_action", "requires_confirmation", "succeeded"
]


class SetupAttempt(Resource, tag="setup_attempt"):
    """One try; the next one abandons it if it is still waiting for somebody."""

    expands: ClassVar[Expands] = {
        "application": ("application",),
        "customer": ("customer",),
        "on_behalf_of": ("account",),
        "payment_method": ("payment_method",),
        "setup_intent": ("setup_intent",),
    }
    filters: ClassVar[Mapping[str, str]] = {"setup_intent": "parent"}

    application: str | None = None
    customer: str | None = None
    customer_account: str | None = None
    flow_directions: None = None
    on_behalf_of: str | None = None
    payment_method: str
    payment_method_details: dict[str, Any]
    setup_error: dict[str, Any] | None = None
    setup_intent: str
    status: AttemptStatus = "requires_confirmation"
    usage: str
