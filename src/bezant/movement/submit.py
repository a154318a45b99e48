"""Submit: movements that are due leave in a batch file, each in exactly one.

First the file is prepared: its content, its movements and their traces are fixed in one database
transaction. Then it is handed over, under a name that makes a second hand-over the same file.
Then its movements are told. A crash anywhere is made good by doing the rest.
"""

import asyncio
import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal

import msgspec

from bezant.api.context import Caller, Context, Stale, created_of
from bezant.api.runtime import Runtime
from bezant.kernel.codec import unix_seconds
from bezant.kernel.log import get_logger
from bezant.ledger.book import HOUSE
from bezant.movement.answer import Heard, apply
from bezant.movement.bank_file import BankCounter, BankFile, content, counter, pending_handover
from bezant.movement.handler import Handlers
from bezant.movement.instruct import instruction
from bezant.movement.movement import Movement, MovementFact
from bezant.movement.profile import BankProfile
from bezant.movement.rows import Place, due, in_file
from bezant.movement.transport import Transport
from bezant.rail import Instruction, Rail

FILE_LIMIT = 10_000
PAGE = 1_000
LATE = timedelta(minutes=30)
"""How long after its cut-off a movement may still keep the dates it was promised."""

TRACES = 9_999_999
MODIFIERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

log = get_logger(__name__)


class Submitter:
    """Sends what is due over one rail to one bank."""

    def __init__(
        self,
        runtime: Runtime,
        handlers: Handlers,
        rail: Rail,
        bank: BankProfile,
        transport: Transport,
    ) -> None:
        """Take the ports, and who is to be told what."""
        self._runtime = runtime
        self._handlers = handlers
        self._rail = rail
        self._bank = bank
        self.transport = transport

    async def run_once(self) -> int:
        """Finish what was begun, then send what is due; returns how many movements left."""
        await self.finish()
        sent = 0
        while places := await self._due():
            prepared = await self._prepare(places)
            sent += prepared
            await self.finish()
            if len(places) < FILE_LIMIT:
                break
        return sent

    async def finish(self) -> None:
        """Hand over prepared files and tell the movements of delivered ones."""
        ctx = self._context()
        async with self._runtime.pool.connection() as conn:
            names = await pending_handover(conn, ctx.house)
        for name in names:
            file = await self._context().load(BankFile, name, book=ctx.house)
            if file.direction == "sent" and file.bank == self._bank.name:
                await self._tell(await self._hand_over(file))

    async def _due(self) -> list[Place]:
        async with self._runtime.pool.connection() as conn:
            return await due(conn, self._runtime.clock.now(), FILE_LIMIT)

    async def _prepare(self, places: Sequence[Place]) -> int:
        ctx = self._context()
        keys = [(place.book, Movement.kind(), place.id) for place in places]
        rows = await self._runtime.reader.many(keys)
        movements: list[Movement] = []
        for row in rows.values():
            movement = msgspec.json.decode(row.body, type=Movement)
            if movement.status == "scheduled" and movement.file is None:
                movements.append(ctx.adopt(movement, row, movement.book))
        numbers = await counter(ctx, self._bank.name)
        orders = self._orders(ctx, movements, numbers.next_trace)
        if orders:
            self._fix(ctx, movements, orders, numbers)
        try:
            await ctx.write()
        except Stale:  # One of them was canceled just now; the rest is still due.
            return 0
        return len(orders)

    def _orders(
        self, ctx: Context, movements: Sequence[Movement], sequence: int
    ) -> dict[str, Instruction]:
        """Return what goes into the file, by movement; what the rail refuses is parked."""
        orders: dict[str, Instruction] = {}
        for movement in sorted(movements, key=lambda movement: movement.id):
            trace = self._rail.trace(
                self._bank.rails[self._rail.capabilities.name].originator,
                (sequence - 1) % TRACES + 1,
            )
            dated = self._redated(movement, ctx.now())
            order = instruction(dated, ctx.hidden(movement), trace)
            if objections := self._rail.objections(order):
                fact = MovementFact(
                    "held", unix_seconds(ctx.now()), reason=f"parked: {'; '.join(objections)}"
                )
                ctx.save(movement, due_at=None, status="held", facts=(*movement.facts, fact))
                log.warning("movement_parked", movement=movement.id, reason=fact.reason)
                continue
            orders[movement.id] = order
            sequence += 1
        return orders

    def _fix(
        self,
        ctx: Context,
        movements: Sequence[Movement],
        orders: dict[str, Instruction],
        numbers: BankCounter,
    ) -> None:
        """Make the file, and put its name on each of its movements."""
        number = numbers.next_file
        ctx.save(numbers, next_trace=numbers.next_trace + len(orders), next_file=number + 1)
        reference = f"BZ{number % 10**6:06d}"
        data = self._rail.pack(
            list(orders.values()),
            self._bank.rails[self._rail.capabilities.name].originator,
            created_at=ctx.now(),
            file_modifier=MODIFIERS[number % len(MODIFIERS)],
            reference=reference,
        )
        name = ctx.new_id("bf", ctx.house)
        file = BankFile(
            id=name,
            bank=self._bank.name,
            created=created_of(name),
            credits=sum(order.amount.amount for order in orders.values()),
            currency=self._bank.currency,
            debits=0,
            direction="sent",
            entries=len(orders),
            format="nacha",
            livemode=self._bank.livemode,
            name=f"{self._bank.name}-{reference}-{name}.ach",
            problems=(),
            rail=self._rail.capabilities.name,
            reference=reference,
            sha256=hashlib.sha256(data).hexdigest(),
            size=len(data),
            status="prepared",
        )
        ctx.create(file, book=ctx.house)
        ctx.keep(name, data, ctx.house)
        for movement in movements:
            if order := orders.get(movement.id):
                ctx.save(
                    movement,
                    due_at=None,
                    file=name,
                    reference=order.trace,
                    effective_date=order.effective_date.isoformat(),
                )

    def _redated(self, movement: Movement, now: datetime) -> Movement:
        """Return the movement with dates that can still be kept."""
        assert movement.due_at is not None, "a scheduled movement is due at some time"
        if now - datetime.fromisoformat(movement.due_at) <= LATE:
            return movement
        table = self._rail.timetable(now, movement.service)
        return msgspec.structs.replace(movement, effective_date=table.effective_date.isoformat())

    async def _hand_over(self, file: BankFile) -> BankFile:
        """Put a file into the bank's hands; one whose outcome is unknown is asked after first."""
        if file.status == "unknown" and await asyncio.to_thread(self.transport.took, file.name):
            return await self._mark(file, "delivered")
        if file.status not in ("prepared", "unknown"):
            return file
        async with self._runtime.pool.connection() as conn:
            data = await content(conn, self._context().house, file.id)
        assert hashlib.sha256(data).hexdigest() == file.sha256, "a file is sent as it was prepared"
        try:
            await asyncio.to_thread(self.transport.put, file.name, data)
        except OSError as problem:
            log.warning("hand_over_unknown", file=file.id, problem=str(problem))
            return await self._mark(file, "unknown")
        return await self._mark(file, "delivered")

    async def _mark(self, file: BankFile, status: Literal["unknown", "delivered"]) -> BankFile:
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
            await apply(self._runtime, self._handlers, heard, livemode=self._bank.livemode)
            after = places[-1].id
        ctx = self._context()
        told = await ctx.load(BankFile, file.id, book=ctx.house)
        if told.status == "delivered":
            ctx.save(told, status="confirmed")
            await ctx.write()

    def _context(self) -> Context:
        return Context(self._runtime, Caller(HOUSE, HOUSE, self._bank.livemode))
