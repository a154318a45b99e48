"""Debiting: payments that are collected from a bank account, and what their end makes of them.

The bank is asked when the payment is confirmed. It counts as paid when the money has come and the
days for ordinary returns are over; what comes back until then has failed.
"""

from datetime import UTC, datetime
from typing import Any

from bezant.api.context import Context
from bezant.api.failure import Failure
from bezant.kernel.errors import InvalidRequest
from bezant.movement import instruct
from bezant.movement.movement import Movement
from bezant.movement.order import Order
from bezant.resources.core import lodging
from bezant.resources.core.later import Matter
from bezant.resources.core.payment_method import TEST_METHODS, PaymentMethod, attach
from bezant.resources.payments import bank_failures, mandate_answers, screening_banks
from bezant.resources.payments.bank_charge import begun
from bezant.resources.payments.bank_mandate import authority
from bezant.resources.payments.bank_methods import (
    BANK_METHODS,
    charged_details,
    mandate_reference,
    party_of,
)
from bezant.resources.payments.charge import Charge
from bezant.resources.payments.concerns import money_gone
from bezant.resources.payments.confirming import Attempt, merchant
from bezant.resources.payments.following import follow
from bezant.resources.payments.payment_intent import PaymentIntent
from bezant.resources.payments.refund_promised import decide
from bezant.resources.payments.settling import Means, clear, settle
from bezant.resources.payments.statement_descriptor import descriptor

CLEAR_JOB = "debits.clear"
FAIL_JOB = "debits.fail"
LOSE_JOB = "debits.lose"
_NAMED = {"ach": "company_name", "acss": "short_name"}
"""The detail in which a rail tells the payer who collects."""
_UNTOLD = {
    "bacs_debit": ("mandate",),
    "sepa_debit": ("mandate",),
    "us_bank_account": ("payment_reference",),
}
"""What a charge has nothing to tell of that never reaches the bank."""
_NEVER = TEST_METHODS["pm_usBankAccount_processing"]
"""An account of test mode whose bank is never asked: its payments can only be canceled."""
REFERENCE = "mandate_reference"
"""Where an intent's hidden part has the reference under which its money is collected."""


async def confirm(
    ctx: Context, intent: PaymentIntent, method: PaymentMethod, attempt: Attempt
) -> PaymentIntent | Failure:
    """Ask the payer's bank for the money; the intent is processed until it has come."""
    check_captured_at_once(intent)
    hidden = ctx.hidden(intent)
    number = hidden.get("attempts", 0) + 1
    kept: dict[str, Any] = {name: getattr(attempt, name) for name in attempt.__struct_fields__}
    intent = ctx.save(
        intent,
        hidden={
            **hidden,
            "attempts": number,
            "attempt": kept,
            REFERENCE: mandate_reference(method),
        },
        last_payment_error=None,
        next_action=None,
    )
    return await collect(ctx, intent, method, attempt)


async def collect(
    ctx: Context, intent: PaymentIntent, method: PaymentMethod, attempt: Attempt
) -> PaymentIntent | Failure:
    """Send the collection on its way, and book what it is going to bring."""
    kind = BANK_METHODS[method.type]
    party = party_of(ctx, method)
    owner = await merchant(ctx, intent.on_behalf_of)
    rule = await screening_banks.judged(ctx, intent, method, attempt)
    if rule is not None and rule.action == "block":
        untold = dict.fromkeys(_UNTOLD.get(method.type, ()))
        charge = begun(ctx, intent, method, owner, charged_details(method, **untold))
        charge = screening_banks.noted(ctx, charge, None, attempt)
        return screening_banks.blocked(ctx, intent, method, charge, rule)
    usage = usage_of(intent, method.type)
    once = usage is None and method.customer is None and not attempt.off_session
    mandate, entitled = await authority(ctx, intent, method, attempt, once=once)
    charge = begun(ctx, intent, method, owner, charged_details(method))
    charge = screening_banks.noted(ctx, charge, rule, attempt)
    words = descriptor(owner, intent)
    named = _NAMED.get(kind.rail)
    order = Order(
        to=party,
        remittance="" if kind.rail == "ach" else words,
        mandate=entitled,
        details={named: words} if named else {},
    )
    movement = instruct.collect(ctx, charge, intent.money, order, rail=kind.rail)
    if lodging.network_status(mandate) == "pending":
        movement = lodging.wait(ctx, mandate, movement)
    elif not ctx.livemode and ctx.hidden(method).get("account_number") == _NEVER:
        movement = instruct.set_aside(ctx, movement)
    means = Means(method=method.type, rail=movement.rail, waits=True)
    changes = await settle(ctx, charge, intent.money, means, intent.application_fee_amount)
    details = charged_details(method, **_told(movement, method), mandate=mandate.id)
    ctx.save(ctx.current(charge), payment_method_details=details, event="charge.pending", **changes)
    if usage is not None and intent.customer is not None and method.customer is None:
        attach(ctx, method, intent.customer, intent.customer_account)
    return ctx.save(
        intent,
        latest_charge=charge.id,
        next_action=None,
        review=charge.review,
        status="processing",
        event="payment_intent.processing",
    )


