"""`/refunds/…`: the page on which a customer tells to which bank account a refund may go.

Whoever has the address from the letter may tell one, once; the page runs no scripts.
"""

from collections.abc import Mapping
from hmac import compare_digest
from html import escape
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

import falcon
import falcon.asgi

from bezant.api.context import Caller, Context, Stale
from bezant.api.runtime import Runtime
from bezant.api.web_page import FORM_STYLE, STYLE
from bezant.kernel.currency import format_amount
from bezant.kernel.errors import ApiError
from bezant.ledger.book import book_of
from bezant.rail import Address, Party
from bezant.resources.core import bank_numbers
from bezant.resources.core.bank_numbers import Written
from bezant.resources.core.mailer import Letter, mailer_of
from bezant.resources.core.owners import acting_owner
from bezant.resources.payments.later import Matter
from bezant.resources.payments.refund import Refund
from bezant.resources.payments.returning import OPENED_BY, PLATFORM, told

PATH = "/refunds/{account}/{secret}"
_MOST = 4_096
_RUNS = 20
_LONGEST = 70
_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
_COUNTRIES: Mapping[str, str] = {"gbp": "GB", "jpy": "JP", "usd": "US"}
_FIELDS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "eur": (("number", "IBAN"),),
    "gbp": (("routing", "Sort code"), ("number", "Account number")),
    "jpy": (("routing", "BIC of the bank"), ("number", "Account number"), ("town", "Your town")),
    "usd": (("routing", "Routing number"), ("number", "Account number")),
}
"""What is asked for besides the holder's name, by currency."""


class _Opened(NamedTuple):
    refund: Refund
    platform: str
    livemode: bool


def page_of(ctx: Context, refund: Refund) -> str:
    """Return the address of the page of a return."""
    secret = ctx.hidden(refund)[OPENED_BY]
    return f"{ctx.runtime.config.public_url}/refunds/{ctx.account}/{secret}"


async def write_letter(ctx: Context, matter: Matter) -> bool:
    """Ask a customer by e-mail for an account, in live mode."""
    refund = await ctx.load(Refund, matter.subject)
    mailer = mailer_of(ctx.runtime) if ctx.livemode else None
    if mailer is None or refund.status != "requires_action" or not refund.instructions_email:
        return False
    owner = await acting_owner(ctx)
    name = owner.shown_name or owner.id
    amount = format_amount(refund.money)
    text = (
        f"{name} gives you {amount} back.\n\nPlease say to which bank account it may go, within "
        f"45 days, on this page:\n\n{page_of(ctx, refund)}\n"
    )
    letter = Letter(refund.instructions_email, f"Your refund of {amount} from {name}", text)
    await mailer.send(letter)
    return False


class ReturnPage:
    """Asks for an account, and takes it."""

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
        _answer(response, await self._find(account, secret), "", {})

    async def on_post(
        self,
        request: falcon.asgi.Request,
        response: falcon.asgi.Response,
        account: str,
        secret: str,
    ) -> None:
        """Take an account."""
        raw = await request.stream.read(_MOST)
        typed = dict(parse_qsl(raw.decode("utf-8", "replace")))
        wrong = await self._take(account, secret, typed)
        _answer(response, await self._find(account, secret), wrong, typed)

    async def _take(self, account: str, secret: str, typed: Mapping[str, str]) -> str:
        """Send the refund on its way; returns what is wrong, or nothing."""
        name = typed.get("name", "").strip()[:_LONGEST]
        if not name:
            return "Whose account is it? Write the name."
        for _ in range(_RUNS):
            found = await self._find(account, secret)
            if found is None or found.refund.status != "requires_action":
                return ""
            ctx = Context(self._runtime, Caller(found.platform, account, found.livemode))
            try:
                refund = await ctx.load(Refund, found.refund.id)
                told(ctx, refund, _party(refund.currency, name, typed))
                await ctx.write()
            except Stale:
                continue
            except ApiError as error:
                return error.message
            return ""
        return "Too many do this at once. Try again in a moment."

    async def _find(self, account: str, secret: str) -> _Opened | None:
        name, mark, _ = secret.partition("_secret_")
        for livemode in (False, True) if mark else ():
            ctx = Context(self._runtime, Caller(account, account, livemode))
            refund = await ctx.find(Refund, name, book=book_of(account, livemode))
            hidden: dict[str, Any] = ctx.hidden(refund) if refund else {}
            if refund and compare_digest(hidden.get(OPENED_BY, "").encode(), secret.encode()):
                return _Opened(refund, hidden[PLATFORM], livemode)
        return None


def _party(currency: str, name: str, typed: Mapping[str, str]) -> Party:
    """Return who is paid, as it was typed; InvalidRequest for an account that no bank has."""
    asked = {field: typed.get(field, "").strip() for field, _ in _FIELDS[currency]}
    number = asked["number"]
    country = _COUNTRIES.get(currency) or number[:2].upper()
    written = Written(country, currency, asked.get("routing"), number, None, "bank_account")
    town = asked.get("town", "")[:_LONGEST]
    address = Address(country, town) if town else None
    return Party(name, bank_numbers.read(written).account, address=address)


def _answer(
    response: falcon.asgi.Response, found: _Opened | None, wrong: str, typed: Mapping[str, str]
) -> None:
    response.set_header("Cache-Control", "private, no-store")
    response.set_header("Content-Security-Policy", _POLICY)
    response.set_header("X-Content-Type-Options", "nosniff")
    response.set_header("Referrer-Policy", "no-referrer")
    response.content_type = falcon.MEDIA_HTML
    if found is None:
        response.status = falcon.HTTP_404
        response.text = _page("No refund", "<p>There is no such refund.</p>")
        return
    title = f"Your refund of {escape(format_amount(found.refund.money))}"
    response.text = _page(title, _body(found, wrong, typed))


def _body(found: _Opened, wrong: str, typed: Mapping[str, str]) -> str:
    refund = found.refund
    if refund.status != "requires_action":
        done = refund.status in ("pending", "succeeded")
        return f"<p>{'It is on its way to your bank.' if done else 'It is not sent.'}</p>"
    fields = (("name", "Name of the account's holder"), *_FIELDS[refund.currency])
    inputs = "".join(
        f'<label>{label} <input name="{name}" value="{escape(typed.get(name, ""))}" '
        f'maxlength="{_LONGEST}" required autocomplete="off"></label>'
        for name, label in fields
    )
    told_wrong = f'<p role="alert" class="wrong">{escape(wrong)}</p>' if wrong else ""
    mark = "" if found.livemode else '<p class="test">Test mode</p>'
    return (
        f"{mark}<p>To which bank account may it go?</p>{told_wrong}"
        f'<form method="post">{inputs}<p><button type="submit">Send it there</button></p></form>'
    )


def _page(title: str, body: str) -> str:
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{title}</title><style>{STYLE}{FORM_STYLE}</style></head>"
        f"<body><main><h1>{title}</h1>{body}</main></body></html>"
    )
