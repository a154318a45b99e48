"""Seal: the ledger's finished entries go under the next link of the chain."""

from bezant.db.pool import Pool
from bezant.kernel.clock import Clock
from bezant.ledger.seal import seal


class Sealer:
    """Seals what is ready; a second one beside it finds nothing to do."""

    def __init__(self, pool: Pool, clock: Clock) -> None:
        """Take the ports."""
        self._pool = pool
        self._clock = clock

    async def run_once(self) -> int:
        """Seal and return how many entries that were."""
        async with self._pool.connection() as conn:
            return sum(one.entries for one in await seal(conn, self._clock))
