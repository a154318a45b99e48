"""Loops: they go on, rest when there is nothing to do, and stop cleanly."""

import asyncio
from datetime import UTC, datetime, timedelta

from bezant.kernel.clock import SystemClock, VirtualClock
from bezant.workers.loop import Loop

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


async def turns(count: int = 50) -> None:
    """Let everybody else have their turn."""
    for _ in range(count):
        await asyncio.sleep(0)


class Work:
    """A step that has so much to do, and fails when told to."""

    def __init__(self, *found: int | Exception) -> None:
        self.found = list(found)
        self.steps = 0

    async def step(self) -> int:
        self.steps += 1
        result = self.found.pop(0) if self.found else 0
        if isinstance(result, Exception):
            raise result
        return result


def test_steps_follow_each_other_while_there_is_work():
    async def story() -> None:
        clock = VirtualClock(NOON)
        work = Work(5, 1, 3)
        loop = Loop("work", work.step, clock)
        loop.start()
        await turns()
        assert work.steps == 4, "three with work, one without, and no time has passed"
        await loop.stop()
        assert work.steps == 4

    asyncio.run(story())


def test_steps_that_are_cheaper_by_the_dozen_let_work_gather():
    async def story() -> None:
        clock = VirtualClock(NOON)
        work = Work(1, 1, 1)
        loop = Loop("work", work.step, clock, idle_seconds=0.2, rest_seconds=0.05)
        loop.start()
        waited = []
        for _ in range(5):
            await turns()
            wake = clock.next_wake()
            waited.append(wake - clock.now())
            clock.to(wake)
        assert waited == [timedelta(milliseconds=ms) for ms in (50, 50, 50, 100, 200)]
        await loop.stop()

    asyncio.run(story())


def test_rests_grow_up_to_their_bound():
    async def story() -> None:
        clock = VirtualClock(NOON)
        work = Work()
        loop = Loop("work", work.step, clock, idle_seconds=0.1)
        loop.start()
        waited = []
        for _ in range(7):
            await turns()
            wake = clock.next_wake()
            waited.append(wake - clock.now())
            clock.to(wake)
        assert waited == [timedelta(milliseconds=ms) for ms in (10, 20, 40, 80, 100, 100, 100)]
        await loop.stop()

    asyncio.run(story())


def test_steps_that_are_cheaper_by_the_dozen_wait_for_it():
    async def story() -> None:
        clock = VirtualClock(NOON)
        work = Work(5, 1)
        loop = Loop("work", work.step, clock, rest_seconds=0.05)
        loop.start()
        waited = []
        for _ in range(2):
            await turns()
            wake = clock.next_wake()
            waited.append(wake - clock.now())
            clock.to(wake)
        assert waited == [timedelta(milliseconds=50)] * 2
        await loop.stop()

    asyncio.run(story())


def test_waking_ends_a_rest():
    async def story() -> None:
        work = Work()
        loop = Loop("work", work.step, VirtualClock(NOON))
        loop.start()
        await turns()
        assert work.steps == 1
        loop.wake()
        await turns()
        assert work.steps == 2
        await loop.stop()

    asyncio.run(story())


def test_a_failure_is_logged_and_not_the_end(capsys):
    async def story() -> None:
        clock = VirtualClock(NOON)
        work = Work(1, RuntimeError("out of luck"), 1)
        loop = Loop("unlucky", work.step, clock)
        loop.start()
        await turns()
        assert work.steps == 2
        assert clock.next_wake() == NOON + timedelta(seconds=1)
        clock.advance(timedelta(seconds=1))
        await turns()
        assert work.steps == 4
        await loop.stop()

    asyncio.run(story())
    told = capsys.readouterr()
    assert "unlucky" in told.out + told.err
    assert "out of luck" in told.out + told.err


def test_stopping_lets_a_step_finish():
    async def story() -> None:
        go_on = asyncio.Event()
        finished = []

        async def step() -> int:
            await go_on.wait()
            finished.append(1)
            return 1

        loop = Loop("slow", step, SystemClock())
        loop.start()
        await turns()
        stopping = asyncio.create_task(loop.stop())
        await turns()
        assert not stopping.done()
        go_on.set()
        await stopping
        assert finished == [1]

    asyncio.run(story())


def test_a_loop_that_never_began_stops():
    asyncio.run(Loop("idle", Work().step, SystemClock()).stop())
