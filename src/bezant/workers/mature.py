"""Mature: what is pending becomes available when its day has come, book by book in one go."""

from collections import defaultdict

from bezant.api.context import Caller, Context
from bezant.api.runtime import Runtime
from bezant.commit.change_set import Accepted, Refused
from bezant.db.queries import load
from bezant.flows import charge as flow
from bezant.kernel.log import get_logger
from bezant.kernel.money import Money
from bezant.ledger.book import HOUSE, Book, book_of
from bezant.resources.core.balance_transactions import BalanceTransaction

QUERIES = load("bezant.workers", "settle.sql")
AT_ONCE = 1_000
_OVERTAKEN = ("stale",)

log = get_logger(__name__)


class Maturer:
    """Lets owners spend what has been pending long enough."""

    def __init__(self, runtime: Runtime) -> None:
        """Take the ports."""
        self._runtime = runtime

    async def run_once(self) -> int:
        """Deal with what is due, each book in a change set of its own; returns how many changes."""
        async with self._runtime.pool.connection() as conn:
            cursor = await conn.execute(QUERIES.due, [self._runtime.clock.now(), AT_ONCE])
            rows = await cursor.fetchall()
        done = 0
        for mode in (False, True):
            due = [(book_of(owner, mode), name) for owner, live, name in rows if live == mode]
            if due:
                done += await self._mature(due, livemode=mode)
        return done

    async def _mature(self, due: list[tuple[Book, str]], *, livemode: bool) -> int:
        ctx = Context(self._runtime, Caller(HOUSE, HOUSE, livemode))
        found = await ctx.load_all(BalanceTransaction, due)
        books: dict[Book, list[BalanceTransaction]] = defaultdict(list)
        for book, name in due:
            books[book].append(found[name])
        counts: list[int] = []
        for number, (book, waiting) in enumerate(books.items()):
            if number:
                ctx.item()
            _become_available(ctx, book, waiting)
            counts.append(len(waiting))
        done = 0
        for outcome, count in zip(await ctx.commit(), counts, strict=True):
            if isinstance(outcome, Accepted):
                done += count
            elif isinstance(outcome, Refused) and outcome.code not in _OVERTAKEN:
                log.error("balance_not_matured", code=outcome.code)
        return done


def _become_available(ctx: Context, book: Book, waiting: list[BalanceTransaction]) -> None:
    """Move the sum of each currency, whichever way it goes."""
    sums: dict[str, int] = defaultdict(int)
    for one in waiting:
        sums[one.currency] += one.net
        ctx.save(one, status="available")
    for currency, amount in sums.items():
        if amount > 0:
            ctx.post(flow.matured(Money(amount, currency), book=book), source=book.owner)
        elif amount < 0:
            ctx.post(flow.called_in(Money(-amount, currency), book=book), source=book.owner)
