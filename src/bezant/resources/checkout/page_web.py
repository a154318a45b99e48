"""What the checkout pages have in common on the web: headers, and for whom they act."""

import falcon
import falcon.asgi
from msgspec import Struct

from bezant.api.context import Caller, Context
from bezant.api.runtime import Runtime
from bezant.kernel.codec import decode_json
from bezant.kernel.log import get_logger
from bezant.resources.checkout import page_html as html

log = get_logger(__name__)


class _Owner(Struct):
    account: str
    platform: str


def acting(runtime: Runtime, hidden: str | None, *, livemode: bool) -> Context:
    """Return a context that acts for the account whose session, or link, has a hidden part."""
    assert hidden is not None, "a session, or a link, says whose it is"
    owner = decode_json(hidden, _Owner)
    return Context(runtime, Caller(owner.platform, owner.account, livemode=livemode))


def guard(response: falcon.asgi.Response) -> None:
    """Let nobody keep the page, frame it, or learn its address."""
    response.set_headers(
        {
            "Cache-Control": "no-store",
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": "DENY",
        }
    )


def say(response: falcon.asgi.Response, status: str, page: str) -> None:
    """Answer with a page that loads and runs nothing, and whose form leads to no other site."""
    response.status = status
    response.content_type = falcon.MEDIA_HTML
    response.set_header(
        "Content-Security-Policy",
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'; "
        "form-action 'self'",
    )
    response.text = page


def nothing(response: falcon.asgi.Response) -> None:
    """Say that there is no such page."""
    text = "There is no such page. Go back to where you wanted to pay."
    say(response, falcon.HTTP_404, html.message("Nothing here", text))


def out_of_reach(response: falcon.asgi.Response, problem: Exception) -> None:
    """Say that the database is not there."""
    log.warning("checkout_page_failed", problem=str(problem))
    text = "The page is out of reach for a moment. Try again."
    say(response, falcon.HTTP_503, html.message("Sorry", text))
