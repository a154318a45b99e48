"""Payout reconciliation: which balance transactions each payout was made of.

A payout takes all that had become available before it and is part of no earlier one: `carried_in`
+ net of its transactions = amount + fee + `carried_on`. An automatic one lists once more, with
themselves, what payouts by hand have left to it, so that what it lists adds up to nothing.
"""

from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Literal, NamedTuple

import msgspec

from bezant.api.context import COLUMNS, Caller, Context, Stale
from bezant.api.resource import Identified
from bezant.api.routes import Routes
from bezant.api.runtime import Runtime
from bezant.db.pool import Connection
from bezant.db.queries import load
from bezant.ledger.book import book_of
from bezant.resources.core.balance_transactions import LISTED, RECONCILED, BalanceTransaction
from bezant.resources.core.payout import Payout
from bezant.store.objects import Row

CHUNK = 500
PAYOUTS = 100
QUERIES = load("bezant.resources.core", "payout_reconciliation.sql")


class Sums(msgspec.Struct, frozen=True):
    """What a payout is made of, as far as it is known; in minor units."""

    carried_in: int
    net: int = 0
    count: int = 0
    carried_on: int | None = None


class PayoutReconciliation(Identified, tag="payout_reconciliation"):
    """What a payout is made of, in minor units; `url` lists its transactions, its own with them."""

    amount: int
    carried_in: int | None
    carried_on: int | None
    count: int
    currency: str
    livemode: bool
    net: int
    payout: str
    status: Literal["completed", "in_progress"]
    url: str


routes = Routes(
    PayoutReconciliation, "/v1/payouts/{payout}/reconciliation", listed=False, retrieved=False
)


@routes.get("/v1/payouts/{payout}/reconciliation")
async def retrieve(ctx: Context, payout: str) -> PayoutReconciliation:
    """Retrieve what a payout was made of, whether it was made by hand or by the schedule."""
    found = await ctx.load(Payout, payout)
    kept = ctx.hidden(found).get(RECONCILED)
    sums = msgspec.convert(kept, Sums) if kept else None
    return PayoutReconciliation(
        id=found.id,
        amount=found.amount,
        carried_in=sums.carried_in if sums else None,
        carried_on=sums.carried_on if sums else None,
        count=sums.count if sums else 0,
        currency=found.currency,
        livemode=found.livemode,
        net=sums.net if sums else 0,
        payout=found.id,
        status="completed" if sums and sums.carried_on is not None else "in_progress",
        url=f"/v1/balance_transactions?payout={found.id}",
    )


class _Waiting(NamedTuple):
    """A payout that is to be reconciled, the platform and account it is of, and its row."""

    payout: Payout
    platform: str
    account: str
    row: Row


