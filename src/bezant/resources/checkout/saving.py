"""Saving a card in a checkout session: the setup intent behind it, for payments to come."""

from typing import Any

from msgspec.structs import replace

from bezant.api.context import Context
from bezant.api.decoders import decoder
from bezant.api.failure import Failure
from bezant.kernel.errors import InvalidRequest
from bezant.resources.checkout.outcome import WAITS, followed, keep, kept_of
from bezant.resources.checkout.session import CheckoutSession
from bezant.resources.core.payment_method import PaymentMethod
from bezant.resources.payments import setup_changes as changes
from bezant.resources.payments.following import SESSION
from bezant.resources.payments.setting_up import confirm as confirmed
from bezant.resources.payments.setup_intent import SetupIntent
from bezant.resources.payments.setup_intent_params import ConfirmSetupIntent, CreateSetupIntent

_wanted = decoder(CreateSetupIntent, json=True)


async def save_card(
    ctx: Context, session: CheckoutSession, method: PaymentMethod
) -> CheckoutSession | Failure:
    """Try to set a card up; a customer that the session names keeps it."""
    intent = await _intent(ctx, session, method)
    changes.check_method(ctx, intent, method)
    asked = ConfirmSetupIntent(return_url=f"{session.url}/return")
    terms = changes.terms_of(ctx, intent, asked)
    kept = kept_of(ctx, session)
    session = keep(ctx, session, replace(kept, attempts=kept.attempts + 1), setup_intent=intent.id)
    outcome = await confirmed(ctx, intent, method, terms)
    if isinstance(outcome, Failure):
        return outcome
    return await followed(ctx, session, outcome, method)


async def _intent(ctx: Context, session: CheckoutSession, method: PaymentMethod) -> SetupIntent:
    """Return the intent of a session with a method to set up; the first attempt makes it."""
    if session.setup_intent is not None:
        intent = await ctx.load(SetupIntent, session.setup_intent)
        if intent.status not in WAITS:
            raise InvalidRequest("The card is saved already.", code="checkout_session_not_open")
        return ctx.save(intent, payment_method=method.id)
    wanted: dict[str, Any] = kept_of(ctx, session).wanted
    intent = await changes.intent_of(ctx, _wanted(wanted), method)
    hidden = ctx.hidden(intent) | {"base": f"{ctx.account}/{session.id}", SESSION: session.id}
    return ctx.save(intent, hidden=hidden)
