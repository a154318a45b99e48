"""The dispute object: what a cardholder's bank asks about, or takes back of, a payment."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Any, ClassVar, Literal

from msgspec import UNSET, Struct, UnsetType, field

from bezant.api.context import Context
from bezant.api.resource import Expands, Identified, Resource
from bezant.kernel.codec import unix_seconds
from bezant.kernel.money import Money
from bezant.resources.core.address import Address
from bezant.resources.payments.charge import Charge

DisputeStatus = Literal[
    "warning_needs_response",
    "warning_under_review",
    "warning_closed",
    "needs_response",
    "under_review",
    "won",
    "lost",
]
WAITING = ("warning_needs_response", "needs_response")
"""The statuses in which the owner may answer."""
INQUIRY = ("warning_needs_response", "warning_under_review", "warning_closed")
"""The statuses in which no money has moved."""
CASE = "case"
"""Where a dispute's hidden part has the network's number of it."""
DISPUTED = "disputed"
"""Where a charge's hidden part has what each dispute has taken of it, in minor units."""
FILES = (
    "cancellation_policy", "customer_communication", "customer_signature",
    "duplicate_charge_documentation", "receipt", "refund_policy", "service_documentation",
    "shipping_documentation", "uncategorized_file",
)  # fmt: skip
"""What of the evidence are files."""


class Evidence(Struct, kw_only=True):
    """What the owner says; files by their ids."""

    access_activity_log: str | None = None
    billing_address: str | None = None
    cancellation_policy: str | None = None
    cancellation_policy_disclosure: str | None = None
    cancellation_rebuttal: str | None = None
    customer_communication: str | None = None
    customer_email_address: str | None = None
    customer_name: str | None = None
    customer_purchase_ip: str | None = None
    customer_signature: str | None = None
    duplicate_charge_documentation: str | None = None
    duplicate_charge_explanation: str | None = None
    duplicate_charge_id: str | None = None
    enhanced_evidence: dict[str, Any] = field(default_factory=dict[str, Any])
    product_description: str | None = None
    receipt: str | None = None
    refund_policy: str | None = None
    refund_policy_disclosure: str | None = None
    refund_refusal_explanation: str | None = None
    service_date: str | None = None
    service_documentation: str | None = None
    shipping_address: str | None = None
    shipping_carrier: str | None = None
    shipping_date: str | None = None
    shipping_documentation: str | None = None
    shipping_tracking_number: str | None = None
    uncategorized_file: str | None = None
    uncategorized_text: str | None = None


class EvidenceDetails(Struct, frozen=True, kw_only=True):
    """Until when evidence is taken, and what has been sent of it."""

    due_by: int | None
    enhanced_eligibility: dict[str, Any] = field(default_factory=dict[str, Any])
    has_evidence: bool = False
    past_due: bool = False
    submission_count: int = 0
    submission_method: Literal["manual", "not_submitted"] = "not_submitted"


class Dispute(Resource, tag="dispute"):
    """A dispute about a payment, in minor units of the payment's currency."""

    expands: ClassVar[Expands] = {
        "balance_transactions.source": ("dispute",),
        "charge": ("charge",),
        **{f"evidence.{name}": ("file",) for name in FILES},
        "payment_intent": ("payment_intent",),
    }
    filters: ClassVar[Mapping[str, str]] = {"charge": "source", "payment_intent": "parent"}

    amount: int
    balance_transactions: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    charge: str
    currency: str
    enhanced_eligibility_types: list[str] = field(default_factory=list[str])
    evidence: Evidence
    evidence_details: EvidenceDetails
    intended_submission_method: Literal["manual", "prefer_manual"] | None = None
    is_charge_refundable: bool
    metadata: dict[str, str] = field(default_factory=dict[str, str])
    network_reason_code: str | None = None
    payment_intent: str | None = None
    payment_method_details: dict[str, Any] | UnsetType = UNSET
    reason: str
    status: DisputeStatus

    @property
    def money(self) -> Money:
        """What is disputed."""
        return Money(self.amount, self.currency)

    @property
    def asks(self) -> bool:
        """Whether it is an inquiry, which has moved no money."""
        return self.status in INQUIRY


class CardCase(Identified, tag="card_case"):
    """Which dispute a network's case is; its id is made of the charge and the case."""

    dispute: str
    metadata: dict[str, str] = field(default_factory=dict[str, str])


def case_id(charge: str, case: str) -> str:
    """Return the id of a case about a charge."""
    return f"{charge}.{case}"


def end_of(day: date) -> int:
    """Return the last second of a day (UTC)."""
    return unix_seconds(datetime.combine(day, time(23, 59, 59), UTC))


def taken_of(ctx: Context, charge: Charge) -> Mapping[str, int]:
    """Return what each dispute has taken of a charge and not given back; nothing by inquiries."""
    return ctx.hidden(charge).get(DISPUTED, {})


def taken(ctx: Context, charge: Charge) -> Money:
    """Return what all disputes have taken of a charge and not given back."""
    return Money(sum(taken_of(ctx, charge).values()), charge.currency)


def prefilled(charge: Charge, ip: str | None) -> Evidence:
    """Return what is known of a payment already, as the beginning of evidence."""
    details, shipping = charge.billing_details, charge.shipping
    return Evidence(
        billing_address=_address(details.address),
        customer_email_address=details.email or charge.receipt_email,
        customer_name=details.name,
        customer_purchase_ip=ip,
        product_description=charge.description,
        shipping_address=_address(shipping.address) if shipping else None,
    )


def _address(address: Address) -> str | None:
    parts = (address.line1, address.line2, address.city, address.state, address.postal_code,
             address.country)  # fmt: skip
    return ", ".join(part for part in parts if part) or None
