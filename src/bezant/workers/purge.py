"""Purge: what has been kept for as long as promised, in chunks that disturb nobody.

Idempotency answers, the request log, the digest of its errors, events, finished deliveries with
their attempts and done jobs stay for 30 days; what the door needs to settle an unknown commit
stays for one.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from bezant.db.pool import Pool
from bezant.db.queries import load
from bezant.kernel import ids
from bezant.kernel.clock import Clock
from bezant.kernel.codec import base62, microseconds
from bezant.kernel.log import get_logger
from bezant.store import deliveries, events, idempotency, jobs, request_log

QUERIES = load("bezant.workers", "purge.sql")
CHUNK = 5_000
MOST_CHUNKS = 200
DOOR_BATCHES_KEPT_DAYS = 1
KEPT_DAYS: Mapping[str, int] = {
    "idempotency": idempotency.KEPT_DAYS,
    "door_batches": DOOR_BATCHES_KEPT_DAYS,
    "request_log": request_log.KEPT_DAYS,
    "error_minutes": request_log.KEPT_DAYS,
    "error_groups": request_log.KEPT_DAYS,
    "deliveries": deliveries.KEPT_DAYS,
    "events": events.KEPT_DAYS,
    "jobs": jobs.KEPT_DAYS,
}

log = get_logger(__name__)


class Purge:
    """Deletes what nobody has a right to any more."""

    def __init__(
        self, pool: Pool, clock: Clock, *, chunk: int = CHUNK, most_chunks: int = MOST_CHUNKS
    ) -> None:
        """Take the ports, and how many rows a statement and how many statements a step has."""
        self._pool = pool
        self._clock = clock
        self._chunk = chunk
        self._most_chunks = most_chunks

    async def run_once(self) -> int:
        """Delete what is old, chunk by chunk, and return how many rows that were."""
        gone = {name: await self._delete(name, days) for name, days in KEPT_DAYS.items()}
        if any(gone.values()):
            log.info("purged", **gone)
        return sum(gone.values())

    async def _delete(self, name: str, days: int) -> int:
        """Delete of one kind; each chunk is a database transaction of its own."""
        before = self._clock.now() - timedelta(days=days)
        bound = _first_job(before) if name == "jobs" else before
        gone = 0
        for _ in range(self._most_chunks):
            async with self._pool.connection() as conn:
                cursor = await conn.execute(getattr(QUERIES, name), [bound, self._chunk])
            gone += cursor.rowcount
            if cursor.rowcount < self._chunk:
                break
        return gone


def _first_job(moment: datetime) -> str:
    """Return the least id that a job of that moment can have: ids are all that tells its age."""
    number = microseconds(moment) << (ids.SLOT_BITS + ids.RANDOM_BITS)
    return f"{jobs.PREFIX}_{base62(number, ids.WIDTH)}"
