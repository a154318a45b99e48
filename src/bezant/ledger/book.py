"""Books: a book is the legal owner of balances, and every row of the ledger starts with one."""

from functools import lru_cache
from hashlib import blake2b

from msgspec import Struct

HOUSE = "house"
"""The owner of the operator's own books."""

_63_BITS = (1 << 63) - 1


class Book(Struct, frozen=True):
    """One owner's books in one mode; the id is a hash, so that no look-up stands before a post."""

    id: int
    owner: str
    livemode: bool

    @property
    def slot(self) -> int:
        """The 16 bits of routing that ids of the book's objects carry."""
        return self.id & 0xFFFF


def hash63(text: str) -> int:
    """Return 63 bits of BLAKE2b, the positive half of PostgreSQL's bigint."""
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big") & _63_BITS


@lru_cache(maxsize=65536)
def book_of(owner: str, livemode: bool) -> Book:
    """Return the book of an account id, or of HOUSE, in test or live mode."""
    return Book(hash63(f"{owner}|{'live' if livemode else 'test'}"), owner, livemode)
