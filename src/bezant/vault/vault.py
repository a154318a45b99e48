"""The vault itself: numbers go in and come back as tokens; only an acquirer's message opens them.

It has a schema and a database role of its own, so no other part of the program can read a sealed
number, let alone open one. A number that an owner has shown before gets the token that it has.
"""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from bezant.db.arrays import texts
from bezant.db.gathering import Gathered
from bezant.db.pool import Connection, Pool
from bezant.db.queries import load
from bezant.kernel.entropy import Entropy
from bezant.kernel.errors import NotFound
from bezant.kernel.ids import Ids
from bezant.kernel.secret import Secret
from bezant.vault.envelope import Envelope, rewrap, seal, unseal
from bezant.vault.keyring import KeyFile, Keyring

QUERIES = load("bezant.vault", "vault.sql")
ROLE = "bezant_vault"
BATCH = 500
_MOST_REMEMBERED = 10_000
_TEXTS = "text"
"""The owner of what is no card: no account has that name."""


class Kept(NamedTuple):
    """A card number in the vault: its token and its fingerprint."""

    token: str
    fingerprint: str


class Vault:
    """Keeps card numbers of many owners."""

    def __init__(self, pool: Pool, keys: KeyFile, ids: Ids, entropy: Entropy) -> None:
        """Take a pool under the vault's own role, and the keys."""
        self._pool = pool
        self._keys = keys
        self._ids = ids
        self._entropy = entropy
        self._remembered: OrderedDict[tuple[str, str], str] = OrderedDict()
        self._sealed: Gathered[str, Envelope] = Gathered(self._envelopes)

    async def keep(self, owner: str, number: Secret, now: datetime) -> Kept:
        """Keep a card number of digits only, and return its token; again, the same one."""
        digits = number.reveal()
        fingerprint = self._keys.ring().fingerprint(owner, digits)
        token = self._remembered.get((owner, fingerprint))
        if token is None:
            token = await self._store(owner, digits, fingerprint, now)
            self._remembered[owner, fingerprint] = token
            if len(self._remembered) > _MOST_REMEMBERED:
                self._remembered.popitem(last=False)
        return Kept(token, fingerprint)

    def disguised(self, text: str) -> str:
        """Return a keyed hash of a text in which a card's number or code stands."""
        return self._keys.ring().fingerprint(_TEXTS, text)

    async def reveal(self, token: str) -> Secret:
        """Return the number behind a token. Raises NotFound, Tampered, or ConfigError."""
        envelope = await self._sealed.get(token)
        if envelope is None:
            raise NotFound(f"The vault has no card {token[:64]}.")
        return Secret(unseal(self._keys.ring(), token, envelope))

    async def _envelopes(self, tokens: Sequence[str]) -> Mapping[str, Envelope]:
        async with self._pool.connection() as conn:
            rows = await (await conn.execute(QUERIES.several, [texts(list(tokens))])).fetchall()
        return {row[0]: Envelope(*row[1:]) for row in rows}

    async def _store(self, owner: str, digits: str, fingerprint: str, now: datetime) -> str:
        async with self._pool.connection() as conn:
            if known := await _known(conn, owner, fingerprint):
                return known
            token = self._ids.new("vcard")
            envelope = seal(self._keys.ring(), token, digits, self._entropy)
            row = [token, owner, fingerprint]
            row += [envelope.key, envelope.wrapped, envelope.sealed, now]
            await conn.execute(QUERIES.add, row)
            kept = await _known(conn, owner, fingerprint)
        assert kept is not None, "it was kept just now, by us or by somebody faster"
        return kept


async def _known(conn: Connection, owner: str, fingerprint: str) -> str | None:
    row = await (await conn.execute(QUERIES.known, [owner, fingerprint])).fetchone()
    return None if row is None else row[0]


async def census(conn: Connection) -> dict[str, int]:
    """Return how many cards are sealed under each master key."""
    cursor = await conn.execute(QUERIES.census)
    return dict(await cursor.fetchall())


async def rotate(conn: Connection, ring: Keyring, entropy: Entropy, batch: int = BATCH) -> int:
    """Seal a batch of cards under the primary key and return how many; traffic goes on meanwhile.

    Raises Tampered when a record is not what was sealed, and changes nothing of the batch then.
    """
    async with conn.transaction():
        rows = await (await conn.execute(QUERIES.to_rewrap, [ring.primary, batch])).fetchall()
        fresh = [(row[0], rewrap(ring, row[0], Envelope(*row[1:]), entropy)) for row in rows]
        ids, wrapped = [id for id, _ in fresh], [envelope.wrapped for _, envelope in fresh]
        if ids:
            await conn.execute(QUERIES.rewrapped, [ring.primary, ids, wrapped])
    return len(rows)
