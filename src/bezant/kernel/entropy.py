"""Chance, as a port: the only place that draws random numbers."""

import os
from random import Random
from typing import Protocol


class Entropy(Protocol):
    """A source of randomness; real in production, seeded in a simulation."""

    def bits(self, count: int) -> int:
        """Return an integer of `count` random bits."""
        ...

    def bytes(self, count: int) -> bytes:
        """Return `count` random bytes."""
        ...

    def per_mille(self) -> int:
        """Return an integer from 0 to 999, for jitter and for shares of cases."""
        ...


class SystemEntropy:
    """The operating system's generator, fit for keys and unguessable ids."""

    def bits(self, count: int) -> int:
        """Return an integer of `count` random bits."""
        size = (count + 7) >> 3
        return int.from_bytes(os.urandom(size)) >> ((size << 3) - count)

    def bytes(self, count: int) -> bytes:
        """Return `count` random bytes."""
        return os.urandom(count)

    def per_mille(self) -> int:
        """Return an integer from 0 to 999; 64 bits make the bias of the remainder negligible."""
        return self.bits(64) % 1000


class SeededEntropy:
    """The same numbers for the same seed, so that a run can be told again; never for secrets."""

    def __init__(self, seed: int) -> None:
        """Start the sequence that belongs to the seed."""
        self._random = Random(seed)  # noqa: S311 - to be told again is its purpose

    def bits(self, count: int) -> int:
        """Return the next integer of `count` bits."""
        return self._random.getrandbits(count)

    def bytes(self, count: int) -> bytes:
        """Return the next `count` bytes."""
        return self._random.randbytes(count)

    def per_mille(self) -> int:
        """Return the next integer from 0 to 999."""
        return self._random.randrange(1000)
