"""Many writers at once, over several doors and lanes, leave every invariant whole."""

import asyncio
from collections import Counter
from datetime import UTC, datetime

import pytest

from bezant.commit.change_set import Accepted
from bezant.kernel.clock import SystemClock, VirtualClock
from bezant.ledger.verify import verify
from tests.laws.play import door_of, made, word
from tests.laws.world import World
from tests.ledger.lively import seal_all, sql

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(("doors", "lanes"), [(1, 4), (4, 1), (3, 2)])
def test_writers_at_once_leave_the_books_whole(database, doors, lanes):
    told = Counter()

    async def story():
        opened = [door_of(database, SystemClock(), seed, lanes=lanes, batch_size=5)
                  for seed in range(doors)]  # fmt: skip
        for door in opened:
            await door.start()
        writers = [
            asyncio.create_task(write(World(n, VirtualClock(NOON), name=f"w{n}_"),
                                      opened[n % doors], told))
            for n in range(8)
        ]  # fmt: skip
        await asyncio.gather(*writers)
        for door in opened:
            await door.close()
        await seal_all(database, VirtualClock(NOON))

    asyncio.run(story())
    report = verify(database)
    assert report.ok, report.problems[:3]
    assert report.sealed_entries == report.entries > 500
    assert told["accepted"] > 500
    assert {"floor", "stale", "replayed"} <= set(told)
    assert sql(database, b"select deadlocks from pg_stat_database "
                         b"where datname = current_database()") == [(0,)]  # fmt: skip


async def write(world, door, told):
    """Let a world do what it wants; it knows only what has become of its own requests."""
    for _ in range(20):
        requests = world.requests(8)
        outcomes = await made(door, requests)
        for (units, _), got in zip(requests, outcomes, strict=True):
            assert isinstance(got, list), got
            told.update(map(word, got))
            for unit, outcome in zip(units, got, strict=True):
                if isinstance(outcome, Accepted):
                    world.oracle.adopt(unit)
        world.wait()
