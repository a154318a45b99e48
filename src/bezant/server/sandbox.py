"""The sandbox: the simulated bank and the people who pay in, on the platform's clock.

Fast, they answer within a moment, so that nobody's tests wait for a calendar; by the calendar,
files are taken at once, settle on banking days and are reported when the day has ended.
"""

import asyncio
from datetime import date, timedelta
from pathlib import Path

import msgspec

from bezant.api.runtime import Runtime
from bezant.db.queries import load
from bezant.kernel.entropy import Entropy
from bezant.movement.movement import Movement
from bezant.movement.profile import SANDBOX
from bezant.sim.bank import SimulatedBank
from bezant.sim.banking_days import local_time
from bezant.sim.people import Payer

QUERIES = load("bezant.server", "sandbox.sql")
PAYERS_AT_ONCE = 10_000


class Sandbox:
    """Plays the bank and the payers of test mode, one step at a time."""

    def __init__(self, runtime: Runtime, folder: Path, entropy: Entropy) -> None:
        """Keep the bank's folders and books below `folder`."""
        self._runtime = runtime
        self._last_day: date | None = None
        self.bank = SimulatedBank(
            folder,
            runtime.clock,
            account_number=SANDBOX.account,
            routing_number=SANDBOX.rails["ach"].originator.bank_id,
            entropy=entropy,
            name=SANDBOX.name,
        )
        self._payer = Payer(self.bank)

    async def run_once(self) -> int:
        """Pay what is expected, and let the bank do what it would do by now."""
        paid = await self._pay_in()
        waiting = await asyncio.to_thread(self._play)
        return paid + waiting

    async def _pay_in(self) -> int:
        """Let people send the money that they have announced."""
        async with self._runtime.pool.connection() as conn:
            cursor = await conn.execute(QUERIES.expected, [PAYERS_AT_ONCE])
            bodies = [row[0] for row in await cursor.fetchall()]
        announced = [msgspec.json.decode(body, type=Movement) for body in bodies]
        wires = [(one.reference, one.amount) for one in announced if one.reference]
        if not wires:
            return 0
        return await asyncio.to_thread(self._payer.pay, wires)

    def _play(self) -> int:
        today = local_time(self._runtime.clock).date()
        if self._runtime.hurries:
            self.bank.receive()
            settled = self.bank.settle(today, at_once=True)
            return int(self.bank.report(today) is not None) + settled.executed
        return self._play_by_calendar(today)

    def _play_by_calendar(self, today: date) -> int:
        acks = len(self.bank.receive())
        if self._last_day is not None and today > self._last_day:
            day = self._last_day
            while day < today:  # Every day that has ended is settled and reported.
                self.bank.settle(day)
                self.bank.report(day)
                day += timedelta(days=1)
        self._last_day = today
        return acks + self.bank.settle(today).executed
