"""Followers: checkout sessions that want to know what becomes of the intent they have made."""

from bezant.api.context import Context
from bezant.kernel.errors import InvalidRequest
from bezant.resources.payments.payment_intent import PaymentIntent
from bezant.resources.payments.setup_intent import SetupIntent

SESSION = "checkout_session"
"""Where an intent's hidden part has the session that has made it."""
COMPLETED = "checkout_completed"
"""Where an intent's hidden part says that the session is complete, and waits for the money."""
FOLLOW_JOB = "checkout.follow"


def follow(ctx: Context, intent: PaymentIntent | SetupIntent) -> None:
    """Let the session of an intent, if it has one, find out how the intent stands now.

    Whoever changes the status of an intent later than its confirmation calls this.
    """
    session = ctx.hidden(intent).get(SESSION)
    if session is not None:
        payload = {"account": ctx.account, "livemode": ctx.livemode,
                   "platform": ctx.caller.platform, "session": session}  # fmt: skip
        ctx.enqueue(FOLLOW_JOB, payload)


def check_free(
    ctx: Context, intent: PaymentIntent | SetupIntent, *, to_cancel: bool = False
) -> None:
    """Refuse to change or end by hand what a checkout session is about to do.

    What a session that is complete still waits for, such as a bank transfer, can be canceled.
    """
    hidden = ctx.hidden(intent)
    session = hidden.get(SESSION)
    if session is not None and not (to_cancel and hidden.get(COMPLETED)):
        name = "PaymentIntent" if isinstance(intent, PaymentIntent) else "SetupIntent"
        raise InvalidRequest(
            f"This {name} belongs to the Checkout Session {session}, whose page confirms it. "
            "Expire the session to cancel it.",
            code=f"{intent.kind()}_unexpected_state",
        )
