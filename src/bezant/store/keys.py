"""API keys: 256 random bits that are shown once and kept as a digest.

A key belongs to one account in one mode. `KeyRing` recognises secrets for the API; a key that is
revoked anywhere stops working everywhere within TTL_SECONDS.
"""

import asyncio
import hashlib
import re
from datetime import datetime
from typing import NamedTuple

from bezant.db.pool import Connection, Pool
from bezant.db.queries import load
from bezant.kernel.clock import Clock
from bezant.kernel.codec import base62
from bezant.kernel.entropy import Entropy
from bezant.kernel.errors import ConfigError
from bezant.kernel.ids import Ids
from bezant.kernel.secret import Secret

QUERIES = load("bezant.store", "keys.sql")
TTL_SECONDS = 5
"""How long a process may go on without asking the database whether a key has been revoked."""

_PREFIXES = {False: "sk_test_", True: "sk_live_"}
_FORM = re.compile(r"sk_(test|live)_[A-Za-z0-9_]{8,200}", re.ASCII)
_BITS, _DIGITS = 256, 43  # 62 to the power of 43 is just more than 2 to the power of 256.
_MOST_KNOWN = 10_000


class Key(NamedTuple):
    """What is known of a key; `shown` is its secret's last four characters."""

    id: str
    account: str
    livemode: bool
    name: str
    shown: str
    created: datetime
    revoked: datetime | None


class NewKey(NamedTuple):
    """A key that has just been made, and the only sight of its secret."""

    key: Key
    secret: Secret


async def create(
    conn: Connection,
    ids: Ids,
    entropy: Entropy,
    now: datetime,
    *,
    account: str,
    livemode: bool,
    name: str,
) -> NewKey:
    """Make a key of an account."""
    secret = Secret(_PREFIXES[livemode] + base62(entropy.bits(_BITS), _DIGITS))
    key = await install(conn, ids, now, secret, account=account, name=name)
    return NewKey(key, secret)


async def install(
    conn: Connection, ids: Ids, now: datetime, secret: Secret, *, account: str, name: str
) -> Key:
    """Make a key out of a given secret, or return the one that was made of it before.

    Raises ConfigError for a text that is no secret key, and for one of another account.
    """
    text = secret.reveal()
    form = _FORM.fullmatch(text)
    if form is None:
        raise ConfigError("a secret key is sk_test_ or sk_live_ and 8 to 200 letters and digits")
    digest = _digest(text)
    livemode = form[1] == "live"
    values = [digest, ids.new("key"), account, livemode, name, text[-4:], now]
    await conn.execute(QUERIES.add, values)
    key = await _by_digest(conn, digest)
    assert key is not None, "a key that was added is there, for keys are never deleted"
    if key.account != account:
        raise ConfigError("the secret key belongs to another account")
    return key


async def of_account(conn: Connection, account: str, *, livemode: bool) -> list[Key]:
    """Return all keys of an account in one mode, revoked ones too, oldest first."""
    cursor = await conn.execute(QUERIES.of_account, [account, livemode])
    return [Key(*row) for row in await cursor.fetchall()]


async def revoke(conn: Connection, account: str, name: str, now: datetime) -> bool:
    """Revoke the key with this id; False when there is none or it was revoked before."""
    cursor = await conn.execute(QUERIES.revoke, [now, account, name])
    return cursor.rowcount == 1


class KeyRing:
    """Recognises secrets; what it was told stays good for TTL_SECONDS."""

    def __init__(self, pool: Pool, clock: Clock) -> None:
        """Ask over a pool."""
        self._pool = pool
        self._clock = clock
        self._known: dict[bytes, tuple[float, Key]] = {}
        self._asked: dict[bytes, asyncio.Task[Key | None]] = {}

    async def find(self, secret: str) -> Key | None:
        """Return the key with this secret, unless it is unknown or revoked."""
        digest = _digest(secret)
        known = self._known.get(digest)
        if known is not None and self._clock.monotonic() < known[0] + TTL_SECONDS:
            return known[1]
        question = self._asked.get(digest)
        if question is None:
            question = asyncio.create_task(self._ask(digest))
            self._asked[digest] = question
        return await asyncio.shield(question)  # Others may wait for it too.

    def forget(self) -> None:
        """Ask anew from now on, as after a key has been revoked here."""
        self._known.clear()

    async def _ask(self, digest: bytes) -> Key | None:
        asked_at = self._clock.monotonic()
        try:
            async with self._pool.connection() as conn:
                key = await _by_digest(conn, digest)
        finally:
            del self._asked[digest]
        if key is None or key.revoked is not None:
            self._known.pop(digest, None)
            return None
        if len(self._known) >= _MOST_KNOWN:
            self._known.clear()
        self._known[digest] = (asked_at, key)
        return key


async def _by_digest(conn: Connection, digest: bytes) -> Key | None:
    cursor = await conn.execute(QUERIES.by_digest, [digest])
    row = await cursor.fetchone()
    return None if row is None else Key(*row)


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
