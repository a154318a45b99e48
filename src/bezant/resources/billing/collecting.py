"""Collecting: asking for the money of an invoice by a payment method of the customer's.

An invoice has one intent, whose requests to the acquirer are named after the invoice and the
attempt: whatever asks at the same time asks for the money once.
"""

from typing import NamedTuple

from msgspec.structs import replace

from bezant.api.context import Context
from bezant.api.failure import Failure
from bezant.kernel.codec import unix_seconds
from bezant.kernel.errors import CardError, InvalidRequest
from bezant.resources.billing.finalizing import customer_of
from bezant.resources.billing.invoice import Invoice, keep, kept_of
from bezant.resources.billing.invoice_outcome import COLLECTABLE, followed, retries
from bezant.resources.billing.invoice_params import PayInvoice
from bezant.resources.billing.subscription import Subscription
from bezant.resources.core.card_object import Card
from bezant.resources.core.customer import Customer
from bezant.resources.core.customer_source import METHOD
from bezant.resources.core.payment_method import PaymentMethod
from bezant.resources.payments import intent_changes as changes
from bezant.resources.payments.confirming import Attempt, asks_cardholder
from bezant.resources.payments.mandating import MandateData, acceptance_of
from bezant.resources.payments.paying import confirm as confirmed
from bezant.resources.payments.payment_intent import PaymentIntent

_UNDER_WAY = frozenset({"processing", "requires_capture"})
_AUTHENTICATE = "authentication_required"


class PayerPage(NamedTuple):
    """The page on which somebody pays: how they agree to a debit, and where they come back to."""

    agreed: MandateData | None
    return_url: str


class Collected(NamedTuple):
    """An invoice as it stands after it was collected, and the error if it was not paid by that.

    A failure commits together with what has happened; return it to tell the client.
    """

    invoice: Invoice
    failure: Failure | None = None


async def collect(
    ctx: Context,
    invoice: Invoice,
    *,
    off_session: bool,
    method: PaymentMethod | None = None,
    page: PayerPage | None = None,
) -> Collected:
    """Ask for the money of an open invoice, and return it as it stands then.

    A declined card is a failure that is returned. Raises InvalidRequest when there is nothing to
    pay by, or the method is not for this customer or these payments. `page` is the one on which
    whoever pays is at this moment.
    """
    assert invoice.status in COLLECTABLE, "only what is owed is collected"
    customer = await customer_of(ctx, invoice)
    intent = await intent_of_invoice(ctx, invoice)
    if intent.status == "succeeded" or intent.status in _UNDER_WAY:
        return Collected(await followed(ctx, invoice, intent, customer))
    method = method or await method_for(ctx, invoice, customer)
    if method is None:
        raise no_method(invoice)
    changes.check_method(ctx, intent, method)
    invoice = count(ctx, invoice)
    attempt = Attempt(
        platform=ctx.caller.platform,
        off_session=off_session,
        recurring=invoice.subscription is not None,
        acceptance=acceptance_of(ctx, page.agreed if page else None),
        return_url=page.return_url if page else None,
        use_stripe_sdk=page is None,
    )
    outcome = await _attempt(ctx, intent, method, attempt)
    if off_session and isinstance(outcome, Failure) and outcome.error.code == _AUTHENTICATE:
        again = replace(attempt, off_session=False)
        outcome = await _attempt(ctx, ctx.current(intent), method, again)
    intent = ctx.current(intent)
    invoice = await followed(ctx, ctx.current(invoice), intent, customer)
    if isinstance(outcome, Failure):
        return Collected(invoice, outcome)
    return Collected(invoice, _unfinished(intent))


async def intent_of_invoice(ctx: Context, invoice: Invoice) -> PaymentIntent:
    """Return the intent that pays a finalized invoice of which something is due."""
    name = kept_of(ctx, invoice).intent
    assert name is not None, "what is due has an intent"
    return ctx.made(PaymentIntent, name) or await ctx.load(PaymentIntent, name)


async def method_for(
    ctx: Context, invoice: Invoice, customer: Customer | None
) -> PaymentMethod | None:
    """Return what an invoice is paid by: its own default, its subscription's or its customer's.

    One that was detached does not pay any more.
    """
    subscription = None
    if invoice.subscription is not None:
        subscription = ctx.made(Subscription, invoice.subscription) or await ctx.find(
            Subscription, invoice.subscription
        )
    for holder in (invoice, subscription):
        if holder is not None and holder.default_payment_method is not None:
            method = await changes.method_named(ctx, holder.default_payment_method)
            if method.customer == invoice.customer:
                return method
        elif holder is not None and holder.default_source is not None:
            return await _of_source(ctx, holder.default_source)
    if customer is None:
        return None
    default = customer.invoice_settings.default_payment_method
    if default is not None:
        return await changes.method_named(ctx, default)
    source = customer.default_source
    return None if source is None else await _of_source(ctx, source)


async def method_sent(ctx: Context, params: PayInvoice) -> PaymentMethod | None:
    """Return what an invoice is to be paid by, if that is said."""
    if params.source is None:
        name = params.payment_method
        return None if name is None else await changes.method_named(ctx, name)
    if params.payment_method is not None:
        raise InvalidRequest("Send either payment_method or source, not both.", param="source")
    return await _of_source(ctx, params.source)


async def check_idle(ctx: Context, invoice: Invoice) -> None:
    """Refuse to ask for money that has been asked for."""
    if (await intent_of_invoice(ctx, invoice)).status in _UNDER_WAY:
        raise InvalidRequest(
            f"The payment of the invoice {invoice.id} is under way: its bank has been asked for "
            "the money, which takes days.",
            code="payment_intent_unexpected_state",
        )


def count(ctx: Context, invoice: Invoice) -> Invoice:
    """Count an attempt as the one that the invoice makes by itself, if that is due."""
    again = invoice.next_payment_attempt
    if not retries(ctx, invoice) or again is None or again > unix_seconds(ctx.now()):
        return invoice
    kept = kept_of(ctx, invoice)
    return keep(ctx, invoice, replace(kept, tries=kept.tries + 1), next_payment_attempt=None)


def no_method(invoice: Invoice) -> InvalidRequest:
    """Return the error of an invoice that nobody has said how to pay."""
    return InvalidRequest(
        f"The customer {invoice.customer} has no default payment method: set "
        "`invoice_settings[default_payment_method]` of the customer, or send `payment_method`.",
        code="resource_missing",
    )


async def _attempt(
    ctx: Context, intent: PaymentIntent, method: PaymentMethod, attempt: Attempt
) -> PaymentIntent | Failure:
    intent = ctx.save(intent, payment_method=method.id)
    return await confirmed(ctx, intent, method, attempt)


async def _of_source(ctx: Context, name: str) -> PaymentMethod:
    """Return a customer's source as a payment method; some are payment methods by themselves."""
    card = ctx.made(Card, name) or await ctx.find(Card, name)
    return await changes.method_named(ctx, name if card is None else ctx.hidden(card)[METHOD])


def _unfinished(intent: PaymentIntent) -> Failure | None:
    """Return the error of a payment that waits for its cardholder, as clients are told of it."""
    if not asks_cardholder(intent):
        return None
    return Failure(
        CardError(
            "This payment requires additional user action before it can be completed: confirm the "
            "PaymentIntent of the invoice in the customer's browser, by its "
            "`confirmation_secret`.",
            code="invoice_payment_intent_requires_action",
        )
    )
