"""API keys: 256 random bits that are shown once and kept as a digest.

A key belongs to one account in one mode. `KeyRing` recognises secrets for the API; a key that is
revoked anywhere stops working everywhere within TTL_SECONDS, one that expires stops at once.
"""

import asyncio
import hashlib
import re
from datetime import datetime
from typing import Any, Literal, NamedTuple, get_args

from bezant.db.pool import Connection, Pool
from bezant.db.queries import load
from bezant.kernel.clock import Clock
from bezant.kernel.codec import base62
from bezant.kernel.entropy import Entropy
from bezant.kernel.errors import ConfigError, NotFound
from bezant.kernel.ids import Ids
from bezant.kernel.secret import Secret

QUERIES = load("bezant.store", "keys.sql")
TTL_SECONDS = 5
"""How long a process may go on without asking the database whether a key has been revoked."""

Kind = Literal["secret", "restricted", "publishable"]
KINDS: tuple[Kind, ...] = get_args(Kind)

_PREFIXES: dict[Kind, str] = {"secret": "sk", "restricted": "rk", "publishable": "pk"}
_FORM = re.compile(r"sk_(test|live)_[A-Za-z0-9_]{8,200}", re.ASCII)
_PERMISSION = re.compile(r"(?:\*|[a-z0-9_.]+):(?:read|write)", re.ASCII)
_BITS, _DIGITS = 256, 43  # 62 to the power of 43 is just more than 2 to the power of 256.
_MOST_KNOWN = 10_000


class Terms(NamedTuple):
    """What a key is for: `permissions` are those of a restricted key, such as `charge:read`.

    `version` is that of the API for requests that name none; without it, the newest there is.
    """

    kind: Kind = "secret"
    permissions: frozenset[str] = frozenset()
    version: str | None = None
    expires: datetime | None = None


EVERYTHING = Terms()
"""The terms of a secret key that nobody has restricted."""


class Key(NamedTuple):
    """What is known of a key; `shown` is its secret's last four characters.

    `successor` is the key that it was rolled into.
    """

    id: str
    account: str
    livemode: bool
    name: str
    shown: str
    created: datetime
    revoked: datetime | None
    terms: Terms = EVERYTHING
    successor: str | None = None

    @property
    def redacted(self) -> str:
        """The secret, as it may be shown."""
        return f"{prefix_of(self.terms.kind, livemode=self.livemode)}…{self.shown}"

    def over(self, now: datetime) -> bool:
        """Tell whether it has been revoked or has expired."""
        expires = self.terms.expires
        return self.revoked is not None or (expires is not None and expires <= now)


class NewKey(NamedTuple):
    """A key that has just been made, and the only sight of its secret."""

    key: Key
    secret: Secret


def prefix_of(kind: Kind, *, livemode: bool) -> str:
    """Return what the secrets of such keys begin with."""
    return f"{_PREFIXES[kind]}_{'live' if livemode else 'test'}_"


async def create(
    conn: Connection,
    ids: Ids,
    entropy: Entropy,
    now: datetime,
    *,
    account: str,
    livemode: bool,
    name: str,
    terms: Terms = EVERYTHING,
) -> NewKey:
    """Make a key of an account. Raises ConfigError for terms that contradict each other."""
    _check(terms, now)
    prefix = prefix_of(terms.kind, livemode=livemode)
    secret = Secret(prefix + base62(entropy.bits(_BITS), _DIGITS))
    key = Key(ids.new("key"), account, livemode, name, secret.reveal()[-4:], now, None, terms)
    return NewKey(await _add(conn, key, secret), secret)


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
    new = Key(ids.new("key"), account, form[1] == "live", name, text[-4:], now, None)
    key = await _add(conn, new, secret)
    if key.account != account:
        raise ConfigError("the secret key belongs to another account")
    return key


async def of_account(conn: Connection, account: str, *, livemode: bool) -> list[Key]:
    """Return all keys of an account in one mode, revoked ones too, oldest first."""
    cursor = await conn.execute(QUERIES.of_account, [account, livemode])
    return [_read(row) for row in await cursor.fetchall()]


