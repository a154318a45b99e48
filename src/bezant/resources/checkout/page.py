"""`/c/pay/…`: the page on which somebody pays, and `/buy/…`, which opens one for a payment link.

Whoever has the address may pay; the form is taken only from a page that we have shown, by a token
that is in it and in a cookie. Its attempt has a number, so what is sent twice is done once.
"""

import re
from collections.abc import Mapping
from hmac import compare_digest
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

import falcon
import falcon.asgi

from bezant.api.context import Context, Stale
from bezant.api.failure import Failure
from bezant.api.runtime import Runtime
from bezant.db.errors import Error
from bezant.kernel.codec import decode_json, from_base62
from bezant.kernel.errors import ApiError, CardError
from bezant.kernel.ids import REQUEST_WIDTH, WIDTH
from bezant.kernel.log import get_logger
from bezant.resources.checkout import page_html as html
from bezant.resources.checkout.link_visit import Visitor, visit
from bezant.resources.checkout.opening import PAGE
from bezant.resources.checkout.outcome import followed, intent_of_session, kept_of
from bezant.resources.checkout.page_form import gaps, is_email, kind_of, method_of, place_of
from bezant.resources.checkout.page_view import NOTHING_SHOWN, Shown, view
from bezant.resources.checkout.page_web import acting, guard, nothing, out_of_reach, say
from bezant.resources.checkout.paying import pay
from bezant.resources.checkout.payment_link import PAGE as LINK_PAGE
from bezant.resources.checkout.payment_link import PaymentLink
from bezant.resources.checkout.session import CheckoutSession, check_open
from bezant.resources.payments.mandating import AcceptanceParams, MandateData, OnlineParams
from bezant.resources.payments.payment_methods import create as create_method
from bezant.store.feed import BOOK_DIGITS

_PLACE = re.compile(
    rf"([0-9A-Za-z]{{{BOOK_DIGITS}}})([0-9A-Za-z]{{{WIDTH}}})([0-9A-Za-z]{{{2 * REQUEST_WIDTH}}})",
    re.ASCII,
)
_LINK = re.compile(rf"([0-9A-Za-z]{{{BOOK_DIGITS}}})([0-9A-Za-z]{{{WIDTH}}})", re.ASCII)
_REFERENCE = re.compile(r"[0-9A-Za-z_-]{1,200}", re.ASCII)
_LAST_BOOK = (1 << 63) - 1
_MAX_BODY_BYTES = 16_384
_COOKIE, _COOKIE_SECONDS = "bezant_pay", 24 * 3_600
_NOT_MADE = "The payment could not be made, and nothing has been charged. Try again later."
_TOKEN = re.compile(r"[0-9A-Za-z]{14}", re.ASCII)

log = get_logger(__name__)


class _Visit(NamedTuple):
    """A session that was found, with a context that acts for its account."""

    ctx: Context
    session: CheckoutSession


class _Sent(NamedTuple):
    """What was sent by the form, and from where."""

    kind: str
    attempt: str
    typed: Mapping[str, str]
    address: str
    agent: str

    @property
    def agreed(self) -> MandateData | None:
        """How whoever pays has agreed that their account is debited, if it is."""
        if self.kind == "card":
            return None
        online = OnlineParams(ip_address=self.address, user_agent=self.agent)
        return MandateData(customer_acceptance=AcceptanceParams(online=online, type="online"))


