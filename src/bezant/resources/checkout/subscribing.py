"""Paying in a session that begins a subscription: the first invoice, by the intent that it has.

Where nothing is due yet, what later invoices are paid by is set up in its place.
"""

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from bezant.api.context import Context
from bezant.api.failure import Failure
from bezant.kernel.errors import InvalidRequest
from bezant.resources.billing.finalizing import customer_of
from bezant.resources.billing.invoice import Invoice
from bezant.resources.billing.invoice_outcome import followed as invoice_followed
from bezant.resources.billing.subscription import Subscription
from bezant.resources.checkout.collecting import shipping_to
from bezant.resources.checkout.link_places import give_back
from bezant.resources.checkout.outcome import WAITS, followed
from bezant.resources.checkout.payer import with_customer
from bezant.resources.checkout.saving import save
from bezant.resources.checkout.session import CheckoutSession, keep, kept_of
from bezant.resources.checkout.subscription_of import prepare
from bezant.resources.core.payment_method import PaymentMethod
from bezant.resources.payments import intent_changes as changes
from bezant.resources.payments.mandating import MandateData
from bezant.resources.payments.paying import confirm as confirmed
from bezant.resources.payments.payment_intent import PaymentIntent
from bezant.resources.payments.payment_intent_params import ConfirmPaymentIntent


async def pay_first(
    ctx: Context,
    session: CheckoutSession,
    method: PaymentMethod,
    agreed: MandateData | None,
    told: Mapping[str, Any],
) -> CheckoutSession | Failure:
    """Try to get the money of a subscription's first invoice by a method, which pays later ones."""
    if not session.amount_total:
        session = await with_customer(ctx, ctx.save(session, **told), method)
        return await save(ctx, session, method, agreed)
    session = await prepare(ctx, session, method.billing_details)
    session = await with_customer(ctx, ctx.save(session, **told), method)
    intent = await _intent(ctx, session)
    changes.check_method(ctx, intent, method)
    shipping = shipping_to(session.collected_information)
    intent = ctx.save(intent, payment_method=method.id, shipping=shipping or intent.shipping)
    asked = ConfirmPaymentIntent(return_url=f"{session.url}/return", mandate_data=agreed)
    attempt = replace(changes.attempt_of(ctx, intent, asked), recurring=True)
    kept = kept_of(ctx, session)
    session = keep(ctx, session, replace(kept, attempts=kept.attempts + 1))
    outcome = await confirmed(ctx, intent, method, attempt)
    await _tell_invoice(ctx, session, ctx.current(intent))
    if isinstance(outcome, Failure):
        await give_back(ctx, session)
        return outcome
    return await followed(ctx, session, outcome, method)


async def _intent(ctx: Context, session: CheckoutSession) -> PaymentIntent:
    """Return the intent of a session's first invoice, which has been made before."""
    name = kept_of(ctx, session).intent
    assert name is not None, "the subscription is stored"
    intent = await ctx.load(PaymentIntent, name)
    if intent.status not in WAITS:
        canceled = intent.status == "canceled"
        why = "is not awaited any more" if canceled else "is under way already"
        raise InvalidRequest(f"The payment {why}.", code="checkout_session_not_open")
    return intent


async def _tell_invoice(ctx: Context, session: CheckoutSession, intent: PaymentIntent) -> None:
    """Let the first invoice stand as its intent does."""
    subscription = await ctx.load(Subscription, kept_of(ctx, session).subscription or "")
    invoice = await ctx.load(Invoice, subscription.latest_invoice or "")
    await invoice_followed(ctx, invoice, intent, await customer_of(ctx, invoice))
