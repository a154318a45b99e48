"""Send a webhook: to an address that was checked, within a deadline, following nobody.

The name is resolved here and the connection goes to the address that was looked at, under the
name's own Host header and certificate, so that a name which resolves differently the next time
gains nothing.
"""

import asyncio
import socket
import ssl
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from ipaddress import ip_address
from typing import NamedTuple

from bezant.resources.webhooks.destination import (
    Destination,
    destination,
    may_connect,
    problem_with,
)
from bezant.workers.deliver_http import HttpConnection, post_request

TIMEOUT_S = 10
_MOST_ADDRESSES = 3
_LONGEST_ANSWER = 200
_RESOLVER_THREADS = 32

Resolver = Callable[[str, int], Awaitable[Sequence[str]]]
"""Returns the IP addresses of a host; raises OSError when it has none."""


class Answer(NamedTuple):
    """How an attempt ended, in a few words; `ok` is a status of 200 to 299."""

    ok: bool
    words: str
    status: int | None = None


class SystemResolver:
    """Asks the operating system, in threads of its own: a name server that hangs stops no other."""

    def __init__(self) -> None:
        """Start no thread before it is needed."""
        self._threads = ThreadPoolExecutor(_RESOLVER_THREADS, "resolver")

    async def __call__(self, host: str, port: int) -> list[str]:
        """Return the addresses of a host, in the system's order of preference."""
        ask = partial(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
        found = await asyncio.get_running_loop().run_in_executor(self._threads, ask)
        return list(dict.fromkeys(str(place[0]) for *_, place in found))


class Sender:
    """Opens connections, all with one resolver and one set of trusted authorities."""

    def __init__(
        self, *, resolver: Resolver | None = None, trust: ssl.SSLContext | None = None
    ) -> None:
        """Take another resolver or other authorities than the system's."""
        self._resolver = resolver or SystemResolver()
        self._trust = trust or ssl.create_default_context()

    def connections(self) -> "Connections":
        """Return connections for one endpoint, which share nothing with those of others."""
        return Connections(self._resolver, self._trust)


class Connections:
    """The open connections of one endpoint."""

    def __init__(self, resolver: Resolver, trust: ssl.SSLContext) -> None:
        """Open none yet."""
        self._resolver = resolver
        self._trust = trust
        self._idle: dict[tuple[Destination, str], list[HttpConnection]] = defaultdict(list)

    def close(self) -> None:
        """Close them all."""
        for connection in [one for idle in self._idle.values() for one in idle]:
            connection.close()
        self._idle.clear()

    async def post(
        self, url: str, body: bytes, headers: dict[str, str], *, livemode: bool
    ) -> Answer:
        """Send a body and return how that ended; raises nothing that a receiver can cause."""
        reason = problem_with(url, livemode=livemode)
        if reason is not None:
            return Answer(ok=False, words=reason)
        try:
            async with asyncio.timeout(TIMEOUT_S):
                return await self._post(url, body, headers, livemode=livemode)
        except TimeoutError:
            return Answer(ok=False, words=f"no answer within {TIMEOUT_S} seconds")
        except (OSError, UnicodeError) as problem:
            return Answer(ok=False, words=_words(problem))

    async def _post(
        self, url: str, body: bytes, headers: dict[str, str], *, livemode: bool
    ) -> Answer:
        where = destination(url)
        addresses = await self._addresses(where)
        for address in addresses:
            if not may_connect(ip_address(address), livemode=livemode):
                return Answer(ok=False, words=f"address {address} is not public")
        request = post_request(where.target, where.authority, headers, body)
        status = await self._send(where, addresses[:_MOST_ADDRESSES], request)
        redirected = " (redirects are not followed)" if 300 <= status < 400 else ""
        return Answer(ok=200 <= status < 300, words=f"HTTP {status}{redirected}", status=status)

    async def _addresses(self, where: Destination) -> Sequence[str]:
        if where.is_number:
            return [where.host]
        found = await self._resolver(where.host, where.port)
        if not found:
            raise OSError("the name has no address")
        return found

    async def _send(self, where: Destination, addresses: Sequence[str], request: bytes) -> int:
        """Send over a connection that is open to one of the addresses, or over a new one."""
        for address in addresses:
            while idle := self._idle[where, address]:
                with suppress(OSError):  # It may have been closed while it was idle.
                    return await self._send_over(idle.pop(), (where, address), request)
        address, connection = await self._connected(where, addresses)
        return await self._send_over(connection, (where, address), request)

    async def _send_over(
        self, connection: HttpConnection, key: tuple[Destination, str], request: bytes
    ) -> int:
        try:
            return await connection.send(request)
        finally:
            if connection.reusable:
                self._idle[key].append(connection)
            else:
                connection.close()

    async def _connected(
        self, where: Destination, addresses: Sequence[str]
    ) -> tuple[str, HttpConnection]:
        """Return the first address that takes a connection, with that connection."""
        *others, last = addresses
        for address in others:
            with suppress(OSError):
                return address, await HttpConnection.open(address, where, self._trust)
        return last, await HttpConnection.open(last, where, self._trust)


def _words(problem: Exception) -> str:
    if isinstance(problem, socket.gaierror):
        return "the name does not resolve"
    told = problem.strerror if isinstance(problem, OSError) and problem.strerror else str(problem)
    return f"no connection: {told.strip() or type(problem).__name__}"[:_LONGEST_ANSWER]
