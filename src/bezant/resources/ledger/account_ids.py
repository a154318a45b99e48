"""Ids of ledger accounts: made from the book and the account's number, and read back into it.

So an entry tells its accounts without a look-up, the platform's own accounts have ids although
nobody created them, and two accounts of one name in one currency cannot both exist.
"""

from functools import lru_cache

from bezant.kernel.codec import base62, from_base62
from bezant.kernel.ids import RANDOM_BITS, SLOT_BITS, TIME_BITS, WIDTH
from bezant.ledger.book import Book, hash63

PREFIX = "lac"
_MARK = f"{PREFIX}_"
_UPPER_SHIFT = SLOT_BITS + RANDOM_BITS
_HASH_BITS = 63
_NUMBER = (1 << RANDOM_BITS) - 1


@lru_cache(maxsize=65536)
def account_name(book: Book, number: int) -> str:
    """Return the id of an account; digits of a hash, where other ids have a time, fit the book."""
    seal = hash63(f"{book.id}|{number}") >> _HASH_BITS - TIME_BITS
    return _MARK + base62(seal << _UPPER_SHIFT | book.slot << RANDOM_BITS | number, WIDTH)


def account_number(book: Book, name: str) -> int | None:
    """Return the number of the account that has this id in the book, or None."""
    if not name.startswith(_MARK) or len(name) != len(_MARK) + WIDTH:
        return None
    try:
        number = from_base62(name.removeprefix(_MARK)) & _NUMBER
    except ValueError:
        return None
    if number >> _HASH_BITS or account_name(book, number) != name:
        return None
    return number
