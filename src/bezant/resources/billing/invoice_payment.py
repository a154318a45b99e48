"""The invoice payment object: which payment an invoice is paid by."""

from collections.abc import Mapping
from typing import ClassVar, Literal

from msgspec import Struct

from bezant.api.resource import Expands, Resource


class PaidBy(Struct, frozen=True):
    """The payment."""

    payment_intent: str
    type: Literal["payment_intent"] = "payment_intent"


class PaymentTransitions(Struct, frozen=True):
    """When it was paid or given up, in Unix seconds."""

    canceled_at: int | None = None
    paid_at: int | None = None


class InvoicePayment(Resource, tag="invoice_payment"):
    """A payment of an invoice, in minor units."""

    expands: ClassVar[Expands] = {
        "invoice": ("invoice",),
        "payment.payment_intent": ("payment_intent",),
    }
    named_by: ClassVar[str] = "invoice_payment"
    filters: ClassVar[Mapping[str, str]] = {"invoice": "parent", "status": "status"}

    amount_paid: int | None = None
    amount_requested: int
    currency: str
    invoice: str
    is_default: bool = True
    payment: PaidBy
    status: Literal["canceled", "open", "paid"] = "open"
    status_transitions: PaymentTransitions = PaymentTransitions()

    def columns(self) -> dict[str, str | None]:
        """Return the values of the columns that lists filter on."""
        return {
            "parent": self.invoice,
            "source": self.payment.payment_intent,
            "status": self.status,
        }