def check_captured_at_once(intent: PaymentIntent) -> None:
    """Refuse to hold money that no bank can hold."""
    if intent.capture_method == "manual":
        raise InvalidRequest(
            "Only cards can be captured later: leave `capture_method` out, or pay by card.",
            code="payment_intent_invalid_parameter",
            param="capture_method",
        )


def usage_of(intent: PaymentIntent, kind: str) -> str | None:
    """Return how a method is to be used again, if it is; what is said of its type goes first."""
    options: dict[str, Any] = (intent.payment_method_options or {}).get(kind, {})
    usage = options.get("setup_future_usage") or intent.setup_future_usage
    return None if usage == "none" else usage


def clears_at(ctx: Context, movement: Movement) -> datetime:
    """Return when ordinary returns of what has come are over; a fast sandbox does not wait."""
    if not ctx.livemode and ctx.runtime.hurries:
        return ctx.now() + instruct.FAST
    assert movement.return_by is not None, "what is collected has its dates"
    return datetime.fromtimestamp(movement.return_by, UTC)


async def cleared(ctx: Context, matter: Matter) -> bool:
    """Let a payment be paid, unless it has come back."""
    charge = await ctx.load(Charge, matter.subject)
    if charge.status != "pending":
        return False
    changes = await clear(ctx, charge, charge.application_fee_amount)
    charge = ctx.save(
        ctx.current(charge), paid=True, status="succeeded", event="charge.succeeded", **changes
    )
    decide(ctx, charge, ctx.book, ctx.caller.platform)
    intent = await _intent(ctx, charge)
    if intent is not None:
        ctx.save(
            intent,
            amount_received=intent.amount,
            status="succeeded",
            transfer_group=charge.transfer_group,
            event="payment_intent.succeeded",
        )
        follow(ctx, intent)
    return True


async def failed(ctx: Context, matter: Matter) -> bool:
    """Let an intent say that its payment has failed; another method may be tried."""
    charge = await ctx.load(Charge, matter.subject)
    await money_gone(ctx, charge, "payment_never_settled")
    await mandate_answers.heed_failure(ctx, charge)
    intent = await _intent(ctx, charge)
    if intent is None:
        return True
    code = charge.failure_code or "could_not_process"
    method = await ctx.find(PaymentMethod, charge.payment_method or "")
    ctx.save(
        intent,
        last_payment_error=bank_failures.told(ctx, code, charge=charge.id, method=method),
        payment_method=None,
        status="requires_payment_method",
        event="payment_intent.payment_failed",
    )
    follow(ctx, intent)
    return True


async def _intent(ctx: Context, charge: Charge) -> PaymentIntent | None:
    """Return the intent that waits for a charge, if it still does."""
    if charge.payment_intent is None:
        return None
    intent = await ctx.load(PaymentIntent, charge.payment_intent)
    waits = intent.status == "processing" and intent.latest_charge == charge.id
    return intent if waits else None


def _told(movement: Movement, method: PaymentMethod) -> dict[str, Any]:
    told: dict[str, Any] = {}
    if movement.effective_date is not None and movement.status != "created":
        told["expected_debit_date"] = movement.effective_date
    if method.type == "us_bank_account":
        told["payment_reference"] = None
    return told