class PayoutReconciler:
    """Reconciles payouts, those of one account and currency in the order they were made in."""

    def __init__(self, runtime: Runtime) -> None:
        """Work over the runtime's door."""
        self._runtime = runtime

    async def run_once(self) -> int:
        """Take a step with the first payout of each account that waits; returns how many."""
        done = 0
        for one in await self._waiting():
            try:
                await self._step(one)
            except Stale:  # Somebody has changed it meanwhile: it is the first again next time.
                continue
            done += 1
        return done

    async def _waiting(self) -> list[_Waiting]:
        async with self._runtime.pool.connection() as conn:
            cursor = await conn.execute(QUERIES.waiting, [self._runtime.clock.now(), PAYOUTS])
            rows = [(row[0], Row(*row[1:])) for row in await cursor.fetchall()]
        first: dict[tuple[int, str], _Waiting] = {}
        for book, row in rows:
            payout = msgspec.json.decode(row.body, type=Payout)
            platform, account = msgspec.json.decode(row.hidden or "{}")["chain"]
            one = _Waiting(payout, platform, account, row)
            first.setdefault((book, payout.currency), one)
        return list(first.values())

    async def _step(self, one: _Waiting) -> None:
        payout = one.payout
        book = book_of(one.account, payout.livemode)
        ctx = Context(self._runtime, Caller(one.platform, one.account, payout.livemode))
        ctx.adopt(payout, one.row, book)
        kept = ctx.hidden(payout).get(RECONCILED)
        async with self._runtime.pool.connection() as conn:
            sums = msgspec.convert(kept, Sums) if kept else await _begun(conn, book.id, payout)
            rows = await _taken(conn, QUERIES.untaken, book.id, payout)
            lasting = payout.automatic and sums.carried_in
            left = await _taken(conn, QUERIES.left, book.id, payout) if lasting else ()
        own = await ctx.load(BalanceTransaction, payout.balance_transaction or "")
        found = [ctx.loaded(BalanceTransaction, row, book) for row in rows[:CHUNK]]
        done = max(len(rows), len(left)) <= CHUNK
        if done and payout.automatic:
            found = _before(found, payout, -own.net - sums.carried_in - sums.net)
        listed = {LISTED: payout.id} if lasting else {}
        for each in found:
            _note(ctx, each, {"payout": payout.id, **listed})
        for row in left[:CHUNK]:
            _note(ctx, ctx.loaded(BalanceTransaction, row, book), listed)
        if done and listed:
            _note(ctx, own, listed)
        net = sums.net + sum(each.net for each in found)
        on = sums.carried_in + net + own.net if done else None
        _keep(ctx, payout, Sums(sums.carried_in, net, sums.count + len(found), on))
        await ctx.write()


def _before(
    found: Sequence[BalanceTransaction], payout: Payout, wanted: int
) -> Sequence[BalanceTransaction]:
    """Leave out what was on its way when an automatic payout took all that there was.

    It is the last of what was found, beside the payout's own, if the rest comes to what is wanted.
    """
    own = [each for each in found if each.source == payout.id]
    others = [each for each in found if each.source != payout.id]
    sums = list(accumulate((each.net for each in others), initial=sum(each.net for each in own)))
    ends = (count for count in range(len(others), -1, -1) if sums[count] == wanted)
    return [*others[: next(ends, len(others))], *own]


def _note(ctx: Context, taken: BalanceTransaction, columns: Mapping[str, str]) -> None:
    hidden = ctx.hidden(taken)
    ctx.save(taken, hidden=hidden | {COLUMNS: hidden.get(COLUMNS, {}) | columns})


def _keep(ctx: Context, payout: Payout, sums: Sums) -> None:
    """Keep what is known of a payout, and say so when that is all."""
    hidden = ctx.hidden(payout) | {RECONCILED: msgspec.to_builtins(sums)}
    if sums.carried_on is None:
        ctx.save(payout, hidden=hidden)
        return
    del hidden[COLUMNS]
    if payout.automatic:
        event = "payout.reconciliation_completed"
        ctx.save(payout, event=event, hidden=hidden, reconciliation_status="completed")
    else:
        ctx.save(payout, hidden=hidden)


async def _begun(conn: Connection, book: int, payout: Payout) -> Sums:
    """Return what the payout before has carried on to this one."""
    cursor = await conn.execute(QUERIES.before, [book, payout.currency, payout.id])
    row = await cursor.fetchone()
    carried = 0 if row is None else msgspec.json.decode(row[0])[RECONCILED]["carried_on"]
    return Sums(carried)


async def _taken(conn: Connection, query: bytes, book: int, payout: Payout) -> Sequence[Row]:
    """Return the oldest transactions that a payout takes, and one more where there are more."""
    values = {
        "book": book,
        "currency": payout.currency,
        "payout": payout.id,
        "until": payout.balance_transaction,
        "created": payout.created,
        "limit": CHUNK + 1,
    }
    cursor = await conn.execute(query, values)
    return [Row(*row[1:]) for row in await cursor.fetchall()]
