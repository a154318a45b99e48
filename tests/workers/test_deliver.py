"""The deliverer: leases, fairness, rests, days of silence."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import timedelta

from bezant.commit.change_set import ChangeSet, Document, Event
from bezant.db.errors import ConnectionLost
from bezant.ledger.book import book_of
from bezant.workers import deliver
from bezant.workers.deliver import LEASE
from bezant.workers.deliver_send import Answer, Connections, Sender
from bezant.workers.relay_events import EventRelay
from tests.webhooks.receiver import Receiver, status
from tests.webhooks.world import World, play, repeated
from tests.workers.statements import watch

Reply = Callable[[str], Awaitable[bool]]


class Radio(Sender):
    """A network in which everything is decided by one function of the URL."""

    def __init__(self, reply: Reply) -> None:
        self.reply = reply
        self.heard: list[str] = []

    def connections(self) -> Connections:
        return Line(self)


class Line(Connections):
    """One endpoint's part of it."""

    def __init__(self, radio: Radio) -> None:
        self._radio = radio

    async def post(self, url, body, headers, *, livemode) -> Answer:
        self._radio.heard.append(url)
        ok = await self._radio.reply(url)
        return Answer(ok, "HTTP 200" if ok else "HTTP 500")

    def close(self) -> None:
        pass


async def states(world: World) -> Counter:
    return Counter(row[2] for row in await world.deliveries())


def test_three_days_of_silence_lose_nothing(database):
    """Live mode: an endpoint that is down for just under 72 hours is told everything."""

    async def story(world: World) -> None:
        began = world.clock.now()
        radio = Radio(lambda _url: answer_after(world, began + timedelta(hours=71, minutes=59)))
        world.deliverer = world.new_deliverer(radio)
        world.key = "sk_live_platform"
        await world.listen("https://hooks.example.com/")
        await world.happen(*["payout.paid"] * 40, livemode=True)
        await world.relay_all()
        while world.clock.now() < began + timedelta(hours=73):
            await world.deliver_all()
            world.pass_time(minutes=10)
        assert await states(world) == {"delivered": 40}
        assert await world.value("select max(attempts) from delivery") >= 6
        assert await world.value("select count(*) from delivery where due_at is not null") == 0

    play(database, story)


async def answer_after(world: World, moment) -> bool:
    return world.clock.now() >= moment


def test_four_days_of_silence_are_a_failure(database):
    async def story(world: World) -> None:
        world.deliverer = world.new_deliverer(Radio(lambda _url: answer(ok=False)))
        world.key = "sk_live_platform"
        await world.listen("https://hooks.example.com/")
        await world.happen("payout.paid", livemode=True)
        await world.relay_all()
        for _ in range(4 * 24):
            await world.deliver_all()
            world.pass_time(hours=1)
        assert await states(world) == {"failed": 1}
        assert await world.deliver_all() == 0

    play(database, story)


async def answer(*, ok: bool) -> bool:
    return ok


def test_endpoints_that_never_answer_delay_nobody(database):
    async def story(world: World) -> None:
        async with Receiver() as receiver:
            for number in range(60):
                receiver.answers[f"/dead/{number}"] = receiver.silence
                await world.listen(receiver.url(f"/dead/{number}"))
            await world.listen(receiver.url("/live"))
            await world.happen(*["payout.paid"] * 30)
            await world.relay_all()
            assert await world.value("select count(*) from delivery") == 61 * 30
            working = asyncio.create_task(world.deliver_all())
            await receiver.wait_for(30, "/live")
            await world.happen(*["payout.failed"] * 5)
            await world.relay_all()
            await receiver.wait_for(35, "/live")
            dead = Counter(one.path for one in receiver.got if one.path != "/live")
            assert max(dead.values()) < 15, "an endpoint that has not answered gets few at a time"
            working.cancel()
            receiver.released.set()
            await world.deliverer.close()

    play(database, story)


