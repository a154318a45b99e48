"""`/c/pay/…`: the page on which somebody pays.

Whoever has the address may pay; the form is taken only from a page that we have shown, by a token
that is in it and in a cookie.
"""

from typing import Any

import falcon
import falcon.asgi

from bezant.api.context import Stale
from bezant.api.runtime import Runtime
from bezant.api.web_page import guard
from bezant.db.errors import Error
from bezant.resources.billing.invoice import PAGE as INVOICE_PAGE
from bezant.resources.checkout.invoice_page import InvoicePage
from bezant.resources.checkout.link_page import LinkPage
from bezant.resources.checkout.opening import PAGE
from bezant.resources.checkout.outcome import followed, intent_of_session
from bezant.resources.checkout.page_paying import Visit, chosen_anew, find, sent_of, show, take
from bezant.resources.checkout.page_view import NOTHING_SHOWN, Scene, Shown, view
from bezant.resources.checkout.page_web import (
    TOO_LONG,
    is_ours,
    lead,
    nothing,
    out_of_reach,
    say,
    typed_into,
)
from bezant.resources.checkout.payment_link import PAGE as LINK_PAGE
from bezant.resources.checkout.session import CheckoutSession


class CheckoutPage:
    """Shows what is to be paid, and takes what it is paid by."""

    def __init__(self, runtime: Runtime) -> None:
        """Serve over the runtime."""
        self._runtime = runtime

    async def on_get(
        self, request: falcon.asgi.Request, response: falcon.asgi.Response, place: str
    ) -> None:
        """Show the page as the session stands."""
        found = await self._find(response, place)
        if found is not None:
            await show(request, response, found, place, Shown(kind=request.get_param("method")))

    async def on_post(
        self, request: falcon.asgi.Request, response: falcon.asgi.Response, place: str
    ) -> None:
        """Take what somebody pays by, and lead on; or say what is wrong with it."""
        found = await self._find(response, place)
        if found is None:
            return
        typed = await typed_into(request)
        sent = sent_of(found.session, request, typed)
        if not is_ours(request, typed.get("token", "")):
            shown = Shown(typed=sent.typed, problem=TOO_LONG, kind=sent.kind)
            await show(request, response, found, place, shown)
            return
        if (anew := chosen_anew(sent, request, typed)) is not None:
            await show(request, response, found, place, anew)
            return
        found, shown = await take(found, sent)
        await show(request, response, found, place, shown, leads=not shown.wrong)

    async def on_get_return(
        self, _request: falcon.asgi.Request, response: falcon.asgi.Response, place: str
    ) -> None:
        """Take back whoever was elsewhere, and lead on to the shop, or to the page."""
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
        scene = Scene(path=f"{PAGE}/{place}", hidden={})
        seen = await view(found.ctx.fresh(), found.session.id, scene, NOTHING_SHOWN)
        if seen.leaving is not None:
            say(response, falcon.HTTP_200, seen.leaving)
        else:
            lead(response, scene.path)

    async def _find(self, response: falcon.asgi.Response, place: str) -> Visit | None:
        guard(response)
        try:
            found = await find(self._runtime, place)
        except Error as problem:
            out_of_reach(response, problem)
            return None
        if found is None:
            nothing(response)
        return found


def add_checkout(app: falcon.asgi.App[Any, Any], runtime: Runtime) -> None:
    """Serve the pages from an application."""
    page = CheckoutPage(runtime)
    app.add_route(PAGE + "/{place}", page)
    app.add_route(PAGE + "/{place}/return", page, suffix="return")
    app.add_route(LINK_PAGE + "/{place}", LinkPage(runtime))
    invoice = InvoicePage(runtime)
    app.add_route(INVOICE_PAGE + "/{place}", invoice)
    app.add_route(INVOICE_PAGE + "/{place}/return", invoice, suffix="return")
