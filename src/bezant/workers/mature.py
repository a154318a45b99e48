"""Mature: what is pending becomes available when its day has come, book by book in one go."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from msgspec import Struct

from bezant.api.context import Caller, Context
from bezant.api.runtime import Runtime
from bezant.commit.change_set import Accepted, Refused
from bezant.db.queries import load
from bezant.flows import charge as flow
from bezant.kernel.log import get_logger
from bezant.kernel.money import Money
from bezant.ledger.balances import Balance, balances_in
from bezant.ledger.book import HOUSE, Book, book_of
from bezant.resources.core.balance import ACCOUNTS, shown
from bezant.resources.core.balance_told import BalanceDay, name_of, tell
from bezant.resources.core.balance_transactions import BalanceTransaction
from bezant.resources.core.owners import DEFAULT_CURRENCY, Owner

QUERIES = load("bezant.workers", "settle.sql")
AT_ONCE = 1_000
_OVERTAKEN = ("exists", "stale")

log = get_logger(__name__)


class _Due(Struct):
    """What of a book is due, and what is known of whose it is."""

    book: Book
    platform: str | None
    names: list[str]

    @property
    def connected(self) -> bool:
        """Whether it is a connected account's."""
        return self.platform not in (None, HOUSE, self.book.owner)

    @property
    def shelf(self) -> Book:
        """The book that has the account's document."""
        return book_of(self.platform or HOUSE, self.book.livemode)


class _Known(Struct):
    """What was read of all the books that something is due of."""

    transactions: Mapping[str, BalanceTransaction]
    owners: Mapping[str, Owner]
    days: Mapping[str, BalanceDay]
    balances: Mapping[int, Sequence[Balance]]


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
        books: dict[Book, _Due] = {}
        for owner, live, name, platform in rows:
            book = book_of(owner, live)
            books.setdefault(book, _Due(book, platform, [])).names.append(name)
        if len(rows) == AT_ONCE and len(books) > 1:
            books.popitem()  # More of the last one may be due: next time it is dealt with whole.
        done = 0
        for mode in (False, True):
            due = [each for each in books.values() if each.book.livemode == mode]
            if due:
                done += await self._mature(due, livemode=mode)
        return done

    async def _mature(self, due: Sequence[_Due], *, livemode: bool) -> int:
        ctx = Context(self._runtime, Caller(HOUSE, HOUSE, livemode))
        known = await self._know(ctx, due)
        for number, one in enumerate(due):
            if number:
                ctx.item()
            _become_available(ctx, one, known)
        done = 0
        for outcome, one in zip(await ctx.commit(), due, strict=True):
            if isinstance(outcome, Accepted):
                done += len(one.names)
            elif isinstance(outcome, Refused) and outcome.code not in _OVERTAKEN:
                log.error("balance_not_matured", code=outcome.code)
        return done

    async def _know(self, ctx: Context, due: Sequence[_Due]) -> _Known:
        """Read all that is wanted of all books, in a statement for each kind."""
        books = [one.book for one in due]
        names = [(one.book, name) for one in due for name in one.names]
        balances: dict[int, list[Balance]] = defaultdict(list)
        async with self._runtime.pool.connection() as conn:
            for balance in await balances_in(conn, books, *ACCOUNTS):
                balances[balance.book].append(balance)
        return _Known(
            await ctx.load_all(BalanceTransaction, names),
            await ctx.load_all(Owner, [(one.shelf, one.book.owner) for one in due]),
            await ctx.load_all(BalanceDay, [(book, name_of(book.owner)) for book in books]),
            balances,
        )


def _become_available(ctx: Context, due: _Due, known: _Known) -> None:
    """Move the sum of each currency, whichever way it goes, and tell the account."""
    book = due.book
    sums: dict[str, int] = defaultdict(int)
    for name in due.names:
        one = known.transactions[name]
        sums[one.currency] += one.net
        ctx.save(one, status="available")
    for currency, amount in sums.items():
        if amount > 0:
            ctx.post(flow.matured(Money(amount, currency), book=book), source=book.owner)
        elif amount < 0:
            ctx.post(flow.called_in(Money(-amount, currency), book=book), source=book.owner)
    owner = known.owners.get(book.owner)
    currency = DEFAULT_CURRENCY if owner is None else owner.default_currency
    found = known.balances.get(book.id, ())
    balance = shown(found, currency, livemode=book.livemode, matured=sums)
    before = known.days.get(name_of(book.owner))
    tell(ctx, book, balance, before, connected=due.connected)
