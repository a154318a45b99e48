"""Paying in a checkout session: the intent behind it, and what becomes of both.

A session has one intent, made at the first attempt. Its requests to the acquirer are named after
the session and the attempt, so a form that is sent twice asks for the money once.
"""

from typing import Any

import msgspec
from msgspec import to_builtins
from msgspec.structs import replace

from bezant.api.context import Context
from bezant.api.failure import Failure
from bezant.kernel.errors import InvalidRequest
from bezant.resources.checkout.opening import intent_wanted
from bezant.resources.checkout.payment_link import check_link, count_completed
from bezant.resources.checkout.session import CheckoutSession, CustomerDetails, Kept
from bezant.resources.core.customer import Customer
from bezant.resources.core.customer_params import CreateCustomer
from bezant.resources.core.customers import create as create_customer
from bezant.resources.core.payment_method import PaymentMethod
from bezant.resources.payments import intent_changes as changes
from bezant.resources.payments.confirming import confirm as confirmed
from bezant.resources.payments.following import SESSION
from bezant.resources.payments.payment_intent import PaymentIntent
from bezant.resources.payments.payment_intent_params import ConfirmPaymentIntent

_SUCCEEDED = "checkout.session.async_payment_succeeded"
_FAILED = "checkout.session.async_payment_failed"
_OVER = frozenset({"succeeded", "processing", "requires_capture"})
_WAITS = frozenset({"requires_payment_method", "requires_confirmation", "requires_action"})


def kept_of(ctx: Context, session: CheckoutSession) -> Kept:
    """Return the hidden part of a session."""
    return msgspec.convert(ctx.hidden(session), Kept)


def keep(ctx: Context, session: CheckoutSession, kept: Kept, **shown: Any) -> CheckoutSession:
    """Store a session with another hidden part."""
    hidden = ctx.hidden(session) | to_builtins(kept)
    return ctx.save(session, hidden=hidden, **shown)


async def intent_of_session(ctx: Context, session: CheckoutSession) -> PaymentIntent | None:
    """Return the intent behind a session, if anybody has tried to pay."""
    if session.payment_intent is None:
        return None
    return await ctx.load(PaymentIntent, session.payment_intent)


async def pay(
    ctx: Context, session: CheckoutSession, method: PaymentMethod
) -> CheckoutSession | Failure:
    """Try to get the money of an open session by a method that was made for it."""
    await check_link(ctx, session.payment_link)
    session = await _with_customer(ctx, session, method)
    intent = await _intent(ctx, session, method)
    changes.check_method(intent, method)
    asked = ConfirmPaymentIntent(return_url=f"{session.url}/return")
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
        return outcome
    return await followed(ctx, session, outcome, method)


async def followed(
    ctx: Context,
    session: CheckoutSession,
    intent: PaymentIntent,
    method: PaymentMethod | None = None,
) -> CheckoutSession:
    """Let a session stand as its intent does."""
    if session.status == "open" and intent.status in _OVER:
        return await _completed(ctx, session, intent, method)
    if session.status != "complete" or session.payment_status == "paid":
        return session
    kept = kept_of(ctx, session)
    done = replace(kept, waits=False)
    if intent.status == "succeeded":
        event = _SUCCEEDED if kept.waits else None
        return keep(ctx, session, done, payment_status="paid", event=event)
    if kept.waits and intent.status not in _OVER:
        return keep(ctx, session, done, event=_FAILED)
    return session


async def _completed(
    ctx: Context, session: CheckoutSession, intent: PaymentIntent, method: PaymentMethod | None
) -> CheckoutSession:
    if method is None:
        assert intent.payment_method is not None, f"{intent.id} was confirmed with a method"
        method = await changes.method_named(ctx, intent.payment_method)
    kept = kept_of(ctx, session)
    if session.payment_link is not None:
        await count_completed(ctx, session.payment_link)
    await _bring_up_to_date(ctx, session, kept, method)
    return keep(
        ctx,
        session,
        replace(kept, waits=intent.status == "processing"),
        customer=intent.customer,
        customer_details=_details(session, method),
        payment_intent=intent.id,
        payment_status="paid" if intent.status == "succeeded" else "unpaid",
        status="complete",
        url=None,
        event="checkout.session.completed",
    )


async def _intent(ctx: Context, session: CheckoutSession, method: PaymentMethod) -> PaymentIntent:
    """Return the intent of a session with a method to pay it by; the first attempt makes it."""
    if session.payment_intent is not None:
        intent = await ctx.load(PaymentIntent, session.payment_intent)
        if intent.status not in _WAITS:
            raise InvalidRequest(
                "The payment is under way already.", code="checkout_session_not_open"
            )
        return ctx.save(intent, customer=session.customer, payment_method=method.id)
    params = intent_wanted(kept_of(ctx, session).wanted)
    intent = await changes.intent_of(ctx, params, method)
    intent = replace(intent, customer=session.customer)  # Who may have been made a moment ago.
    base = f"{ctx.account}/{session.id}/{params.amount}{params.currency}"
    hidden = {"base": base, SESSION: session.id}
    return ctx.create(intent, event="payment_intent.created", hidden=hidden)


async def _with_customer(
    ctx: Context, session: CheckoutSession, method: PaymentMethod
) -> CheckoutSession:
    """Keep whoever pays as a customer, if that is wanted; a later attempt knows them better."""
    kept = kept_of(ctx, session)
    told = method.billing_details
    if session.customer is not None:
        if kept.own_customer:
            customer = await ctx.load(Customer, session.customer)
            known = (customer.email, customer.name, customer.phone)
            if known != (told.email, told.name, told.phone):
                ctx.save(customer, email=told.email, name=told.name, phone=told.phone,
                         event="customer.updated")  # fmt: skip
        return session
    if session.customer_creation != "always" and not kept.wanted.get("setup_future_usage"):
        return session
    customer = await create_customer(ctx, CreateCustomer(email=told.email, name=told.name,
                                                         phone=told.phone))  # fmt: skip
    if told.address.country or told.address.line1:
        ctx.save(customer, address=told.address)
    return keep(ctx, session, replace(kept, own_customer=True), customer=customer.id)


async def _bring_up_to_date(
    ctx: Context, session: CheckoutSession, kept: Kept, method: PaymentMethod
) -> None:
    """Let an existing customer have the name and the address that were typed in."""
    if session.customer is None or kept.own_customer or not kept.update:
        return
    customer = await ctx.load(Customer, session.customer)
    billing = method.billing_details
    told: dict[str, Any] = {"name": billing.name, "address": billing.address}
    new = {name: told[name] for name in kept.update if told[name]}
    if new:
        ctx.save(customer, event="customer.updated", **new)


def _details(session: CheckoutSession, method: PaymentMethod) -> CustomerDetails:
    billing = method.billing_details
    return CustomerDetails(
        address=billing.address,
        email=billing.email or session.email,
        name=billing.name,
        phone=billing.phone,
    )
