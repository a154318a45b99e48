"""A lively ledger that the tests of a module read together."""

import asyncio
import itertools

import pytest

from bezant.db.pool import connect, connect_sync, in_database
from tests.ledger.lively import live

_NUMBERS = itertools.count(1)


@pytest.fixture(scope="module")
def lively(server, template):
    """The address of a ledger with a bit of everything, and the world that made it."""
    name = f"lively_{next(_NUMBERS)}"
    with connect_sync(server.url) as connection:
        connection.execute(
            f"create database {name} template {template} strategy file_copy".encode()
        )
        url = in_database(server.url, name)
        yield url, asyncio.run(live(url, waves=60))
        connection.execute(f"drop database {name} with (force)".encode())


@pytest.fixture
def reading(lively):
    """Run a coroutine function of a connection with a server's privileges, and its result."""
    url, _ = lively

    def read(ask):
        async def run():
            async with await connect(url, role="bezant_app") as conn:
                return await ask(conn)

        return asyncio.run(run())

    return read


@pytest.fixture
def world(lively):
    """The world that made the lively ledger."""
    return lively[1]


@pytest.fixture(scope="module")
def legs(lively):
    """Every leg of the lively ledger by account, in the order of versions."""
    url, _ = lively
    with connect_sync(url) as connection:
        rows = connection.execute(
            "select book_id, account_id, version, is_debit, amount, phase, effective_at, "
            "recorded_at, posted, available, entry_id, n from leg order by 1, 2, 3"
        ).fetchall()
    return {
        key: [row[2:] for row in group]
        for key, group in itertools.groupby(rows, key=lambda row: (row[0], row[1]))
    }
