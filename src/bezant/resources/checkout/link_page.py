"""`/buy/…`: the page of a payment link, which is that of a session that is not stored yet.

Looking at an offer leaves nothing behind: the session is stored when somebody has filled in the
form. A number in the form sees to it that a form that is sent twice begins one session.
"""

import re
from collections.abc import Mapping

import falcon
import falcon.asgi

from bezant.api.context import Context, Stale
from bezant.api.resource import Identified
from bezant.api.runtime import Runtime
from bezant.api.web_page import guard
from bezant.db.errors import Error
from bezant.kernel.codec import decode_json, from_base62
from bezant.kernel.errors import ApiError
from bezant.kernel.ids import WIDTH
from bezant.resources.checkout.line_item import items_under
from bezant.resources.checkout.link_visit import Visitor, visit
from bezant.resources.checkout.page_end_html import Told, message
from bezant.resources.checkout.page_form import fields_of, gaps, is_email
from bezant.resources.checkout.page_paying import LAST_BOOK, chosen_anew, find, sent_of, show, take
from bezant.resources.checkout.page_view import Scene, Shown, form_page, seller_of
from bezant.resources.checkout.page_web import (
    TOO_LONG,
    acting,
    is_ours,
    is_token,
    keep_token,
    new_token,
    nothing,
    out_of_reach,
    say,
    token_of,
    typed_into,
)
from bezant.resources.checkout.payment_link import PaymentLink
from bezant.resources.checkout.pricing import price_of
from bezant.resources.checkout.quantities import chosen_of
from bezant.resources.payments.confirming import merchant
from bezant.store.feed import BOOK_DIGITS

_LINK = re.compile(rf"([0-9A-Za-z]{{{BOOK_DIGITS}}})([0-9A-Za-z]{{{WIDTH}}})", re.ASCII)
_REFERENCE = re.compile(r"[0-9A-Za-z_-]{1,200}", re.ASCII)
_SAID = ("client_reference_id", "prefilled_email")


class LinkVisit(Identified, tag="link_visit"):
    """Which session a form has begun, so that it begins no other; the hidden part has its place."""

    session: str