class CheckoutPage:
    """Shows what is to be paid, and takes the card."""

    def __init__(self, runtime: Runtime) -> None:
        """Serve over the runtime."""
        self._runtime = runtime

    async def on_get(
        self, request: falcon.asgi.Request, response: falcon.asgi.Response, place: str
    ) -> None:
        """Show the page as the session stands."""
        guard(response)
        found = await self._find(response, place)
        if found is not None:
            shown = Shown(kind=request.get_param("method"))
            await self._show(request, response, found, place, shown)

    async def on_post(
        self, request: falcon.asgi.Request, response: falcon.asgi.Response, place: str
    ) -> None:
        """Take a card, and lead on; or say what is wrong with it."""
        guard(response)
        found = await self._find(response, place)
        if found is None:
            return
        raw = await request.stream.read(_MAX_BODY_BYTES)
        typed = {name: value.strip() for name, value in parse_qsl(raw.decode("utf-8", "replace"))}
        token, attempt = typed.pop("token", ""), typed.pop("attempt", "")
        kind = kind_of(found.session, typed.pop("method", None))
        cookie = request.cookies.get(_COOKIE, "")
        if not cookie or not compare_digest(token.encode(), cookie.encode()):
            problem = "The page was open for too long. Enter the numbers again."
            shown = Shown(typed=typed, problem=problem, kind=kind)
            await self._show(request, response, found, place, shown)
            return
        if attempt != str(kept_of(*found).attempts):
            shown = Shown(kind=kind)
            await self._show(request, response, found, place, shown, lead=True)
            return
        wrong = gaps(found.session, kind, typed) if found.session.status == "open" else {}
        if wrong:
            shown = Shown(typed=typed, wrong=wrong, kind=kind)
            await self._show(request, response, found, place, shown)
            return
        agent = request.user_agent or "unknown"
        found, shown = await self._pay(
            found, _Sent(kind, attempt, typed, request.remote_addr, agent)
        )
        await self._show(request, response, found, place, shown, lead=True)

    async def on_get_return(
        self, _request: falcon.asgi.Request, response: falcon.asgi.Response, place: str
    ) -> None:
        """Take back whoever has proved who they are, and lead on to the shop, or to the page."""
        guard(response)
        found = await self._find(response, place)
        if found is None:
            return
        while True:
            ctx = found.ctx.fresh()
            session = await ctx.load(CheckoutSession, found.session.id)
            if (intent := await intent_of_session(ctx, session)) is not None:
                await followed(ctx, session, intent)
            try:
                await ctx.write()
            except Stale:
                continue
            break
        seen = await view(found.ctx.fresh(), found.session.id, f"{PAGE}/{place}", NOTHING_SHOWN, "")
        if seen.leaving is not None:
            say(response, falcon.HTTP_200, seen.leaving)
        else:
            response.status = falcon.HTTP_303
            response.location = f"{PAGE}/{place}"

    async def _pay(self, found: _Visit, sent: _Sent) -> tuple[_Visit, Shown]:
        """Pay by what was typed in, as often as something else has changed meanwhile."""
        while True:
            ctx = found.ctx.fresh()
            session = await ctx.load(CheckoutSession, found.session.id)
            found = _Visit(ctx, session)
            if session.status != "open" or str(kept_of(ctx, session).attempts) != sent.attempt:
                return found, Shown(kind=sent.kind)
            try:
                check_open(ctx, session)
                more = kept_of(ctx, session).method
                params = method_of(session, sent.kind, sent.typed, more)
                method = await create_method(ctx, params)
                outcome = await pay(ctx, session, method, sent.agreed)
                await ctx.write()
            except Stale:
                continue
            except ApiError as problem:
                return _Visit(ctx.fresh(), session), _told(problem, sent)
            if isinstance(outcome, Failure):
                return _Visit(ctx, ctx.current(session)), _told(outcome.error, sent)
            return _Visit(ctx, outcome), Shown(typed=sent.typed, kind=sent.kind)

    async def _find(self, response: falcon.asgi.Response, place: str) -> _Visit | None:
        try:
            found = await self._load(place)
        except Error as problem:
            out_of_reach(response, problem)
            return None
        if found is None:
            nothing(response)
        return found

    async def _load(self, place: str) -> _Visit | None:
        parts = _PLACE.fullmatch(place)
        if parts is None or (book := from_base62(parts[1])) > _LAST_BOOK:
            return None
        names = [f"cs_{mode}_{parts[2]}" for mode in ("test", "live")]
        rows = await self._runtime.reader.many(
            [(book, CheckoutSession.kind(), name) for name in names]
        )
        for row in rows.values():
            ctx = acting(self._runtime, row.hidden, livemode=row.id.startswith("cs_live_"))
            session = ctx.loaded(CheckoutSession, row, ctx.book)
            if compare_digest(kept_of(ctx, session).secret, parts[3]):
                return _Visit(ctx, session)
        return None

    async def _show(
        self,
        request: falcon.asgi.Request,
        response: falcon.asgi.Response,
        found: _Visit,
        place: str,
        shown: Shown = NOTHING_SHOWN,
        *,
        lead: bool = False,
    ) -> None:
        """Show the page as the session stands; `lead` on to where it goes from here."""
        token = request.cookies.get(_COOKIE, "")
        if not _TOKEN.fullmatch(token):
            token = self._runtime.ids.request_id().removeprefix("req_")
        seen = await view(found.ctx.fresh(), found.session.id, f"{PAGE}/{place}", shown, token)
        if lead and seen.onward is not None:
            response.status = falcon.HTTP_303
            response.location = seen.onward
            return
        response.set_cookie(
            _COOKIE,
            token,
            path=f"{PAGE}/{place}",
            http_only=True,
            secure=(self._runtime.config.public_url or "").startswith("https://"),
            same_site="Lax",
            max_age=_COOKIE_SECONDS,
        )
        say(response, falcon.HTTP_200, seen.page)


