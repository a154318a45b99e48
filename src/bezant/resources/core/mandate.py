"""The mandate object: what a customer has agreed to be charged for, and how they said so."""

from typing import Any, ClassVar, Literal

from msgspec import UNSET, Struct, UnsetType

from bezant.api.resource import Expands, Identified

MANDATES = "mandates"
"""Where a payment method's hidden part has the ids of its mandates."""

MandateStatus = Literal["active", "inactive", "pending"]


class Online(Struct, frozen=True):
    """From where somebody agreed on a page."""

    ip_address: str | None = None
    user_agent: str | None = None


class CustomerAcceptance(Struct, frozen=True, kw_only=True):
    """How and when somebody agreed."""

    accepted_at: int | None = None
    offline: dict[str, Any] | UnsetType = UNSET
    online: Online | UnsetType = UNSET
    type: Literal["offline", "online"]


class SingleUse(Struct, frozen=True):
    """The one payment that was agreed to, in minor units."""

    amount: int
    currency: str


class Mandate(Identified, tag="mandate"):
    """An agreement; an inactive one was used up or called back, a pending one not yet lodged."""

    expands: ClassVar[Expands] = {"payment_method": ("payment_method",)}

    customer_acceptance: CustomerAcceptance
    livemode: bool
    multi_use: dict[str, Any] | UnsetType = UNSET
    on_behalf_of: str | UnsetType = UNSET
    payment_method: str
    payment_method_details: dict[str, Any]
    single_use: SingleUse | UnsetType = UNSET
    status: MandateStatus
    type: Literal["multi_use", "single_use"]
