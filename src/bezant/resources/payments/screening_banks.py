"""Screening of payments that a bank carries: the rules are asked once, before the bank is.

What is blocked never reaches the bank. A review stays open while the money is on its way, so that
there is time to look.
"""

from msgspec.structs import replace

from bezant.api.context import Context
from bezant.api.failure import Failure
from bezant.flows.risk import Rule
from bezant.kernel.errors import CardError
from bezant.resources.core.payment_method import PaymentMethod
from bezant.resources.payments import bank_failures, screening
from bezant.resources.payments.charge import Charge, Outcome
from bezant.resources.payments.confirming import Attempt
from bezant.resources.payments.following import follow
from bezant.resources.payments.payment_intent import PaymentIntent
from bezant.resources.payments.review import opened

BLOCKED = "payment_intent_payment_attempt_failed"


async def judged(
    ctx: Context, intent: PaymentIntent, method: PaymentMethod, attempt: Attempt
) -> Rule | None:
    """Return the rule that decides about a payment, if one does."""
    found = await screening.known(ctx, intent, method, screening.ip_of(attempt.acceptance))
    return found.verdict()


def blocked(
    ctx: Context, intent: PaymentIntent, method: PaymentMethod, charge: Charge, rule: Rule
) -> Failure:
    """Let a payment have failed that a rule blocks; another method may be tried."""
    outcome = Outcome(
        network_status="not_sent_to_network",
        reason="rule",
        risk_level="not_assessed",
        rule=rule.id,
        seller_message="The payment was blocked by a rule.",
        type="blocked",
    )
    message = bank_failures.FAILURES[BLOCKED]
    ctx.save(
        ctx.current(charge),
        amount_captured=0,
        captured=False,
        failure_code=BLOCKED,
        failure_message=message,
        outcome=outcome,
        status="failed",
        event="charge.failed",
    )
    intent = ctx.save(
        ctx.current(intent),
        last_payment_error=bank_failures.told(ctx, BLOCKED, charge=charge.id, method=method),
        latest_charge=charge.id,
        next_action=None,
        payment_method=None,
        status="requires_payment_method",
        event="payment_intent.payment_failed",
    )
    follow(ctx, intent)
    extra = {"charge": charge.id, "payment_intent": intent, "payment_method": method}
    return Failure(CardError(message, code=BLOCKED, extra=extra))


def noted(ctx: Context, charge: Charge, rule: Rule | None, attempt: Attempt) -> Charge:
    """Let a charge show that a rule has allowed it, or wants somebody to look at it."""
    ip = screening.ip_of(attempt.acceptance)
    charge = screening.placed(ctx, ctx.current(charge), ip)
    if rule is None or charge.outcome is None:
        return charge
    outcome = replace(charge.outcome, reason="rule", rule=rule.id)
    if rule.action != "review":
        return ctx.save(charge, outcome=outcome)
    words = "The payment was placed in review by a rule."
    outcome = replace(outcome, seller_message=words, type="manual_review")
    return opened(ctx, ctx.save(charge, outcome=outcome), ip)
