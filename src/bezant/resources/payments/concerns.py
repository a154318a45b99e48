"""What hangs on a payment: a review that is open, and a warning of fraud.

Both are settled when the payment's money goes back, whoever takes it.
"""

from typing import Literal

from bezant.api.context import Context
from bezant.resources.payments.charge import Charge
from bezant.resources.payments.early_fraud_warning import WARNING, EarlyFraudWarning
from bezant.resources.payments.review import Review, closed

Cause = Literal["canceled", "disputed", "payment_never_settled", "refunded", "refunded_as_fraud"]


async def money_gone(ctx: Context, charge: Charge, cause: Cause) -> None:
    """Close the review of a payment, and say that nobody need act on a warning any more."""
    if charge.review is not None:
        review = await ctx.load(Review, charge.review)
        if review.open:
            closed(ctx, review, cause)
    name: str | None = ctx.hidden(charge).get(WARNING)
    if name is None or cause in ("canceled", "payment_never_settled"):
        return
    warning = await ctx.load(EarlyFraudWarning, name)
    if warning.actionable:
        ctx.save(warning, actionable=False, event="radar.early_fraud_warning.updated")
