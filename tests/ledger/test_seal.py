"""Seals: every entry in exactly one, chained, by one sealer at a time, with proofs."""

import asyncio
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from bezant.db.pool import connect, connect_sync
from bezant.kernel.clock import VirtualClock
from bezant.kernel.errors import DatabaseError
from bezant.ledger import seal as seals
from bezant.ledger.seal import Proof, digest_of
from bezant.ledger.verify import verify
from tests.laws.play import door_of, made
from tests.laws.world import World
from tests.ledger.lively import seal_all, sql

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
TICK = timedelta(microseconds=1)


async def filled(url, *, requests=60, seed=5):
    """A clock and a world whose doings are in the database, unsealed."""
    world = World(seed, VirtualClock(NOON), name=f"s{seed}_")
    door = door_of(url, world.clock, seed=seed, batch_size=4)
    await door.start()
    await made(door, world.requests(requests))
    await door.close()
    return world.clock


def test_seals_are_chained_and_hold_every_entry_once(lively):
    url, _ = lively
    rows = sql(url, b"select n, from_xid, to_xid, entries, moves, totals, root, previous, digest, "
                    b"sealed_at from seal order by n")  # fmt: skip
    chain = [seals.Seal(*row) for row in rows]
    assert [one.n for one in chain] == list(range(1, len(chain) + 1))
    assert chain[0].from_xid == 0
    assert chain[0].previous == bytes(32)
    for one, following in pairwise(chain):
        assert following.from_xid == one.to_xid
        assert following.previous == one.digest
    assert all(digest_of(one) == one.digest for one in chain)
    counts = sql(url, b"select (select count(*) from entry), (select count(*) from move)")[0]
    assert (sum(one.entries for one in chain), sum(one.moves for one in chain)) == counts
    assert max(one.entries for one in chain) <= 60


def test_every_sealed_entry_has_a_proof(reading, world):
    async def ask(conn):
        for number, (book, name) in enumerate(sorted(world.oracle.entries)):
            if number % 7 == 0:
                proof = await seals.prove(conn, book, name)
                assert proof.holds
                assert not proof._replace(digest=bytes(32)).holds
                assert not proof._replace(xid=proof.xid + 1).holds
                assert not proof._replace(recorded_at=proof.recorded_at + TICK).holds
                assert not proof._replace(path=proof.path[1:]).holds or not proof.path
        assert await seals.prove(conn, 1, "le_none") is None
        assert (await seals.latest(conn)).n > 1

    reading(ask)


def test_a_proof_of_another_place_does_not_hold():
    leaf = seals.seal_tree.leaf(bytes(32), 0, 1)
    other = seals.seal_tree.leaf(bytes(32), 0, 2)
    root = seals.seal_tree.root([leaf, other])
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    proof = Proof(1, 0, 2, bytes(32), epoch, 1, (other,), root)
    assert proof.holds
    assert not proof._replace(position=1).holds


def test_a_commit_that_is_still_on_its_way_is_not_overtaken(database):
    """An open database transaction keeps everything after its beginning unsealed."""

    async def story():
        clock = await filled(database)
        await seal_all(database, clock)
        with connect_sync(database) as other:
            other.execute("begin")
            other.execute("select pg_current_xact_id()")
            await filled(database, seed=6)
            async with await connect(database, role="bezant_app") as conn:
                assert await seals.seal(conn, clock) == []
                assert await seals.prove(conn, *_newest(database)) is None
            other.rollback()
        await seal_all(database, clock)
        async with await connect(database, role="bezant_app") as conn:
            assert (await seals.prove(conn, *_newest(database))).holds

    asyncio.run(story())
    assert verify(database).ok


def test_only_one_sealer_works_at_a_time(database):
    async def story():
        clock = await filled(database)
        conns = [await connect(database, role="bezant_app") for _ in range(4)]
        await asyncio.gather(*(seals.seal(conn, clock, window=5) for conn in conns))
        with connect_sync(database) as other:
            other.execute("begin")
            locked = other.execute(seals.QUERIES.horizon).fetchone()[0]
            assert locked
            assert await seals.seal(conns[0], clock) == []
            other.rollback()
        for conn in conns:
            await conn.close()
        await seal_all(database, clock)

    asyncio.run(story())
    report = verify(database)
    assert report.ok, report.problems
    assert report.sealed_entries == report.entries > 0


@pytest.mark.parametrize("query", ["count_window", "leaves", "totals"])
def test_a_window_is_looked_up_whatever_the_planner_believes(database, query):
    """On tables of which it knows nothing, and with a plan for any window."""
    with connect_sync(database) as conn:
        conn.execute("begin")
        conn.execute(seals.QUERIES.probes)
        lines = conn.execute(b"explain " + getattr(seals.QUERIES, query), [5, 9]).fetchall()
        conn.rollback()
    plan = " ".join(line for (line,) in lines)
    assert "Index" in plan
    assert "Seq Scan" not in plan
    assert "Hash Join" not in plan
    assert "Merge Join" not in plan


def test_sealing_nothing_writes_nothing(database):
    async def story():
        async with await connect(database, role="bezant_app") as conn:
            assert await seals.seal(conn, VirtualClock(NOON)) == []
            assert await seals.latest(conn) is None

    asyncio.run(story())


def test_a_server_that_counts_from_the_beginning_again_is_refused(database):
    async def story():
        clock = await filled(database)
        await seal_all(database, clock)
        sql(database, b"update seal set to_xid = 4611686018427387904 "
                      b"where n = (select max(n) from seal)")  # fmt: skip
        async with await connect(database, role="bezant_app") as conn:
            with pytest.raises(DatabaseError, match="restored into a cluster"):
                await seals.seal(conn, clock)

    asyncio.run(story())


def _newest(url):
    return sql(url, b"select book_id, id from entry order by xid desc, id desc limit 1")[0]
