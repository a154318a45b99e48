"""The relay: each event becomes its deliveries once, whoever dies and however many work."""

import asyncio

import pytest

from bezant.commit.change_set import ChangeSet, Event
from bezant.db.errors import ConnectionLost
from bezant.ledger.book import book_of
from bezant.workers.relay_events import EventRelay
from tests.webhooks.world import CHILD, World, play
from tests.workers.statements import watch

URL = "https://hooks.example.com/"


async def counts(world: World) -> tuple[int, int]:
    """How many events wait in the outbox, and how many deliveries there are."""
    waiting = await world.value("select count(*) from outbox")
    return waiting, await world.value("select count(*) from delivery")


@pytest.mark.parametrize("step", range(5))
def test_a_death_at_any_step_changes_nothing(database, monkeypatch, step):
    """A batch is five statements: lock, take, platforms, endpoints, deliver."""

    async def story(world: World) -> None:
        await world.connect(CHILD)
        await world.listen(URL)
        await world.listen(URL, more="connect=true")
        await world.happen(*["payout.paid"] * 20)
        await world.happen(*["payout.paid"] * 20, account=CHILD)
        sent: list[bytes] = []

        def die(query: bytes) -> None:
            sent.append(query)
            if len(sent) == step + 1:
                raise ConnectionLost("killed")

        with monkeypatch.context() as during:
            watch(world, during, die)
            with pytest.raises(ConnectionLost):
                await world.relay.run_once()
        assert len(sent) == step + 1
        assert await counts(world) == (40, 0)
        await world.relay_all()
        assert await counts(world) == (0, 40)
        assert await world.value("select count(distinct event) from delivery") == 40

    play(database, story)


def test_a_commit_of_which_nobody_hears_is_not_repeated(database, monkeypatch):
    async def story(world: World) -> None:
        await world.listen(URL)
        await world.happen(*["payout.paid"] * 20)
        plain = world.pool.connection

        class Deaf:
            def __init__(self) -> None:
                self._loan = plain()

            async def __aenter__(self):
                return await self._loan.__aenter__()

            async def __aexit__(self, *error):
                await self._loan.__aexit__(*error)
                raise ConnectionLost("after the commit")

        with monkeypatch.context() as during:
            during.setattr(world.pool, "connection", Deaf)
            with pytest.raises(ConnectionLost):
                await world.relay.run_once()
        assert await counts(world) == (0, 20)
        assert await world.relay_all() == 0
        assert await counts(world) == (0, 20)

    play(database, story)


def test_relays_side_by_side_do_nothing_twice(database):
    async def story(world: World) -> None:
        await world.listen(URL)
        await world.listen(URL)
        relays = [EventRelay(world.pool, world.clock, world.ids, batch=50) for _ in range(4)]

        async def work(relay: EventRelay) -> int:
            done = 0
            while (await counts(world))[0]:
                done += await relay.run_once()
            return done

        await world.happen(*["payout.paid"] * 600)
        shares = await asyncio.gather(*map(work, relays))
        assert sum(shares) == 600
        assert await counts(world) == (0, 1_200)
        pairs = await world.value("select count(distinct (event, endpoint)) from delivery")
        assert pairs == 1_200

    play(database, story)


def test_a_busy_account_does_not_hold_up_the_others(database):
    """Batches go round: after a full one the next begins behind it, in other books."""

    async def story(world: World) -> None:
        books = sorted((book_of(f"acct_{n}", livemode=False) for n in range(20)), key=by_id)
        units = [ChangeSet(events=[event(world, books[0]) for _ in range(500)])]
        units += [ChangeSet(events=[event(world, book)]) for book in books[1:]]
        await world.runtime.door.commit(units)
        relay = EventRelay(world.pool, world.clock, world.ids, batch=100)
        for _ in range(3):
            assert await relay.run_once() == 100
        late = event(world, books[0])
        await world.runtime.door.commit([ChangeSet(events=[late])])
        for _ in range(3):
            await relay.run_once()
        left = await world.rows("select book_id from outbox")
        assert left == []

    play(database, story)


def by_id(book) -> int:
    return book.id


def event(world: World, book) -> Event:
    name = world.ids.new("evt", book.slot)
    return Event(book, name, "payout.paid", "po_1", f'{{"id":"{name}","livemode":false}}')


def test_a_batch_is_a_handful_of_statements(database, monkeypatch):
    async def story(world: World) -> None:
        for _ in range(20):
            await world.listen(URL)
        seen: list[bytes] = []
        watch(world, monkeypatch, seen.append)
        for count in (1, 400):
            await world.happen(*["payout.paid"] * count)
            seen.clear()
            assert await world.relay.run_once() == count
            assert len(seen) == 4

    play(database, story)


def test_an_event_that_nobody_wants_is_done_with(database):
    async def story(world: World) -> None:
        await world.listen(URL, "payout.failed")
        await world.happen("payout.paid")
        assert await world.relay_all() == 1
        assert await counts(world) == (0, 0)
        assert await world.relay_all() == 0

    play(database, story)
