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
from bezant.api.web_page import guard, say
from bezant.kernel.currency import format_amount
from bezant.kernel.errors import ApiError
from bezant.ledger.book import book_of
from bezant.rail import Address, Party
from bezant.resources.core import bank_numbers
from bezant.resources.core.bank_numbers import Written
from bezant.resources.core.later import Matter
from bezant.resources.core.mailer import Letter, mailer_of
from bezant.resources.core.owners import acting_owner
from bezant.resources.payments import pay_html as html
from bezant.resources.payments.refund import Refund
from bezant.resources.payments.returning import OPENED_BY, PLATFORM, told

PATH = "/refunds/{account}/{secret}"
_MOST = 4_096
_RUNS = 20
_LONGEST = 70
_COUNTRIES: Mapping[str, str] = {"gbp": "GB", "jpy": "JP", "usd": "US"}
_FIELDS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "eur": (("number", "IBAN"),),
    "gbp": (("routing", "Sort code"), ("number", "Account number")),
    "jpy": (("routing", "BIC of the bank"), ("number", "Account number"), ("town", "Your town")),
    "usd": (("routing", "Routing number"), ("number", "Account number")),
}
"""What is asked for besides the holder's name, by currency."""
_TEST: Mapping[str, str] = {
    "eur": "AT61 1904 3002 3457 3201",
    "gbp": "sort code 10-88-00, account number 00012345",
    "jpy": "BIC BOTKJPJT, account number 1234567, Tokyo",
    "usd": "routing number 110000000, account number 000123456789",
}
"""Accounts that take a refund in test mode, by currency."""


class _Opened(NamedTuple):
    refund: Refund
    platform: str
    livemode: bool
    shop: str


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
    name = " ".join(owner.shown_name.split()) or owner.id  # A subject is one line.
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
                platform: str = hidden[PLATFORM]
                owner = await acting_owner(
                    Context(self._runtime, Caller(platform, account, livemode))
                )
                return _Opened(refund, platform, livemode, owner.shown_name)
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
    guard(response)
    if found is None:
        text = "There is no refund here that waits for you."
        say(response, falcon.HTTP_404, html.say(html.Page(title="Nothing here"), text))
        return
    amount = format_amount(found.refund.money)
    page = html.Page(title=f"Your refund of {amount}", shop=found.shop, livemode=found.livemode)
    if found.refund.status == "requires_action":
        say(response, falcon.HTTP_200, html.whole(page, _form(found, wrong, typed)))
        return
    done = found.refund.status in ("pending", "succeeded")
    text = "It is on its way to your bank. You can close this page." if done else "It is not sent."
    say(response, falcon.HTTP_200, html.say(page, text))


def _form(found: _Opened, wrong: str, typed: Mapping[str, str]) -> str:
    currency = found.refund.currency
    fields = (("name", "Name of the account's holder"), *_FIELDS[currency])
    inputs = "".join(
        f'<label>{label} <input name="{name}" value="{escape(typed.get(name, ""))}" '
        f'maxlength="{_LONGEST}" required autocomplete="off"></label>'
        for name, label in fields
    )
    giver = found.shop or "The shop"
    told_wrong = f'<p role="alert" class="wrong">{escape(wrong)}</p>' if wrong else ""
    test = "" if found.livemode else f'<p class="soft">In test mode: {_TEST[currency]}.</p>'
    return (
        f"<p>{escape(giver)} gives you money back. To which of your bank accounts may it go?</p>"
        f'{told_wrong}<form method="post">{inputs}'
        f'<button type="submit">Send it there</button></form>{test}'
    )
