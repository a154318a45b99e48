"""A socket between a client and the database that loses connections at chosen moments."""

import asyncio
from collections import deque

from psycopg.conninfo import conninfo_to_dict, make_conninfo

READY = b"Z\x00\x00\x00\x05I"
"""How an answer ends: the server is idle again, so the statement is committed."""
SYNC = b"S\x00\x00\x00\x04"
"""How a request ends that wants an answer."""
BATCH = b"batch_"
"""What a batch carries: its id, in the text of a parameter."""


class Proxy:
    """Relays between a folder of its own and the server's.

    `faults` are what happens to the next batches: `answer` loses the connection when the batch
    is committed and before anybody hears of it, `request` as soon as the server has it, `pass`
    nothing. While not `open` nobody gets through.
    """

    def __init__(self, url, folder):
        self.upstream = f"{conninfo_to_dict(url)['host']}/.s.PGSQL.5432"
        self.url = make_conninfo(url, host=str(folder))
        self.faults = deque()
        self.open = True
        self.lost = 0
        self._path = folder / ".s.PGSQL.5432"
        self._tasks = set()

    async def __aenter__(self):
        self._server = await asyncio.start_unix_server(self._accept, self._path)
        return self

    async def __aexit__(self, *_):
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _accept(self, reader, writer):
        self._tasks.add(asyncio.current_task())
        if not self.open:
            writer.close()
            return
        up_reader, up_writer = await asyncio.open_unix_connection(self.upstream)
        link = Link(self, reader, writer, up_reader, up_writer)
        await link.run()


class Link:
    """One connection and its other half."""

    def __init__(self, proxy, reader, writer, up_reader, up_writer):
        self.proxy = proxy
        self.reader, self.writer = reader, writer
        self.up_reader, self.up_writer = up_reader, up_writer
        self.fault = None

    async def run(self):
        ways = [asyncio.create_task(self._up()), asyncio.create_task(self._down())]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            self.writer.close()
            self.up_writer.close()

    async def _up(self):
        while data := await self.reader.read(1 << 16):
            if BATCH in data:
                self.fault = self.proxy.faults.popleft() if self.proxy.faults else "pass"
            self.up_writer.write(data)
            await self.up_writer.drain()
            if self.fault == "request" and data.endswith(SYNC):
                self.proxy.lost += 1
                return

    async def _down(self):
        while data := await self.up_reader.read(1 << 16):
            if self.fault == "answer":
                if data.endswith(READY):
                    self.proxy.lost += 1
                    return
            else:
                self.writer.write(data)
                await self.writer.drain()
