"""Claiming: what comes unasked is given to whoever expects just that, or to the customer it names.

It is looked for by every word that came with the money. What nobody claims stays on suspense.
"""

from collections.abc import Sequence

import msgspec
from msgspec import Struct

from bezant.api.context import Caller, Context, Stale
from bezant.api.runtime import Runtime
from bezant.kernel.log import get_logger
from bezant.ledger.book import HOUSE
from bezant.movement.engine import engine_of
from bezant.movement.movement import Movement
from bezant.movement.received import claim
from bezant.movement.rows import by_reference, expecting
from bezant.resources.core.customer import Customer
from bezant.resources.payments.cash_funding import came_for, takes
from bezant.resources.payments.cash_instructions import CashReference
from bezant.store.jobs import JobRow

_RUNS = 20

log = get_logger(__name__)


class _Came(Struct, frozen=True):
    livemode: bool
    movement: str
    names: list[str]


class Claimer:
    """Runs the jobs."""

    def __init__(self, runtime: Runtime) -> None:
        """Take the ports."""
        self._runtime = runtime

    async def run(self, job: JobRow) -> None:
        """Give money to whoever it is for, if anybody."""
        came = msgspec.json.decode(job.payload, type=_Came)
        for _ in range(_RUNS - 1):
            try:
                return await self._once(came)
            except Stale:
                continue
        return await self._once(came)

    async def _once(self, came: _Came) -> None:
        ctx = Context(self._runtime, Caller(HOUSE, HOUSE, came.livemode))
        received = await ctx.load(Movement, came.movement, book=ctx.house)
        if received.status != "received":
            return
        expected = await _expected(ctx, received, came.names)
        if expected is None:
            found = await ctx.load_many(CashReference, came.names, book=ctx.house)
            if not found or not takes(received.currency):
                return
            whose = next(iter(found.values()))
            ctx = Context(self._runtime, Caller(whose.platform, whose.account, came.livemode))
            received = await ctx.load(Movement, came.movement, book=ctx.house)
            expected = await _expect(ctx, received, whose.customer)
        if expected is not None:
            await claim(ctx, received, expected)
            await ctx.write()


async def _expected(ctx: Context, received: Movement, names: Sequence[str]) -> Movement | None:
    """Return what expects this sum under one of its names."""
    async with ctx.runtime.pool.connection() as conn:
        places = await by_reference(conn, names, received.bank)
        waiting = await expecting(conn, [place.id for place in places.values()])
    keys = [
        (place.book, Movement.kind(), place.id) for place in places.values() if place.id in waiting
    ]
    rows = await ctx.runtime.reader.many(keys)
    for row in rows.values():
        movement = msgspec.json.decode(row.body, type=Movement)
        if movement.money == received.money:
            return ctx.adopt(movement, row, movement.book)
    return None


async def _expect(ctx: Context, received: Movement, customer: str) -> Movement | None:
    """Let a customer have sent what has come; None if it is there no more."""
    found = await ctx.find(Customer, customer)
    if found is None:
        log.warning("customer_unknown", customer=customer, movement=received.id)
        return None
    bank = engine_of(ctx).banks.named(received.bank)
    return await came_for(ctx, found, received, bank)
