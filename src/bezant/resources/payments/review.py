"""The review object: a payment that somebody should look at."""

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from msgspec import UNSET, UnsetType

from bezant.api.context import Context, created_of
from bezant.api.resource import Expands, Resource
from bezant.resources.payments.charge import Charge

ClosedReason = Literal[
    "acknowledged",
    "approved",
    "canceled",
    "disputed",
    "payment_never_settled",
    "redacted",
    "refunded",
    "refunded_as_fraud",
]


class Review(Resource, tag="review"):
    """A payment that somebody should look at; `reason` is why it is open, or why it is not."""

    expands: ClassVar[Expands] = {"charge": ("charge",), "payment_intent": ("payment_intent",)}
    filters: ClassVar[Mapping[str, str]] = {"standing": "status"}

    billing_zip: str | None = None
    charge: str | None
    closed_reason: ClosedReason | None = None
    ip_address: str | None = None
    ip_address_location: dict[str, Any] | None = None
    open: bool = True
    opened_reason: Literal["manual", "rule"] = "rule"
    payment_intent: str | UnsetType = UNSET
    reason: ClosedReason | Literal["manual", "rule"] = "rule"
    session: dict[str, Any] | None = None

    @property
    def standing(self) -> str | None:
        """Whether it is open, as a column has it."""
        return "open" if self.open else None


def opened(ctx: Context, charge: Charge, ip: str | None = None) -> Charge:
    """Open a review of a payment; returns the charge, which names it."""
    name = ctx.new_id("prv")
    review = Review(
        id=name,
        billing_zip=charge.billing_details.address.postal_code,
        charge=charge.id,
        created=created_of(name),
        ip_address=ip,
        livemode=ctx.livemode,
        payment_intent=charge.payment_intent or UNSET,
    )
    ctx.create(review, event="review.opened")
    return ctx.save(charge, review=name)


def closed(ctx: Context, review: Review, reason: ClosedReason) -> Review:
    """Close a review and say why."""
    return ctx.save(review, open=False, closed_reason=reason, reason=reason, event="review.closed")
