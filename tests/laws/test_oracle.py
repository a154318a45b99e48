"""Any random history through the door equals the sequential oracle."""

import asyncio
from datetime import UTC, datetime

import pytest

from bezant.kernel.clock import VirtualClock
from tests.laws.play import documents, holds, play, standings
from tests.laws.world import World


@pytest.mark.parametrize("seed", range(12))
def test_random_histories_equal_the_oracle(database, seed):
    world = World(seed, VirtualClock(datetime(2026, 3, 1, 12, tzinfo=UTC)))
    asyncio.run(play(world, database, 60))
    oracle = world.oracle
    assert standings(database) == oracle.accounts
    assert holds(database) == {
        key: (held.remaining, held.expires_at) for key, held in oracle.holds.items()
    }
    assert documents(database) == {
        key: (version, version - 1) for key, version in oracle.documents.items()
    }
