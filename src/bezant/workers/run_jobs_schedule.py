"""Run schedules: work that comes again and again, in one process each time however many there are.

A period that was missed, because nobody was there, is not made up for.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import NamedTuple

from bezant.db.pool import Pool
from bezant.kernel.clock import Clock
from bezant.kernel.log import get_logger
from bezant.store import jobs
from bezant.workers.loop import Step

log = get_logger(__name__)


class Recurring(NamedTuple):
    """What is done every so many seconds."""

    every_seconds: int
    step: Step


class Scheduler:
    """Runs each recurring step when its time has come."""

    def __init__(self, pool: Pool, clock: Clock, tasks: Mapping[str, Recurring]) -> None:
        """Take the ports and the steps by name."""
        self._pool = pool
        self._clock = clock
        self._tasks = tasks
        self._planned = False

    async def run_once(self) -> int:
        """Run what is due; returns how many steps those were."""
        async with self._pool.connection() as conn:
            if not self._planned:
                for name, task in self._tasks.items():
                    first = self._clock.now() + timedelta(seconds=task.every_seconds)
                    await jobs.plan(conn, name, task.every_seconds, first)
                self._planned = True
            due = await jobs.due(conn, self._tasks.keys(), self._clock.now())
        for name in due:
            await self._run(name)
        return len(due)

    async def _run(self, name: str) -> None:
        """Run a step; a failure is left for the next time."""
        try:
            await self._tasks[name].step()
        except Exception:
            log.exception("schedule_failed", schedule=name)
