"""What the checkout pages have in common on the web: headers, forms, and for whom they act."""

import re
from hmac import compare_digest
from urllib.parse import parse_qsl

import falcon
import falcon.asgi
from msgspec import Struct

from bezant.api.context import Caller, Context
from bezant.api.runtime import Runtime
from bezant.kernel.codec import decode_json
from bezant.kernel.log import get_logger
from bezant.resources.checkout.page_end_html import Told, message

_MAX_BODY_BYTES = 16_384
_COOKIE, _COOKIE_SECONDS = "bezant_pay", 24 * 3_600
_TOKEN = re.compile(r"[0-9A-Za-z]{14}", re.ASCII)
TOO_LONG = "The page was open for too long. Enter the numbers again."

log = get_logger(__name__)


class _Owner(Struct):
    account: str
    platform: str


def acting(runtime: Runtime, hidden: str | None, *, livemode: bool) -> Context:
    """Return a context that acts for the account whose session, or link, has a hidden part."""
    assert hidden is not None, "a session, or a link, says whose it is"
    owner = decode_json(hidden, _Owner)
    return Context(runtime, Caller(owner.platform, owner.account, livemode=livemode))


def say(response: falcon.asgi.Response, status: str, page: str) -> None:
    """Answer with a page that loads and runs nothing, and whose form leads to no other site."""
    response.status = status
    response.content_type = falcon.MEDIA_HTML
    response.set_header(
        "Content-Security-Policy",
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
        "frame-ancestors 'none'; form-action 'self'",
    )
    response.text = page


def lead(response: falcon.asgi.Response, place: str) -> None:
    """Answer with where the browser goes on."""
    response.status = falcon.HTTP_303
    response.location = place


def nothing(response: falcon.asgi.Response) -> None:
    """Say that there is no such page."""
    text = "There is no such page. Go back to where you wanted to pay."
    say(response, falcon.HTTP_404, message(Told(title="Nothing here", text=text)))


def out_of_reach(response: falcon.asgi.Response, problem: Exception) -> None:
    """Say that the database is not there."""
    log.warning("checkout_page_failed", problem=str(problem))
    text = "The page is out of reach for a moment. Try again."
    say(response, falcon.HTTP_503, message(Told(title="Sorry", text=text)))


async def typed_into(request: falcon.asgi.Request) -> dict[str, str]:
    """Return what was sent by a form, without the spaces around it."""
    raw = await request.stream.read(_MAX_BODY_BYTES)
    return {name: value.strip() for name, value in parse_qsl(raw.decode("utf-8", "replace"))}


def is_ours(request: falcon.asgi.Request, token: str) -> bool:
    """Tell whether a form was sent from a page that this browser was shown."""
    cookie = request.cookies.get(_COOKIE, "")
    return bool(cookie) and compare_digest(token.encode(), cookie.encode())


def token_of(request: falcon.asgi.Request, runtime: Runtime) -> str:
    """Return what proves where a form comes from: what the browser has already, or a new one."""
    known = request.cookies.get(_COOKIE, "")
    return known if _TOKEN.fullmatch(known) else new_token(runtime)


def new_token(runtime: Runtime) -> str:
    """Return something that nobody can guess."""
    return runtime.ids.request_id().removeprefix("req_")


def is_token(text: str) -> bool:
    """Tell whether a text can be one of those."""
    return _TOKEN.fullmatch(text) is not None


def keep_token(response: falcon.asgi.Response, runtime: Runtime, path: str, token: str) -> None:
    """Let the browser keep a token, for a page and what is below it."""
    response.set_cookie(
        _COOKIE,
        token,
        path=path,
        http_only=True,
        secure=(runtime.config.public_url or "").startswith("https://"),
        same_site="Lax",
        max_age=_COOKIE_SECONDS,
    )
