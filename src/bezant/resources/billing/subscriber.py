"""Subscriptions, as far as what is invoiced for them asks."""

from bezant.api.resource import Identified


class Subscriber(Identified, tag="subscription"):
    """A subscription, as far as it says whose it is and how its invoices are paid."""

    customer: str
    default_payment_method: str | None = None
    default_source: str | None = None
    metadata: dict[str, str]
