"""A customer's server: takes webhooks on the loopback address and answers as it is told to."""

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import NamedTuple, Self


class Received(NamedTuple):
    """One request, as it came over the wire; names of headers in lower case."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def signature(self) -> str:
        return self.headers["stripe-signature"]


Behaviour = Callable[[Received], Awaitable[bytes]]
"""Returns the bytes to answer with; none at all closes the connection."""


def status(code: int, *, headers: str = "", body: str = "ok") -> Behaviour:
    """Answer with a status."""

    async def answer(_received: Received) -> bytes:
        return (
            f"HTTP/1.1 {code} Whatever\r\nContent-Length: {len(body)}\r\n{headers}\r\n{body}"
        ).encode()

    return answer


def raw(data: bytes) -> Behaviour:
    """Answer with these bytes."""

    async def answer(_received: Received) -> bytes:
        return data

    return answer


class Receiver:
    """Listens as soon as it is entered; behaves differently for each path."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.got: list[Received] = []
        self.connections = 0
        self.answers: dict[str, Behaviour] = {}
        self.released = asyncio.Event()
        """What `silence` waits for."""
        self._arrived = asyncio.Condition()
        self._tls = tls
        self._serving: dict[asyncio.Task, asyncio.StreamWriter] = {}

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self._tls)
        return self

    async def __aexit__(self, *_error) -> None:
        self.released.set()
        self._server.close()
        self.hang_up()
        await asyncio.gather(*self._serving)

    def hang_up(self) -> None:
        """End every connection that is open."""
        for writer in self._serving.values():
            writer.transport.abort()

    @property
    def port(self) -> int:
        return self._server.sockets[0].getsockname()[1]

    def url(self, path: str = "/hook") -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def at(self, path: str) -> list[Received]:
        return [one for one in self.got if one.path == path]

    async def silence(self, _received: Received) -> bytes:
        """Say nothing until released."""
        await self.released.wait()
        return b""

    async def wait_for(self, count: int, path: str = "/hook", seconds: float = 60) -> None:
        """Return when that many requests have come for a path."""
        async with asyncio.timeout(seconds), self._arrived:
            await self._arrived.wait_for(lambda: len(self.at(path)) >= count)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        task = asyncio.current_task()
        self._serving[task] = writer
        with suppress(asyncio.IncompleteReadError, OSError):
            while answer := await self._answer(reader):
                writer.write(answer)
                await writer.drain()
        with suppress(OSError):
            writer.close()
            await writer.wait_closed()
        del self._serving[task]

    async def _answer(self, reader: asyncio.StreamReader) -> bytes:
        head, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        pairs = (line.partition(":") for line in lines if line)
        headers = {name.lower(): value.strip() for name, _, value in pairs}
        body = await reader.readexactly(int(headers["content-length"]))
        received = Received(head.split(" ")[1], headers, body)
        async with self._arrived:
            self.got.append(received)
            self._arrived.notify_all()
        return await self.answers.get(received.path, status(200))(received)
