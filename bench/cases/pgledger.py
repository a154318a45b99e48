"""pgledger: a ledger that is SQL functions, on the same server, given the same moves.

Its files are named by PGLEDGER_SQL, in the order in which they are to be run, with colons between.
It has no door, so each of its callers has a connection and each call a database transaction; and,
as it takes many transfers in one call, those too.
"""

import asyncio
import itertools
import os
import time
from array import array
from collections.abc import Sequence
from pathlib import Path
from typing import Self

import psycopg
import uvloop

from bench.cases.door import Desk
from bench.measure import Reading, share
from bench.run import Run
from bezant.db.pool import Connection, connect, connect_sync

CASE = "pgledger's SQL"
VARIABLE = "PGLEDGER_SQL"
IN_A_CALL = 1_000

_OPEN = b"select id from pgledger_create_account(%s, 'USD')"
_ONE = b"select id from pgledger_create_transfer(%s, %s, '1')"
_MANY = b"""
select count(*) from pgledger_create_transfers((
  select array_agg((x.f, x.t, '1')::transfer_request) from unnest(%s::text[], %s::text[]) as x(f, t)
))"""


def run(run: Run) -> None:
    """Measure it beside the door, if it is there."""
    named = os.environ.get(VARIABLE)
    if not named:
        run.report.notes.append(f"{CASE}: left out, for {VARIABLE} names no file.")
        return
    plan, stage = run.plan, run.stage
    with stage.copied() as ours, stage.copied() as theirs:
        _install(stage.url(theirs), named)
        with (
            Desk(stage.url(ours), stage.accounts) as desk,
            Peer(stage.url(theirs), plan.accounts, plan.lines) as peer,
        ):
            door = f"the door, {plan.lines} callers, a move each"
            singly = f"pgledger, {plan.lines} connections, a transfer each"
            subjects = {
                door: desk.subject(desk.move, plan.lines, plan.seconds),
                singly: lambda: peer.read(plan.seconds),
                f"pgledger, {IN_A_CALL:,} transfers in a call": lambda: peer.read_many(
                    plan.seconds
                ),
            }
            found = run.measure(CASE, "moves/s", subjects)
    run.report.compare("the door / pgledger, one move each", found[door].over(found[singly]))


def _install(url: str, named: str) -> None:
    with connect_sync(url) as connection:
        for path in named.split(os.pathsep):
            psycopg.ClientCursor(connection).execute(Path(path).read_bytes())


class Peer:
    """Its accounts, and connections to it; a context manager."""

    def __init__(self, url: str, accounts: int, connections: int) -> None:
        """Say how many accounts to open and how many connections to keep."""
        self._url = url
        self._count = accounts
        self._lines = connections
        self._runner = asyncio.Runner(loop_factory=uvloop.new_event_loop)
        self._connections: list[Connection] = []
        self._source = ""
        self._accounts: list[str] = []

    def __enter__(self) -> Self:
        self._runner.run(self._open())
        return self

    def __exit__(self, *failure: object) -> None:
        self._runner.run(self._close())
        self._runner.close()

    def read(self, seconds: float) -> Reading:
        """Let every connection make one transfer after the other."""
        return self._runner.run(self._singly(seconds))

    def read_many(self, seconds: float) -> Reading:
        """Let one connection make many transfers in each call."""
        return self._runner.run(self._together(seconds))

    async def _open(self) -> None:
        self._connections = [await connect(self._url) for _ in range(self._lines)]
        self._source, *self._accounts = [
            await self._first(_OPEN, [f"bench:{at}"]) for at in range(self._count + 1)
        ]

    async def _close(self) -> None:
        for connection in self._connections:
            await connection.close()

    async def _first(self, query: bytes, parameters: list[str]) -> str:
        cursor = await self._connections[0].execute(query, parameters)
        row = await cursor.fetchone()
        assert row is not None, "an account that was opened has an id"
        return row[0]

    async def _singly(self, seconds: float) -> Reading:
        accounts = itertools.cycle(self._accounts)
        took = array("d")
        began = time.perf_counter()

        async def line(connection: Connection) -> None:
            while (start := time.perf_counter()) < began + seconds:
                await connection.execute(_ONE, [self._source, next(accounts)])
                took.append(time.perf_counter() - start)

        await asyncio.gather(*map(line, self._connections))
        return _reading(took, time.perf_counter() - began, 1)

    async def _together(self, seconds: float) -> Reading:
        accounts = itertools.cycle(self._accounts)
        took = array("d")
        began = time.perf_counter()
        while (start := time.perf_counter()) < began + seconds:
            targets = list(itertools.islice(accounts, IN_A_CALL))
            await self._connections[0].execute(_MANY, [[self._source] * IN_A_CALL, targets])
            took.append(time.perf_counter() - start)
        return _reading(took, time.perf_counter() - began, IN_A_CALL)


def _reading(took: Sequence[float], seconds: float, times: int) -> Reading:
    ordered = sorted(took)
    p50, p99 = share(ordered, 50), share(ordered, 99)
    return Reading(len(took) * times / seconds, p50 * 1_000, p99 * 1_000)
