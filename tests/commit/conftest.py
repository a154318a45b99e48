"""Running a story with a door, after which the books must prove."""

import asyncio
from contextlib import contextmanager

import pytest

from bezant.db.pool import connect_sync
from bezant.kernel.clock import SystemClock
from bezant.ledger.verify import verify
from tests.laws.play import door_of


@pytest.fixture
def told(database):
    """Run `story(door)` with a door of these options, and return what it returns."""

    def run(story, **options):
        async def play():
            door = door_of(options.pop("url", database), SystemClock(), **options)
            await door.start()
            try:
                return await story(door)
            finally:
                await door.close()

        result = asyncio.run(play())
        report = verify(database)
        assert report.ok, report.problems[:3]
        return result

    return run


@pytest.fixture
def blocked(database):
    """Hold the locks of every account that there is, until the end of the block."""

    @contextmanager
    def block():
        with connect_sync(database) as connection, connection.transaction():
            connection.execute("select from account for update")
            yield connection

    return block


@pytest.fixture
def waiting(database):
    """Wait until so many sessions of doors wait for a lock; return their process ids."""

    async def wait(sessions=1):
        while True:
            with connect_sync(database) as connection:
                rows = connection.execute(
                    "select pid from pg_stat_activity where datname = current_database() "
                    "and application_name = 'bezant-door' and wait_event_type = 'Lock'"
                ).fetchall()
            if len(rows) >= sessions:
                return [row[0] for row in rows]
            await asyncio.sleep(0.01)

    return wait
