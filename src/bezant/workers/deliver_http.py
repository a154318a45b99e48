"""HTTP for webhooks: one POST after the other over a connection to an address given by number.

A general client spends several times as long on a request, resolves names by itself and follows
what it is told; here nothing is resolved, followed or kept of an answer but its status.
"""

import asyncio
import ssl
from contextlib import suppress

import httptools

from bezant.resources.webhooks.destination import Destination

BODY_TIMEOUT_S = 1
MOST_BYTES = 65_536
"""Of an answer, head and body; what is longer ends the connection."""

_AT_ONCE = 16_384


class NoAnswer(OSError):
    """The other side has ended the connection, or does not speak HTTP."""


class HttpConnection:
    """A connection over which requests are sent; `reusable` while both sides keep it open."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take an open stream."""
        self._reader = reader
        self._writer = writer
        self.reusable = False

    @classmethod
    async def open(
        cls, address: str, where: Destination, trust: ssl.SSLContext
    ) -> "HttpConnection":
        """Connect to an address; the certificate must be the host's. Raises OSError."""
        secure = where.scheme == "https"
        reader, writer = await asyncio.open_connection(
            address,
            where.port,
            ssl=trust if secure else None,
            server_hostname=where.host if secure else None,
        )
        return cls(reader, writer)

    def close(self) -> None:
        """End the connection at once, without a farewell that nobody may answer."""
        self._writer.transport.abort()

    async def send(self, request: bytes) -> int:
        """Send a request and return the status of its answer. Raises OSError without one."""
        self.reusable = False
        answer = _Answer()
        self._writer.write(request)
        await self._writer.drain()
        while not answer.status:
            await self._read(answer)
        # The answer has been given with its status, whatever becomes of the body.
        with suppress(OSError, TimeoutError):
            async with asyncio.timeout(BODY_TIMEOUT_S):
                while not answer.complete:
                    await self._read(answer)
        self.reusable = answer.complete and answer.stays
        return answer.status

    async def _read(self, answer: "_Answer") -> None:
        data = await self._reader.read(_AT_ONCE)
        if not data:
            raise NoAnswer("the connection was closed without an answer")
        answer.take(data)


class _Answer:
    """What httptools finds in an answer; interim answers (100 to 199) are passed over."""

    def __init__(self) -> None:
        self.status = 0
        self.complete = False
        self.stays = False
        self._bytes = 0
        self._parser = httptools.HttpResponseParser(self)

    def take(self, data: bytes) -> None:
        """Read on. Raises NoAnswer for what is too long or not HTTP."""
        self._bytes += len(data)
        if self._bytes > MOST_BYTES:
            raise NoAnswer("the answer is too long")
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as problem:
            raise NoAnswer("the answer is not HTTP") from problem

    def on_headers_complete(self) -> None:
        """Take the status."""
        status = self._parser.get_status_code()
        self.status = status if status >= 200 else 0

    def on_message_complete(self) -> None:
        """Note that nothing of the answer is left."""
        if self.status:
            self.complete = True
            self.stays = self._parser.should_keep_alive()


def post_request(target: str, host: str, headers: dict[str, str], body: bytes) -> bytes:
    """Return the bytes of a POST; `target` and `host` are checked parts of a URL."""
    lines = [f"POST {target} HTTP/1.1", f"Host: {host}", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode("ascii") + body
