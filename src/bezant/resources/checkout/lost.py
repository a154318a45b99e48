"""What was held for a session that ended in the same moment: it is given back to the cardholder.

An attempt asks the card's bank before it is committed. If the session has expired meanwhile, the
attempt leads to nothing, and nobody would know of what the bank holds.
"""

from typing import NamedTuple

from bezant.api.context import Context, Stale
from bezant.rail.cards import CardRequest
from bezant.resources.checkout.outcome import intent_of_session
from bezant.resources.checkout.session import CheckoutSession
from bezant.resources.payments.ask_card import ask_later
from bezant.resources.payments.capturing import authorization_of, reversal_of
from bezant.resources.payments.charge import Charge
from bezant.resources.payments.payment_intent import PaymentIntent


class Lost(NamedTuple):
    """What an attempt holds that was not committed: its authorization, and how it is undone."""

    authorization: str
    charge: str
    reversal: CardRequest


def lost_in(ctx: Context, session: CheckoutSession) -> Lost | None:
    """Return what a run holds for a session that it could not commit, if it holds anything."""
    intent = ctx.made(PaymentIntent, ctx.current(session).payment_intent or "")
    charge = ctx.made(Charge, (intent.latest_charge if intent else None) or "")
    if intent is None or charge is None or not charge.paid or not _is_card(charge):
        return None
    held = authorization_of(ctx, charge).id
    return Lost(held, charge.id, reversal_of(ctx, charge, intent.money))


async def give_back_lost(ctx: Context, session: CheckoutSession, lost: Lost | None) -> None:
    """Let what is held be given back, unless the session was paid by it after all."""
    while lost is not None:
        own = ctx.fresh()
        intent = await intent_of_session(own, await own.load(CheckoutSession, session.id))
        if isinstance(intent, PaymentIntent) and intent.latest_charge is not None:
            charge = await own.load(Charge, intent.latest_charge)
            if _is_card(charge) and authorization_of(own, charge).id == lost.authorization:
                return
        ask_later(own, lost.reversal, lost.charge)
        try:
            await own.write()
        except Stale:
            continue
        return


def _is_card(charge: Charge) -> bool:
    return (charge.payment_method_details or {}).get("type") == "card"
