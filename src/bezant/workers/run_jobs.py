"""Run jobs: each by the handler of its kind, again later if it fails, put aside if it always does.

A handler may run twice for one job, since whoever runs it may die after the work and before the
note that it is done.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta

from bezant.db.pool import Pool
from bezant.kernel.clock import Clock
from bezant.kernel.entropy import Entropy
from bezant.kernel.log import get_logger
from bezant.store import jobs
from bezant.store.jobs import JobRow

Handler = Callable[[JobRow], Awaitable[None]]
"""Does a job's work; whatever it raises is the reason why the job is tried again."""

AT_ONCE = 16
MOST_ATTEMPTS = 12
LEASE = timedelta(minutes=5)
_TIMEOUT_S = 240
_FIRST_WAIT_S = 5
_LONGEST_WAIT_S = 3_600
_LONGEST_PROBLEM = 500

log = get_logger(__name__)


class JobRunner:
    """Runs the kinds of job that it has handlers for; others are left to whoever has."""

    def __init__(
        self, pool: Pool, clock: Clock, entropy: Entropy, handlers: Mapping[str, Handler]
    ) -> None:
        """Take the ports and the handlers by kind."""
        self._pool = pool
        self._clock = clock
        self._entropy = entropy
        self._handlers = handlers

    async def run_once(self) -> int:
        """Run what is due, up to AT_ONCE together; returns how many were run."""
        if not self._handlers:
            return 0
        now = self._clock.now()
        async with self._pool.connection() as conn:
            rows = await jobs.claim(conn, now, now + LEASE, self._handlers.keys(), AT_ONCE)
        ended = await asyncio.gather(*(self._run(row) for row in rows))
        done = [row for row, well in zip(rows, ended, strict=True) if well]
        if done:
            async with self._pool.connection() as conn:
                await jobs.finish(conn, done)
        return len(rows)

    async def _run(self, job: JobRow) -> bool:
        """Run a job; tells whether it is done."""
        try:
            async with asyncio.timeout(_TIMEOUT_S):
                await self._handlers[job.kind](job)
        except Exception as problem:
            log.warning("job_failed", job=job.id, kind=job.kind, attempts=job.attempts,
                        exc_info=problem)  # fmt: skip
            await self._failed(job, f"{type(problem).__name__}: {problem}"[:_LONGEST_PROBLEM])
            return False
        return True

    async def _failed(self, job: JobRow, problem: str) -> None:
        async with self._pool.connection() as conn:
            if job.attempts < MOST_ATTEMPTS:
                await jobs.retry(conn, job, self._next_try(job.attempts), problem)
                return
            log.error("job_parked", job=job.id, kind=job.kind, problem=problem)
            await jobs.park(conn, job, problem)

    def _next_try(self, attempts: int) -> datetime:
        """Return a moment after a wait that doubles, give or take a quarter."""
        wait = min(_FIRST_WAIT_S << (attempts - 1), _LONGEST_WAIT_S)
        jitter = 750 + self._entropy.per_mille() // 2
        return self._clock.now() + timedelta(milliseconds=wait * jitter)
