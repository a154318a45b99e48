"""Any random history through the door equals the sequential oracle, however it is batched."""

import asyncio
from collections import Counter
from datetime import UTC, datetime

import pytest

from bezant.kernel.clock import VirtualClock
from bezant.ledger.verify import verify
from tests.laws.play import documents, holds, play, standings
from tests.laws.world import World

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
EVERYTHING = {
    "accepted",
    "replayed",
    "floor",
    "closed",
    "overflow",
    "nothing_pending",
    "not_empty",
    "stale",
    "exists",
    "hold_expired",
    "hold_alive",
}


@pytest.mark.parametrize("seed", range(12))
def test_random_histories_equal_the_oracle(database, seed):
    world = World(seed, VirtualClock(NOON))
    size = (1, 3, 1_000)[seed % 3]
    asyncio.run(play(world, database, 60, batch_size=size))
    oracle = world.oracle
    assert standings(database) == oracle.accounts
    assert holds(database) == {
        key: (held.remaining, held.expires_at) for key, held in oracle.holds.items()
    }
    assert documents(database) == {
        key: (version, version - 1) for key, version in oracle.documents.items()
    }
    report = verify(database)
    assert report.ok, report.problems[:3]


def test_the_histories_come_upon_everything(database):
    told = Counter()
    world = World(100, VirtualClock(NOON))
    asyncio.run(play(world, database, 150, told=told))
    assert set(told) == EVERYTHING
    assert min(told.values()) > 3, told
