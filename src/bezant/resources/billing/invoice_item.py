"""The invoice item object: what a customer owes and no invoice says yet, or one that says it."""

from collections.abc import Mapping
from typing import ClassVar, Literal

from msgspec import Struct

from bezant.api.resource import Expands, Identified
from bezant.resources.billing.invoice import Period, Pricing

PENDING, INVOICED = "pending", "invoiced"


class ItemSubscription(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The subscription that it is of."""

    subscription: str
    subscription_item: str | None = None


class ItemParent(Struct, frozen=True):
    """What it has come of."""

    subscription_details: ItemSubscription
    type: Literal["subscription_details"] = "subscription_details"


class InvoiceItem(Identified, tag="invoiceitem"):
    """One thing that is owed, in minor units; below zero it is a credit."""

    expands: ClassVar[Expands] = {
        "customer": ("customer",),
        "discounts": ("discount",),
        "invoice": ("invoice",),
        "pricing.price_details.price": ("price",),
    }
    named_by: ClassVar[str] = "invoiceitem"
    filters: ClassVar[Mapping[str, str]] = {"customer": "source"}

    amount: int
    currency: str
    customer: str
    customer_account: str | None = None
    date: int
    description: str | None = None
    discountable: bool = True
    discounts: tuple[str, ...] = ()
    invoice: str | None = None
    livemode: bool
    metadata: dict[str, str]
    net_amount: int
    parent: ItemParent | None = None
    period: Period
    pricing: Pricing
    proration: bool = False
    quantity: int = 1
    quantity_decimal: str = "1"
    tax_rates: tuple[()] = ()
    test_clock: None = None

    @classmethod
    def title(cls) -> str:
        """Return what messages call it."""
        return "invoiceitem"

    @property
    def subscription(self) -> str | None:
        """The subscription that it is of, if it is of one."""
        return self.parent.subscription_details.subscription if self.parent else None

    def columns(self) -> dict[str, str | None]:
        """Return the values of the columns that lists filter on."""
        return {
            "parent": self.invoice,
            "source": self.customer,
            "status": INVOICED if self.invoice else PENDING,
        }
