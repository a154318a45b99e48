"""Jobs: work for later, claimed by lease; and schedules: work that comes again and again.

Jobs are enqueued by the door together with what they belong to. One that fails for good is parked
with its reason and stands in nobody's way.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from bezant.db.arrays import integers, texts
from bezant.db.pool import Connection
from bezant.db.queries import load

QUERIES = load("bezant.store", "jobs.sql")
KEPT_DAYS = 30
PREFIX = "job"


class JobRow(NamedTuple):
    """A job in hand; `attempts` counts this one, `payload` is JSON."""

    book_id: int
    id: str
    kind: str
    payload: str
    attempts: int


class ParkedJob(NamedTuple):
    """A job that somebody has to look at."""

    book_id: int
    id: str
    kind: str
    attempts: int
    problem: str


async def claim(
    conn: Connection, now: datetime, until: datetime, kinds: Collection[str], limit: int
) -> list[JobRow]:
    """Lease jobs of some kinds that are due, oldest first."""
    cursor = await conn.execute(QUERIES.claim, [until, now, texts([*kinds]), limit])
    return sorted([JobRow(*row) for row in await cursor.fetchall()], key=lambda row: row.id)


async def finish(conn: Connection, done: Sequence[JobRow]) -> None:
    """Note that jobs are done."""
    columns = [
        integers([job.book_id for job in done]),
        texts([job.id for job in done]),
        integers([job.attempts for job in done]),
    ]
    await conn.execute(QUERIES.finish, columns)


async def retry(conn: Connection, job: JobRow, at: datetime, problem: str) -> None:
    """Let a job be due again, and keep why it failed."""
    await conn.execute(QUERIES.retry, [at, problem, job.book_id, job.id, job.attempts])


async def park(conn: Connection, job: JobRow, problem: str) -> None:
    """Put a job aside, and keep why."""
    await conn.execute(QUERIES.park, [problem, job.book_id, job.id, job.attempts])


async def parked(conn: Connection, limit: int = 100) -> list[ParkedJob]:
    """Return jobs that were put aside, oldest first."""
    cursor = await conn.execute(QUERIES.parked, [limit])
    return [ParkedJob(*row) for row in await cursor.fetchall()]


async def resume(conn: Connection, job: ParkedJob, now: datetime) -> bool:
    """Try a parked job from the beginning; False when it is not parked any more."""
    cursor = await conn.execute(QUERIES.resume, [now, job.book_id, job.id])
    return cursor.rowcount == 1


async def plan(conn: Connection, name: str, every_seconds: int, first_at: datetime) -> None:
    """Make a schedule known, or give it another period."""
    await conn.execute(QUERIES.plan, [name, every_seconds, first_at])


async def due(conn: Connection, names: Collection[str], now: datetime) -> list[str]:
    """Return which schedules are due; each is told to one caller only."""
    cursor = await conn.execute(QUERIES.due, {"now": now, "names": texts([*names])})
    return sorted(row[0] for row in await cursor.fetchall())
