"""`/i/…`: the page on which a customer sees an invoice and pays it.

Whoever has the address may pay; the form is taken only from a page that we have shown, by a token
that is in it and in a cookie, and each attempt once.
"""

import re
from collections.abc import Mapping
from hmac import compare_digest
from typing import NamedTuple

import falcon
import falcon.asgi
from msgspec import Struct

from bezant.api.context import Context, Stale
from bezant.api.runtime import Runtime
from bezant.api.web_page import guard
from bezant.db.errors import Error
from bezant.kernel.codec import decode_json, from_base62
from bezant.kernel.errors import ApiError, CardError
from bezant.kernel.ids import REQUEST_WIDTH, WIDTH
from bezant.kernel.log import get_logger
from bezant.resources.billing.collecting import PayerPage, collect, intent_of_invoice
from bezant.resources.billing.invoice import PAGE, Invoice, kept_of
from bezant.resources.billing.invoice_jobs import followed_intent
from bezant.resources.billing.invoice_outcome import COLLECTABLE
from bezant.resources.checkout.invoice_view import (
    attempt_of,
    fields_of,
    kind_of,
    view,
)
from bezant.resources.checkout.page_form import cleaned, gaps, place_of, typed_method
from bezant.resources.checkout.page_paying import LAST_BOOK
from bezant.resources.checkout.page_view import NOTHING_SHOWN, Scene, Shown
from bezant.resources.checkout.page_ways import WAYS
from bezant.resources.checkout.page_web import (
    TOO_LONG,
    acting,
    is_ours,
    keep_token,
    lead,
    nothing,
    out_of_reach,
    say,
    token_of,
    typed_into,
)
from bezant.resources.core.later import Matter
from bezant.resources.payments.mandating import AcceptanceParams, MandateData, OnlineParams
from bezant.resources.payments.payment_methods import create as create_method
from bezant.store.feed import BOOK_DIGITS

_PLACE = re.compile(
    rf"([0-9A-Za-z]{{{BOOK_DIGITS}}})([0-9A-Za-z]{{{WIDTH}}})([0-9A-Za-z]{{{2 * REQUEST_WIDTH}}})",
    re.ASCII,
)
_NOT_MADE = "The payment could not be made, and nothing has been charged. Try again later."
_AUTHENTICATE = "invoice_payment_intent_requires_action"

log = get_logger(__name__)


class _Mode(Struct):
    livemode: bool


class Visit(NamedTuple):
    """An invoice that was found, with a context that acts for its account."""

    ctx: Context
    invoice: Invoice


class InvoicePage:
    """Shows what is owed, and takes what it is paid by."""

    def __init__(self, runtime: Runtime) -> None:
        """Serve over the runtime."""
        self._runtime = runtime

    async def on_get(
        self, request: falcon.asgi.Request, response: falcon.asgi.Response, place: str
    ) -> None:
        """Show the page as the invoice stands."""
        found = await self._find(response, place)
        if found is not None:
            await _show(request, response, found, place, Shown(kind=request.get_param("method")))

    async def on_post(
        self, request: falcon.asgi.Request, response: falcon.asgi.Response, place: str
    ) -> None:
        """Take what somebody pays by, and lead on; or say what is wrong with it."""
        found = await self._find(response, place)
        if found is None:
            return
        typed = await typed_into(request)
        if not is_ours(request, typed.get("token", "")):
            await _show(request, response, found, place, Shown(problem=TOO_LONG))
            return
        url = f"{self._runtime.config.public_url}{PAGE}/{place}/return"
        shown = await _take(found, typed, _page(request, url))
        leads = not (shown.wrong or shown.problem)
        await _show(request, response, found, place, shown, leads=leads)

    async def on_get_return(
        self, _request: falcon.asgi.Request, response: falcon.asgi.Response, place: str
    ) -> None:
        """Take back whoever was at their bank, and show how the invoice stands now."""
        found = await self._find(response, place)
        if found is None:
            return
        ctx = found.ctx
        matter = Matter(ctx.caller.platform, ctx.account, ctx.livemode, found.invoice.id)
        while True:
            ctx = ctx.fresh()
            try:
                if await followed_intent(ctx, matter):
                    await ctx.write()
            except Stale:
                continue
            break
        lead(response, f"{PAGE}/{place}")

    async def _find(self, response: falcon.asgi.Response, place: str) -> Visit | None:
        guard(response)
        try:
            found = await self._at(place)
        except Error as problem:
            out_of_reach(response, problem)
            return None
        if found is None:
            nothing(response)
        return found

    async def _at(self, place: str) -> Visit | None:
        parts = _PLACE.fullmatch(place)
        if parts is None or (book := from_base62(parts[1])) > LAST_BOOK:
            return None
        row = await self._runtime.reader.get(book, Invoice.kind(), f"in_{parts[2]}")
        if row is None or row.deleted:
            return None
        ctx = acting(self._runtime, row.hidden, livemode=decode_json(row.body, _Mode).livemode)
        invoice = ctx.loaded(Invoice, row, ctx.book)
        secret = kept_of(ctx, invoice).secret
        known = bool(secret) and compare_digest(secret, parts[3])
        return Visit(ctx, invoice) if known else None