def test_a_failing_endpoint_rests_and_comes_back(database):
    async def story(world: World) -> None:
        up = False

        async def reply(_url: str) -> bool:
            return up

        radio = Radio(reply)
        world.deliverer = world.new_deliverer(radio)
        await world.listen("https://hooks.example.com/")
        await world.happen(*["payout.paid"] * 200)
        await world.tell()
        assert len(radio.heard) < 10, "five failures are enough to let it rest"
        world.pass_time(seconds=20)
        await world.deliver_all()
        assert len(radio.heard) < 10
        up = True
        for _ in range(20):
            world.pass_time(minutes=1)
            await world.deliver_all()
        assert await states(world) == {"delivered": 200}
        counted = await world.value("select sum(attempts) from delivery")
        assert counted == len(radio.heard), "a rest is no attempt"

    play(database, story)


def test_a_crash_with_deliveries_in_hand_loses_none(database):
    async def story(world: World) -> None:
        hanging = asyncio.Event()
        world.deliverer = world.new_deliverer(Radio(lambda _url: hanging.wait()))
        await world.listen("https://hooks.example.com/")
        await world.happen(*["payout.paid"] * 20)
        await world.relay_all()
        crashed = world.deliverer
        await crashed.start_due()
        radio = Radio(lambda _url: answer(ok=True))
        world.deliverer = world.new_deliverer(radio)
        assert await world.deliver_all() == 0, "the leases hold"
        world.clock.advance(LEASE + timedelta(seconds=1))
        await world.deliver_all()
        assert len(radio.heard) == 20
        assert await states(world) == {"delivered": 20}
        hanging.set()
        await crashed.close()
        rows = await world.rows("select distinct attempts, status from delivery")
        assert rows == [(1, "delivered")], "who comes too late changes nothing"

    play(database, story)


def test_closing_puts_back_what_is_not_on_its_way(database):
    async def story(world: World) -> None:
        hanging = asyncio.Event()
        closing = world.new_deliverer(Radio(lambda _url: hanging.wait()))
        await world.listen("https://hooks.example.com/")
        await world.happen(*["payout.paid"] * 20)
        await world.relay_all()
        await closing.start_due()
        await asyncio.sleep(0)
        done = asyncio.create_task(closing.close())
        await asyncio.sleep(0)
        hanging.set()
        await done
        assert await states(world) == {"delivered": 2, "pending": 18}
        radio = Radio(lambda _url: answer(ok=True))
        world.deliverer = world.new_deliverer(radio)
        await world.deliver_all()
        assert len(radio.heard) == 18

    play(database, story)


def test_two_deliverers_share_the_work(database):
    async def story(world: World) -> None:
        radio = Radio(lambda _url: answer(ok=True))
        for number in range(10):
            await world.listen(f"https://hooks.example.com/{number}")
        await world.happen(*["payout.paid"] * 100)
        await world.relay_all()
        pair = [world.new_deliverer(radio) for _ in range(2)]

        async def work(one: deliver.Deliverer) -> int:
            return sum([done async for done in repeated(one.run_once)])

        shares = await asyncio.gather(*map(work, pair))
        assert min(shares) > 0
        assert len(radio.heard) == 1_000
        assert await states(world) == {"delivered": 1_000}

    play(database, story)


def test_an_old_backlog_of_one_leaves_room_for_another(database):
    """A claim gives each endpoint its share, however early its deliveries were due."""

    async def story(world: World) -> None:
        slow = asyncio.Event()

        async def reply(url: str) -> bool:
            if "busy" in url:
                await slow.wait()
            return True

        radio = Radio(reply)
        world.deliverer = world.new_deliverer(radio)
        await world.listen("https://busy.example.com/", "payout.paid")
        await world.happen(*["payout.paid"] * 3_000)
        await world.relay_all()
        world.pass_time(minutes=1)
        await world.listen("https://idle.example.com/", "payout.failed")
        await world.happen("payout.failed")
        await world.relay_all()
        for _ in range(3):
            await world.deliverer.start_due()
        await asyncio.sleep(0)
        assert "https://idle.example.com/" in radio.heard
        slow.set()
        await world.deliver_all()
        assert await states(world) == {"delivered": 3_001}

    play(database, story)


