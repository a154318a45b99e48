"""The load generator: many keep-alive connections from a process of its own, over bare sockets.

A client library would take more of the machine than the server that is to be measured, so the
requests are made beforehand, and of an answer only its status and length are read. Reads a `Load`
as JSON from standard input and writes a `Result`; only addresses of this machine are taken.
"""

import asyncio
import gc
import ipaddress
import subprocess
import sys
import time
from array import array
from typing import cast

import msgspec
import uvloop

from bench.measure import share

GRACE_SECONDS = 30
"""How long the last answers may take."""

_HEAD_END = b"\r\n\r\n"
_LENGTH = b"content-length: "


class Load(msgspec.Struct, frozen=True, kw_only=True):
    """What to send: `bodies` in turn, each request under a key of its own.

    Ends after `seconds`, or after `requests` if that comes first. `offset` is where in `bodies`
    to begin; `keys` must be new in each run.
    """

    host: str
    port: int
    path: str
    secret: str
    keys: str
    bodies: list[str]
    connections: int
    seconds: float
    requests: int = sys.maxsize
    content_type: str = "application/x-www-form-urlencoded"
    offset: int = 0


class Result(msgspec.Struct, frozen=True):
    """What came back, and how fast: answers by status, and milliseconds."""

    seconds: float
    statuses: dict[int, int]
    p50_ms: float
    p99_ms: float
    sample: str = ""

    @property
    def done(self) -> int:
        """How many requests were carried out."""
        return self.statuses.get(200, 0)

    @property
    def rate(self) -> float:
        """Requests a second that were carried out."""
        return self.done / self.seconds


def run(load: Load) -> Result:
    """Send a load from another process and return what came of it."""
    child = subprocess.run(
        [sys.executable, "-m", "bench.load"],
        input=msgspec.json.encode(load),
        stdout=subprocess.PIPE,
        check=True,
        timeout=load.seconds + 2 * GRACE_SECONDS,
    )
    return msgspec.json.decode(child.stdout, type=Result)


class Generator:
    """Keeps every connection busy until it is time to stop, then waits for the last answers."""

    def __init__(self, load: Load) -> None:
        """Make the requests, but for their keys."""
        assert ipaddress.ip_address(load.host).is_loopback, "load stays on this machine"
        self._load = load
        self._requests = [_request(load, body.encode()) for body in load.bodies]
        self._sent = 0
        self._open = load.connections
        self._finished: asyncio.Future[None] | None = None
        self.latencies = array("d")
        self.statuses: dict[int, int] = {}
        self.sample = b""
        self.deadline = 0.0

    async def run(self) -> Result:
        """Connect everybody, then let all begin at once."""
        loop = asyncio.get_running_loop()
        self._finished = loop.create_future()
        load = self._load
        lines = [
            (await loop.create_connection(lambda: Line(self), load.host, load.port))[1]
            for _ in range(load.connections)
        ]
        began = time.perf_counter()
        self.deadline = began + load.seconds
        for line in lines:
            line.send()
        await asyncio.wait_for(self._finished, load.seconds + GRACE_SECONDS)
        return self._result(time.perf_counter() - began)

    def next(self) -> bytes | None:
        """Return another request, or None when it is time to stop."""
        if self._sent >= self._load.requests or time.perf_counter() >= self.deadline:
            return None
        head, body = self._requests[(self._load.offset + self._sent) % len(self._requests)]
        self._sent += 1
        return b"%b%d%b" % (head, self._sent, body)

    def took(self, status: int, seconds: float, answer: bytes) -> None:
        """Note an answer; the first that is no success is kept to be shown."""
        self.latencies.append(seconds)
        self.statuses[status] = self.statuses.get(status, 0) + 1
        if status != 200 and not self.sample:
            self.sample = answer

    def ended(self) -> None:
        """Note that a connection has nothing left to do."""
        self._open -= 1
        if self._open == 0 and self._finished is not None and not self._finished.done():
            self._finished.set_result(None)

    def _result(self, seconds: float) -> Result:
        ordered = sorted(self.latencies)
        return Result(
            seconds=seconds,
            statuses=self.statuses,
            p50_ms=share(ordered, 50) * 1_000,
            p99_ms=share(ordered, 99) * 1_000,
            sample=self.sample.decode(errors="replace")[:2_000],
        )


class Line(asyncio.Protocol):
    """One connection: a request, its answer, the next request."""

    def __init__(self, generator: Generator) -> None:
        """Belong to a generator."""
        self._generator = generator
        self._transport: asyncio.WriteTransport | None = None
        self._buffer = b""
        self._needed = 0
        self._sent_at = 0.0
        self._ended = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.WriteTransport", transport)

    def send(self) -> None:
        """Send the next request, or hang up when there is none."""
        request = self._generator.next()
        assert self._transport is not None, "it is connected"
        if request is None:
            self._end()
            self._transport.close()
            return
        self._sent_at = time.perf_counter()
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        buffer = self._buffer + data if self._buffer else data
        if not self._needed:
            self._needed = _length(buffer)
        if not self._needed or len(buffer) < self._needed:
            self._buffer = buffer
            return
        assert len(buffer) == self._needed, "one answer to one request"
        self._buffer, self._needed = b"", 0
        seconds = time.perf_counter() - self._sent_at
        self._generator.took(int(buffer[9:12]), seconds, buffer)
        self.send()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self._ended:
            self._generator.took(0, 0, f"connection lost: {exc}".encode())
        self._end()

    def _end(self) -> None:
        if not self._ended:
            self._ended = True
            self._generator.ended()


def _request(load: Load, body: bytes) -> tuple[bytes, bytes]:
    """Return what of a request stands before the number of its key, and what after."""
    head = (
        f"POST {load.path} HTTP/1.1\r\n"
        f"Host: {load.host}\r\n"
        f"Authorization: Bearer {load.secret}\r\n"
        f"Content-Type: {load.content_type}\r\n"
        f"Content-Length: {len(body)}\r\n"
        f"Idempotency-Key: {load.keys}-"
    )
    return head.encode(), _HEAD_END + body


def _length(buffer: bytes) -> int:
    """Return the length of a whole answer, 0 as long as its head has not come."""
    end = buffer.find(_HEAD_END)
    if end < 0:
        return 0
    head = buffer[:end].lower()
    at = head.index(_LENGTH) + len(_LENGTH)
    return end + len(_HEAD_END) + int(head[at:].split(b"\r\n", 1)[0])


def main() -> None:
    """Send the load that is described on standard input."""
    load = msgspec.json.decode(sys.stdin.buffer.read(), type=Load)
    generator = Generator(load)
    gc.disable()  # Nothing here goes round in circles, and a pause would be the server's.
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        result = runner.run(generator.run())
    sys.stdout.buffer.write(msgspec.json.encode(result))


if __name__ == "__main__":
    main()
