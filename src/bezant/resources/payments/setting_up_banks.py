"""Setting bank accounts up: with a mandate, and once somebody has proved to see the account."""

from typing import Any

from bezant.api.context import Context
from bezant.api.failure import Failure
from bezant.kernel.errors import InvalidRequest
from bezant.resources.core.later import Matter
from bezant.resources.core.payment_method import VERIFIED, PaymentMethod, attach
from bezant.resources.payments import microdeposit, verifying
from bezant.resources.payments.bank_mandate import agreed, details_for, offline
from bezant.resources.payments.bank_methods import party_of
from bezant.resources.payments.confirming import doc_url
from bezant.resources.payments.following import follow
from bezant.resources.payments.microdeposit import KEPT, Microdeposit, Said
from bezant.resources.payments.setting_up import (
    Terms,
    begun,
    done,
    given_up,
    tell_attempt,
    terms_of,
)
from bezant.resources.payments.setup_intent import SetupIntent
from bezant.resources.payments.verifying import GIVEN_UP, NOT_TAKEN, mismatch


async def confirm(
    ctx: Context, intent: SetupIntent, method: PaymentMethod, terms: Terms
) -> SetupIntent:
    """Set a bank account up, or send it a cent under a code if nobody has proved to see it."""
    party_of(ctx, method)  # Without a name nobody could be debited.
    intent = await begun(ctx, intent, method, terms)
    if not microdeposit.is_needed(ctx, method):
        return await _agreed(ctx, intent, method)
    details_for(ctx, intent, method)  # What no mandate can be made of is refused before the cent.
    options: dict[str, Any] = (intent.payment_method_options or {}).get(method.type, {})
    microdeposit.check_possible(options, off_session=False)
    movement, kept = microdeposit.send(ctx, intent.id, method)
    await tell_attempt(ctx, intent, "requires_action")
    return ctx.save(
        intent,
        hidden={**ctx.hidden(intent), KEPT: kept | {"platform": ctx.caller.platform}},
        next_action=microdeposit.next_action(ctx, movement, intent.client_secret),
        status="requires_action",
        event="setup_intent.requires_action",
    )


async def verify(
    ctx: Context, intent: SetupIntent, method: PaymentMethod, said: Said
) -> SetupIntent | Failure:
    """Set the account up if what was said is right; wrong tries are counted."""
    hidden = ctx.hidden(intent)
    kept: dict[str, Any] = hidden[KEPT]
    verdict = microdeposit.judge(ctx, kept, said)
    if verdict == "right":
        method = ctx.save(method, hidden=ctx.hidden(method) | {VERIFIED: True})
        follow(ctx, intent)
        return await _agreed(ctx, intent, method)
    if verdict == "wrong":
        ctx.save(intent, hidden={**hidden, KEPT: {**kept, "attempts": kept["attempts"] + 1}})
        return Failure(mismatch(said))
    return Failure(await _give_up(ctx, intent, method, *GIVEN_UP[verdict]))


async def failed(ctx: Context, matter: Matter) -> bool:
    """Give an intent up, of either kind, whose bank account has not taken the cent."""
    return await _failed(ctx, matter, *NOT_TAKEN)


async def timed_out(ctx: Context, matter: Matter) -> bool:
    """Give an intent up, of either kind, of which nobody has told the code in time."""
    return await _failed(ctx, matter, *GIVEN_UP["timeout"])


async def _failed(ctx: Context, matter: Matter, code: str, message: str) -> bool:
    made = await ctx.load(Microdeposit, matter.subject)
    if not made.intent.startswith("seti_"):
        return await verifying.failed(ctx, made, code, message)
    intent = await ctx.load(SetupIntent, made.intent)
    if not microdeposit.is_awaited(ctx, intent, made):
        return False
    method = await ctx.load(PaymentMethod, made.payment_method)
    await _give_up(ctx, intent, method, code, message)
    return True


async def _give_up(
    ctx: Context, intent: SetupIntent, method: PaymentMethod, code: str, message: str
) -> InvalidRequest:
    """Let another method be tried; returns the error that says why."""
    error = {
        "code": code,
        "doc_url": doc_url(ctx, code),
        "message": message,
        "payment_method": method,
        "type": "invalid_request_error",
    }
    follow(ctx, intent)
    failed = await given_up(ctx, intent, error)
    return InvalidRequest(message, code=code, extra={"setup_intent": failed})


async def _agreed(ctx: Context, intent: SetupIntent, method: PaymentMethod) -> SetupIntent:
    acceptance = terms_of(ctx, intent).acceptance or offline(ctx)
    if intent.customer is not None:
        method = attach(ctx, method, intent.customer, intent.customer_account)
    return await done(ctx, intent, await agreed(ctx, method, acceptance, intent))
