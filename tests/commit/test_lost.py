"""Connections that are lost at the worst moments, and a database that goes away under load.

However it goes, a change set has exactly one effect, and its caller hears what became of it.
"""

import asyncio
import os
import signal
import tempfile
from collections import Counter
from pathlib import Path

import pytest

from bezant.commit.change_set import Accepted, Refused, Replayed
from bezant.db import migrate
from bezant.db.embedded import EmbeddedServer
from bezant.db.errors import ConnectionLost
from bezant.db.pool import connect_sync
from bezant.kernel.clock import SystemClock
from bezant.kernel.errors import Unavailable
from bezant.ledger.verify import verify
from tests.commit.proxy import Proxy
from tests.commit.shapes import answer, available, count, fund, spend
from tests.laws.play import door_of
from tests.ledger.lively import sql

YES = [Accepted()]
KILLS = 2
PATIENCE_S = 60


@pytest.fixture
def through(database):
    """Run `story(door, proxy)` with a door behind a proxy; the books must prove afterwards."""

    def run(story, **options):
        async def play():
            # A socket's path has little room, and the tests' own folders have long names.
            with tempfile.TemporaryDirectory() as folder:
                async with Proxy(database, Path(folder)) as proxy:
                    door = door_of(proxy.url, SystemClock(), **options)
                    await door.start()
                    try:
                        return await story(door, proxy)
                    finally:
                        await door.close()

        result = asyncio.run(play())
        report = verify(database)
        assert report.ok, report.problems[:3]
        return result

    return run


@pytest.mark.parametrize("fault", ["answer", "request"])
def test_an_answer_that_is_lost_is_asked_for_again(through, database, fault):
    async def story(door, proxy):
        await door.commit([fund(10)])
        proxy.faults.append(fault)
        outcomes = await asyncio.gather(
            door.commit([fund(1)], answer("a")),
            door.commit([spend(50)], answer("b")),
            door.commit([spend(4), spend(50)], answer("c", itemised=True)),
            door.commit([fund(1)]),
        )
        return outcomes, await door.commit([fund(1)], answer("a")), proxy.lost

    outcomes, again, lost = through(story)
    first, second, (third, fourth), last = outcomes
    assert lost == 1
    assert (first, last, third) == (YES, YES, Accepted())
    assert [second[0].code, fourth.code] == ["floor", "floor"]
    assert isinstance(again[0], Replayed)
    assert available(database) == 8
    assert count(database, "entry") == 4


def test_answers_that_are_lost_many_times_over(through, database):
    async def story(door, proxy):
        outcomes = []
        for _ in range(12):
            proxy.faults += ["answer", "request", "answer", "pass"]
            calls = [door.commit([fund(1)], answer(f"k{len(outcomes)}-{n}")) for n in range(5)]
            outcomes += await asyncio.gather(*calls)
        return outcomes, proxy.lost

    outcomes, lost = through(story, batch_size=3)
    assert outcomes == [YES] * 60
    assert lost > 12
    assert available(database) == 60
    assert count(database, "idempotency") == 60


def test_a_replay_whose_answer_is_lost(through, database):
    """The stored answer is read after the batch: that way may be lost, too."""

    async def story(door, proxy):
        await door.commit([fund(10)], answer("k", '"first"'))
        proxy.faults.append("answer")
        return await door.commit([fund(10)], answer("k", '"again"'))

    assert [one.body for one in through(story)] == ['"first"']
    assert available(database) == 10


def test_a_session_killed_in_the_midst_of_a_batch(told, blocked, waiting, database):
    async def story(door):
        await door.commit([fund(10)])
        with blocked() as other:
            callers = [asyncio.create_task(door.commit([spend(4)])) for _ in range(4)]
            for _ in range(3):
                for pid in await waiting():
                    other.execute("select pg_terminate_backend(%s)", [pid])
        return await asyncio.gather(*callers)

    outcomes = told(story)
    assert outcomes[:2] == [YES, YES]
    assert [one[0].code for one in outcomes[2:]] == ["floor", "floor"]
    assert available(database) == 2


def test_a_batch_sent_again_waits_for_its_own_first_copy(through, blocked, waiting, database):
    """The connection is lost while the first copy waits for a lock; it goes on and commits."""

    async def story(door, proxy):
        await door.commit([fund(10)])
        with blocked():
            proxy.faults.append("request")
            caller = asyncio.create_task(door.commit([spend(4), spend(7)]))
            await waiting(2)
        return await caller

    accepted, refused = through(story)
    assert accepted == Accepted()
    assert isinstance(refused, Refused)
    assert available(database) == 6


def test_an_idle_session_that_is_killed_goes_unnoticed(told, database):
    async def story(door):
        outcomes = []
        for _ in range(3):
            outcomes.append(await door.commit([fund(1)]))
            sql(database, b"select pg_terminate_backend(pid) from pg_stat_activity "
                          b"where application_name = 'bezant-door'")  # fmt: skip
        return outcomes

    assert told(story) == [YES] * 3
    assert available(database) == 3


def test_when_patience_ends_callers_are_told_and_the_door_stays_of_use(through, database):
    async def story(door, proxy):
        await door.commit([fund(1)])
        proxy.open = False
        proxy.faults.append("answer")
        outcomes = await asyncio.gather(
            door.commit([fund(1)], answer("a")), door.commit([fund(1)]), return_exceptions=True
        )
        assert [type(one) for one in outcomes] == [Unavailable, Unavailable]
        proxy.open = True
        return await door.commit([fund(1)], answer("a")), await door.commit([fund(1)])

    again, after = through(story, patience_seconds=0.3)
    assert isinstance(again[0], Replayed)
    assert after == YES
    assert available(database) == 4


def test_a_database_that_restarts_under_load_is_ridden_out(tmp_path):
    with EmbeddedServer.start(tmp_path / "data") as server:
        with connect_sync(server.url) as connection:
            migrate.apply(connection)
        told = asyncio.run(_under_load(server))
        report = verify(server.url)
        assert report.ok, report.problems[:3]
        assert told["accepted"] == available(server.url) == count(server.url, "idempotency")
        assert told["accepted"] > 200
        assert set(told) == {"accepted"}


async def _under_load(server):
    told = Counter()
    door = door_of(server.url, SystemClock(), lanes=2, patience_seconds=60)
    await door.start()
    stop = asyncio.Event()

    async def write(writer):
        number = 0
        while not stop.is_set():
            number += 1
            outcomes = await door.commit([fund(1)], answer(f"{writer}-{number}"))
            told[type(outcomes[0]).__name__.lower()] += 1

    writers = [asyncio.create_task(write(n)) for n in range(16)]
    for _ in range(KILLS):
        await _more(told)
        pid = server.pid
        os.kill(pid, signal.SIGKILL)
        await asyncio.to_thread(_wait_for_another, server, pid)
    await _more(told)
    stop.set()
    await asyncio.gather(*writers)
    await door.close()
    return told


async def _more(told):
    """Wait until a hundred more are accepted."""
    before = told["accepted"]
    async with asyncio.timeout(PATIENCE_S):
        while told["accepted"] < before + 100:  # noqa: ASYNC110 -- writers tell nobody
            await asyncio.sleep(0.005)


def _wait_for_another(server, pid):
    """Return when the server answers from another process than that."""
    while server.running:
        try:
            with connect_sync(server.url) as connection:
                connection.execute("select 1")
            if server.pid != pid:
                return
        except ConnectionLost:
            continue
