"""Account sessions: secrets with which a browser shows an account what it has, for a while.

The client secret is a key for that account alone, which may do what the components need.
"""

import re
from hmac import compare_digest
from typing import Any

from bezant.api.backend import Key
from bezant.api.context import Context
from bezant.api.params import Params
from bezant.api.resource import Identified
from bezant.api.routes import Routes
from bezant.api.runtime import Runtime
from bezant.kernel.codec import base62, decode_json, encode_json, from_base62, sha256, unix_seconds
from bezant.kernel.errors import InvalidRequest
from bezant.kernel.ids import WIDTH
from bezant.resources.connect.account import account_of
from bezant.resources.connect.session_components import Components, offered, permissions, shown
from bezant.store.feed import BOOK_DIGITS

PREFIX = "accs"
BEGINS = f"{PREFIX}_secret__"
"""What every client secret begins with."""
LASTS_SECONDS = 3_600
"""How long a session lasts."""
_LAST_BOOK = (1 << 63) - 1
_SECRET = re.compile(
    rf"{BEGINS}([0-9A-Za-z]{{{BOOK_DIGITS}}})([0-9A-Za-z]{{{WIDTH}}})([0-9A-Za-z]{{28}})",
    re.ASCII,
)


class AccountSession(Identified, tag="account_session"):
    """Which account a session is for, and what it may do; the answer has no id."""

    account: str
    platform: str
    livemode: bool
    expires_at: int
    components: dict[str, Any]


class CreateAccountSession(Params):
    """Whom a session is for, and what is shown."""

    account: str
    components: Components


routes = Routes(AccountSession, "/v1/account_sessions", listed=False, retrieved=False)


@routes.post("/v1/account_sessions", returns=None)
async def create(ctx: Context, params: CreateAccountSession) -> str:
    """Make a secret for a browser that shows an account what it has."""
    account = await account_of(ctx, params.account)
    if account.id == ctx.caller.platform:
        raise InvalidRequest("Sessions are for connected accounts.", param="account")
    told = shown(params.components)
    enabled = [name for name, each in told.items() if each["enabled"]]
    if not enabled:
        raise InvalidRequest("Enable at least one component.", param="components")
    for name in enabled:
        if not offered(name):
            raise InvalidRequest(
                f"The component {name} shows what is not offered here: leave it out.",
                param=f"components[{name}]",
            )
    name = ctx.new_id(PREFIX, ctx.platform_book)
    secret = "".join(ctx.runtime.ids.request_id().removeprefix("req_") for _ in range(2))
    session = AccountSession(
        id=name,
        account=account.id,
        platform=ctx.caller.platform,
        livemode=ctx.livemode,
        expires_at=unix_seconds(ctx.now()) + LASTS_SECONDS,
        components=told,
    )
    ctx.create(session, book=ctx.platform_book, hidden={"digest": _digest(secret)})
    place = base62(ctx.platform_book.id, BOOK_DIGITS) + name.removeprefix(f"{PREFIX}_")
    answer: dict[str, Any] = {
        "object": "account_session",
        "account": account.id,
        "client_secret": f"{BEGINS}{place}{secret}",
        "components": told,
        "expires_at": session.expires_at,
        "livemode": ctx.livemode,
    }
    return encode_json(answer).decode()


async def key_of_session(runtime: Runtime, secret: str) -> Key | None:
    """Return the key that a client secret is; None once it has expired, or if there is none."""
    parts = _SECRET.fullmatch(secret)
    if parts is None or (book := from_base62(parts[1])) > _LAST_BOOK:
        return None
    row = await runtime.reader.get(book, AccountSession.kind(), f"{PREFIX}_{parts[2]}")
    if row is None or row.deleted:
        return None
    session = decode_json(row.body, AccountSession)
    known = decode_json(row.hidden or "{}", dict[str, str])
    if not compare_digest(known.get("digest", ""), _digest(parts[3])):
        return None
    if session.expires_at <= unix_seconds(runtime.clock.now()):
        return None
    return Key(
        session.id,
        session.platform,
        session.livemode,
        kind="restricted",
        permissions=frozenset(permissions(session.components)),
        acts_for=session.account,
    )


def _digest(secret: str) -> str:
    return sha256("account_session", secret).hex()
