"""The refund object: all or a part of a payment, given back."""

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from msgspec import UNSET, UnsetType, field

from bezant.api.context import Context, Hidden, created_of
from bezant.api.resource import Expands, Identified
from bezant.kernel.money import Money
from bezant.ledger.book import Book
from bezant.resources.core.balance_transactions import record
from bezant.resources.core.converting import rate_of, shows_rate
from bezant.resources.payments.charge import Charge

RefundStatus = Literal["pending", "requires_action", "succeeded", "failed", "canceled"]
RefundReason = Literal[
    "duplicate", "expired_uncaptured_charge", "fraudulent", "requested_by_customer"
]


class Refund(Identified, tag="refund"):
    """All or a part of a payment, given back; in minor units."""

    expands: ClassVar[Expands] = {
        "balance_transaction": ("balance_transaction",),
        "charge": ("charge",),
        "customer": ("customer",),
        "failure_balance_transaction": ("balance_transaction",),
        "payment_intent": ("payment_intent",),
        "payment_method": ("payment_method",),
        "source_transfer_reversal": ("transfer_reversal",),
        "transfer_reversal": ("transfer_reversal",),
    }
    filters: ClassVar[Mapping[str, str]] = {"charge": "source", "payment_intent": "parent"}

    amount: int
    balance_transaction: str | None
    charge: str | None
    created: int
    currency: str
    customer: str | None = None
    customer_account: None = None
    destination_details: dict[str, Any] | UnsetType = UNSET
    failure_balance_transaction: str | UnsetType = UNSET
    failure_reason: str | UnsetType = UNSET
    instructions_email: str | UnsetType = UNSET
    metadata: dict[str, str] = field(default_factory=dict[str, str])
    next_action: dict[str, Any] | UnsetType = UNSET
    payment_intent: str | None = None
    payment_method: str | None = None
    pending_reason: Literal["charge_pending", "insufficient_funds", "processing"] | UnsetType = (
        UNSET
    )
    reason: RefundReason | None = None
    receipt_number: None = None
    source_transfer_reversal: str | None = None
    status: RefundStatus = "succeeded"
    transfer_reversal: str | None = None

    @property
    def money(self) -> Money:
        """Its amount as money."""
        return Money(self.amount, self.currency)


def announced(
    ctx: Context, refund: Refund, *, hidden: Hidden | None = None, **changes: Any
) -> Refund:
    """Save what becomes of a refund; whoever minds its charge is told as well."""
    event = "refund.failed" if changes.get("status") == "failed" else "refund.updated"
    saved = ctx.save(refund, event=event, hidden=hidden, **changes)
    if saved.charge is not None:
        ctx.emit("charge.refund.updated", saved)
    return saved


def give_back(
    ctx: Context,
    charge: Charge,
    sums: tuple[Money, Money],
    *,
    name: str,
    reversal: str,
    book: Book,
    description: str | None = None,
    pending_until: int | None = None,
) -> Refund:
    """Store the refund that a transfer's reversal is on the receiving side; the payment shows it.

    `charge` must have been loaded from the book; the sums are what goes back of it, and what that
    comes to there.
    """
    amount, worth = sums
    transaction = record(
        ctx,
        "payment_refund",
        -worth,
        source=name,
        book=book,
        description=description,
        pending_until=pending_until,
    )
    transaction = shows_rate(ctx, transaction, rate_of(ctx, charge))
    refunded = charge.amount_refunded + amount.amount
    ctx.save(charge, amount_refunded=refunded, refunded=refunded == charge.amount)
    refund = Refund(
        id=name,
        amount=amount.amount,
        balance_transaction=transaction.id,
        charge=charge.id,
        created=created_of(name),
        currency=amount.currency,
        source_transfer_reversal=reversal,
    )
    return ctx.create(refund, book=book)
