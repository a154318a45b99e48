"""Sweep holds: what a pending entry set aside goes back when its time is over."""

from bezant.api.runtime import Runtime
from bezant.commit.change_set import Accepted, Refused
from bezant.commit.expiry import expiry
from bezant.kernel.log import get_logger
from bezant.ledger.holds import lapsed

AT_ONCE = 1_000
_OVERTAKEN = ("stale", "nothing_pending")
"""Refusals of a hold that somebody else has just captured or released."""

log = get_logger(__name__)


class HoldSweeper:
    """Gives lapsed holds back, each entry's in a change set of its own."""

    def __init__(self, runtime: Runtime) -> None:
        """Work over the runtime's door."""
        self._runtime = runtime

    async def run_once(self) -> int:
        """Give back what has lapsed, up to AT_ONCE holds; returns for how many entries."""
        async with self._runtime.pool.connection() as conn:
            found = await lapsed(conn, self._runtime.clock.now(), AT_ONCE)
        if not found:
            return 0
        ids = self._runtime.ids
        units = [expiry(one, ids.new("le", one.book.slot)) for one in found]
        outcomes = await self._runtime.door.commit(units)
        for one, outcome in zip(found, outcomes, strict=True):
            if isinstance(outcome, Refused) and outcome.code not in _OVERTAKEN:
                log.error("hold_not_released", entry=one.entry, code=outcome.code)
        return sum(isinstance(outcome, Accepted) for outcome in outcomes)