def _page(request: falcon.asgi.Request, return_url: str) -> PayerPage:
    online = OnlineParams(
        ip_address=request.remote_addr, user_agent=request.user_agent or "unknown"
    )
    agreed = MandateData(customer_acceptance=AcceptanceParams(online=online, type="online"))
    return PayerPage(agreed, return_url)


async def _take(found: Visit, typed: Mapping[str, str], page: PayerPage) -> Shown:
    """Pay by what was typed in, if it is whole and new; returns what is to be said of it."""
    ctx = found.ctx
    while True:
        ctx = ctx.again()
        invoice = await ctx.load(Invoice, found.invoice.id)
        if invoice.status not in COLLECTABLE or typed.get("attempt") != attempt_of(invoice):
            await ctx.undo()
            return NOTHING_SHOWN
        kind = kind_of(await intent_of_invoice(ctx, invoice), typed.get("method"))
        fields = fields_of(kind)
        said = cleaned(fields, typed)
        if wrong := gaps(fields, said):
            await ctx.undo()
            return Shown(typed=said, wrong=wrong, kind=kind)
        here = page if WAYS[kind].agrees else page._replace(agreed=None)
        try:
            params = typed_method(kind, said, invoice.customer_email, {})
            method = await create_method(ctx, params)
            _, failure = await collect(ctx, invoice, off_session=False, method=method, page=here)
            await ctx.write()
        except Stale:
            continue
        except ApiError as problem:
            await ctx.undo()
            return _told(problem, kind, said)
        if failure is None or failure.error.code == _AUTHENTICATE:
            return Shown(kind=kind)
        return _told(failure.error, kind, said)


async def _show(
    request: falcon.asgi.Request,
    response: falcon.asgi.Response,
    found: Visit,
    place: str,
    shown: Shown,
    *,
    leads: bool = False,
) -> None:
    """Show the page as the invoice stands; or lead on to where it goes from here."""
    runtime, path = found.ctx.runtime, f"{PAGE}/{place}"
    token = token_of(request, runtime)
    scene = Scene(path=path, hidden={"token": token})
    seen = await view(found.ctx.fresh(), found.invoice.id, scene, shown)
    if leads:
        lead(response, seen.onward or path)
        return
    keep_token(response, runtime, path, token)
    say(response, falcon.HTTP_200, seen.page)


def _told(problem: ApiError, kind: str, typed: Mapping[str, str]) -> Shown:
    """Return what to say of an error, beside its field if it has one."""
    place = place_of(kind, problem.param)
    if place is not None:
        return Shown(typed=typed, wrong={place: problem.message}, kind=kind)
    if isinstance(problem, CardError):
        text = f"{problem.message} Nothing has been charged: try again, or pay in another way."
        return Shown(typed=typed, problem=text, kind=kind)
    log.warning("invoice_payment_refused", problem=problem.message)
    return Shown(typed=typed, problem=_NOT_MADE, kind=kind)
