"""What becomes of a checkout session as its intent goes on: paid, held, waiting, come back."""

from typing import Any

from msgspec.structs import replace

from bezant.api.context import Context
from bezant.resources.checkout.coupon_places import let_go_coupon, redeem_coupon
from bezant.resources.checkout.link_places import count_completed, give_back
from bezant.resources.checkout.session import (
    CheckoutSession,
    CustomerDetails,
    Kept,
    keep,
    kept_of,
)
from bezant.resources.checkout.subscription_of import completed
from bezant.resources.core.customer import Customer
from bezant.resources.core.payment_method import PaymentMethod
from bezant.resources.payments.following import COMPLETED
from bezant.resources.payments.intent_changes import method_named
from bezant.resources.payments.payment_intent import PaymentIntent
from bezant.resources.payments.setup_intent import SetupIntent

_SUCCEEDED = "checkout.session.async_payment_succeeded"
_FAILED = "checkout.session.async_payment_failed"
_OVER = frozenset({"succeeded", "processing", "requires_capture"})
WAITS = frozenset({"requires_payment_method", "requires_confirmation", "requires_action"})
"""States in which an intent can be confirmed, or canceled."""
_PROMISED = frozenset({"display_bank_transfer_instructions", "verify_with_microdeposits"})
"""What whoever pays does later, and not on the page: with that they have done their part there."""
_LOST = frozenset({"requires_payment_method", "canceled"})

Intent = PaymentIntent | SetupIntent


async def intent_of_session(ctx: Context, session: CheckoutSession) -> Intent | None:
    """Return the intent behind a session, if anybody has tried to pay or to save a card."""
    if session.setup_intent is not None:
        return await ctx.load(SetupIntent, session.setup_intent)
    name = session.payment_intent or kept_of(ctx, session).intent
    return None if name is None else await ctx.load(PaymentIntent, name)


async def followed(
    ctx: Context,
    session: CheckoutSession,
    intent: Intent,
    method: PaymentMethod | None = None,
) -> CheckoutSession:
    """Let a session stand as its intent does."""
    if session.status == "open":
        if is_done(intent):
            return await _completed(ctx, session, intent, method)
        if intent.status in _LOST:
            await give_back(ctx, session)
            await let_go_coupon(ctx, session)
        return session
    kept = kept_of(ctx, session)
    if session.status != "complete" or session.payment_status != "unpaid":
        return session
    done = replace(kept, waits=False)
    if intent.status == "succeeded":
        event = _SUCCEEDED if kept.waits else None
        return keep(ctx, session, done, payment_status="paid", event=event)
    if kept.waits and intent.status in _LOST:
        return keep(ctx, session, done, event=_FAILED)
    return session


def is_done(intent: Intent) -> bool:
    """Tell whether whoever pays has done their part on the page."""
    asked = (intent.next_action or {}).get("type")
    return intent.status in _OVER or (intent.status == "requires_action" and asked in _PROMISED)


async def _completed(
    ctx: Context, session: CheckoutSession, intent: Intent, method: PaymentMethod | None
) -> CheckoutSession:
    if method is None:
        assert intent.payment_method is not None, f"{intent.id} was confirmed with a method"
        method = await method_named(ctx, intent.payment_method)
    kept = kept_of(ctx, session)
    await count_completed(ctx, session)
    await _bring_up_to_date(ctx, session, kept, method)
    told: dict[str, Any] = {}
    if session.mode == "subscription":
        told = await completed(ctx, session, intent, method.id)
    elif session.mode == "payment":
        told["payment_status"] = "paid" if intent.status == "succeeded" else "unpaid"
        told["total_details"] = await redeem_coupon(ctx, session, intent.customer)
    if intent.status == "requires_action":  # The session is over, and no page confirms it now.
        ctx.save(ctx.current(intent), hidden=ctx.hidden(intent) | {COMPLETED: True})
    return keep(
        ctx,
        session,
        replace(kept, waits=intent.status in ("processing", "requires_action")),
        customer=intent.customer,
        customer_details=_details(session, method),
        status="complete",
        url=None,
        event="checkout.session.completed",
        **told,
    )


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
    billing, known = method.billing_details, session.collected_information
    return CustomerDetails(
        address=billing.address,
        business_name=known.business_name if known else None,
        email=billing.email or session.email,
        individual_name=known.individual_name if known else None,
        name=billing.name,
        phone=billing.phone,
    )
