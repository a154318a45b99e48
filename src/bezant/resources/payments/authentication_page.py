"""`/authenticate/…`: the page on which a cardholder proves who they are (3D Secure), in test mode.

Whoever has the intent's secret may see it; it leads back to the shop's `return_url`.
"""

import re
from hmac import compare_digest
from typing import Any, NamedTuple
from urllib.parse import parse_qs

import falcon
import falcon.asgi

from bezant.api.context import Caller, Context, Stale
from bezant.api.failure import Failure
from bezant.api.runtime import Runtime
from bezant.api.web_page import guard, say
from bezant.db.errors import Error
from bezant.kernel.currency import format_amount
from bezant.kernel.errors import ApiError
from bezant.kernel.log import get_logger
from bezant.resources.core.payment_method import PaymentMethod
from bezant.resources.core.return_url import origin_of, with_query
from bezant.resources.payments import authentication_html as html
from bezant.resources.payments import payment_intents, setup_intents
from bezant.resources.payments.card import card_of
from bezant.resources.payments.confirming import asks_cardholder, merchant
from bezant.resources.payments.payment_intent import PaymentIntent
from bezant.resources.payments.setup_intent import SetupIntent

_ACCOUNT = re.compile(r"acct_\w{1,64}", re.ASCII)
_SECRET = re.compile(r"((pi|seti)_[0-9A-Za-z]{24})_secret_[0-9A-Za-z]{24}", re.ASCII)
_MAX_BODY_BYTES = 1_024
_OUTCOMES = ("succeeded", "failed")
_STATUS = {
    "processing": "pending",
    "requires_action": "pending",
    "requires_payment_method": "failed",
    "canceled": "failed",
}
"""What is said of an intent's status when it leads back; all others have succeeded so far."""

log = get_logger(__name__)

Intent = PaymentIntent | SetupIntent


class _Found(NamedTuple):
    """An intent, with a context that acts for its account."""

    ctx: Context
    intent: Intent

    @property
    def way(self) -> dict[str, Any]:
        """How it was confirmed the last time."""
        hidden = self.ctx.hidden(self.intent)
        return hidden.get("attempt") or hidden.get("terms") or {}

    @property
    def return_url(self) -> str | None:
        """Where it leads back to."""
        return self.way.get("return_url")

    @property
    def return_origin(self) -> str | None:
        """The site that it leads back to."""
        return self.return_url and origin_of(self.return_url)


class AuthenticationPage:
    """Asks the cardholder, and leads back."""

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
        """Show what is to be agreed to."""
        found = await self._found(response, account, secret)
        if found is None:
            return
        if not asks_cardholder(found.intent):
            _lead_back(response, found, found.intent)
            return
        page = await _challenge(found)
        say(response, falcon.HTTP_200, page, forms_to=found.return_origin)

    async def on_post(
        self,
        request: falcon.asgi.Request,
        response: falcon.asgi.Response,
        account: str,
        secret: str,
    ) -> None:
        """Take the cardholder's answer, go on with the intent, and lead back."""
        found = await self._found(response, account, secret)
        if found is None:
            return
        raw = await request.stream.read(_MAX_BODY_BYTES)
        said = parse_qs(raw.decode("utf-8", "replace")).get("outcome", [""])[0]
        if asks_cardholder(found.intent):
            if said not in _OUTCOMES:
                page = await _challenge(found)
                say(response, falcon.HTTP_200, page, forms_to=found.return_origin)
                return
            try:
                found = await self._go_on(found, passed=said == "succeeded")
            except ApiError as problem:
                page = html.message("This did not work", problem.message)
                say(response, falcon.HTTP_409, page)
                return
        _lead_back(response, found, found.intent)

    async def _go_on(self, found: _Found, *, passed: bool) -> _Found:
        """Go on as often as something else has changed meanwhile; once it is done, it is done."""
        ctx = found.ctx
        while True:
            ctx = ctx.again()
            intent = await ctx.load(type(found.intent), found.intent.id)
            if not asks_cardholder(intent):
                await ctx.undo()
                return _Found(ctx, intent)
            try:
                if isinstance(intent, PaymentIntent):
                    done = await payment_intents.authenticated(ctx, intent, passed=passed)
                else:
                    done = await setup_intents.authenticated(ctx, intent, passed=passed)
                await ctx.write()
            except Stale:
                continue
            except ApiError:
                await ctx.undo()
                raise
            if isinstance(done, Failure):
                done = ctx.current(intent)
            return _Found(ctx, done)

    async def _found(
        self, response: falcon.asgi.Response, account: str, secret: str
    ) -> _Found | None:
        """Return the intent with a secret; without one, say that there is none."""
        guard(response)
        try:
            found = await self._find(account, secret)
        except Error as problem:
            log.warning("authentication_page_failed", problem=str(problem))
            text = "The page is out of reach for a moment. Try again."
            say(response, falcon.HTTP_503, html.message("Sorry", text))
            return None
        if found is None:
            text = "There is no payment here that waits for you. Go back to the shop."
            say(response, falcon.HTTP_404, html.message("Nothing here", text))
        return found

    async def _find(self, account: str, secret: str) -> _Found | None:
        parts = _SECRET.fullmatch(secret)
        if parts is None or not _ACCOUNT.fullmatch(account):
            return None
        ctx = Context(self._runtime, Caller(account, account, livemode=False))
        kind = PaymentIntent if parts[2] == "pi" else SetupIntent
        intent: Intent | None = await ctx.find(kind, parts[1])
        if intent is None or not compare_digest(intent.client_secret, secret):
            return None
        platform = _Found(ctx, intent).way.get("platform") or account
        acting = Context(self._runtime, Caller(platform, account, livemode=False))
        return _Found(acting, await acting.load(kind, intent.id))


async def _challenge(found: _Found) -> str:
    ctx, intent = found
    assert intent.payment_method is not None, "a method waits to be authenticated"
    method = await ctx.load(PaymentMethod, intent.payment_method)
    card = card_of(method)
    shop = (await merchant(ctx, intent.on_behalf_of)).shown_name
    amount = format_amount(intent.money).upper() if isinstance(intent, PaymentIntent) else None
    return html.challenge(shop, f"{card['brand'].title()} ending in {card['last4']}", amount)


def _lead_back(response: falcon.asgi.Response, found: _Found, intent: Intent) -> None:
    """Lead back to the shop, or say how it ended where nothing is known to lead back to."""
    status = _STATUS.get(intent.status, "succeeded")
    if found.return_url is not None:
        kind = intent.kind()
        told = {kind: intent.id, f"{kind}_client_secret": intent.client_secret}
        response.status = falcon.HTTP_303
        response.location = with_query(found.return_url, {**told, "redirect_status": status})
        return
    title = "Not authenticated" if status == "failed" else "Thank you"
    text = "You can close this window and go back to the shop."
    say(response, falcon.HTTP_200, html.message(title, text))
