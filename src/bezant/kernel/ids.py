"""Ids: a prefix, then time, routing slot and chance in 24 base62 digits.

Text order is time order, ids of one process strictly increase even while its clock stands still
or goes back, the slot tells where the object lives, and 72 random bits make ids unguessable.
"""

import threading
from datetime import datetime
from functools import lru_cache
from hashlib import blake2b
from typing import NamedTuple

from bezant.kernel.clock import Clock
from bezant.kernel.codec import BASE62, base62, from_base62, from_microseconds, microseconds
from bezant.kernel.entropy import Entropy
from bezant.kernel.errors import MalformedId

WIDTH = 24
TIME_BITS = 54  # Microseconds since 1970: enough until the year 2540.
SLOT_BITS = 16
RANDOM_BITS = 72
_SLOT_SHIFT = RANDOM_BITS
_TIME_SHIFT = SLOT_BITS + RANDOM_BITS
_ALL_BITS = TIME_BITS + SLOT_BITS + RANDOM_BITS

REQUEST_WIDTH = 14
_REQUEST_BITS = 83  # The most that 14 base62 digits hold.


class IdParts(NamedTuple):
    """What an id says of its object."""

    prefix: str
    time: datetime
    slot: int


class Ids:
    """Makes ids from a clock and a source of chance; safe to share between threads."""

    def __init__(self, clock: Clock, entropy: Entropy) -> None:
        """Take both ports."""
        self._clock = clock
        self._entropy = entropy
        self._lock = threading.Lock()
        self._last = -1

    def new(self, prefix: str, slot: int = 0) -> str:
        """Return `prefix_` and 24 digits, greater than every id this has made for the prefix."""
        assert prefix, "an id has a prefix"
        assert 0 <= slot < 1 << SLOT_BITS, "a slot has 16 bits"
        random = self._entropy.bits(RANDOM_BITS)
        number = self._tick() << _TIME_SHIFT | slot << _SLOT_SHIFT | random
        return f"{prefix}_{base62(number, WIDTH)}"

    def request_id(self) -> str:
        """Return `req_` and 14 random digits."""
        return f"req_{base62(self._entropy.bits(_REQUEST_BITS), REQUEST_WIDTH)}"

    def _tick(self) -> int:
        now = microseconds(self._clock.now())
        with self._lock:
            self._last = now if now > self._last else self._last + 1
            return self._last


def derived(prefix: str, source: str, *parts: str) -> str:
    """Return an id at the time and slot of another; the same for the same parts, each time."""
    at = parse(source)
    digest = blake2b("\n".join([source, *parts]).encode(), digest_size=RANDOM_BITS // 8).digest()
    number = microseconds(at.time) << _TIME_SHIFT | at.slot << _SLOT_SHIFT
    return f"{prefix}_{base62(number | int.from_bytes(digest, 'big'), WIDTH)}"


def letters_of(text: str, count: int) -> str:
    """Return up to 14 digits and capital letters made of an id's random bits."""
    bits = from_base62(text.rpartition("_")[2]) & (1 << RANDOM_BITS) - 1
    return "".join(BASE62[bits >> 5 * at & 31] for at in range(count))


@lru_cache(maxsize=4096)
def parse(text: str) -> IdParts:
    """Return what an id says; raises MalformedId for a text that `Ids.new` cannot have made."""
    prefix, mark, digits = text.rpartition("_")
    if not (prefix and mark and len(digits) == WIDTH):
        raise MalformedId(f"not an id: {text[:64]!r}")
    try:
        number = from_base62(digits)
    except ValueError:
        raise MalformedId(f"not an id: {text[:64]!r}") from None
    if number >> _ALL_BITS:
        raise MalformedId(f"not an id: {text[:64]!r}")
    slot = number >> _SLOT_SHIFT & (1 << SLOT_BITS) - 1
    return IdParts(prefix, from_microseconds(number >> _TIME_SHIFT), slot)
