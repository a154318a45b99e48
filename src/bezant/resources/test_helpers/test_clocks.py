"""Test clocks: the platform's clock under the name and the shape that Stripe's clients know.

All of test mode shares one time, so that there is at most one test clock: making one freezes
the platform's clock, advancing it moves that, deleting it lets it run on. One that is made for
a time that has passed keeps its distance: it is moved as far as it says, and so is the platform.
"""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct
from msgspec.structs import replace

from bezant.api.context import Caller, Context, created_of
from bezant.api.pages import ListParams, Page, page_of
from bezant.api.params import Params, Timestamp
from bezant.api.resource import Resource
from bezant.api.routes import Routes
from bezant.api.runtime import Runtime
from bezant.kernel.codec import decode_json, unix_seconds
from bezant.kernel.errors import InvalidRequest
from bezant.resources.test_helpers.clock import LONGEST_SECONDS, check_steerable
from bezant.store import clock as store
from bezant.store.clock import ClockState
from bezant.store.jobs import JobRow

KEPT_SECONDS = 30 * 86_400
JOB = "test_helpers.test_clock"
_BEHIND = "behind"
"""In the hidden part: by how many seconds a clock is behind the platform's."""


class Advancing(Struct, frozen=True):
    """Where it is being moved to, in Unix seconds."""

    target_frozen_time: int


class StatusDetails(Struct, frozen=True, omit_defaults=True):
    """What there is to say about the status."""

    advancing: Advancing | None = None


class TestClock(Resource, tag="test_helpers.test_clock"):
    """A time for test mode; times are in Unix seconds."""

    __test__ = False  # It is no test, whatever its name begins with.

    deletes_after: int
    frozen_time: int
    name: str | None = None
    status: Literal["ready", "advancing", "internal_failure"] = "ready"
    status_details: StatusDetails = StatusDetails()


class CreateTestClock(Params):
    """Where the clock is to stand."""

    frozen_time: Timestamp
    name: Annotated[str, Meta(max_length=300)] | None = None


class AdvanceTestClock(Params):
    """Where the clock is to be moved to."""

    frozen_time: Timestamp


class Arrival(Struct, frozen=True):
    """Which clock is to have arrived where: what a job is told."""

    clock: str
    account: str
    frozen_time: int


routes = Routes(
    TestClock, "/v1/test_helpers/test_clocks", prefix="clock", listed=False, retrieved=False
)


@routes.get("/v1/test_helpers/test_clocks", listing=True)
async def list_all(ctx: Context, params: ListParams) -> Page:
    """List test clocks, newest first."""
    return await page_of(ctx, TestClock, "clock", params, {})


@routes.get("/v1/test_helpers/test_clocks/{id}")
async def retrieve(ctx: Context, clock: TestClock) -> TestClock:
    """Retrieve a test clock; it is `ready` when it has arrived."""
    return await _current(ctx, clock)


@routes.create
async def create(ctx: Context, params: CreateTestClock) -> TestClock:
    """Freeze the time of test mode at a moment."""
    await check_steerable(ctx)
    other = await ctx.newest(TestClock, {})
    if other is not None:
        raise InvalidRequest(
            f"The test clock {other.id} holds the time of test mode. Delete it first.",
            code="clock_in_use",
        )
    name = ctx.new_id("clock")
    behind = await _freeze(ctx, params.frozen_time)
    clock = TestClock(
        id=name,
        created=created_of(name),
        livemode=False,
        deletes_after=created_of(name) + KEPT_SECONDS,
        frozen_time=params.frozen_time,
        name=params.name,
    )
    hidden = {_BEHIND: behind} if behind else None
    return ctx.create(clock, hidden=hidden, event="test_helpers.test_clock.created")


@routes.action
async def advance(ctx: Context, clock: TestClock, params: AdvanceTestClock) -> TestClock:
    """Move the time of test mode forward; everything that waits happens in its order."""
    await check_steerable(ctx)
    moment = await _aim(ctx, params.frozen_time, ctx.hidden(clock).get(_BEHIND, 0))
    arrival = {"clock": clock.id, "account": ctx.account, "frozen_time": params.frozen_time}
    ctx.enqueue(JOB, arrival, at=moment)
    moving = StatusDetails(Advancing(params.frozen_time))
    return ctx.save(
        clock,
        event="test_helpers.test_clock.advancing",
        frozen_time=params.frozen_time,
        status="advancing",
        status_details=moving,
    )


@routes.delete
async def delete(ctx: Context, clock: TestClock) -> None:
    """Let time run on from where it stands."""
    await check_steerable(ctx)
    async with ctx.runtime.pool.connection() as conn:
        state = await store.read(conn)
        if state.target is not None:
            raise InvalidRequest(
                "The clock is being moved. Wait until it has arrived.", code="clock_advancing"
            )
        if state.frozen_at is not None:
            await store.run(conn, ctx.runtime.clock.ahead(state.frozen_at))
    ctx.delete(clock, event="test_helpers.test_clock.deleted")


def arrivals(runtime: Runtime) -> Callable[[JobRow], Awaitable[None]]:
    """Return the job that runs when a clock arrives, after all that was due before."""

    async def arrive(job: JobRow) -> None:
        told = decode_json(job.payload, Arrival)
        ctx = Context(runtime, Caller(told.account, told.account, livemode=False))
        clock = await ctx.find(TestClock, told.clock)
        if clock is None or (clock.status, clock.frozen_time) != ("advancing", told.frozen_time):
            return  # It is gone, has been told of, or was sent further meanwhile.
        ctx.save(
            clock,
            event="test_helpers.test_clock.ready",
            status="ready",
            status_details=StatusDetails(),
        )
        await ctx.write()

    return arrive


async def _freeze(ctx: Context, seconds: int) -> int:
    """Freeze the platform's clock for a test clock and return how far behind it that begins."""
    async with ctx.runtime.pool.connection() as conn:
        await store.freeze(conn, ctx.now())
        now = _place(await store.read(conn))
    if seconds < now:
        return now - seconds
    await _aim(ctx, seconds, 0)
    return 0


async def _aim(ctx: Context, seconds: int, behind: int) -> datetime:
    """Have the platform's clock moved to a test clock's time, which lies ahead; returns when."""
    async with ctx.runtime.pool.connection() as conn:
        await store.freeze(conn, ctx.now())
        now = _place(await store.read(conn)) - behind
        if not now <= seconds <= now + LONGEST_SECONDS:
            raise InvalidRequest(
                f"The clock's time is {now}: it can be moved to there or up to ten years later, "
                "but time does not go back.",
                code="clock_out_of_range",
                param="frozen_time",
            )
        moment = datetime.fromtimestamp(seconds + behind, UTC)
        await store.aim(conn, moment)
    return moment


def _place(state: ClockState) -> int:
    """Return where the platform's clock, which is frozen, will stand, in Unix seconds."""
    assert state.frozen_at is not None, "it was frozen just now"
    return unix_seconds(state.target or state.frozen_at)


async def _current(ctx: Context, clock: TestClock) -> TestClock:
    """Return the clock as the platform's clock stands."""
    async with ctx.runtime.pool.connection() as conn:
        state = await store.read(conn)
    if state.target is not None:
        behind = ctx.hidden(clock).get(_BEHIND, 0)
        target = StatusDetails(Advancing(unix_seconds(state.target) - behind))
        return replace(clock, status="advancing", status_details=target)
    return replace(clock, status="ready", status_details=StatusDetails())
