"""Verifying: bank accounts that nobody has proved to see yet are sent a cent under a code.

The payment goes on when the code is told, and not before.
"""

from typing import Any

from bezant.api.context import Context
from bezant.api.failure import Failure
from bezant.kernel.errors import InvalidRequest
from bezant.resources.core.payment_method import VERIFIED, PaymentMethod
from bezant.resources.payments import bank_mandate, debiting, microdeposit
from bezant.resources.payments.confirming import Attempt
from bezant.resources.payments.following import follow
from bezant.resources.payments.microdeposit import KEPT, Microdeposit, Said
from bezant.resources.payments.payment_intent import PaymentIntent

GIVEN_UP = {
    "exceeded": (
        "payment_method_microdeposit_verification_attempts_exceeded",
        "The bank account was not verified: there were too many wrong tries.",
    ),
    "timeout": (
        "payment_method_microdeposit_verification_timeout",
        "The bank account was not verified: the time to do so is over.",
    ),
}

NOT_TAKEN = (
    "payment_method_microdeposit_failed",
    "The bank account was not verified: it did not take the cent that was sent to it.",
)


async def confirm(
    ctx: Context, intent: PaymentIntent, method: PaymentMethod, attempt: Attempt
) -> PaymentIntent | Failure:
    """Debit a bank account, once it is verified."""
    if not microdeposit.is_needed(ctx, method):
        return await debiting.confirm(ctx, intent, method, attempt)
    debiting.check_captured_at_once(intent)
    await bank_mandate.check_terms(ctx, intent, method, attempt)
    options: dict[str, Any] = (intent.payment_method_options or {}).get(method.type, {})
    microdeposit.check_possible(options, off_session=attempt.off_session)
    movement, kept = microdeposit.send(ctx, intent.id, method)
    kept["platform"] = ctx.caller.platform
    told: dict[str, Any] = {name: getattr(attempt, name) for name in attempt.__struct_fields__}
    return ctx.save(
        intent,
        hidden={**ctx.hidden(intent), "attempt": told, KEPT: kept},
        last_payment_error=None,
        next_action=microdeposit.next_action(ctx, movement, intent.client_secret),
        status="requires_action",
        event="payment_intent.requires_action",
    )


async def verify(
    ctx: Context, intent: PaymentIntent, method: PaymentMethod, said: Said
) -> PaymentIntent | Failure:
    """Go on with a payment if what was said is right; wrong tries are counted."""
    hidden = ctx.hidden(intent)
    kept: dict[str, Any] = hidden[KEPT]
    verdict = microdeposit.judge(ctx, kept, said)
    if verdict == "right":
        method = ctx.save(method, hidden=ctx.hidden(method) | {VERIFIED: True})
        intent = ctx.save(intent, next_action=None)
        follow(ctx, intent)
        return await debiting.confirm(ctx, intent, method, Attempt(**hidden["attempt"]))
    if verdict == "wrong":
        counted = {**kept, "attempts": kept["attempts"] + 1}
        ctx.save(intent, hidden={**hidden, KEPT: counted})
        return Failure(mismatch(said))
    return Failure(_give_up(ctx, intent, method, *GIVEN_UP[verdict]))


async def failed(ctx: Context, made: Microdeposit, code: str, message: str) -> bool:
    """Let a payment fail whose bank account was not verified, and say why."""
    intent = await ctx.load(PaymentIntent, made.intent)
    if not microdeposit.is_awaited(ctx, intent, made):
        return False
    method = await ctx.load(PaymentMethod, made.payment_method)
    _give_up(ctx, intent, method, code, message)
    return True


def _give_up(
    ctx: Context, intent: PaymentIntent, method: PaymentMethod, code: str, message: str
) -> InvalidRequest:
    """Let another method be tried; returns the error that says why."""
    error = {
        "code": code,
        "doc_url": f"{ctx.runtime.config.public_url}/docs/errors#{code}",
        "message": message,
        "payment_method": method,
        "type": "invalid_request_error",
    }
    follow(ctx, intent)
    ctx.save(
        intent,
        last_payment_error=error,
        next_action=None,
        payment_method=None,
        status="requires_payment_method",
        event="payment_intent.payment_failed",
    )
    return InvalidRequest(message, code=code)


def mismatch(said: Said) -> InvalidRequest:
    """Return the error of a code or of amounts that are not those that were sent."""
    if said.code is not None:
        return InvalidRequest(
            "The code is not the one that was sent: look at the bank account's statement again.",
            code="payment_method_microdeposit_verification_descriptor_code_mismatch",
            param="descriptor_code",
        )
    return InvalidRequest(
        "The amounts are not those that were sent: look at the bank account's statement again.",
        code="payment_method_microdeposit_verification_amounts_mismatch",
        param="amounts",
    )
