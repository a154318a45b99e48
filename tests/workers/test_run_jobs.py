"""Jobs: run once each, again after a failure, put aside when they always fail; and schedules."""

import asyncio
from datetime import timedelta

from bezant.api.context import Caller
from bezant.store import jobs
from bezant.workers.run_jobs import AT_ONCE, LEASE, MOST_ATTEMPTS, JobRunner
from bezant.workers.run_jobs_schedule import Recurring, Scheduler
from tests.webhooks.world import PLATFORM, World, play, repeated


async def enqueue(world: World, kind: str, count: int = 1, **span: float) -> None:
    ctx = world.context(Caller(PLATFORM, PLATFORM, livemode=False))
    for number in range(count):
        ctx.enqueue(kind, {"number": number}, at=world.clock.now() + timedelta(**span))
    await ctx.write()


def runner(world: World, **handlers) -> JobRunner:
    return JobRunner(world.pool, world.clock, world.entropy, handlers)


async def run_all(one: JobRunner) -> int:
    return sum([done async for done in repeated(one.run_once)])


async def states(world: World) -> list[tuple]:
    return await world.rows("select kind, status, attempts, problem from job order by id")


def test_a_job_is_run_when_it_is_due(database):
    async def story(world: World) -> None:
        done = []

        async def handle(job: jobs.JobRow) -> None:
            done.append(job.payload)

        await enqueue(world, "greet", minutes=5)
        work = runner(world, greet=handle)
        assert await run_all(work) == 0
        world.pass_time(minutes=5)
        assert await run_all(work) == 1
        assert await run_all(work) == 0
        assert done == ['{"number":0}']
        assert await states(world) == [("greet", "done", 1, None)]

    play(database, story)


def test_a_kind_without_handler_is_left_for_others(database):
    async def story(world: World) -> None:
        async def handle(_job: jobs.JobRow) -> None:
            pass

        await enqueue(world, "greet")
        await enqueue(world, "unknown")
        assert await run_all(runner(world)) == 0
        assert await run_all(runner(world, greet=handle)) == 1
        assert [row[:2] for row in await states(world)] == [("greet", "done"), ("unknown", "ready")]

    play(database, story)


def test_a_failure_is_tried_again_later_and_the_others_pass(database):
    async def story(world: World) -> None:
        luck = []

        async def handle(job: jobs.JobRow) -> None:
            if job.payload == '{"number":0}' and not luck:
                raise ValueError("no luck")

        await enqueue(world, "try", 3)
        work = runner(world, **{"try": handle})
        assert await run_all(work) == 3
        assert await states(world) == [
            ("try", "ready", 1, "ValueError: no luck"),
            ("try", "done", 1, None),
            ("try", "done", 1, None),
        ]
        luck.append(1)
        world.pass_time(seconds=10)
        assert await run_all(work) == 1
        assert (await states(world))[0] == ("try", "done", 2, None)

    play(database, story)


def test_what_always_fails_is_put_aside_with_its_reason(database):
    async def story(world: World) -> None:
        async def handle(_job: jobs.JobRow) -> None:
            raise ValueError("never")

        await enqueue(world, "try")
        work = runner(world, **{"try": handle})
        for _ in range(MOST_ATTEMPTS + 3):
            await run_all(work)
            world.pass_time(hours=2)
        expected = ("try", "parked", MOST_ATTEMPTS, "ValueError: never")
        assert await states(world) == [expected]
        async with world.pool.connection() as conn:
            (parked,) = await jobs.parked(conn)
            assert (parked.kind, parked.problem) == ("try", "ValueError: never")
            assert await jobs.resume(conn, parked, world.clock.now())
            assert not await jobs.resume(conn, parked, world.clock.now())
        assert await run_all(work) == 1

    play(database, story)


def test_a_runner_that_dies_leaves_its_jobs_to_others(database):
    async def story(world: World) -> None:
        hanging, begun, done = asyncio.Event(), asyncio.Semaphore(0), []

        async def hang(_job: jobs.JobRow) -> None:
            begun.release()
            await hanging.wait()

        async def handle(job: jobs.JobRow) -> None:
            done.append(job.id)

        await enqueue(world, "try", 5)
        dying = asyncio.create_task(runner(world, **{"try": hang}).run_once())
        for _ in range(5):
            await begun.acquire()
        other = runner(world, **{"try": handle})
        assert await run_all(other) == 0
        world.clock.advance(LEASE + timedelta(seconds=1))
        assert await run_all(other) == 5
        assert len(set(done)) == 5
        hanging.set()
        await dying
        assert {row[1:3] for row in await states(world)} == {("done", 2)}

    play(database, story)


def test_runners_side_by_side_share(database):
    async def story(world: World) -> None:
        done = []

        async def handle(job: jobs.JobRow) -> None:
            done.append(job.id)
            await asyncio.sleep(0)

        await enqueue(world, "try", 10 * AT_ONCE)
        await asyncio.gather(*(run_all(runner(world, **{"try": handle})) for _ in range(3)))
        assert len(done) == len(set(done)) == 10 * AT_ONCE

    play(database, story)


def test_a_schedule_is_run_once_by_one(database):
    async def story(world: World) -> None:
        done = []

        async def step() -> int:
            done.append(world.clock.now())
            return 0

        def scheduler() -> Scheduler:
            tasks = {"tidy": Recurring(60, step)}
            return Scheduler(world.pool, world.clock, tasks)

        several = [scheduler() for _ in range(3)]

        async def round_() -> int:
            return sum(await asyncio.gather(*(one.run_once() for one in several)))

        assert await round_() == 0
        for expected in (1, 2, 3):
            world.pass_time(seconds=60)
            assert await round_() == 1
            assert await round_() == 0
            assert len(done) == expected
        world.pass_time(seconds=59)
        assert await round_() == 0
        world.pass_time(hours=5, seconds=31)
        assert await round_() == 1, "what was missed is not made up for"
        assert await round_() == 0
        world.pass_time(seconds=30)
        assert await round_() == 1, "the rhythm is kept"

    play(database, story)


def test_a_schedule_takes_another_period_and_survives_failures(database):
    async def story(world: World) -> None:
        done = []

        async def step() -> int:
            done.append(1)
            return 1

        async def fail() -> int:
            raise RuntimeError("not now")

        slow = {"tidy": Recurring(86_400, step), "broken": Recurring(30, fail)}
        await Scheduler(world.pool, world.clock, slow).run_once()
        quick = Scheduler(world.pool, world.clock, slow | {"tidy": Recurring(30, step)})
        await quick.run_once()
        for expected in (1, 2):
            world.pass_time(seconds=30)
            assert await quick.run_once() == 2
            assert len(done) == expected

    play(database, story)
