"""A small, lively ledger with a bit of everything in it, all of it sealed."""

import asyncio
from datetime import UTC, datetime, timedelta

from bezant.commit.change_set import Accepted
from bezant.db.pool import connect, connect_sync
from bezant.kernel.clock import VirtualClock
from bezant.ledger.seal import seal
from tests.laws.play import door_of, made
from tests.laws.world import World

PATIENCE_S = 60


async def live(url, *, seed=1, waves=30, count=8, window=60):
    """Fill a database with a world's doings; return the world."""
    clock = VirtualClock(datetime(2026, 3, 1, 12, tzinfo=UTC))
    world = World(seed, clock)
    door = door_of(url, clock)
    await door.start()
    for _ in range(waves):
        requests = world.requests(count)
        outcomes = await made(door, requests)
        for (units, answer), told in zip(requests, outcomes, strict=True):
            world.oracle.commit(units, answer, clock.now())
            assert all(isinstance(one, tuple) for one in told)
        clock.advance(timedelta(seconds=world.random.choice((1, 3_601, 50_000))))
    await door.close()
    await seal_all(url, clock, window=window)
    return world


async def seal_all(url, clock, *, window=60):
    """Seal everything, which may have to wait for whoever else uses the server."""
    conn = await connect(url, role="bezant_app")
    loop = asyncio.get_running_loop()
    deadline = loop.time() + PATIENCE_S
    try:
        while True:
            await seal(conn, clock, window=window)
            cursor = await conn.execute(
                b"select count(*) from entry where xid >= "
                b"(select coalesce(max(to_xid), 0) from seal)"
            )
            left = (await cursor.fetchone())[0]
            if not left:
                return
            assert loop.time() < deadline, f"{left} entries cannot be sealed"
            await asyncio.sleep(0.01)
    finally:
        await conn.close()


def accepted(outcomes):
    """Whether every change set of a request was."""
    return all(isinstance(one, Accepted) for one in outcomes)


def sql(url, statement, values=()):
    """Rows of a statement, run as the superuser."""
    with connect_sync(url) as connection:
        cursor = connection.execute(statement, values)
        return cursor.fetchall() if cursor.description else []
