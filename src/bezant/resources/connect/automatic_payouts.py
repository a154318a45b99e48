"""Automatic payouts: what is available leaves for the account's bank when its schedule says so.

A day that nobody was there for is not made up for: the next payout takes its money along. What
becomes available on the day of a payout is a part of it.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec
from msgspec.structs import replace

from bezant.api.context import Caller, Context
from bezant.api.runtime import Runtime
from bezant.commit.change_set import Accepted, Refused
from bezant.db.arrays import integers
from bezant.db.queries import load
from bezant.kernel.currency import payout_step
from bezant.kernel.errors import InvalidRequest
from bezant.kernel.log import get_logger
from bezant.kernel.money import Money
from bezant.ledger.balances import Balance, balances_in
from bezant.ledger.book import HOUSE, Book, book_of
from bezant.ledger.chart import available
from bezant.resources.connect.account import Account
from bezant.resources.connect.payout_schedules import (
    PayoutSchedule,
    instant,
    minimums_of,
    schedule_of,
)
from bezant.resources.core.bank_accounts import BankAccount
from bezant.resources.core.owners import Payee
from bezant.resources.core.payout import Wanted, begin
from bezant.store.objects import Key, Row

AT_ONCE = 500
QUERIES = load("bezant.resources.connect", "automatic_payouts.sql")
_OVERTAKEN = ("exists", "floor", "stale")
"""Refusals after which the account is looked at again: something has changed meanwhile."""

log = get_logger(__name__)


class _Due(NamedTuple):
    """A schedule whose time has come, as it is stored, and where."""

    schedule: PayoutSchedule
    row: Row
    book: Book
    shelf: Book


class _Known(NamedTuple):
    """What is known of accounts that are due: documents by key, the others by book."""

    accounts: Mapping[Key, Row]
    balances: Mapping[int, Sequence[Balance]]
    destinations: Mapping[int, Sequence[Row]]


class AutomaticPayouts:
    """Pays accounts out when they are due, each in a change set of its own."""

    def __init__(self, runtime: Runtime) -> None:
        """Work over the runtime's door."""
        self._runtime = runtime

    async def run_once(self) -> int:
        """Pay out up to AT_ONCE accounts; returns for how many schedules that was done."""
        due = await self._due()
        if not due:
            return 0
        known = await self._know(due)
        units = [unit for one in due for unit in self._pay_out(one, known).units]
        outcomes = await self._runtime.door.commit(units)
        for one, outcome in zip(due, outcomes, strict=True):
            if isinstance(outcome, Refused) and outcome.code not in _OVERTAKEN:
                log.error("account_not_paid_out", account=one.book.owner, code=outcome.code)
        return sum(isinstance(outcome, Accepted) for outcome in outcomes)

    async def _due(self) -> list[_Due]:
        async with self._runtime.pool.connection() as conn:
            values = {"now": self._runtime.clock.now(), "limit": AT_ONCE}
            cursor = await conn.execute(QUERIES.due, values)
            rows = [Row(*row[1:]) for row in await cursor.fetchall()]
        return [_placed(row) for row in rows]

    async def _know(self, due: Sequence[_Due]) -> _Known:
        books = {one.book.id: one.book for one in due}
        keys = [(one.shelf.id, Account.kind(), one.book.owner) for one in due]
        accounts = await self._runtime.reader.many(keys)
        balances: dict[int, list[Balance]] = defaultdict(list)
        destinations: dict[int, list[Row]] = defaultdict(list)
        async with self._runtime.pool.connection() as conn:
            for balance in await balances_in(conn, list(books.values()), available):
                balances[balance.book].append(balance)
            cursor = await conn.execute(QUERIES.destinations, [integers(list(books))])
            for row in await cursor.fetchall():
                destinations[row[0]].append(Row(*row[1:]))
        return _Known(accounts, balances, destinations)

    def _pay_out(self, one: _Due, known: _Known) -> Context:
        """Collect an account's payouts and when the next ones are."""
        schedule = one.schedule
        ctx = Context(self._runtime, Caller(schedule.platform, schedule.account, schedule.livemode))
        ctx.adopt(schedule, one.row, one.book)
        row = known.accounts.get((one.shelf.id, Account.kind(), schedule.account))
        if row is None or row.deleted:
            ctx.save(schedule, due_at=None)
            return ctx
        account = ctx.loaded(Account, row, one.shelf)
        hidden = ctx.hidden(account)
        ctx.save(schedule, due_at=instant(schedule_of(account, hidden).next_after(ctx.now())))
        if account.payouts_enabled or not ctx.caller.connected:
            rows = known.destinations.get(one.book.id, ())
            found = [ctx.loaded(BankAccount, each, one.book) for each in rows]
            by_currency = {each.currency: each for each in found if each.status != "errored"}
            text = account.settings["payouts"]["statement_descriptor"]
            address = msgspec.json.decode(row.body, type=Payee).address
            wanted = Wanted(address=address, automatic=True, statement_descriptor=text)
            for balance in known.balances.get(one.book.id, ()):
                least = minimums_of(hidden).get(balance.currency, 0)
                destination = by_currency.get(balance.currency)
                if destination is not None:
                    amount = _payable(balance, least)
                    stays = balance.available - amount.amount
                    _begin(ctx, amount, destination, replace(wanted, minimum=stays))
        return ctx


def _placed(row: Row) -> _Due:
    schedule = msgspec.json.decode(row.body, type=PayoutSchedule)
    own = schedule.account == schedule.platform
    return _Due(
        schedule,
        row,
        book_of(schedule.account, schedule.livemode),
        book_of(HOUSE if own else schedule.platform, schedule.livemode),
    )


def _payable(balance: Balance, least: int) -> Money:
    """Return what of a balance can be paid out: in whole steps, and without what is to stay."""
    amount = max(balance.available - least, 0)
    return Money(amount - amount % payout_step(balance.currency), balance.currency)


def _begin(ctx: Context, amount: Money, destination: BankAccount, wanted: Wanted) -> None:
    """Begin a payout, where there is anything to pay out and a rail that takes it."""
    if not amount:
        return
    try:
        begin(ctx, amount, destination, wanted)
    except InvalidRequest as refused:
        log.warning("account_not_paid_out", account=ctx.account, reason=refused.message)
