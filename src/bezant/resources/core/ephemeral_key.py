"""The ephemeral key object: a key for an app that shows a customer their own things for an hour.

Its secret says in which book it is, as `ek_test_` and the book's number, the id and chance. Only a
digest of the secret is kept.
"""

import hashlib
import re
from datetime import datetime
from hmac import compare_digest

from msgspec import UNSET, Struct, UnsetType

from bezant.api.backend import Key
from bezant.api.context import Context, created_of
from bezant.api.resource import Resource
from bezant.kernel.codec import base62, decode_json, from_base62, unix_seconds
from bezant.kernel.ids import WIDTH
from bezant.store.feed import BOOK_DIGITS
from bezant.store.objects import Reader

PREFIX = "ephkey"
LIVES_SECONDS = 3_600
_FORM = re.compile(
    rf"ek_(?:test|live)_([0-9A-Za-z]{{{BOOK_DIGITS}}})([0-9A-Za-z]{{{WIDTH}}})[0-9A-Za-z]{{42}}",
    re.ASCII,
)
_LAST_BOOK = (1 << 63) - 1


class EphemeralKey(Resource, tag="ephemeral_key"):
    """A key; its secret is shown once, when it is created."""

    expires: int
    secret: str | UnsetType = UNSET


class _Kept(Struct):
    account: str
    customer: str
    digest: str
    platform: str
    version: str


def new_key(ctx: Context, customer: str, version: str) -> tuple[EphemeralKey, str]:
    """Store a key of a customer for clients of a version, and return it with its secret."""
    name = ctx.new_id(PREFIX)
    chance = "".join(ctx.runtime.ids.request_id().removeprefix("req_") for _ in range(3))
    mode = "live" if ctx.livemode else "test"
    place = base62(ctx.book.id, BOOK_DIGITS) + name.removeprefix(f"{PREFIX}_")
    secret = f"ek_{mode}_{place}{chance}"
    created = created_of(name)
    key = EphemeralKey(
        id=name, created=created, expires=created + LIVES_SECONDS, livemode=ctx.livemode
    )
    hidden = {
        "account": ctx.account,
        "customer": customer,
        "digest": _digest(secret),
        "platform": ctx.caller.platform,
        "version": version,
    }
    return ctx.create(key, hidden=hidden), secret


async def key_of_secret(reader: Reader, secret: str, now: datetime) -> Key | None:
    """Return the key with a secret, unless it is unknown, deleted or expired."""
    parts = _FORM.fullmatch(secret)
    if parts is None or (book := from_base62(parts[1])) > _LAST_BOOK:
        return None
    row = await reader.get(book, EphemeralKey.kind(), f"{PREFIX}_{parts[2]}")
    if row is None or row.deleted or row.hidden is None:
        return None
    shown, hidden = decode_json(row.body, EphemeralKey), decode_json(row.hidden, _Kept)
    if not compare_digest(hidden.digest, _digest(secret)) or shown.expires <= unix_seconds(now):
        return None
    return Key(
        shown.id,
        hidden.platform,
        shown.livemode,
        "ephemeral",
        version=hidden.version,
        customer=hidden.customer,
        acts_for=hidden.account,
    )


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
