"""Followers: checkout sessions and invoices that want to know what becomes of their intent."""

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from bezant.api.context import Context
from bezant.kernel.errors import InvalidRequest
from bezant.resources.core.later import later
from bezant.resources.payments.payment_intent import PaymentIntent
from bezant.resources.payments.setup_intent import SetupIntent

SESSION = "checkout_session"
"""Where an intent's hidden part has the session that has made it."""
COMPLETED = "checkout_completed"
"""Where an intent's hidden part says that the session is complete, and waits for the money."""
FOLLOW_JOB = "checkout.follow"
INVOICE = "invoice"
"""Where an intent's hidden part has the invoice that it pays."""
FOLLOW_INVOICE = "billing.follow_invoice"


def follow(ctx: Context, intent: PaymentIntent | SetupIntent) -> None:
    """Let the session or the invoice of an intent find out how the intent stands now.

    Whoever changes the status of an intent later than its confirmation calls this.
    """
    session = ctx.hidden(intent).get(SESSION)
    if session is not None:
        payload = {"account": ctx.account, "livemode": ctx.livemode,
                   "platform": ctx.caller.platform, "session": session}  # fmt: skip
        ctx.enqueue(FOLLOW_JOB, payload)
    invoice = ctx.hidden(intent).get(INVOICE)
    if invoice is not None:
        later(ctx, FOLLOW_INVOICE, invoice, ctx.book, ctx.caller.platform)


def is_invoiced(ctx: Context, intent: PaymentIntent) -> bool:
    """Tell whether an intent pays an invoice."""
    return INVOICE in ctx.hidden(intent)


_OF_INVOICE = ("application_fee_amount", "customer", "transfer_data")
"""What an invoice says, and its intent is not told otherwise."""


def check_as_invoiced(ctx: Context, intent: PaymentIntent, told: Mapping[str, Any]) -> None:
    """Refuse to change what the invoice says that an intent pays, if it pays one."""
    changed = [name for name in _OF_INVOICE if name in told and told[name] != getattr(intent, name)]
    if replace(intent, **told).captured_later:
        changed.append("capture_method")
    if changed and INVOICE in ctx.hidden(intent):
        raise InvalidRequest(
            f"This PaymentIntent pays the invoice {ctx.hidden(intent)[INVOICE]}, which says what "
            f"it is like: leave `{changed[0]}` out.",
            code="payment_intent_unexpected_state",
            param=changed[0],
        )


def check_free(
    ctx: Context, intent: PaymentIntent | SetupIntent, *, to_cancel: bool = False
) -> None:
    """Refuse to change or end by hand what a checkout session is about to do.

    What a session that is complete still waits for, such as a bank transfer, can be canceled.
    """
    hidden = ctx.hidden(intent)
    if INVOICE in hidden:
        raise InvalidRequest(
            f"This PaymentIntent pays the invoice {hidden[INVOICE]}, which says how much: it can "
            "be confirmed, and is canceled when the invoice is voided.",
            code="payment_intent_unexpected_state",
        )
    session = hidden.get(SESSION)
    if session is not None and not (to_cancel and hidden.get(COMPLETED)):
        name = "PaymentIntent" if isinstance(intent, PaymentIntent) else "SetupIntent"
        raise InvalidRequest(
            f"This {name} belongs to the Checkout Session {session}, whose page confirms it. "
            "Expire the session to cancel it.",
            code=f"{intent.kind()}_unexpected_state",
        )
