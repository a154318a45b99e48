"""Record deliveries: what came of them is gathered and written in few statements.

While one write is in the database, the next one fills. What cannot be written because the
database is away is forgotten: its leases end and it is delivered again.
"""

import asyncio
from datetime import datetime

from bezant.db.errors import ConnectionLost
from bezant.db.pool import Pool
from bezant.kernel.clock import Clock
from bezant.kernel.log import get_logger
from bezant.store import deliveries
from bezant.store.deliveries import Attempt, Claimed

log = get_logger(__name__)


class Recorder:
    """Writes behind the backs of those who deliver."""

    def __init__(self, pool: Pool, clock: Clock) -> None:
        """Write over a pool."""
        self._pool = pool
        self._clock = clock
        self._attempts: list[Attempt] = []
        self._returned: list[tuple[Claimed, datetime]] = []
        self._rests: dict[str, tuple[int, datetime]] = {}
        self._task: asyncio.Task[None] | None = None

    def attempted(self, attempt: Attempt) -> None:
        """Write an attempt down soon."""
        self._attempts.append(attempt)
        self._begin()

    def put_back(self, delivery: Claimed, due_at: datetime) -> None:
        """Let a delivery be due again without an attempt, soon."""
        self._returned.append((delivery, due_at))
        self._begin()

    def rest(self, book: int, endpoint: str, until: datetime) -> None:
        """Let nothing of an endpoint be due before a moment, soon."""
        self._rests[endpoint] = (book, until)
        self._begin()

    @property
    def busy(self) -> bool:
        """Whether anything is still to be written."""
        return self._task is not None

    async def settled(self) -> None:
        """Wait until everything is written."""
        while self._task is not None:
            await asyncio.shield(self._task)

    def _begin(self) -> None:
        if self._task is None:
            self._task = asyncio.create_task(self._run())

    async def _run(self) -> None:
        try:
            while self._attempts or self._returned or self._rests:
                await self._write()
        finally:
            self._task = None

    async def _write(self) -> None:
        attempts, self._attempts = self._attempts, []
        returned, self._returned = self._returned, []
        rests, self._rests = self._rests, {}
        try:
            async with self._pool.connection() as conn:
                if attempts:
                    await deliveries.record(conn, attempts, self._clock.now())
                if returned:
                    await deliveries.put_back(conn, returned)
                for endpoint, (book, until) in rests.items():
                    await deliveries.rest(conn, book, endpoint, until)
        except ConnectionLost as problem:
            log.warning("deliveries_not_recorded", count=len(attempts), problem=str(problem))
