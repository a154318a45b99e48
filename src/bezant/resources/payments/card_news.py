"""News of cards: what the simulated network is about to say of a payment of a moment ago.

While the sandbox hurries, whoever asks for the disputes of a payment gets those that its card
always brings: examples and tests ask at once, and do not wait for a calendar.
"""

from typing import Protocol

from bezant.api.context import Context
from bezant.kernel.codec import unix_seconds
from bezant.rail.cards import About
from bezant.resources.payments.charge import Charge
from bezant.resources.payments.dispute import Dispute
from bezant.resources.payments.payment_intent import PaymentIntent
from bezant.store.objects import Page

PATIENCE_SECONDS = 15.0
_PAUSE_SECONDS = 0.05
_NEW_SECONDS = 60
_MOST = 10


class CardNews(Protocol):
    """Knows what is on its way; there is none in live mode."""

    async def disputes_of(self, about: About) -> int | None:
        """Return how many disputes a payment has or will have; None while that is not known."""
        ...


async def news_is_out(ctx: Context, *, charge: str | None, intent: str | None) -> None:
    """Wait until every dispute of a payment of test mode has been told that is to be."""
    news: CardNews | None = ctx.runtime.ports.get(CardNews)
    if news is None or ctx.livemode or not ctx.runtime.hurries:
        return
    if charge is None and intent is not None:
        paid = await ctx.find(PaymentIntent, intent)
        charge = paid.latest_charge if paid else None
    found = await ctx.find(Charge, charge) if charge else None
    if found is None or not found.amount_captured or not _is_new_by_card(ctx, found):
        return
    about = About(ctx.caller.platform, ctx.account, found.id)
    clock = ctx.runtime.clock
    deadline = clock.monotonic() + PATIENCE_SECONDS
    while clock.monotonic() < deadline:
        expected = await news.disputes_of(about)
        if expected is not None and await _told(ctx, found.id) >= expected:
            return
        await clock.sleep(_PAUSE_SECONDS)


def _is_new_by_card(ctx: Context, charge: Charge) -> bool:
    age = unix_seconds(ctx.now()) - charge.created
    return age < _NEW_SECONDS and "card" in (charge.payment_method_details or {})


async def _told(ctx: Context, charge: str) -> int:
    bodies, _ = await ctx.page(Dispute, Page(limit=_MOST, filters={"source": charge}))
    return len(bodies)