async def revoke(conn: Connection, account: str, name: str, now: datetime) -> bool:
    """Revoke the key with this id; False when there is none or it was revoked before."""
    cursor = await conn.execute(QUERIES.revoke, [now, account, name])
    return cursor.rowcount == 1


async def roll(
    conn: Connection,
    ids: Ids,
    entropy: Entropy,
    now: datetime,
    *,
    account: str,
    name: str,
    until: datetime,
) -> NewKey:
    """Make a successor on the same terms for the key with this id, which works on `until` then.

    A key that would have expired gets as long a life again. Raises NotFound for a key that there
    is not or that works no more, and ConfigError for one that has a successor already.
    """
    async with conn.transaction():
        cursor = await conn.execute(QUERIES.to_roll, [account, name])
        row = await cursor.fetchone()
        old = None if row is None else _read(row)
        if old is None or old.over(now):
            raise NotFound(f"There is no key {name} that works.")
        if old.successor is not None:
            raise ConfigError(f"{name} has been rolled into {old.successor} already")
        life = old.terms.expires and old.terms.expires - old.created
        made = await create(
            conn,
            ids,
            entropy,
            now,
            account=account,
            livemode=old.livemode,
            name=old.name,
            terms=old.terms._replace(expires=life and now + life),
        )
        await conn.execute(QUERIES.succeeded, [made.key.id, until, account, name])
    return made


def _check(terms: Terms, now: datetime) -> None:
    bad = sorted(each for each in terms.permissions if not _PERMISSION.fullmatch(each))
    if bad:
        raise ConfigError(f"{bad[0]!r} is no permission; one is like charge:read or *:write")
    if bool(terms.permissions) != (terms.kind == "restricted"):
        raise ConfigError("a restricted key has at least one permission, and no other key has any")
    if terms.expires is not None and terms.expires <= now:
        raise ConfigError("a key expires in the future, or not at all")


class KeyRing:
    """Recognises secrets; what it was told stays good for TTL_SECONDS."""

    def __init__(self, pool: Pool, clock: Clock) -> None:
        """Ask over a pool."""
        self._pool = pool
        self._clock = clock
        self._known: dict[bytes, tuple[float, Key]] = {}
        self._asked: dict[bytes, asyncio.Task[Key | None]] = {}

    async def find(self, secret: str) -> Key | None:
        """Return the key with this secret, unless it is unknown, revoked or expired."""
        digest = _digest(secret)
        known = self._known.get(digest)
        if known is not None and self._clock.monotonic() < known[0] + TTL_SECONDS:
            expires = known[1].terms.expires
            return known[1] if expires is None or expires > self._clock.now() else None
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
        if key is None or key.over(self._clock.now()):
            self._known.pop(digest, None)
            return None
        if len(self._known) >= _MOST_KNOWN:
            self._known.clear()
        self._known[digest] = (asked_at, key)
        return key


async def _add(conn: Connection, key: Key, secret: Secret) -> Key:
    """Store a key, and return it or the one that has its secret already."""
    digest = _digest(secret.reveal())
    terms = key.terms
    permissions = " ".join(sorted(terms.permissions)) or None
    values = [digest, *key[:6], terms.kind, permissions, terms.version, terms.expires]
    await conn.execute(QUERIES.add, values)
    stored = await _by_digest(conn, digest)
    assert stored is not None, "a key that was added is there, for keys are never deleted"
    return stored


async def _by_digest(conn: Connection, digest: bytes) -> Key | None:
    cursor = await conn.execute(QUERIES.by_digest, [digest])
    row = await cursor.fetchone()
    return None if row is None else _read(row)


def _read(row: tuple[Any, ...]) -> Key:
    known, (kind, permissions, version, expires, successor) = row[:7], row[7:]
    terms = Terms(kind, frozenset((permissions or "").split()), version, expires)
    return Key._make((*known, terms, successor))


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
