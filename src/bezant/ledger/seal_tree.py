"""Merkle trees: one digest for many, and a short proof that one of them is among the many.

The shape and the prefixes are those of RFC 9162, section 2.1: a leaf can never pass for a node.
"""

from collections.abc import Iterable, Sequence
from hashlib import sha256

_LEAF = b"\x00"
_NODE = b"\x01"


def leaf(digest: bytes, recorded_at: int, xid: int) -> bytes:
    """Return the leaf of an entry: its digest, when (microseconds) and in which xid it came."""
    return sha256(
        _LEAF + digest + recorded_at.to_bytes(8, "big", signed=True) + xid.to_bytes(8, "big")
    ).digest()


def node(left: bytes, right: bytes) -> bytes:
    """Return the digest above two."""
    return sha256(_NODE + left + right).digest()


def root(leaves: Iterable[bytes]) -> bytes:
    """Return the root over leaves in their order; it holds one digest for each level."""
    peaks: list[tuple[int, bytes]] = []
    for one in leaves:
        size, top = 1, one
        while peaks and peaks[-1][0] == size:
            _, left = peaks.pop()
            size, top = size * 2, node(left, top)
        peaks.append((size, top))
    if not peaks:
        return sha256(b"").digest()
    _, top = peaks.pop()
    while peaks:
        top = node(peaks.pop()[1], top)
    return top


def path(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """Return what one needs, besides the leaf at an index, to work out the root."""
    if len(leaves) == 1:
        return []
    split = _split(len(leaves))
    if index < split:
        return [*path(leaves[:split], index), root(leaves[split:])]
    return [*path(leaves[split:], index - split), root(leaves[:split])]


def climbed(one: bytes, index: int, size: int, siblings: Sequence[bytes]) -> bytes:
    """Return the root that a leaf and its path lead to; raises ValueError for a false length."""
    if size == 1:
        if siblings:
            raise ValueError("the path is too long")
        return one
    if not siblings:
        raise ValueError("the path is too short")
    split = _split(size)
    if index < split:
        return node(climbed(one, index, split, siblings[:-1]), siblings[-1])
    return node(siblings[-1], climbed(one, index - split, size - split, siblings[:-1]))


def _split(size: int) -> int:
    """Return the greatest power of two below a size of two or more."""
    return 1 << (size - 1).bit_length() - 1
