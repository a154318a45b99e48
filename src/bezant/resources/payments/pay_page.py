"""`/pay/…`: the page on which a payer reads a code to pay, or tells the code of a microdeposit.

Whoever has the client secret of an intent may see it; the page runs no scripts.
"""

from hmac import compare_digest
from html import escape
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

import falcon
import falcon.asgi

from bezant.api.context import Caller, Context, Stale
from bezant.api.failure import Failure
from bezant.api.runtime import Runtime
from bezant.api.web_page import STYLE
from bezant.kernel.currency import format_amount
from bezant.kernel.errors import ApiError
from bezant.ledger.book import book_of
from bezant.resources.core.payment_method import PaymentMethod
from bezant.resources.payments import microdeposit, setting_up_banks, verifying
from bezant.resources.payments.debiting import REFERENCE
from bezant.resources.payments.payment_intent import PaymentIntent
from bezant.resources.payments.setup_intent import SetupIntent

PATH = "/pay/{account}/{secret}"
_MOST = 4_096
_RUNS = 20
_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
    "form-action 'self'"
)


Intent = PaymentIntent | SetupIntent


class _Opened(NamedTuple):
    intent: Intent
    hidden: dict[str, Any]
    livemode: bool


class PayPage:
    """Shows what an intent asks its payer to do."""

    def __init__(self, runtime: Runtime) -> None:
        """Serve over the runtime."""
        self._runtime = runtime

    async def on_get(
        self,
        _request: falcon.asgi.Request,
        response: falcon.asgi.Response,
        account: str,
        secret: str,
    ) -> None:
        """Show it."""
        found = await self._find(account, secret)
        _answer(response, found, "")

    async def on_post(
        self,
        request: falcon.asgi.Request,
        response: falcon.asgi.Response,
        account: str,
        secret: str,
    ) -> None:
        """Take the code of a microdeposit."""
        raw = await request.stream.read(_MOST)
        typed = dict(parse_qsl(raw.decode("utf-8", "replace")))
        told = await self._verify(account, secret, typed.get("code", "").strip().upper())
        found = await self._find(account, secret)
        _answer(response, found, told)

    async def _verify(self, account: str, secret: str, code: str) -> str:
        """Go on with the payment; returns what is wrong, or nothing."""
        for _ in range(_RUNS):
            found = await self._find(account, secret)
            if found is None or _asked(found.intent) != "verify_with_microdeposits":
                return ""
            platform = found.hidden[microdeposit.KEPT]["platform"]
            ctx = Context(self._runtime, Caller(platform, account, found.livemode))
            try:
                return await _verified(ctx, found.intent, code)
            except Stale:
                continue
        return "Too many do this at once. Try again in a moment."

    async def _find(self, account: str, secret: str) -> _Opened | None:
        name, mark, _ = secret.partition("_secret_")
        kind = SetupIntent if name.startswith("seti_") else PaymentIntent
        for livemode in (False, True) if mark else ():
            ctx = Context(self._runtime, Caller(account, account, livemode))
            intent: Intent | None = await ctx.find(kind, name, book=book_of(account, livemode))
            if intent and compare_digest(intent.client_secret.encode(), secret.encode()):
                return _Opened(intent, ctx.hidden(intent), livemode)
        return None


async def _verified(ctx: Context, found: Intent, code: str) -> str:
    intent = await ctx.load(type(found), found.id)
    method = await ctx.load(PaymentMethod, intent.payment_method or "")
    said = microdeposit.Said(code, ())
    try:
        if isinstance(intent, PaymentIntent):
            done = await verifying.verify(ctx, intent, method, said)
        else:
            done = await setting_up_banks.verify(ctx, intent, method, said)
        await ctx.write()
    except ApiError as error:
        return error.message
    return done.error.message if isinstance(done, Failure) else ""


def _answer(response: falcon.asgi.Response, found: _Opened | None, told: str) -> None:
    response.set_header("Cache-Control", "private, no-store")
    response.set_header("Content-Security-Policy", _POLICY)
    response.set_header("X-Content-Type-Options", "nosniff")
    response.set_header("Referrer-Policy", "no-referrer")
    response.content_type = falcon.MEDIA_HTML
    if found is None:
        response.status = falcon.HTTP_404
        response.text = _page("Nothing to pay", "<p>There is no such payment.</p>")
        return
    wrong = f'<p role="alert"><strong>{escape(told)}</strong></p>' if told else ""
    reference = found.hidden.get(REFERENCE)
    under = f"<p>Reference of the mandate: {escape(reference)}</p>" if reference else ""
    title = "Verify your bank account"
    if isinstance(found.intent, PaymentIntent):
        title = f"Pay {escape(format_amount(found.intent.money))}"
    response.text = _page(title, wrong + _body(found.intent) + under)


def _body(intent: Intent) -> str:
    asked = _asked(intent)
    action: dict[str, Any] = (intent.next_action or {}).get(asked, {})
    match asked:
        case "pix_display_qr_code":
            return _code(action["image_url_svg"]) + f"<pre>{escape(action['data'])}</pre>"
        case "upi_handle_redirect_or_display_qr_code":
            return _code(action["qr_code"]["image_url_svg"])
        case "verify_with_microdeposits":
            return (
                "<p>One cent has been sent to your bank account. Its line on the statement begins "
                'with a code of six letters and digits.</p><form method="post"><label>The code '
                '<input name="code" maxlength="6" required autocomplete="off"></label> '
                '<button type="submit">Verify</button></form>'
            )
        case _:
            status = escape(intent.status)
            return f"<p>Nothing is to be done here: the status is {status}.</p>"


def _asked(intent: Intent) -> str:
    return (intent.next_action or {}).get("type", "")


def _code(image: str) -> str:
    text = "Read this code with your bank's application."
    return f'<p>{text}</p><p><img src="{escape(image)}" alt="The code to pay" width="260"></p>'


def _page(title: str, body: str) -> str:
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{title}</title><style>{STYLE}pre{{white-space:pre-wrap;word-break:break-all}}"
        f"</style></head><body><main><h1>{title}</h1>{body}</main></body></html>"
    )