class LinkPage:
    """Opens a session for whoever visits a payment link."""

    def __init__(self, runtime: Runtime) -> None:
        """Serve over the runtime."""
        self._runtime = runtime

    async def on_get(
        self, request: falcon.asgi.Request, response: falcon.asgi.Response, place: str
    ) -> None:
        """Lead to the page of a new session."""
        guard(response)
        try:
            found = await self._load(place)
            if found is None:
                nothing(response)
                return
            ctx, link = found
            session = await visit(ctx, link, _visitor(request))
            await ctx.write()
        except Error as problem:
            out_of_reach(response, problem)
            return
        except ApiError as problem:
            page = html.message("This offer is over", problem.message, livemode=False)
            say(response, falcon.HTTP_410, page)
            return
        response.status = falcon.HTTP_303
        response.location = session.url or ""

    async def _load(self, place: str) -> tuple[Context, PaymentLink] | None:
        parts = _LINK.fullmatch(place)
        if parts is None or (book := from_base62(parts[1])) > _LAST_BOOK:
            return None
        row = await self._runtime.reader.get(book, PaymentLink.kind(), f"plink_{parts[2]}")
        if row is None:
            return None
        livemode = decode_json(row.body, PaymentLink).livemode
        ctx = acting(self._runtime, row.hidden, livemode=livemode)
        return ctx, ctx.loaded(PaymentLink, row, ctx.book)


def add_checkout(app: falcon.asgi.App[Any, Any], runtime: Runtime) -> None:
    """Serve the pages from an application."""
    page = CheckoutPage(runtime)
    app.add_route(PAGE + "/{place}", page)
    app.add_route(PAGE + "/{place}/return", page, suffix="return")
    app.add_route(LINK_PAGE + "/{place}", LinkPage(runtime))


def _visitor(request: falcon.asgi.Request) -> Visitor:
    """Return what the address says of whoever comes, if it can be."""
    reference = request.get_param("client_reference_id") or ""
    email = request.get_param("prefilled_email") or ""
    return Visitor(
        client_reference_id=reference if _REFERENCE.fullmatch(reference) else None,
        email=email if is_email(email) else None,
    )


def _told(problem: ApiError, sent: _Sent) -> Shown:
    """Return what to say of an error, beside its field if it has one."""
    place = place_of(problem.param)
    if place is not None:
        return Shown(typed=sent.typed, wrong={place: problem.message}, kind=sent.kind)
    if isinstance(problem, CardError):
        return Shown(typed=sent.typed, problem=problem.message, kind=sent.kind)
    log.warning("checkout_payment_refused", problem=problem.message)
    return Shown(typed=sent.typed, problem=_NOT_MADE, kind=sent.kind)
