"""Saving a payment method in a checkout session, by a setup intent, for payments to come."""

from typing import Any

from msgspec.structs import replace

from bezant.api.context import Context
from bezant.api.decoders import decoder
from bezant.api.failure import Failure
from bezant.kernel.errors import InvalidRequest
from bezant.resources.checkout.outcome import WAITS, followed
from bezant.resources.checkout.session import CheckoutSession, keep, kept_of
from bezant.resources.core.payment_method import PaymentMethod
from bezant.resources.payments import setup_changes as changes
from bezant.resources.payments.following import SESSION
from bezant.resources.payments.mandating import MandateData
from bezant.resources.payments.setting_up import confirm as by_card
from bezant.resources.payments.setting_up_banks import confirm as by_bank
from bezant.resources.payments.setup_intent import SetupIntent
from bezant.resources.payments.setup_intent_params import ConfirmSetupIntent, CreateSetupIntent

setup_wanted = decoder(CreateSetupIntent, json=True)


async def save(
    ctx: Context,
    session: CheckoutSession,
    method: PaymentMethod,
    agreed: MandateData | None = None,
) -> CheckoutSession | Failure:
    """Try to set a method up; a customer that the session names keeps it.

    `agreed` says how its holder has agreed that it is debited later.
    """
    intent = await _intent(ctx, session, method)
    changes.check_method(ctx, intent, method)
    asked = ConfirmSetupIntent(return_url=f"{session.url}/return", mandate_data=agreed)
    terms = changes.terms_of(ctx, intent, asked)
    kept = kept_of(ctx, session)
    session = keep(ctx, session, replace(kept, attempts=kept.attempts + 1), setup_intent=intent.id)
    confirm = by_card if method.type == "card" else by_bank
    outcome = await confirm(ctx, intent, method, terms)
    if isinstance(outcome, Failure):
        return outcome
    return await followed(ctx, session, outcome, method)


async def _intent(ctx: Context, session: CheckoutSession, method: PaymentMethod) -> SetupIntent:
    """Return the intent of a session with a method to set up; the first attempt makes it."""
    if session.setup_intent is not None:
        intent = await ctx.load(SetupIntent, session.setup_intent)
        if intent.status not in WAITS:
            raise InvalidRequest(
                "The payment method is saved already.", code="checkout_session_not_open"
            )
        return ctx.save(intent, payment_method=method.id)
    wanted: dict[str, Any] = kept_of(ctx, session).wanted
    intent = await changes.intent_of(ctx, setup_wanted(wanted), method)
    intent = replace(intent, customer=session.customer)  # Who may have been made a moment ago.
    hidden = ctx.hidden(intent) | {"base": f"{ctx.account}/{session.id}", SESSION: session.id}
    return ctx.save(intent, hidden=hidden)
