"""Digests, worked out again: what the ledger's rows must hash to if nobody has touched them.

Written from the description of the formats and from nothing that writes them. A digest is over a
compact JSON array in UTF-8; moments are microseconds since 1970.
"""

import json
from collections.abc import Sequence
from hashlib import blake2b, sha256

Field = str | int | bool | None
MoveFields = tuple[int, int, int, int, int, str | None]
"""Number, debit account, credit account, amount, phase and forcing cause of a move."""

_MILLION = 1_000_000
_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def number_of(text: str) -> int:
    """Return the 63 bits of BLAKE2b-64 by which books and accounts are numbered."""
    digest = blake2b(text.encode("utf-8"), digest_size=8).digest()
    return int.from_bytes(digest, "big") % 2**63


def book_number(owner: str, livemode: bool) -> int:
    """Return the number of an owner's book."""
    return number_of(owner + ("|live" if livemode else "|test"))


def account_number(path: str, currency: str) -> int:
    """Return the number of an account within its book."""
    return number_of(path + "|" + currency)


def account_digest(row: Sequence[Field], created_at: int, closed_at: int | None) -> bytes:
    """Return the digest of an account's book, number, path, currency, side and floor, in time."""
    bare = sha256(_array("account", *row)).hexdigest()
    digest = sha256(f"{bare}|{_seconds(created_at)}".encode()).digest()
    if closed_at is None:
        return digest
    return sha256(digest + f"|closed|{_seconds(closed_at)}".encode()).digest()


def entry_digest(row: Sequence[Field], moves: Sequence[MoveFields]) -> bytes:
    """Return the digest of an entry's book, id and ten more columns, and of its moves."""
    return sha256(_array("entry", *row, [list(move) for move in moves])).digest()


def seal_digest(row: Sequence[Field]) -> bytes:
    """Return the digest of a seal's columns, roots in hexadecimal and its moment at the end."""
    return sha256(_array("seal", *row)).digest()


def leaf(digest: bytes, recorded_at: int, xid: int) -> bytes:
    """Return the leaf of an entry in a seal's tree (RFC 9162, section 2.1)."""
    when = recorded_at.to_bytes(8, "big", signed=True)
    return sha256(b"\x00" + digest + when + xid.to_bytes(8, "big", signed=True)).digest()


def merkle_root(leaves: Sequence[bytes]) -> bytes:
    """Return the root of a tree: level by level, an odd one out goes up as it is."""
    level = list(leaves)
    while len(level) > 1:
        pairs = zip(level[::2], level[1::2], strict=False)
        above = [sha256(b"\x01" + left + right).digest() for left, right in pairs]
        level = above + level[len(level) & ~1 :]
    return level[0] if level else sha256(b"").digest()


def _array(*fields: object) -> bytes:
    return _json.encode(fields).encode("utf-8")


def _seconds(micros: int) -> str:
    """Write microseconds as PostgreSQL writes an epoch: seconds with six decimals."""
    sign = "-" if micros < 0 else ""
    whole, part = divmod(abs(micros), _MILLION)
    return f"{sign}{whole}.{part:06d}"
