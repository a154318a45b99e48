"""The platform clock's state, which every process of a server follows."""

from datetime import datetime, timedelta
from typing import NamedTuple

from bezant.db.pool import Connection
from bezant.db.queries import load

QUERIES = load("bezant.store", "clock.sql")


class ClockState(NamedTuple):
    """Where the clock stands, if it does, where it is being moved to, how far it runs ahead."""

    frozen_at: datetime | None
    target: datetime | None
    offset: timedelta


async def read(conn: Connection) -> ClockState:
    """Return the state."""
    cursor = await conn.execute(QUERIES.read)
    row = await cursor.fetchone()
    assert row is not None, "the migration has made the one row"
    frozen_at, target, micros = row
    return ClockState(frozen_at, target, timedelta(microseconds=micros))


async def freeze(conn: Connection, at: datetime) -> None:
    """Let the clock stand still at a moment, unless it does already."""
    await conn.execute(QUERIES.freeze, [at])


async def aim(conn: Connection, target: datetime) -> None:
    """Ask for a clock that stands still to be moved to a moment after that."""
    await conn.execute(QUERIES.aim, [target])


async def reach(conn: Connection, moment: datetime) -> None:
    """Note that the clock stands at a moment now; at its target it has arrived."""
    await conn.execute(QUERIES.reach, {"moment": moment})


async def run(conn: Connection, offset: timedelta) -> None:
    """Let the clock run again, so far ahead of the machine's."""
    await conn.execute(QUERIES.run, [offset // timedelta(microseconds=1)])


async def next_due(conn: Connection, after: datetime) -> datetime | None:
    """Return the first moment after another at which something that waits is due."""
    cursor = await conn.execute(QUERIES.next_due, {"after": after})
    row = await cursor.fetchone()
    return None if row is None else row[0]


async def has_live_keys(conn: Connection) -> bool:
    """Tell whether a key of live mode could be used, whose money no test clock may touch."""
    cursor = await conn.execute(QUERIES.has_live_keys)
    row = await cursor.fetchone()
    return row is not None and row[0]