class LinkPage:
    """Shows what a link offers, and opens a session for whoever takes it."""

    def __init__(self, runtime: Runtime) -> None:
        """Serve over the runtime."""
        self._runtime = runtime

    async def on_get(
        self, request: falcon.asgi.Request, response: falcon.asgi.Response, place: str
    ) -> None:
        """Show the offer, with the form to pay by."""
        guard(response)
        try:
            found = await self._find(response, place)
            if found is not None:
                shown = Shown(kind=request.get_param("method"))
                await self._show(request, response, found, shown)
        except Error as problem:
            out_of_reach(response, problem)

    async def on_post(
        self, request: falcon.asgi.Request, response: falcon.asgi.Response, place: str
    ) -> None:
        """Open a session for whoever has filled in the form, and pay in it."""
        guard(response)
        try:
            found = await self._find(response, place)
            if found is None:
                return
            typed = await typed_into(request)
            if not is_ours(request, typed.get("token", "")) or not is_token(typed.get("visit", "")):
                shown = Shown(typed=typed, problem=TOO_LONG, kind=typed.get("method"))
                await self._show(request, response, found, shown)
                return
            await self._take(request, response, found, typed)
        except Error as problem:
            out_of_reach(response, problem)

    async def _take(
        self,
        request: falcon.asgi.Request,
        response: falcon.asgi.Response,
        found: tuple[Context, PaymentLink],
        typed: Mapping[str, str],
    ) -> None:
        """Pay in the session that a form begins, or has begun; or say what is wrong with it."""
        try:
            begun = await _begun(request, found, typed)
        except ApiError as problem:
            await _over(response, found, problem)
            return
        if isinstance(begun, Shown):
            await self._show(request, response, found, begun)
            return
        opened = await find(self._runtime, begun)
        assert opened is not None, "what a form has begun is stored"
        sent = sent_of(opened.session, request, {**typed, "attempt": "0"})
        opened, shown = await take(opened, sent)
        await show(request, response, opened, begun, shown, leads=not shown.wrong)

    async def _show(
        self,
        request: falcon.asgi.Request,
        response: falcon.asgi.Response,
        found: tuple[Context, PaymentLink],
        shown: Shown,
    ) -> None:
        """Show the page that a session would have, without storing one."""
        ctx, link = found[0].fresh(), found[1]
        try:
            link = await ctx.load(PaymentLink, link.id)
            items = await items_under(ctx, link.id)
            session = await visit(ctx, link, items, _visitor(request))
        except ApiError as problem:
            await _over(response, found, problem)
            return
        token = token_of(request, self._runtime)
        told = {name: value for name in _SAID if (value := request.get_param(name))}
        hidden = {"token": token, "visit": new_token(self._runtime)}
        chosen = shown.chosen or chosen_of(request.params)
        scene = Scene(path=request.path, hidden=hidden, query=told, chosen=chosen)
        seller = await seller_of(ctx, session)
        priced = await price_of(ctx, session, items, chosen)
        page = form_page(ctx, priced, seller, scene, shown)
        keep_token(response, self._runtime, request.path, token)
        say(response, falcon.HTTP_200, page)

    async def _find(
        self, response: falcon.asgi.Response, place: str
    ) -> tuple[Context, PaymentLink] | None:
        parts = _LINK.fullmatch(place)
        if parts is not None and (book := from_base62(parts[1])) <= LAST_BOOK:
            row = await self._runtime.reader.get(book, PaymentLink.kind(), f"plink_{parts[2]}")
            if row is not None:
                livemode = decode_json(row.body, PaymentLink).livemode
                ctx = acting(self._runtime, row.hidden, livemode=livemode)
                return ctx, ctx.loaded(PaymentLink, row, ctx.book)
        nothing(response)
        return None


async def _begun(
    request: falcon.asgi.Request, found: tuple[Context, PaymentLink], typed: Mapping[str, str]
) -> str | Shown:
    """Return the place of the session that a form begins, or what is to be shown before it."""
    ctx, name = found[0].fresh(), f"visit_{typed['visit']}"
    known = await ctx.find(LinkVisit, name)
    if known is not None:
        return ctx.hidden(known)["place"]
    link = await ctx.load(PaymentLink, found[1].id)
    session = await visit(ctx, link, await items_under(ctx, link.id), _visitor(request))
    sent = sent_of(session, request, typed)
    if (anew := chosen_anew(sent, request, typed)) is not None:
        return anew
    if wrong := gaps(fields_of(session, sent.kind), sent.typed):
        return Shown(typed=sent.typed, wrong=wrong, kind=sent.kind)
    assert session.url is not None, "a session that is open has a page"
    place = session.url.rpartition("/")[2]
    ctx.create(LinkVisit(id=name, session=session.id), hidden={"place": place})
    try:
        await ctx.write()
    except Stale:  # The same form, sent twice, was a moment faster.
        ctx = ctx.fresh()
        place = ctx.hidden(await ctx.load(LinkVisit, name))["place"]
    return place


async def _over(
    response: falcon.asgi.Response, found: tuple[Context, PaymentLink], problem: ApiError
) -> None:
    """Say why nobody can pay here."""
    ctx, link = found
    name = (await merchant(ctx, link.on_behalf_of)).shown_name
    told = Told(title="This offer is over", text=problem.message, merchant=name,
                livemode=link.livemode)  # fmt: skip
    say(response, falcon.HTTP_410, message(told))


def _visitor(request: falcon.asgi.Request) -> Visitor:
    """Return what the address says of whoever comes, if it can be."""
    reference = request.get_param("client_reference_id") or ""
    email = request.get_param("prefilled_email") or ""
    return Visitor(
        client_reference_id=reference if _REFERENCE.fullmatch(reference) else None,
        email=email if is_email(email) else None,
    )
