"""A transport at a pace: a bank is asked now and then, and left alone while it is down."""

from collections.abc import Callable
from typing import BinaryIO, TypeVar

from bezant.kernel.clock import Clock
from bezant.movement.transport import Arrival, Transport

T = TypeVar("T")


class Paced:
    """Lets calls through to a bank that is away from here, at its pace."""

    def __init__(self, transport: Transport, clock: Clock, poll_seconds: float) -> None:
        """Ask for arrivals every so many seconds; after a failure, wait as long for anything."""
        self._transport = transport
        self._clock = clock
        self._poll_seconds = poll_seconds
        self._polled_at: float | None = None
        self._failed_at: float | None = None

    def put(self, name: str, source: BinaryIO) -> None:
        """Hand a file over, unless the bank has just been out of reach."""
        self._ask(lambda: self._transport.put(name, source))

    def took(self, name: str, sha256: str = "") -> bool:
        """Ask whether the bank has a file, unless it has just been out of reach."""
        return self._ask(lambda: self._transport.took(name, sha256))

    def arrivals(self) -> list[Arrival]:
        """Return what waits for us; nothing until it is time to ask again."""
        if self._is_recent(self._polled_at) or self._is_recent(self._failed_at):
            return []
        found = self._ask(self._transport.arrivals)
        # Whoever has taken some looks at once for more, so that only an empty answer makes us rest.
        self._polled_at = None if found else self._clock.monotonic()
        return found

    def done(self, name: str) -> None:
        """Put a file that was dealt with aside."""
        self._ask(lambda: self._transport.done(name))

    def _ask(self, call: Callable[[], T]) -> T:
        if self._is_recent(self._failed_at):
            raise OSError("the bank was out of reach a moment ago, and is asked again later")
        try:
            answer = call()
        except OSError:
            self._failed_at = self._clock.monotonic()
            raise
        self._failed_at = None
        return answer

    def _is_recent(self, at: float | None) -> bool:
        return at is not None and self._clock.monotonic() - at < self._poll_seconds
