"""`bezant clock`: the platform's time in test mode, to be stopped, moved forward, and let go."""

import asyncio
import re
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from bezant.cli.database import connected
from bezant.cli.options import DataOption, JsonOption, closing, configured
from bezant.cli.output import as_json, console
from bezant.db.pool import Connection
from bezant.kernel.clock import SystemClock
from bezant.kernel.config import Config
from bezant.kernel.errors import ConfigError
from bezant.store import clock as store
from bezant.store.clock import ClockState

app = typer.Typer(no_args_is_help=True, add_completion=False)

POLL_SECONDS = 0.1
PATIENCE_SECONDS = 15
"""How long a clock may stand still on its way before nobody seems to be moving it."""

UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


@app.callback()
def group() -> None:
    """The platform's time in test mode: stop it, move it forward, let it go."""


@app.command(epilog=closing())
def show(*, data: DataOption = None, json: JsonOption = False) -> None:
    """Say where the clock is."""
    _tell(asyncio.run(_show(configured(data))), json=json)


@app.command(epilog=closing())
def freeze(*, data: DataOption = None, json: JsonOption = False) -> None:
    """Let the clock stand still where it is."""
    _tell(asyncio.run(_freeze(configured(data))), json=json)


@app.command(epilog=closing("bezant clock advance 3d"))
def advance(
    by: Annotated[str, typer.Argument(help="How far: 90m, 12h, 3d, 2w.")],
    *,
    data: DataOption = None,
    json: JsonOption = False,
) -> None:
    """Move the clock forward, everything that waits happening in its order."""
    _tell(asyncio.run(_move(configured(data), _duration(by), None)), json=json)


@app.command(epilog=closing("bezant clock to 2026-12-31"))
def to(
    moment: Annotated[str, typer.Argument(help="Where to: 2026-12-31, or with a time, in UTC.")],
    *,
    data: DataOption = None,
    json: JsonOption = False,
) -> None:
    """Move the clock forward to a moment."""
    _tell(asyncio.run(_move(configured(data), None, _moment(moment))), json=json)


@app.command(epilog=closing())
def run(*, data: DataOption = None, json: JsonOption = False) -> None:
    """Let the clock run on from where it stands."""
    _tell(asyncio.run(_run(configured(data))), json=json)


async def _show(config: Config) -> ClockState:
    async with connected(config) as conn:
        return await store.read(conn)


async def _freeze(config: Config) -> ClockState:
    async with connected(config) as conn:
        await _stop(conn)
        return await store.read(conn)


async def _run(config: Config) -> ClockState:
    async with connected(config) as conn:
        state = await store.read(conn)
        if state.frozen_at is not None:
            await store.run(conn, SystemClock().ahead(state.frozen_at))
        return await store.read(conn)


async def _move(config: Config, by: timedelta | None, to_moment: datetime | None) -> ClockState:
    async with connected(config) as conn:
        start = await _stop(conn)
        target = to_moment or start + (by or timedelta())
        if target < start:
            raise ConfigError(f"the clock stands at {start:%Y-%m-%d %H:%M:%S} and never goes back")
        await store.aim(conn, target)
        return await _arrival(conn, start, target)


async def _stop(conn: Connection) -> datetime:
    """Freeze the clock and return where it stands; no platform with live keys may be moved."""
    if await store.has_live_keys(conn):
        raise ConfigError("this platform has live-mode keys, and their time can't be moved")
    state = await store.read(conn)
    await store.freeze(conn, SystemClock().now() + state.offset)
    state = await store.read(conn)
    assert state.frozen_at is not None, "it was frozen just now"
    return state.target or state.frozen_at


async def _arrival(conn: Connection, start: datetime, target: datetime) -> ClockState:
    clock, seen = SystemClock(), start
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("", total=max((target - start).total_seconds(), 1))
        patience = clock.monotonic() + PATIENCE_SECONDS
        while (state := await store.read(conn)).target is not None:
            assert state.frozen_at is not None, "a clock on its way stands somewhere"
            if state.frozen_at > seen:
                seen, patience = state.frozen_at, clock.monotonic() + PATIENCE_SECONDS
            elif clock.monotonic() > patience:
                raise ConfigError("nobody moves the clock: is `bezant serve` running?")
            done = (seen - start).total_seconds()
            progress.update(task, completed=done, description=f"{seen:%a %Y-%m-%d %H:%M}")
            await clock.sleep(POLL_SECONDS)
    return state


def _duration(text: str) -> timedelta:
    found = re.fullmatch(r"(\d{1,6})([smhdw])", text)
    if found is None:
        raise ConfigError(f"{text!r} is no duration; write a number and s, m, h, d or w, like 3d")
    return timedelta(**{UNITS[found[2]]: int(found[1])})


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise ConfigError(f"{text!r} is no moment; write 2026-12-31 or 2026-12-31T17:00") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _tell(state: ClockState, *, json: bool) -> None:
    now = state.frozen_at or SystemClock().now() + state.offset
    status = "running" if state.frozen_at is None else "frozen"
    if json:
        as_json({"status": status, "now": now, "target": state.target})
        return
    ahead = f", {state.offset} ahead of the machine" if state.offset else ""
    how = f"runs{ahead}" if state.frozen_at is None else "stands still"
    console.print(f"{now:%A, %Y-%m-%d %H:%M:%S} UTC: the clock {how}.")
