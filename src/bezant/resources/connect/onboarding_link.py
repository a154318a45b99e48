"""Onboarding links: addresses of the hosted page, each of which can be opened once."""

from typing import Any

from msgspec import Struct

from bezant.api.context import Context
from bezant.api.resource import Identified
from bezant.kernel.codec import base62, unix_seconds
from bezant.resources.connect.account import Account
from bezant.store.feed import BOOK_DIGITS

PREFIX = "alnk"
OPEN_SECONDS = 300
"""How long a link can be opened."""
SESSION_SECONDS = 3_600
"""How long the page can be used after that."""


class OnboardingLink(Identified, tag="onboarding_link"):
    """A link, and whoever opened it; `collect` are the requirements that are asked for.

    Links that are for a `use_case` say so once their owner has `returned`.
    """

    platform: str
    account: str
    livemode: bool
    collect: str
    future: bool
    refresh_url: str | None
    return_url: str | None
    expires_at: int
    opened: bool = False
    use_case: str | None = None
    returned: bool = False


class LinkSecrets(Struct):
    """What opens a link, and what proves who opened it."""

    secret: str
    session: str
    form: str


def new_link(
    ctx: Context,
    account: Account,
    *,
    collect: str,
    future: bool,
    refresh_url: str | None,
    return_url: str | None,
    use_case: str | None = None,
) -> dict[str, Any]:
    """Store a link and return its address, `created` and `expires_at` in Unix seconds."""
    name = ctx.new_id(PREFIX, ctx.platform_book)
    secrets = LinkSecrets(*(_secret(ctx) for _ in range(3)))
    now = unix_seconds(ctx.now())
    link = OnboardingLink(
        id=name,
        platform=ctx.caller.platform,
        account=account.id,
        livemode=ctx.livemode,
        collect=collect,
        future=future,
        refresh_url=refresh_url,
        return_url=return_url,
        expires_at=now + OPEN_SECONDS,
        use_case=use_case,
    )
    hidden = {"secret": secrets.secret, "session": secrets.session, "form": secrets.form}
    ctx.create(link, book=ctx.platform_book, hidden=hidden)
    place = base62(ctx.platform_book.id, BOOK_DIGITS) + name.removeprefix(f"{PREFIX}_")
    url = f"{ctx.runtime.config.public_url}/setup/{place}/{secrets.secret}"
    return {"created": now, "expires_at": now + OPEN_SECONDS, "url": url}


def _secret(ctx: Context) -> str:
    """Return a text that nobody guesses."""
    return "".join(ctx.runtime.ids.request_id().removeprefix("req_") for _ in range(2))
