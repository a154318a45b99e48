"""Test clocks: the platform's clock under the name and the shape that Stripe's clients know.

All of test mode shares one time, so that there is at most one test clock: making one freezes
the platform's clock, advancing it moves that, deleting it lets it run on.
"""

from datetime import UTC, datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct
from msgspec.structs import replace

from bezant.api.context import Context, created_of
from bezant.api.pages import ListParams, Page, page_of
from bezant.api.params import Params, Timestamp
from bezant.api.resource import Resource
from bezant.api.routes import Routes
from bezant.kernel.codec import unix_seconds
from bezant.kernel.errors import InvalidRequest
from bezant.resources.test_helpers.clock import LONGEST_SECONDS, check_steerable
from bezant.store import clock as store

KEPT_SECONDS = 30 * 86_400


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
    await _aim(ctx, params.frozen_time)
    clock = TestClock(
        id=name,
        created=created_of(name),
        livemode=False,
        deletes_after=created_of(name) + KEPT_SECONDS,
        frozen_time=params.frozen_time,
        name=params.name,
    )
    return ctx.create(clock, event="test_helpers.test_clock.created")


@routes.action
async def advance(ctx: Context, clock: TestClock, params: AdvanceTestClock) -> TestClock:
    """Move the time of test mode forward; everything that waits happens in its order."""
    await check_steerable(ctx)
    await _aim(ctx, params.frozen_time)
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


async def _aim(ctx: Context, seconds: int) -> None:
    """Freeze the platform's clock, and have it moved to a moment that has not passed."""
    async with ctx.runtime.pool.connection() as conn:
        await store.freeze(conn, ctx.now())
        state = await store.read(conn)
        assert state.frozen_at is not None, "it was frozen just now"
        now = unix_seconds(state.target or state.frozen_at)
        if not now <= seconds <= now + LONGEST_SECONDS:
            raise InvalidRequest(
                f"The time of test mode is {now}: a clock can stand there or up to ten years "
                "later, but time does not go back.",
                code="clock_out_of_range",
                param="frozen_time",
            )
        await store.aim(conn, datetime.fromtimestamp(seconds, UTC))


async def _current(ctx: Context, clock: TestClock) -> TestClock:
    """Return the clock as the platform's clock stands."""
    async with ctx.runtime.pool.connection() as conn:
        state = await store.read(conn)
    if state.target is not None:
        target = StatusDetails(Advancing(unix_seconds(state.target)))
        return replace(clock, status="advancing", status_details=target)
    return replace(clock, status="ready", status_details=StatusDetails())
