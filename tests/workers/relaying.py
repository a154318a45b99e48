"""A process that relays and delivers until it is killed: `python -m tests.workers.relaying URL`."""

import asyncio
import sys

from bezant.db.pool import Pool
from bezant.kernel.clock import SystemClock
from bezant.kernel.entropy import SystemEntropy
from bezant.kernel.ids import Ids
from bezant.workers import deliver
from bezant.workers.deliver import Deliverer
from bezant.workers.loop import Loop
from bezant.workers.relay_events import EventRelay


async def main(url: str) -> None:
    clock, entropy = SystemClock(), SystemEntropy()
    async with Pool(url, role="bezant_app", size=4) as pool:
        relay = EventRelay(pool, clock, Ids(clock, entropy), batch=20)
        deliverer = Deliverer(pool, clock, entropy)
        for name, worker in (("relay", relay), ("deliver", deliverer)):
            Loop(name, worker.run_once, clock, idle_seconds=0.02).start()
        await asyncio.Event().wait()


if __name__ == "__main__":
    # A lease must outlast an attempt; here both are short, so that the test is.
    deliver.LEASE *= 1 / 60
    deliver._MARGIN *= 0
    asyncio.run(main(sys.argv[1]))
