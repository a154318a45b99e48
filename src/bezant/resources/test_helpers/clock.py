"""The platform's clock in test mode: stop it, move it forward, let it run again.

While it is moved, everything that waits happens in its order, by the calendar of the banks.
"""

from datetime import UTC, datetime
from typing import Annotated, Literal

from msgspec import Meta

from bezant.api.context import Context
from bezant.api.params import Params, Timestamp
from bezant.api.resource import Identified
from bezant.api.routes import Routes
from bezant.kernel.codec import unix_seconds
from bezant.kernel.errors import InvalidRequest
from bezant.store import clock as store
from bezant.store.clock import ClockState

Status = Literal["running", "frozen", "advancing"]
LONGEST_SECONDS = 10 * 366 * 86_400
ID = "clock"


class PlatformClock(Identified, tag="test_helpers.clock"):
    """Where the clock is, in Unix seconds; `target` while it is on its way there."""

    status: Status
    now: int
    target: int | None
    livemode: bool = False


class AdvanceClock(Params):
    """How far: by so many seconds, or to a moment."""

    by: Annotated[int, Meta(ge=1, le=LONGEST_SECONDS)] | None = None
    to: Timestamp | None = None


routes = Routes(PlatformClock, "/v1/test_helpers/clock", listed=False, retrieved=False)


@routes.get("/v1/test_helpers/clock")
async def retrieve(ctx: Context) -> PlatformClock:
    """Say where the clock is."""
    async with ctx.runtime.pool.connection() as conn:
        return shown(ctx, await store.read(conn))


@routes.post("/v1/test_helpers/clock/freeze")
async def freeze(ctx: Context) -> PlatformClock:
    """Let the clock stand still where it is."""
    await check_steerable(ctx)
    async with ctx.runtime.pool.connection() as conn:
        await store.freeze(conn, ctx.now())
        return shown(ctx, await store.read(conn))


@routes.post("/v1/test_helpers/clock/advance")
async def advance(ctx: Context, params: AdvanceClock) -> PlatformClock:
    """Move the clock forward, freezing it first; ask again until its status is `frozen`."""
    await check_steerable(ctx)
    async with ctx.runtime.pool.connection() as conn:
        await store.freeze(conn, ctx.now())
        state = await store.read(conn)
        assert state.frozen_at is not None, "it was frozen just now"
        await store.aim(conn, _target(params, state.target or state.frozen_at))
        return shown(ctx, await store.read(conn))


@routes.post("/v1/test_helpers/clock/run")
async def run(ctx: Context) -> PlatformClock:
    """Let the clock run on from where it stands."""
    await check_steerable(ctx)
    async with ctx.runtime.pool.connection() as conn:
        state = await store.read(conn)
        if state.frozen_at is not None:
            if state.target is not None:
                raise InvalidRequest(
                    "The clock is being moved. Wait until it has arrived.",
                    code="clock_advancing",
                )
            await store.run(conn, ctx.runtime.clock.ahead(state.frozen_at))
        return shown(ctx, await store.read(conn))


async def check_steerable(ctx: Context) -> None:
    """Refuse to move time where money is real."""
    async with ctx.runtime.pool.connection() as conn:
        live = ctx.livemode or await store.has_live_keys(conn)
    if live:
        raise InvalidRequest(
            "The clock can't be moved on a platform that has live-mode keys: time is the same "
            "for all of it. Use a platform of its own for tests that need another time.",
            code="clock_not_steerable",
        )


def shown(ctx: Context, state: ClockState) -> PlatformClock:
    """Return the clock as the API shows it."""
    status: Status = "running"
    if state.frozen_at is not None:
        status = "frozen" if state.target is None else "advancing"
    return PlatformClock(
        id=ID,
        status=status,
        now=unix_seconds(state.frozen_at or ctx.now()),
        target=None if state.target is None else unix_seconds(state.target),
    )


def _target(params: AdvanceClock, start: datetime) -> datetime:
    if (params.by is None) == (params.to is None):
        raise InvalidRequest(
            "Say either `by` how many seconds to move the clock, or `to` which time.",
            code="parameter_missing",
            param="to",
        )
    now = unix_seconds(start)
    seconds = params.to if params.to is not None else now + (params.by or 0)
    if not now <= seconds <= now + LONGEST_SECONDS:
        raise InvalidRequest(
            f"The clock stands at {now} and can be moved forward by at most ten years.",
            code="clock_out_of_range",
            param="to" if params.to is not None else "by",
        )
    return datetime.fromtimestamp(seconds, UTC)
