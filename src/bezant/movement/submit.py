"""Submit: movements that are due leave in a batch file or a message, each in exactly one.

First the file is prepared: its content, its movements and their traces are fixed in one database
transaction. Then it is handed over, under a name that makes a second hand-over the same file.
Then its movements are told. A crash anywhere is made good by doing the rest. A message of an
instant rail is never handed over twice: one that may have arrived is asked after.
"""

import asyncio
from collections.abc import Sequence
from typing import Literal

from bezant.api.context import Caller, Context, Stale
from bezant.api.runtime import Runtime
from bezant.kernel.codec import unix_seconds
from bezant.kernel.log import get_logger
from bezant.ledger.book import HOUSE
from bezant.movement.answer import apply
from bezant.movement.bank_file import BankFile, pending_handover
from bezant.movement.banks import Lane
from bezant.movement.contents import measured, opened
from bezant.movement.heard import Heard
from bezant.movement.movement import MovementFact
from bezant.movement.prepare import prepare
from bezant.movement.rows import Place, due, in_file
from bezant.movement.transport import Transport

PAGE = 1_000
MESSAGES = 500
"""Messages of an instant rail that are prepared in one database transaction."""

log = get_logger(__name__)


class Submitter:
    """Sends what is due over one rail to one bank."""

    def __init__(self, runtime: Runtime, lane: Lane, transport: Transport) -> None:
        """Take the ports, and the rail at its bank."""
        self._runtime = runtime
        self._lane = lane
        self.transport = transport

    @property
    def _instant(self) -> bool:
        return self._lane.rail.capabilities.mode == "instant"

    async def run_once(self) -> int:
        """Finish what was begun, then send what is due; returns how many movements left."""
        await self.finish()
        sent = 0
        while places := await self._due():
            sent += await self._prepare(places)
            await self.finish()
            if len(places) < self._most:
                break
        return sent

    async def finish(self) -> None:
        """Hand over prepared files and tell the movements of delivered ones."""
        ctx = self._context()
        async with self._runtime.pool.connection() as conn:
            names = await pending_handover(conn, ctx.house, self._lane.name)
        files = await ctx.load_many(BankFile, names, book=ctx.house)
        for name in names:
            handed = await self._hand_over(files[name])
            await self._tell(handed)

    @property
    def _most(self) -> int:
        if self._instant:
            return MESSAGES
        return min(self._lane.access.most_in_a_file, self._lane.rail.capabilities.max_file_count)

    async def _due(self) -> list[Place]:
        async with self._runtime.pool.connection() as conn:
            return await due(conn, self._lane.name, self._runtime.clock.now(), self._most)

    async def _prepare(self, places: Sequence[Place]) -> int:
        ctx = self._context()
        count = await prepare(ctx, self._lane, places)
        try:
            await ctx.write()
        except Stale:  # One of them was canceled just now; the rest is still due.
            return 0
        return count

    async def _hand_over(self, file: BankFile) -> BankFile:
        """Put a file into the bank's hands; one whose outcome is unknown is asked after first."""
        try:
            ask = self.transport.took
            if file.status == "unknown" and await asyncio.to_thread(ask, file.name, file.sha256):
                return await self._mark(file, "delivered")
        except OSError as problem:  # Still unknown: the enquiry itself found nobody.
            log.warning("enquiry_unanswered", file=file.id, problem=str(problem))
            return file
        again = file.status == "unknown" and not self._instant
        if file.status != "prepared" and not again:
            return file
        with await opened(self._runtime.pool, self._context().house, file.id) as source:
            same = measured(source).sha256 == file.sha256
            assert same, "a file is sent as it was prepared"
            if self._instant:  # From here on nobody can say, should this process end.
                file = await self._mark(file, "unknown")
            try:
                await asyncio.to_thread(self.transport.put, file.name, source)
            except OSError as problem:
                log.warning("hand_over_unknown", file=file.id, problem=str(problem))
                return await self._mark(file, "unknown")
        return await self._mark(file, "delivered")

    async def _mark(
        self, file: BankFile, status: Literal["unknown", "delivered", "confirmed", "asked"]
    ) -> BankFile:
        if file.status == status:
            return file
        ctx = self._context()
        marked = ctx.save(await ctx.load(BankFile, file.id, book=ctx.house), status=status)
        await ctx.write()
        return marked

    async def _tell(self, file: BankFile) -> None:
        """Tell a file's movements that the bank has it, or that nobody knows."""
        kind = "unknown" if file.status == "unknown" else "submitted"
        fact = MovementFact(kind, unix_seconds(self._runtime.clock.now()), file=file.id)
        after = ""
        while True:
            async with self._runtime.pool.connection() as conn:
                places = await in_file(conn, file.id, after, PAGE)
            if not places:
                break
            heard = [Heard(place, fact, file.id) for place in places]
            await apply(self._runtime, heard, livemode=self._lane.bank.livemode)
            after = places[-1].id
        ctx = self._context()
        told = await ctx.load(BankFile, file.id, book=ctx.house)
        if told.status == "delivered":
            await self._mark(told, "confirmed")
        elif told.status == "unknown" and self._instant:
            await self._mark(told, "asked")

    def _context(self) -> Context:
        return Context(self._runtime, Caller(HOUSE, HOUSE, self._lane.bank.livemode))
