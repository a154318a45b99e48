"""`/pay/…`: the page on which a payer reads a code to pay, or tells the code of a microdeposit.

Whoever has the client secret of an intent may see it; the page runs no scripts.
"""

from datetime import UTC, datetime
from hmac import compare_digest
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

import falcon
import falcon.asgi

from bezant.api.context import Caller, Context, Stale
from bezant.api.failure import Failure
from bezant.api.runtime import Runtime
from bezant.api.web_page import guard, say
from bezant.kernel.currency import format_amount
from bezant.kernel.errors import ApiError
from bezant.ledger.book import book_of
from bezant.resources.core.payment_method import PaymentMethod
from bezant.resources.payments import microdeposit, setting_up_banks, verifying
from bezant.resources.payments import pay_html as html
from bezant.resources.payments.confirming import merchant
from bezant.resources.payments.debiting import REFERENCE
from bezant.resources.payments.payment_intent import PaymentIntent
from bezant.resources.payments.setup_intent import SetupIntent

PATH = "/pay/{account}/{secret}"
_MOST = 4_096
_RUNS = 20
_STANDS = {
    "processing": "Thank you. Your payment is under way: your bank account is debited in the next "
    "days.",
    "requires_action": "This payment waits for you at the shop. Go back there.",
    "requires_payment_method": "This did not work, and nothing has been charged. Go back to the "
    "shop to try again.",
    "succeeded": "Thank you. Everything is done.",
}
"""What is said of an intent that asks for nothing here, by its status."""
_OVER = "Nothing is to be done here any more."

Intent = PaymentIntent | SetupIntent


class _Opened(NamedTuple):
    intent: Intent
    hidden: dict[str, Any]
    livemode: bool
    shop: str


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
                hidden = ctx.hidden(intent)
                way: dict[str, Any] = hidden.get("attempt") or hidden.get("terms") or {}
                seller = Context(self._runtime, Caller(way.get("platform") or account, account,
                                                       livemode))  # fmt: skip
                owner = await merchant(seller, intent.on_behalf_of)
                return _Opened(intent, hidden, livemode, owner.shown_name)
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
    guard(response)
    if found is None:
        text = "There is nothing here that waits for you. Go back to the shop."
        say(response, falcon.HTTP_404, html.say(html.Page(title="Nothing here"), text))
        return
    say(response, falcon.HTTP_200, _shown(found, told), images=True)


def _agreement(intent: Intent) -> str:
    """Return where a mandate in Canada can be read, if the shop has a page for it."""
    options: dict[str, Any] = (intent.payment_method_options or {}).get("acss_debit", {})
    return options.get("mandate_options", {}).get("custom_mandate_url", "")


def _shown(found: _Opened, told: str) -> str:
    intent, asked = found.intent, _asked(found.intent)
    page = html.Page(
        title=_title(intent, asked),
        shop=found.shop,
        livemode=found.livemode,
        reference=found.hidden.get(REFERENCE, ""),
        agreement=_agreement(intent),
    )
    action: dict[str, Any] = (intent.next_action or {}).get(asked, {})
    match asked:
        case "pix_display_qr_code":
            until = _moment(action["expires_at"])
            return html.code(page, action["image_url_svg"], action["data"], until)
        case "upi_handle_redirect_or_display_qr_code":
            code: dict[str, Any] = action["qr_code"]
            return html.code(page, code["image_url_svg"], "", _moment(code["expires_at"]))
        case "display_bank_transfer_instructions":
            return html.transfer(page, action)
        case "verify_with_microdeposits":
            arrives = _day(datetime.fromtimestamp(action["arrival_date"], UTC))
            return html.verify(page, wrong=told, arrives=arrives)
        case _:
            return html.say(page, told or _STANDS.get(intent.status, _OVER))


def _title(intent: Intent, asked: str) -> str:
    if asked == "verify_with_microdeposits" or isinstance(intent, SetupIntent):
        return "Confirm your bank account"
    amount = format_amount(intent.money)
    return f"Pay {amount}" if asked else f"Payment of {amount}"


def _asked(intent: Intent) -> str:
    return (intent.next_action or {}).get("type", "")


def _moment(seconds: int) -> str:
    moment = datetime.fromtimestamp(seconds, UTC)
    return f"{_day(moment)}, {moment:%H:%M} UTC"


def _day(moment: datetime) -> str:
    return f"{moment.day} {moment:%B %Y}"
