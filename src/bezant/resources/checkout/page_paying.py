"""Paying by the form of a checkout page: the session is found, tried, and shown as it stands then.

An attempt has a number, so what is sent twice is done once.
"""

import re
from collections.abc import Mapping
from hmac import compare_digest
from typing import NamedTuple

import falcon
import falcon.asgi

from bezant.api.context import Context, Stale
from bezant.api.failure import Failure
from bezant.api.runtime import Runtime
from bezant.kernel.codec import from_base62
from bezant.kernel.errors import ApiError, CardError
from bezant.kernel.ids import REQUEST_WIDTH, WIDTH
from bezant.kernel.log import get_logger
from bezant.resources.checkout.opening import PAGE
from bezant.resources.checkout.outcome import intent_of_session
from bezant.resources.checkout.page_fields import NUMBER
from bezant.resources.checkout.page_form import (
    cleaned,
    fields_of,
    gaps,
    kind_of,
    method_of,
    place_of,
    told_of,
)
from bezant.resources.checkout.page_view import NOTHING_SHOWN, Scene, Shown, view
from bezant.resources.checkout.page_ways import WAYS
from bezant.resources.checkout.page_web import acting, keep_token, lead, say, token_of
from bezant.resources.checkout.paying import pay
from bezant.resources.checkout.pricing import PARAM, begin
from bezant.resources.checkout.quantities import (
    AGAIN,
    NOTHING_CHOSEN,
    Chosen,
    asked_again,
    chosen_of,
)
from bezant.resources.checkout.session import CheckoutSession, check_open, kept_of
from bezant.resources.core.payment_method import PaymentMethod
from bezant.resources.payments.card import card_of
from bezant.resources.payments.mandating import AcceptanceParams, MandateData, OnlineParams
from bezant.resources.payments.payment_methods import create as create_method
from bezant.store.feed import BOOK_DIGITS

_PLACE = re.compile(
    rf"([0-9A-Za-z]{{{BOOK_DIGITS}}})([0-9A-Za-z]{{{WIDTH}}})([0-9A-Za-z]{{{2 * REQUEST_WIDTH}}})",
    re.ASCII,
)
LAST_BOOK = (1 << 63) - 1
_CHANGED = (
    "Nothing has been charged, for you have changed what you pay for. Look at the total, enter "
    "what is missing, and go on."
)
_NOT_MADE = "The payment could not be made, and nothing has been charged. Try again later."

log = get_logger(__name__)


class Visit(NamedTuple):
    """A session that was found, with a context that acts for its account."""

    ctx: Context
    session: CheckoutSession


class Sent(NamedTuple):
    """What was sent by the form, for which way to pay, and from where."""

    kind: str
    attempt: str
    typed: Mapping[str, str]
    address: str
    agent: str
    chosen: Chosen = NOTHING_CHOSEN

    @property
    def agreed(self) -> MandateData | None:
        """How whoever pays has agreed that their account is debited, if it is."""
        if not WAYS[self.kind].agrees:
            return None
        online = OnlineParams(ip_address=self.address, user_agent=self.agent)
        return MandateData(customer_acceptance=AcceptanceParams(online=online, type="online"))


def sent_of(
    session: CheckoutSession, request: falcon.asgi.Request, typed: Mapping[str, str]
) -> Sent:
    """Return what was sent by the form of a session."""
    kind = kind_of(session, typed.get("method"))
    return Sent(
        kind=kind,
        attempt=typed.get("attempt", ""),
        typed=cleaned(fields_of(session, kind), typed),
        address=request.remote_addr,
        agent=request.user_agent or "unknown",
        chosen=chosen_of(request.params),
    )


def chosen_anew(sent: Sent, request: falcon.asgi.Request, typed: Mapping[str, str]) -> Shown | None:
    """Return what is to be shown before anybody pays, if something else was chosen meanwhile."""
    chosen = asked_again(typed, request.params)
    if chosen is None:
        return None
    problem = "" if AGAIN in typed else _CHANGED
    return Shown(typed=sent.typed, problem=problem, kind=sent.kind, chosen=chosen)


