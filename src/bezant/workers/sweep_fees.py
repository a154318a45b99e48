"""Sweep fees: what owners have come to owe for payments goes to the operator, in one sum."""

from collections import defaultdict

from bezant.api.context import Caller, Context
from bezant.api.runtime import Runtime
from bezant.db.queries import load
from bezant.flows import charge, fee
from bezant.kernel.money import Money
from bezant.ledger.book import HOUSE, book_of

QUERIES = load("bezant.workers", "settle.sql")
AT_ONCE = 1_000


class FeeSweeper:
    """Takes all fees; the schedule lets one process do so at a time."""

    def __init__(self, runtime: Runtime) -> None:
        """Take the ports."""
        self._runtime = runtime

    async def run_once(self) -> int:
        """Take the fees of up to AT_ONCE balances; returns of how many."""
        async with self._runtime.pool.connection() as conn:
            cursor = await conn.execute(QUERIES.fees, [AT_ONCE])
            rows = await cursor.fetchall()
        for mode in (False, True):
            owed = [
                (owner, Money(amount, currency))
                for owner, live, currency, amount in rows
                if live == mode
            ]
            if owed:
                await self._sweep(owed, livemode=mode)
        return len(rows)

    async def _sweep(self, owed: list[tuple[str, Money]], *, livemode: bool) -> None:
        """Take what is owed, and give back what was given back too much, in one change set."""
        ctx = Context(self._runtime, Caller(HOUSE, HOUSE, livemode))
        sweep = ctx.new_id("fsw")
        totals: dict[str, int] = defaultdict(int)
        for owner, amount in owed:
            book = book_of(owner, livemode)
            totals[amount.currency] += amount.amount
            entry = (
                charge.fees_swept(amount, book=book)
                if amount.amount > 0
                else charge.fees_credited(-amount, book=book)
            )
            ctx.post(entry, source=sweep)
        for currency, total in totals.items():
            if total > 0:
                ctx.post(fee.earned(Money(total, currency), house=ctx.house), source=sweep)
            elif total < 0:
                ctx.post(fee.forgone(Money(-total, currency), house=ctx.house), source=sweep)
        await ctx.write()
