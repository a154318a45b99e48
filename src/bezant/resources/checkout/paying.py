"""Paying in a checkout session: the intent behind it, and what becomes of both.

A session has one intent, made at the first attempt. Its requests to the acquirer are named after
the session and the attempt, so a form that is sent twice asks for the money once.
"""

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from bezant.api.context import Context
from bezant.api.failure import Failure
from bezant.kernel.errors import InvalidRequest
from bezant.resources.checkout.collecting import shipping_to
from bezant.resources.checkout.coupon_places import let_go_coupon
from bezant.resources.checkout.link_places import give_back
from bezant.resources.checkout.opening_ways import intent_wanted
from bezant.resources.checkout.outcome import WAITS, followed
from bezant.resources.checkout.payer import with_customer
from bezant.resources.checkout.saving import save
from bezant.resources.checkout.session import CheckoutSession, keep, kept_of
from bezant.resources.checkout.subscribing import pay_first
from bezant.resources.core.payment_method import PaymentMethod
from bezant.resources.payments import intent_changes as changes
from bezant.resources.payments.asking import burn, burnt
from bezant.resources.payments.following import SESSION
from bezant.resources.payments.mandating import MandateData
from bezant.resources.payments.paying import confirm as confirmed
from bezant.resources.payments.payment_intent import PaymentIntent
from bezant.resources.payments.payment_intent_params import ConfirmPaymentIntent

NOTHING_TOLD: Mapping[str, Any] = {}


async def pay(
    ctx: Context,
    session: CheckoutSession,
    method: PaymentMethod,
    agreed: MandateData | None = None,
    told: Mapping[str, Any] = NOTHING_TOLD,
) -> CheckoutSession | Failure:
    """Try to get the money of an open session by a method, or to save that for later.

    `agreed` says how whoever pays has agreed that their bank account is debited, `told` is what
    else the session keeps of what they have said. A session of a link has claimed its place.
    """
    if session.mode == "subscription":
        return await pay_first(ctx, session, method, agreed, told)
    session = ctx.save(session, **told)
    if session.mode == "setup":
        return await save(ctx, session, method, agreed)
    session = await with_customer(ctx, session, method)
    intent = await _intent(ctx, session, method)
    shipping = shipping_to(session.collected_information)
    if shipping is not None:
        intent = ctx.save(intent, shipping=shipping)
    changes.check_method(ctx, intent, method)
    asked = ConfirmPaymentIntent(return_url=f"{session.url}/return", mandate_data=agreed)
    attempt = changes.attempt_of(ctx, intent, asked)
    kept = kept_of(ctx, session)
    session = keep(
        ctx,
        session,
        replace(kept, attempts=kept.attempts + 1),
        payment_intent=intent.id,
    )
    outcome = await confirmed(ctx, intent, method, attempt)
    if isinstance(outcome, Failure):
        await give_back(ctx, session)
        await let_go_coupon(ctx, session)
        return outcome
    return await followed(ctx, session, outcome, method)


async def _intent(ctx: Context, session: CheckoutSession, method: PaymentMethod) -> PaymentIntent:
    """Return the intent of a session with a method to pay it by; the first attempt makes it."""
    if session.payment_intent is not None:
        intent = await ctx.load(PaymentIntent, session.payment_intent)
        if intent.status not in WAITS:
            raise InvalidRequest(
                "The payment is under way already.", code="checkout_session_not_open"
            )
        assert session.amount_total is not None, "a payment has a total"
        return ctx.save(
            intent,
            amount=session.amount_total,
            customer=session.customer,
            payment_method=method.id,
        )
    params = intent_wanted(kept_of(ctx, session).wanted)
    intent = await changes.intent_of(ctx, params, method)
    intent = replace(intent, customer=session.customer)  # Who may have been made a moment ago.
    times = burnt(ctx.hidden(session))
    base = f"{ctx.account}/{session.id}{times}/{params.amount}{params.currency}"
    hidden = {"base": base, SESSION: session.id}
    return ctx.create(intent, event="payment_intent.created", hidden=hidden)


async def session_fence(ctx: Context, name: str) -> str | None:
    """Use up the names of the requests of a session's first attempt, which makes its intent."""
    session = await ctx.load(CheckoutSession, name)
    ctx.save(session, hidden=burn(ctx.hidden(session)))
    return session.payment_intent