def test_the_work_of_a_step_does_not_grow_with_the_deliveries(database, monkeypatch):
    async def story(world: World) -> None:
        world.deliverer = world.new_deliverer(Radio(lambda _url: answer(ok=True)))
        for number in range(10):
            await world.listen(f"https://hooks.example.com/{number}")

        seen: list[bytes] = []
        watch(world, monkeypatch, seen.append)

        async def statements(events: int) -> int:
            await world.happen(*["payout.paid"] * events)
            before = len(seen)
            await world.tell()
            return len(seen) - before

        few, many = await statements(1), await statements(40)
        assert many <= few + 12

    play(database, story)


def test_results_that_cannot_be_written_are_delivered_again(database, monkeypatch):
    async def story(world: World) -> None:
        async with Receiver() as receiver:
            receiver.answers["/hook"] = status(200)
            await world.listen(receiver.url())
            await world.happen("payout.paid")
            await world.relay_all()
            lost = ConnectionLostOnce()
            monkeypatch.setattr(deliver.deliveries, "record", lost)
            await world.deliver_all()
            assert await states(world) == {"pending": 1}
            world.clock.advance(LEASE + timedelta(seconds=1))
            await world.deliver_all()
            assert await states(world) == {"delivered": 1}
            assert len(receiver.got) == 2
            assert receiver.got[0].body == receiver.got[1].body

    play(database, story)


class ConnectionLostOnce:
    """Fails as a database that goes away, once."""

    def __init__(self) -> None:
        self._record = deliver.deliveries.record
        self._failed = False

    async def __call__(self, conn, attempts, now) -> None:
        if not self._failed:
            self._failed = True
            raise ConnectionLost("gone")
        await self._record(conn, attempts, now)


async def rows_of(world: World, books: int) -> None:
    """Give many platforms an endpoint and an event each, straight through the door."""
    units = []
    for number in range(books):
        book = book_of(f"acct_{number}", livemode=False)
        unit = ChangeSet()
        name = world.ids.new("we", book.slot)
        unit.documents.append(
            Document(
                book, "webhook_endpoint", name, 0, world.clock.now(),
                '{"livemode":false,"status":"enabled","enabled_events":["*"],'
                f'"url":"https://hooks.example.com/{number}"}}',
                {"status": "enabled"}, '{"secret":"whsec_x"}',
            )
        )  # fmt: skip
        event = world.ids.new("evt", book.slot)
        unit.events.append(
            Event(book, event, "payout.paid", "po_1", f'{{"id":"{event}","livemode":false}}')
        )
        units.append(unit)
    await world.runtime.door.commit(units)


def test_a_thousand_platforms_are_told_each_its_own(database):
    async def story(world: World) -> None:
        radio = Radio(lambda _url: answer(ok=True))
        world.deliverer = world.new_deliverer(radio)
        world.relay = EventRelay(world.pool, world.clock, world.ids, batch=300)
        await rows_of(world, 1_000)
        assert await world.relay_all() == 1_000
        await world.deliver_all()
        assert len(set(radio.heard)) == len(radio.heard) == 1_000

    play(database, story)


def test_a_thousand_dead_endpoints_delay_nobody(database):
    """They hang for ever, all at once; one that answers gets everything meanwhile."""

    async def story(world: World) -> None:
        hanging = asyncio.Event()
        live = "https://live.example.com/"

        async def reply(url: str) -> bool:
            if url != live:
                await hanging.wait()
            return True

        radio = Radio(reply)
        world.deliverer = world.new_deliverer(radio)
        await world.listen(live)
        await world.happen("payout.paid")
        await world.tell()
        await rows_of(world, 1_000)
        await world.relay_all()
        for _ in range(3):
            await world.deliverer.run_once()
        dead = len(radio.heard) - 1
        assert dead > 200, "many of them are being called"
        await world.happen(*["payout.paid"] * 50)
        await world.relay_all()
        while radio.heard.count(live) < 51:
            assert not hanging.is_set()
            await world.deliverer.run_once()
        assert len(set(radio.heard)) <= 1_001
        hanging.set()
        await world.deliver_all()
        assert len(set(radio.heard)) == 1_001

    play(database, story)
