"""What else is said of a payment intent: what its amount is made up of, and the order."""

from typing import Any, Protocol

import msgspec
from msgspec import UNSET

from bezant.api.context import Context
from bezant.resources.payments.amount_details import (
    LINES,
    SUMS,
    AmountDetailsParams,
    Sums,
    checked,
    detailed,
    forget_lines,
)
from bezant.resources.payments.payment_intent import PaymentDetails, PaymentIntent
from bezant.resources.payments.payment_intent_params import (
    CapturePaymentIntent,
    IncrementAuthorization,
    PaymentDetailsParams,
)


def told_of(params: CapturePaymentIntent | IncrementAuthorization, *without: str) -> dict[str, Any]:
    """Return what is said about an intent while its money is held."""
    told = params.changes(without=("amount_details", "payment_details", *without))
    if params.payment_details is not None:
        told["payment_details"] = payment_details(params.payment_details) or UNSET
    return told


_PAID = ("canceled", "processing", "requires_capture", "succeeded")
"""The statuses in which the amount stands, and what was said of it."""


class Detailing(Protocol):
    """Parameters that say what an amount is made up of."""

    @property
    def amount_details(self) -> AmountDetailsParams | str | None:
        """What it is made up of."""
        ...


async def detail(
    ctx: Context,
    intent: PaymentIntent,
    params: Detailing,
    *,
    captured: int | None = None,
) -> PaymentIntent:
    """Return an intent with what its amount is made up of, which has to add up to it.

    When it is captured, the details are of what is captured.
    """
    hidden = ctx.hidden(intent)
    amount = intent.amount if captured is None else captured
    if params.amount_details is not None:
        await forget_lines(ctx, hidden.get(LINES, ()))
        shown, kept = detailed(ctx, intent.id, amount, params.amount_details)
        return ctx.save(intent, amount_details=shown, hidden={**hidden, **kept})
    sums = hidden.get(SUMS)
    if sums is None or intent.amount_details is UNSET or intent.status in _PAID:
        return intent
    shown = checked(dict(intent.amount_details), msgspec.convert(sums, Sums), intent.amount)
    return intent if shown == intent.amount_details else ctx.save(intent, amount_details=shown)


def payment_details(sent: PaymentDetailsParams | str | None) -> PaymentDetails | None:
    """Return what the seller calls the order, as it is kept."""
    if not isinstance(sent, PaymentDetailsParams):
        return None
    return PaymentDetails(sent.customer_reference or None, sent.order_reference or None)
