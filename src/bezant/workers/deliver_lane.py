"""Lanes: what waits for one webhook endpoint, and how that endpoint has been answering."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from bezant.kernel.secret import Secret
from bezant.store.deliveries import Claimed
from bezant.workers.deliver_send import Connections

STEADY_LIMIT = 16
OTHER_LIMIT = 2
FAILURES_BEFORE_REST = 5
_FIRST_REST = timedelta(seconds=30)
_LONGEST_REST = timedelta(minutes=10)
_MOST_DOUBLINGS = 10


Standing = Literal["new", "steady", "failing"]


class Letter(NamedTuple):
    """A delivery, ready to be signed and sent."""

    delivery: Claimed
    body: bytes
    url: str
    secrets: Sequence[Secret]
    livemode: bool


@dataclass(slots=True)
class Lane:
    """One endpoint: new until it answers, then steady or failing as its latest answer says."""

    book_id: int
    endpoint: str
    letters: deque[Letter] = field(default_factory=deque[Letter])
    carriers: int = 0
    standing: Standing = "new"
    failures: int = 0
    rests_until: datetime | None = None
    connections: Connections | None = None

    @property
    def waiting(self) -> int:
        """How many letters nobody has taken in hand."""
        return len(self.letters)

    @property
    def limit(self) -> int:
        """How many may be on their way at once."""
        return STEADY_LIMIT if self.standing == "steady" else OTHER_LIMIT

    def rests(self, now: datetime) -> bool:
        """Tell whether it is to be left alone."""
        return self.rests_until is not None and self.rests_until > now

    def answered(self, now: datetime, *, ok: bool) -> datetime | None:
        """Take note of an answer; returns until when the endpoint is to rest, if it is."""
        self.standing = "steady" if ok else "failing"
        self.rests_until = None
        if ok:
            self.failures = 0
            return None
        self.failures += 1
        if self.failures < FAILURES_BEFORE_REST:
            return None
        doublings = min(self.failures - FAILURES_BEFORE_REST, _MOST_DOUBLINGS)
        self.rests_until = now + min(_FIRST_REST * 2**doublings, _LONGEST_REST)
        return self.rests_until
