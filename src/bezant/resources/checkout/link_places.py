"""The places of a payment link that takes only so many payments.

A session claims one before anybody is asked for money, so that nobody is charged for whom there
was none left. It gives the place back when its payment fails, or when its time is over.
"""

from typing import Any

from msgspec.structs import replace

from bezant.api.context import Context, Stale
from bezant.kernel.errors import InvalidRequest
from bezant.resources.checkout.payment_link import PaymentLink, Restrictions
from bezant.resources.checkout.session import CheckoutSession, check_open

CLAIMS = "claims"
"""Where a link's hidden part has the sessions that have a place and have not paid yet."""
_LAST = "Somebody else is paying for the last one at this moment. Try again in a while."
_OVER = "This payment link is no longer active."


def why_over(ctx: Context, link: PaymentLink, session: str = "") -> str:
    """Return why nobody can pay through a link any more, or why this session can't now."""
    if not link.active or link.used_up:
        return link.inactive_message or _OVER
    if link.restrictions is None:
        return ""
    others = [each for each in _claims(ctx, link) if each != session]
    completed = link.restrictions.completed_sessions
    return _LAST if completed.count + len(others) >= completed.limit else ""


def check_active(ctx: Context, link: PaymentLink, session: str = "") -> None:
    """Refuse a link that is over."""
    if why := why_over(ctx, link, session):
        raise InvalidRequest(why, code="payment_link_inactive")


async def claim(ctx: Context, session: CheckoutSession) -> CheckoutSession:
    """Let a session have a place of its link's; returns the session as it is now.

    That is committed at once, and done again it changes nothing. InvalidRequest says that the link
    is over, or that all its places are taken.
    """
    if session.payment_link is None:
        return session
    while True:
        own = ctx.fresh()
        link = await own.load(PaymentLink, session.payment_link)
        check_active(own, link, session.id)
        if link.restrictions is None or session.id in _claims(own, link):
            break
        # The session is written too: whoever ends it meanwhile has to look at the link again.
        current = await own.load(CheckoutSession, session.id)
        check_open(own, current)
        own.save(current)
        _claimed(own, link, [*_claims(own, link), session.id])
        try:
            await own.write()
        except Stale:
            continue
        break
    return await ctx.load(CheckoutSession, session.id)


async def give_back(ctx: Context, session: CheckoutSession) -> None:
    """Let somebody else have the place that a session had, if it had one."""
    link = await _limited(ctx, session)
    if link is not None and session.id in (claims := _claims(ctx, link)):
        _claimed(ctx, link, [each for each in claims if each != session.id])


async def count_completed(ctx: Context, session: CheckoutSession) -> None:
    """Count a payment through a link that only takes so many; the last one ends it."""
    link = await _limited(ctx, session)
    if link is None or link.restrictions is None:
        return
    completed = link.restrictions.completed_sessions
    now = replace(completed, count=completed.count + 1)
    changes: dict[str, Any] = {"restrictions": Restrictions(now)}
    if now.count >= now.limit:
        changes["active"] = False
    left = [each for each in _claims(ctx, link) if each != session.id]
    hidden = ctx.hidden(link) | {CLAIMS: left}
    ctx.save(link, event="payment_link.updated", hidden=hidden, **changes)


async def _limited(ctx: Context, session: CheckoutSession) -> PaymentLink | None:
    if session.payment_link is None:
        return None
    link = await ctx.load(PaymentLink, session.payment_link)
    return None if link.restrictions is None else link


def _claims(ctx: Context, link: PaymentLink) -> list[str]:
    return ctx.hidden(link).get(CLAIMS, [])


def _claimed(ctx: Context, link: PaymentLink, claims: list[str]) -> None:
    ctx.save(link, hidden=ctx.hidden(link) | {CLAIMS: claims})
