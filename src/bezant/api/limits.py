"""Limits: how much one account may ask for, and what a process sheds first when it is too much.

Rates are token buckets that hold a second's worth, kept as the moment at which each is full again.
What a request costs here does not depend on how many accounts there are.
"""

from collections.abc import Hashable
from typing import NamedTuple

from bezant.api.operation import Operation
from bezant.kernel.clock import Clock
from bezant.kernel.config import Config
from bezant.kernel.errors import RateLimited, RateLimitReason

_MOST_KNOWN = 10_000
_EVERYTHING = 1_000
_LISTS, _READS, _TESTS = 700, 800, 900
"""Of a process's capacity, in thousandths: beyond it lists, other reads and test-mode writes are
refused; writes that move real money have the rest to themselves."""


class Rates(NamedTuple):
    """What one account may ask of one process; 0 stands for no limit.

    `rate` and `endpoint_rate` are requests a second, `concurrency` and `endpoint_concurrency`
    requests at once; `capacity` is how many requests of everybody are answered at once.
    """

    rate: float = 0
    endpoint_rate: float = 0
    concurrency: int = 0
    endpoint_concurrency: int = 0
    capacity: int = 0


NO_LIMITS = Rates()


def rates_of(config: Config) -> Rates:
    """Return the limits of one of the server's processes, which share what is allowed."""
    share = config.workers
    return Rates(
        rate=config.rate_limit / share,
        endpoint_rate=config.endpoint_rate_limit / share,
        concurrency=-(-config.concurrency_limit // share),
        endpoint_concurrency=-(-config.endpoint_concurrency_limit // share),
        capacity=config.capacity,
    )


class Ticket(NamedTuple):
    """A request that was let in, by the names under which it is counted."""

    account: Hashable
    endpoint: Hashable


class Limits:
    """Lets requests in, and counts those that are being answered."""

    def __init__(self, clock: Clock, rates: Rates = NO_LIMITS) -> None:
        """Begin with full buckets and nothing under way."""
        self._clock = clock
        self._rates = rates
        self._account_buckets = Buckets(rates.rate)
        self._endpoint_buckets = Buckets(rates.endpoint_rate)
        self._under_way: dict[Hashable, int] = {}
        self._counts = bool(rates.concurrency or rates.endpoint_concurrency)
        self._timed = bool(rates.rate or rates.endpoint_rate)
        self.total = 0
        """How many requests are being answered."""

    def enter(self, account: str, operation: Operation, *, livemode: bool) -> Ticket:
        """Let a request in, until `leave`; raises RateLimited when it is too much."""
        self._check_capacity(operation, livemode=livemode)
        ticket = Ticket((account, livemode), (account, livemode, operation.name))
        if self._counts:
            self._check_concurrency(ticket)
        if self._timed:
            self._check_rates(ticket)
        if self._counts:
            for name in ticket:
                self._under_way[name] = self._under_way.get(name, 0) + 1
        self.total += 1
        return ticket

    def leave(self, ticket: Ticket) -> None:
        """Count a request no longer."""
        self.total -= 1
        if not self._counts:
            return
        for name in ticket:
            left = self._under_way[name] - 1
            if left:
                self._under_way[name] = left
            else:
                del self._under_way[name]

    def _check_capacity(self, operation: Operation, *, livemode: bool) -> None:
        capacity = self._rates.capacity
        if capacity and self.total * _EVERYTHING >= capacity * _share(operation, livemode=livemode):
            raise _too_much("global-concurrency", "The server is answering too many requests.")

    def _check_concurrency(self, ticket: Ticket) -> None:
        most, most_here = self._rates.concurrency, self._rates.endpoint_concurrency
        if most and self._under_way.get(ticket.account, 0) >= most:
            raise _too_much("global-concurrency", "Too many requests of this account at once.")
        if most_here and self._under_way.get(ticket.endpoint, 0) >= most_here:
            raise _too_much(
                "endpoint-concurrency",
                "Too many requests of this account to this endpoint at once.",
            )

    def _check_rates(self, ticket: Ticket) -> None:
        now = self._clock.monotonic()
        if not self._account_buckets.take(ticket.account, now):
            raise _too_much("global-rate", "Request rate limit exceeded.")
        if not self._endpoint_buckets.take(ticket.endpoint, now):
            raise _too_much("endpoint-rate", "Request rate limit of this endpoint exceeded.")


class Buckets:
    """Token buckets by name: each holds what is allowed in a second, one at least."""

    def __init__(self, rate: float) -> None:
        """Refill each bucket `rate` times a second; at rate 0 they never become empty."""
        self._gap = 1 / rate if rate else 0.0
        self._room = max(1 - self._gap, 0.0)
        self._full_at: dict[Hashable, float] = {}
        self._before: dict[Hashable, float] = {}

    def take(self, name: Hashable, now: float) -> bool:
        """Take a token out of a bucket, if there is one; `now` is in seconds."""
        if not self._gap:
            return True
        known = self._full_at.get(name)
        if known is None:
            known = self._before.get(name, now)
        full_at = max(known, now)
        if full_at - now > self._room + 1e-9:
            return False
        if len(self._full_at) >= _MOST_KNOWN:
            # Two generations, so that forgetting those who are gone costs nothing at once.
            self._before, self._full_at = self._full_at, {}
        self._full_at[name] = full_at + self._gap
        return True


def _share(operation: Operation, *, livemode: bool) -> int:
    """Return up to which load an operation is still carried out, in thousandths."""
    if operation.options.listing:
        return _LISTS
    if not operation.writes:
        return _READS
    return _EVERYTHING if livemode else _TESTS


def _too_much(reason: RateLimitReason, what: str) -> RateLimited:
    return RateLimited(f"{what} Try again in a moment, and more slowly each time.", reason=reason)
