"""Send a webhook: to an address that was checked, within a deadline, following nobody.

The name is resolved here and the connection goes to the address that was looked at, under the
name's own Host header and certificate, so that a name which resolves differently the next time
gains nothing.
"""

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from ipaddress import ip_address
from typing import NamedTuple

import httpx

from bezant.resources.webhooks.destination import (
    Destination,
    destination,
    may_connect,
    problem_with,
)

TIMEOUT_S = 10
_BODY_TIMEOUT_S = 1
_MOST_BYTES = 65_536  # Of an answer's body, of which nothing is used.
_MOST_ADDRESSES = 3
_LONGEST_ANSWER = 200
_RESOLVER_THREADS = 32
_IDLE_CONNECTION_S = 5

Resolver = Callable[[str, int], Awaitable[Sequence[str]]]
"""Returns the IP addresses of a host; raises OSError when it has none."""


class Answer(NamedTuple):
    """How an attempt ended, in a few words; `ok` is a status of 200 to 299."""

    ok: bool
    words: str


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
        self._trust = trust or httpx.create_ssl_context()

    def connections(self) -> "Connections":
        """Return connections for one endpoint, which share nothing with those of others."""
        return Connections(self._resolver, self._trust)


class Connections:
    """The open connections of one endpoint."""

    def __init__(self, resolver: Resolver, trust: ssl.SSLContext) -> None:
        """Open none yet."""
        self._resolver = resolver
        self._trust = trust
        self._transports: dict[tuple[Destination, str], httpx.AsyncHTTPTransport] = {}

    async def close(self) -> None:
        """Close them all."""
        transports, self._transports = self._transports, {}
        for transport in transports.values():
            await transport.aclose()

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
        except (httpx.HTTPError, httpx.InvalidURL, OSError, UnicodeError) as problem:
            return Answer(ok=False, words=_words(problem))

    async def _post(
        self, url: str, body: bytes, headers: dict[str, str], *, livemode: bool
    ) -> Answer:
        where = destination(url)
        addresses = await self._resolver(where.host, where.port)
        for address in addresses:
            if not may_connect(ip_address(address), livemode=livemode):
                return Answer(ok=False, words=f"address {address} is not public")
        failure: Exception = OSError("the name has no address")
        for address in addresses[:_MOST_ADDRESSES]:
            try:
                return await self._post_to(address, where, url, body, headers)
            except (httpx.ConnectError, httpx.ConnectTimeout) as problem:
                failure = problem
        raise failure

    async def _post_to(
        self, address: str, where: Destination, url: str, body: bytes, headers: dict[str, str]
    ) -> Answer:
        named = httpx.URL(url)
        request = httpx.Request(
            "POST",
            named.copy_with(host=address),
            headers={"Host": named.netloc.decode("ascii"), **headers},
            content=body,
            extensions={
                "sni_hostname": where.host,
                "timeout": httpx.Timeout(TIMEOUT_S).as_dict(),
            },
        )
        response = await self._transport(where, address).handle_async_request(request)
        try:
            await _discard(response)
        finally:
            await response.aclose()
        redirected = " (redirects are not followed)" if response.has_redirect_location else ""
        return Answer(response.is_success, f"HTTP {response.status_code}{redirected}")

    def _transport(self, where: Destination, address: str) -> httpx.AsyncHTTPTransport:
        """Return the connections to one address under one name; another name shares none."""
        found = self._transports.get((where, address))
        if found is None:
            found = httpx.AsyncHTTPTransport(
                verify=self._trust,
                trust_env=False,
                limits=httpx.Limits(keepalive_expiry=_IDLE_CONNECTION_S),
            )
            self._transports[where, address] = found
        return found


async def _discard(response: httpx.Response) -> None:
    """Read an answer's body if it is short, which lets the connection be used again.

    The answer has been given with its status, whatever becomes of the body.
    """
    length = response.headers.get("content-length", "")
    if not length.isdecimal() or int(length) > _MOST_BYTES:
        return
    with suppress(httpx.HTTPError, TimeoutError):
        async with asyncio.timeout(_BODY_TIMEOUT_S):
            async for _ in response.aiter_raw():
                pass


def _words(problem: Exception) -> str:
    match problem:
        case socket.gaierror():
            return "the name does not resolve"
        case httpx.TimeoutException():
            return f"no answer within {TIMEOUT_S} seconds"
        case _:
            told = str(problem).strip() or type(problem).__name__
            return f"no connection: {told}"[:_LONGEST_ANSWER]
