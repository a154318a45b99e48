"""Seals: the ledger's entries under chained Merkle roots, so that no later change can hide.

A seal takes a window of database transactions that are all over, so no late commit can slip in
behind it. Sealing is off the path of writing: one sealer at a time, a window at a time.
"""

import json
from datetime import datetime
from hashlib import sha256
from typing import NamedTuple

from bezant.db.pool import Connection
from bezant.db.queries import load
from bezant.kernel.clock import Clock
from bezant.kernel.codec import microseconds
from bezant.kernel.errors import DatabaseError
from bezant.ledger import seal_tree

QUERIES = load("bezant.ledger", "seal.sql")
WINDOW = 10_000
"""About how many entries a seal takes: memory is bounded, and others get their turn between."""

_FIRST_SPAN = 1_024
_NOTHING_BEFORE = bytes(32)


class Seal(NamedTuple):
    """One link: the entries of the database transactions `from_xid` <= xid < `to_xid`.

    `totals` is the posted amount by currency as JSON; `previous` the digest of the seal before.
    """

    n: int
    from_xid: int
    to_xid: int
    entries: int
    moves: int
    totals: str
    root: bytes
    previous: bytes
    digest: bytes
    sealed_at: datetime


class Proof(NamedTuple):
    """That an entry is the `position`-th leaf of `size` below the root of seal number `seal`."""

    seal: int
    position: int
    size: int
    digest: bytes
    recorded_at: datetime
    xid: int
    path: tuple[bytes, ...]
    root: bytes

    @property
    def holds(self) -> bool:
        """Whether the leaf and its path lead to the root."""
        leaf = seal_tree.leaf(self.digest, microseconds(self.recorded_at), self.xid)
        try:
            return seal_tree.climbed(leaf, self.position, self.size, self.path) == self.root
        except ValueError:
            return False


async def seal(conn: Connection, clock: Clock, *, window: int = WINDOW) -> list[Seal]:
    """Seal what is ready now and return the new seals; none while another sealer is at work.

    What comes meanwhile is left for the next time, for writers may never pause. Raises
    DatabaseError when the server counts database transactions from a lower number than the seals
    do, as after a restore into a new cluster.
    """
    sealed: list[Seal] = []
    _, ready = await _horizon(conn)
    while (one := await _seal_one(conn, clock, window, ready)) is not None:
        sealed.append(one)
    return sealed


async def latest(conn: Connection) -> Seal | None:
    """Return the newest seal, whose digest vouches for everything before it."""
    row = await (await conn.execute(QUERIES.latest)).fetchone()
    return None if row is None else Seal(*row)


async def prove(conn: Connection, book: int, entry: str) -> Proof | None:
    """Return the proof that an entry is sealed, or None for one that is not there or not yet."""
    row = await (await conn.execute(QUERIES.sealed_entry, [book, entry])).fetchone()
    if row is None:
        return None
    digest, recorded_at, xid, number, root, from_xid, to_xid = row
    cursor = await conn.execute(QUERIES.leaves, [from_xid, to_xid])
    rows = await cursor.fetchall()
    leaves = [seal_tree.leaf(one, at, number) for one, at, number, _, _ in rows]
    index = next(at for at, (*_, owner, name) in enumerate(rows) if (owner, name) == (book, entry))
    path = tuple(seal_tree.path(leaves, index))
    return Proof(number, index, len(leaves), digest, recorded_at, xid, path, root)


def digest_of(seal: Seal) -> bytes:
    """Return the digest over all else that a seal says, as a compact JSON array."""
    roots = [seal.root.hex(), seal.previous.hex()]
    said = ["seal", *seal[:6], *roots, microseconds(seal.sealed_at)]
    return sha256(json.dumps(said, separators=(",", ":")).encode()).digest()


async def _horizon(conn: Connection) -> tuple[bool, int]:
    """Return whether this is the only sealer, and below which number all is over."""
    row = await (await conn.execute(QUERIES.horizon)).fetchone()
    assert row is not None, "a select without a table has a row"
    return row[0], row[1]


async def _seal_one(conn: Connection, clock: Clock, window: int, ready: int) -> Seal | None:
    async with conn.transaction():
        await conn.execute(QUERIES.probes)
        alone, top = await _horizon(conn)
        if not alone:
            return None
        last = await latest(conn)
        start = last.to_xid if last else 0
        if top < start:
            raise DatabaseError(
                f"the seals reach to database transaction {start}, but the server is at {top}: "
                "it was restored into a cluster that counts from the beginning"
            )
        end = await _end(conn, start, ready, window)
        new = await _made(conn, last, start, end, clock.now())
        if new is not None:
            await conn.execute(QUERIES.write, new)
        return new


async def _end(conn: Connection, start: int, top: int, window: int) -> int:
    """Return where a window ends: at about so many entries, or where all are over."""
    end, total, span = start, 0, _FIRST_SPAN
    while end < top:
        stop = min(end + span, top)
        row = await (await conn.execute(QUERIES.count_window, [end, stop])).fetchone()
        count = row[0] if row else 0
        if total + count > window and span > 1:
            span //= 2
        elif total + count > window:
            return end if total else stop
        else:
            end, total = stop, total + count
            span *= 2
    return end


async def _made(
    conn: Connection, last: Seal | None, start: int, end: int, now: datetime
) -> Seal | None:
    rows = await (await conn.execute(QUERIES.leaves, [start, end])).fetchall()
    if not rows:
        return None
    root = seal_tree.root(seal_tree.leaf(digest, at, xid) for digest, at, xid, _, _ in rows)
    sums = await (await conn.execute(QUERIES.totals, [start, end])).fetchall()
    totals = json.dumps(
        {currency: int(posted) for currency, _, posted in sums}, separators=(",", ":")
    )
    new = Seal(
        n=last.n + 1 if last else 1,
        from_xid=start,
        to_xid=end,
        entries=len(rows),
        moves=sum(moves for _, moves, _ in sums),
        totals=totals,
        root=root,
        previous=last.digest if last else _NOTHING_BEFORE,
        digest=b"",
        sealed_at=now,
    )
    return new._replace(digest=digest_of(new))
