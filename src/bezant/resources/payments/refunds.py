"""Refunds, to be read: what goes back of a payment when its transfer is reversed."""

from typing import ClassVar, Literal

from msgspec import field

from bezant.api.context import Context, created_of
from bezant.api.resource import Expands, Identified
from bezant.api.routes import Routes
from bezant.kernel.money import Money
from bezant.ledger.book import Book
from bezant.resources.core.balance_transactions import record
from bezant.resources.payments.charges import Charge


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

    amount: int
    balance_transaction: str
    charge: str
    created: int
    currency: str
    customer: None = None
    customer_account: None = None
    metadata: dict[str, str] = field(default_factory=dict[str, str])
    payment_intent: None = None
    payment_method: None = None
    reason: None = None
    receipt_number: None = None
    source_transfer_reversal: str | None
    status: Literal["succeeded"] = "succeeded"
    transfer_reversal: str | None = None


routes = Routes(
    Refund,
    "/v1/refunds",
    prefix="pyr",
    filters={"charge": "source", "payment_intent": "parent"},
)


def give_back(
    ctx: Context,
    charge: Charge,
    amount: Money,
    *,
    reversal: str,
    book: Book,
    description: str | None = None,
) -> Refund:
    """Store the refund that a transfer's reversal is on the receiving side; the payment shows it.

    `charge` must have been loaded from the book.
    """
    name = ctx.new_id("pyr", book)
    transaction = record(
        ctx, "payment_refund", -amount, source=name, book=book, description=description
    )
    refunded = charge.amount_refunded + amount.amount
    assert refunded <= charge.amount, f"no more than all of {charge.id} goes back"
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
