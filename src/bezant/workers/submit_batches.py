"""Submit batches: what is due leaves over every rail at every bank, banks side by side."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping

from bezant.api.runtime import Runtime
from bezant.movement.bank_file import lanes_at_work
from bezant.movement.engine import Engine
from bezant.movement.rows import lanes_due
from bezant.movement.submit import Submitter
from bezant.movement.transport import Transport


class BatchSubmitter:
    """Sends what is due; one bank that is slow or out of reach holds up no other."""

    def __init__(self, runtime: Runtime, transports: Mapping[str, Transport]) -> None:
        """Take the ports, and a transport for each bank."""
        self._runtime = runtime
        self.lanes: dict[str, Submitter] = {}
        self._bank_of: dict[str, str] = {}
        for lane in runtime.port(Engine).banks.lanes():
            self.lanes[lane.name] = Submitter(runtime, lane, transports[lane.bank.name])
            self._bank_of[lane.name] = lane.bank.name

    async def run_once(self) -> int:
        """Let every lane that has something to do do it; returns how many movements left."""
        async with self._runtime.pool.connection() as conn:
            names = await lanes_due(conn, self._runtime.clock.now())
            names |= await lanes_at_work(conn)
        banks: dict[str, list[Submitter]] = defaultdict(list)
        for name in sorted(names & self.lanes.keys()):
            banks[self._bank_of[name]].append(self.lanes[name])
        return sum(await asyncio.gather(*[_in_turn(lanes) for lanes in banks.values()]))


async def _in_turn(lanes: list[Submitter]) -> int:
    """Run the lanes of one bank: they count its files together."""
    return sum([await lane.run_once() for lane in lanes])
