"""Prefunding: what was sent ahead makes good what refunds and disputes have taken below zero."""

from bezant.api.context import Caller, Context
from bezant.api.runtime import Runtime
from bezant.commit.change_set import Accepted, Refused
from bezant.db.queries import load
from bezant.flows import prefunding as flow
from bezant.kernel.log import get_logger
from bezant.kernel.money import Money
from bezant.ledger.book import HOUSE, Book, book_of
from bezant.resources.core.balance_transactions import BalanceType, record, record_apart

QUERIES = load("bezant.resources.core", "prefunding.sql")
AT_ONCE = 500
BALANCE: BalanceType = "refund_and_dispute_prefunding"

log = get_logger(__name__)


class PrefundingDrawer:
    """Looks for balances below zero that something was sent ahead for."""

    def __init__(self, runtime: Runtime) -> None:
        """Work over the runtime's door."""
        self._runtime = runtime

    async def run_once(self) -> int:
        """Make good what there is money for, each account apart; returns how many it was."""
        async with self._runtime.pool.connection() as conn:
            rows = await (await conn.execute(QUERIES.short, [AT_ONCE])).fetchall()
        done = 0
        for mode in (False, True):
            short = [
                (book_of(owner, mode), Money(amount, currency))
                for owner, live, currency, amount in rows
                if live == mode
            ]
            if short:
                done += await self._draw(short, livemode=mode)
        return done

    async def _draw(self, short: list[tuple[Book, Money]], *, livemode: bool) -> int:
        ctx = Context(self._runtime, Caller(HOUSE, HOUSE, livemode))
        for number, (book, amount) in enumerate(short):
            if number:
                ctx.item()
            _draw(ctx, book, amount)
        outcomes = await ctx.commit()
        for outcome in outcomes:
            if isinstance(outcome, Refused) and outcome.code != "floor":
                log.error("prefunding_not_drawn", code=outcome.code)
        return sum(isinstance(outcome, Accepted) for outcome in outcomes)


def _draw(ctx: Context, book: Book, amount: Money) -> None:
    text = "Covers refunds and disputes"
    ctx.post(flow.drawn(amount, book=book), source=book.owner)
    record_apart(ctx, BALANCE, "adjustment", -amount, source=None, book=book, description=text)
    record(ctx, "adjustment", amount, source=None, book=book, description=text)
