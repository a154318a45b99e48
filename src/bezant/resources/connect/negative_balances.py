"""Negative balances: platforms answer for those of their accounts, and banks are debited for them.

New money offsets a balance that is below zero by itself. Besides, an account that has agreed to it
(`debit_negative_balances`) is debited at its bank, by a payout of less than nothing; and a
platform that carries the losses of its accounts has as much set aside as they owe. What has been
owed for half a year is paid out of that for good.
"""

from collections.abc import AsyncGenerator, Mapping
from datetime import timedelta
from typing import Any, NamedTuple

from bezant.api.context import Caller, Context, Stale, created_of
from bezant.api.runtime import Runtime
from bezant.db.queries import load
from bezant.flows import payout as flow
from bezant.kernel.codec import unix_seconds
from bezant.kernel.errors import ApiError
from bezant.kernel.log import get_logger
from bezant.kernel.money import Money
from bezant.ledger.book import HOUSE, book_of
from bezant.movement import instruct
from bezant.movement.order import Order
from bezant.resources.core.bank_accounts import default_for, party
from bezant.resources.core.payout import Payout, day_of
from bezant.resources.core.payout_reversals import expect
from bezant.resources.core.reserve_transactions import change_reserve, use_reserve

QUERIES = load("bezant.resources.connect", "negative_balances.sql")
AT_ONCE = 500
_FIRST_BOOK = -(2**63)
QUIET = timedelta(days=7)
"""How long a bank account that has refused is left alone."""
FOR_GOOD = timedelta(days=180)
"""After how long a platform's reserve pays what an account owes."""

log = get_logger(__name__)


class _Owing(NamedTuple):
    """Who is below zero, on which platform, and how much is still to be asked for."""

    shelf: str
    account: str
    livemode: bool
    currency: str
    amount: int


class NegativeBalances:
    """Looks at balances below zero: debits banks, and sets aside what platforms answer for."""

    def __init__(self, runtime: Runtime) -> None:
        """Work over the runtime's door."""
        self._runtime = runtime

    async def run_once(self) -> int:
        """Recover what can be, bring the reserves up to date, and use them; returns how often."""
        return await self._recover() + await self._reserve() + await self._use_reserves()

    async def _recover(self) -> int:
        quiet = unix_seconds(self._runtime.clock.now() - QUIET)
        found = self._found(QUERIES.recoverable, {"quiet": quiet})
        return sum([await self._debited(one) async for one in found])

    async def _debited(self, one: _Owing) -> bool:
        platform = one.account if one.shelf == HOUSE else one.shelf
        ctx = Context(self._runtime, Caller(platform, one.account, one.livemode))
        try:
            made = await debit_bank(ctx, Money(one.amount, one.currency))
            await ctx.write()
        except ApiError as refused:
            log.warning("balance_not_recovered", account=one.account, reason=refused.message)
            return False
        except Stale:  # Something has happened to the account: it is looked at again.
            return False
        return made is not None

    async def _reserve(self) -> int:
        async with self._runtime.pool.connection() as conn:
            cursor = await conn.execute(QUERIES.reserves)
            rows = await cursor.fetchall()
        for platform, livemode, currency, owed, kept in rows:
            ctx = Context(self._runtime, Caller(platform, platform, livemode))
            change_reserve(ctx, Money(owed - kept, currency))
            await ctx.write()
        return len(rows)

    async def _use_reserves(self) -> int:
        since = self._runtime.clock.now() - FOR_GOOD
        found = self._found(QUERIES.overdue, {"since": since})
        return sum([await self._used(one) async for one in found])

    async def _found(self, query: bytes, values: Mapping[str, Any]) -> AsyncGenerator[_Owing]:
        """Yield whom a query finds, page by page: of some, nothing can be had."""
        book, currency, more = _FIRST_BOOK, "", True
        while more:
            page = {"book": book, "currency": currency, "limit": AT_ONCE}
            async with self._runtime.pool.connection() as conn:
                cursor = await conn.execute(query, {**values, **page})
                rows = [_Owing(*row) for row in await cursor.fetchall()]
            for one in rows:
                yield one
                book, currency = book_of(one.account, one.livemode).id, one.currency
            more = len(rows) == AT_ONCE

    async def _used(self, one: _Owing) -> bool:
        ctx = Context(self._runtime, Caller(one.shelf, one.shelf, one.livemode))
        owed = Money(one.amount, one.currency)
        use_reserve(ctx, owed, book_of(one.account, one.livemode))
        try:
            await ctx.write()
        except ApiError as refused:  # The reserve has changed meanwhile: next time it is right.
            log.warning("reserve_not_used", account=one.account, reason=refused.message)
            return False
        except Stale:  # Somebody else was faster: it is looked at again.
            return False
        return True


async def debit_bank(ctx: Context, amount: Money) -> Payout | None:
    """Collect from the acting account's own bank; None when it has no bank account for that.

    Raises InvalidRequest when no rail collects from the bank account.
    """
    source = await default_for(ctx, amount.currency)
    if source is None:
        return None
    name = ctx.new_id("po")
    debit = Payout(
        id=name,
        amount=-amount.amount,
        arrival_date=created_of(name),
        automatic=True,
        balance_transaction=ctx.new_id("txn"),
        created=created_of(name),
        currency=amount.currency,
        description="Debit for a negative balance",
        destination=source.id,
        livemode=ctx.livemode,
        metadata={},
    )
    order = Order(party(ctx, source, None), description="BALANCE")
    movement = instruct.collect(ctx, debit, amount, order)
    debit.arrival_date = day_of(movement)
    entry = flow.debit_begun(amount, book=ctx.book, rail=movement.rail)
    instruct.tie(ctx, movement, ctx.post(entry, source=name))
    return ctx.create(debit, event="payout.created", hidden=expect(ctx, debit, movement))
