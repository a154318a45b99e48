"""The purge: what is old goes, what is not stays."""

from datetime import datetime

import pytest

from bezant.kernel.clock import VirtualClock
from bezant.kernel.ids import Ids
from bezant.workers.purge import Purge
from tests.webhooks.world import World, play

INSERTS = {
    "idempotency": """
        insert into idempotency (book_id, key, digest, status, body, request, created)
        values (1, %(id)s, '\\x00', 200, '{}', 'req_1', %(created)s)""",
    "request_log": """
        insert into request_log (book_id, id, created, method, path, status, account, key, micros)
        values (1, %(id)s, %(created)s, 'GET', '/', 200, 'acct_1', 'key_1', 5)""",
    "door_batch": "insert into door_batch (id, created) values (%(id)s, %(created)s)",
    "delivery": """
        insert into delivery (book_id, id, event_book, event, endpoint, status, created)
        values (1, %(id)s, 1, 'evt_1', 'we_1', %(status)s, %(created)s)""",
    "event": """
        insert into event (book_id, id, type, object, created, body)
        values (1, %(id)s, 'payout.paid', 'po_1', %(created)s, '{}')""",
    "waiting event": """
        with told as (insert into outbox (book_id, id) values (1, %(id)s))
        insert into event (book_id, id, type, object, created, body)
        values (1, %(id)s, 'payout.paid', 'po_1', %(created)s, '{}')""",
    "awaited event": """
        with told as (insert into delivery (book_id, id, event_book, event, endpoint, status,
                                            created)
                      values (1, %(id)s, 1, %(id)s, 'we_1', 'pending', %(created)s))
        insert into event (book_id, id, type, object, created, body)
        values (1, %(id)s, 'payout.paid', 'po_1', %(created)s, '{}')""",
    "job": """
        insert into job (book_id, id, kind, payload, status)
        values (1, %(id)s, 'k', '{}', %(status)s)""",
}


async def add(world: World, table: str, created: datetime, status: str) -> None:
    # The id of a job is all that tells its age.
    name = Ids(VirtualClock(created), world.entropy).new("job")
    values = {"id": name, "created": created, "status": status}
    async with world.pool.connection() as conn:
        await conn.execute(INSERTS[table].encode(), values)


@pytest.mark.parametrize(
    ("table", "status", "days"),
    [
        ("idempotency", "", 30),
        ("request_log", "", 30),
        ("door_batch", "", 1),
        ("delivery", "delivered", 30),
        ("delivery", "failed", 30),
        ("event", "", 30),
        ("job", "done", 30),
    ],
)
def test_what_is_old_goes_in_chunks(database, table, status, days):
    async def story(world: World) -> None:
        for _ in range(25):
            await add(world, table, world.clock.now(), status)
        world.pass_time(days=days, seconds=-1)
        for _ in range(5):
            await add(world, table, world.clock.now(), status)
        purge = Purge(world.pool, world.clock, chunk=5, most_chunks=2)
        assert await purge.run_once() == 0
        world.pass_time(seconds=2)
        assert [await purge.run_once() for _ in range(4)] == [10, 10, 5, 0]
        assert await world.value(f"select count(*) from {table}") == 5

    play(database, story)


@pytest.mark.parametrize(
    ("table", "status"),
    [
        ("delivery", "pending"),
        ("job", "ready"),
        ("job", "parked"),
        ("waiting event", ""),
        ("awaited event", ""),
    ],
)
def test_what_is_not_finished_stays(database, table, status):
    async def story(world: World) -> None:
        await add(world, table, world.clock.now(), status)
        world.pass_time(days=365)
        assert await Purge(world.pool, world.clock).run_once() == 0

    play(database, story)