async def find(runtime: Runtime, place: str) -> Visit | None:
    """Return the session at a place, if there is one."""
    parts = _PLACE.fullmatch(place)
    if parts is None or (book := from_base62(parts[1])) > LAST_BOOK:
        return None
    names = [f"cs_{mode}_{parts[2]}" for mode in ("test", "live")]
    rows = await runtime.reader.many([(book, CheckoutSession.kind(), name) for name in names])
    for row in rows.values():
        ctx = acting(runtime, row.hidden, livemode=row.id.startswith("cs_live_"))
        session = ctx.loaded(CheckoutSession, row, ctx.book)
        if compare_digest(kept_of(ctx, session).secret, parts[3]):
            return Visit(ctx, session)
    return None


async def take(found: Visit, sent: Sent) -> tuple[Visit, Shown]:
    """Pay by what was sent, if it is whole and new; returns what is to be shown of it."""
    attempt = str(kept_of(*found).attempts)
    if sent.attempt != attempt:
        if not await _is_another_card(found, sent):
            return found, Shown(kind=sent.kind)
        sent = sent._replace(attempt=attempt)
    if found.session.status == "open":
        wrong = gaps(fields_of(found.session, sent.kind), sent.typed)
        if wrong:
            return found, Shown(typed=sent.typed, wrong=wrong, kind=sent.kind)
    return await _pay(found, sent)


async def _is_another_card(found: Visit, sent: Sent) -> bool:
    """Tell whether somebody has gone back from their bank's question to pay by another card."""
    ctx = found.ctx.fresh()
    intent = await intent_of_session(ctx, found.session)
    if intent is None or intent.status != "requires_action" or intent.payment_method is None:
        return False
    asked = await ctx.find(PaymentMethod, intent.payment_method)
    typed = re.sub(r"\D", "", sent.typed.get(NUMBER, ""))
    if asked is None or asked.type != "card" or not typed:
        return False
    return not typed.endswith(card_of(asked)["last4"])


async def _pay(found: Visit, sent: Sent) -> tuple[Visit, Shown]:
    """Pay by what was typed in, as often as something else has changed meanwhile."""
    while True:
        ctx = found.ctx.again()
        session = await ctx.load(CheckoutSession, found.session.id)
        found = Visit(ctx, session)
        if session.status != "open" or str(kept_of(ctx, session).attempts) != sent.attempt:
            await ctx.undo()
            return found, Shown(kind=sent.kind)
        try:
            check_open(ctx, session)
            session = await begin(ctx, session, sent.chosen)
            more = kept_of(ctx, session).method
            method = await create_method(ctx, method_of(session, sent.kind, sent.typed, more))
            told = told_of(session, sent.typed)
            outcome = await pay(ctx, session, method, sent.agreed, told)
            await ctx.write()
        except Stale:
            continue
        except ApiError as problem:
            await ctx.undo()
            return Visit(ctx.fresh(), session), _told(problem, sent)
        if isinstance(outcome, Failure):
            return Visit(ctx, ctx.current(session)), _told(outcome.error, sent)
        return Visit(ctx, outcome), Shown(typed=sent.typed, kind=sent.kind)


async def show(
    request: falcon.asgi.Request,
    response: falcon.asgi.Response,
    found: Visit,
    place: str,
    shown: Shown = NOTHING_SHOWN,
    *,
    leads: bool = False,
) -> None:
    """Show the page as the session stands; or lead on to where it goes from here."""
    runtime, path = found.ctx.runtime, f"{PAGE}/{place}"
    token = token_of(request, runtime)
    chosen = shown.chosen or chosen_of(request.params)
    scene = Scene(path=path, hidden={"token": token}, chosen=chosen)
    seen = await view(found.ctx.fresh(), found.session.id, scene, shown)
    if leads and seen.onward is not None:
        lead(response, seen.onward)
        return
    keep_token(response, runtime, path, token)
    say(response, falcon.HTTP_200, seen.page)


def _told(problem: ApiError, sent: Sent) -> Shown:
    """Return what to say of an error, beside its field if it has one."""
    place = place_of(sent.kind, problem.param)
    if place is not None:
        return Shown(typed=sent.typed, wrong={place: problem.message}, kind=sent.kind)
    if problem.param == PARAM:
        return Shown(typed=sent.typed, problem=problem.message, kind=sent.kind)
    if isinstance(problem, CardError):
        text = f"{problem.message} Nothing has been charged: try again, or pay in another way."
        return Shown(typed=sent.typed, problem=text, kind=sent.kind)
    log.warning("checkout_payment_refused", problem=problem.message)
    return Shown(typed=sent.typed, problem=_NOT_MADE, kind=sent.kind)
