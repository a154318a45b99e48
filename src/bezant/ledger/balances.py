"""Balances: what accounts hold now, one by one, in pages, and summed up to a trial balance.

Amounts are integers in minor units. An account's own figures count on its normal side: more
means more of what the account is for.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from bezant.db.arrays import integers
from bezant.db.pool import Connection
from bezant.db.queries import load
from bezant.ledger.book import Book
from bezant.ledger.chart import CLEARING, Account

QUERIES = load("bezant.ledger", "ledger.sql")


class Balance(NamedTuple):
    """An account with its four counters, as they stand at `version`."""

    book: int
    account: int
    path: str
    currency: str
    credit_normal: bool
    floor: int | None
    posted_debits: int = 0
    posted_credits: int = 0
    pending_debits: int = 0
    pending_credits: int = 0
    version: int = 0
    created: datetime | None = None
    closed_at: datetime | None = None

    @property
    def posted(self) -> int:
        """What is posted, on the normal side."""
        net = self.posted_credits - self.posted_debits
        return net if self.credit_normal else -net

    @property
    def pending_in(self) -> int:
        """What holds would add."""
        return self.pending_credits if self.credit_normal else self.pending_debits

    @property
    def pending_out(self) -> int:
        """What holds have set aside."""
        return self.pending_debits if self.credit_normal else self.pending_credits

    @property
    def available(self) -> int:
        """What is posted and not set aside; the figure that floors are about."""
        return self.posted - self.pending_out


class BalancePage(NamedTuple):
    """A slice of a book's accounts in the order of path and currency.

    `after` and `before` are such a pair, exclusive; `prefix` is how the paths begin.
    """

    limit: int
    after: tuple[str, str] | None = None
    before: tuple[str, str] | None = None
    prefix: str = ""
    currency: str | None = None
    open_only: bool = False


class TrialLine(NamedTuple):
    """All accounts of one kind (the path up to its colon) in one currency, summed up."""

    kind: str
    currency: str
    credit_normal: bool
    accounts: int
    debit_balance: int
    credit_balance: int
    posted_debits: int
    posted_credits: int
    pending_debits: int
    pending_credits: int


class Total(NamedTuple):
    """One currency of a trial balance: both columns, and both sides of the turnover."""

    accounts: int = 0
    debit_balance: int = 0
    credit_balance: int = 0
    posted_debits: int = 0
    posted_credits: int = 0
    pending_debits: int = 0
    pending_credits: int = 0

    @property
    def balanced(self) -> bool:
        """Whether debits equal credits in every pair."""
        return (
            self.debit_balance == self.credit_balance
            and self.posted_debits == self.posted_credits
            and self.pending_debits == self.pending_credits
        )


class TrialBalance(NamedTuple):
    """A trial balance: its lines by currency and kind, and their totals by currency."""

    lines: list[TrialLine]

    @property
    def totals(self) -> dict[str, Total]:
        """The sums of the lines, by currency."""
        sums: dict[str, Total] = {}
        for line in self.lines:
            before = sums.get(line.currency, Total())
            pairs = zip(before, line[3:], strict=True)
            sums[line.currency] = Total(*(one + other for one, other in pairs))
        return sums

    @property
    def balanced(self) -> bool:
        """Whether debits equal credits in every currency."""
        return all(total.balanced for total in self.totals.values())


class Clearing(NamedTuple):
    """A clearing account over all books: how many have one, how many are not at zero, the sum."""

    path: str
    currency: str
    credit_normal: bool
    accounts: int
    uncleared: int
    posted: int


async def balance_of(conn: Connection, account: Account, currency: str) -> Balance:
    """Return the balance of an account; zero, at version 0, for one without any move."""
    found = await balances_of(conn, [(account, currency)])
    return found[account, currency]


async def balances_of(
    conn: Connection, accounts: Sequence[tuple[Account, str]]
) -> dict[tuple[Account, str], Balance]:
    """Return the balances of accounts, each given with a currency, in one statement."""
    keys = [(account.book.id, account.id(currency)) for account, currency in accounts]
    rows = await balances(conn, keys)
    return {
        (account, currency): rows.get(key) or _unmoved(account, currency)
        for (account, currency), key in zip(accounts, keys, strict=True)
    }


async def balances(
    conn: Connection, keys: Iterable[tuple[int, int]]
) -> dict[tuple[int, int], Balance]:
    """Return those that exist of accounts given by book id and account id."""
    wanted = sorted(set(keys))
    columns = [integers([book for book, _ in wanted]), integers([one for _, one in wanted])]
    cursor = await conn.execute(QUERIES.balances, columns)
    return {(row[0], row[1]): Balance(*row) for row in await cursor.fetchall()}


async def balances_at(conn: Connection, book: Book, paths: Sequence[str]) -> list[Balance]:
    """Return a book's accounts at some paths, in every currency they exist in."""
    cursor = await conn.execute(QUERIES.balances_at, [book.id, list(paths)])
    return [Balance(*row) for row in await cursor.fetchall()]


async def balances_in(
    conn: Connection, books: Sequence[Book], *accounts: Callable[[Book], Account]
) -> list[Balance]:
    """Return some accounts of each of some books, in every currency, in one statement."""
    if not books:
        return []
    paths = [account(books[0]).path for account in accounts]
    values = [integers([book.id for book in books]), paths]
    cursor = await conn.execute(QUERIES.balances_in, values)
    return [Balance(*row) for row in await cursor.fetchall()]


async def page(conn: Connection, book: Book, ask: BalancePage) -> tuple[list[Balance], bool]:
    """Return a page of a book's accounts and whether there are more beyond it."""
    after, before = ask.after or ("", ""), ask.before or ("", "")
    values: dict[str, object] = {
        "book": book.id,
        "after_path": after[0],
        "after_currency": after[1],
        "before_path": before[0],
        "before_currency": before[1],
        "prefix": ask.prefix,
        "end": f"{ask.prefix}\U0010ffff",
        "currency": ask.currency,
        "limit": ask.limit + 1,
    }
    query = _page_query(
        ask.after is not None,
        ask.before is not None,
        bool(ask.prefix),
        ask.currency is not None,
        ask.open_only,
    )
    cursor = await conn.execute(query, values)
    rows = [Balance(*row) for row in await cursor.fetchall()]
    more = len(rows) > ask.limit
    rows = rows[: ask.limit]
    if ask.before is not None:
        rows.reverse()
    return rows, more


async def trial_balance(conn: Connection, book: Book) -> TrialBalance:
    """Return a book's trial balance."""
    cursor = await conn.execute(QUERIES.trial_of_book, [book.id])
    return _trial(await cursor.fetchall())


async def trial_balance_of_all(conn: Connection, *, livemode: bool = False) -> TrialBalance:
    """Return the trial balance over all books of a mode."""
    cursor = await conn.execute(QUERIES.trial_of_all, [livemode])
    return _trial(await cursor.fetchall())


async def clearing_totals(
    conn: Connection, *, livemode: bool = False, paths: Sequence[str] = CLEARING
) -> list[Clearing]:
    """Return the clearing accounts over all books of a mode: zero when all is explained."""
    cursor = await conn.execute(QUERIES.clearing, [livemode, list(paths)])
    return [
        Clearing(path, currency, credit_normal, accounts, uncleared, int(posted))
        for path, currency, credit_normal, accounts, uncleared, posted in await cursor.fetchall()
    ]


def _unmoved(account: Account, currency: str) -> Balance:
    return Balance(
        account.book.id,
        account.id(currency),
        account.path,
        currency,
        account.credit_normal,
        account.floor,
    )


def _trial(rows: Sequence[Sequence[Any]]) -> TrialBalance:
    return TrialBalance([TrialLine(*row[:3], *(int(one) for one in row[3:])) for row in rows])


@lru_cache(maxsize=64)
def _page_query(after: bool, before: bool, prefix: bool, currency: bool, open_only: bool) -> bytes:
    conditions = ["book_id = %(book)s"]
    wanted: Mapping[str, bool] = {
        "(path, currency) > (%(after_path)s, %(after_currency)s)": after,
        "(path, currency) < (%(before_path)s, %(before_currency)s)": before,
        "path >= %(prefix)s and path < %(end)s": prefix,
        "currency = %(currency)s": currency,
        "closed_at is null": open_only,
    }
    conditions += [condition for condition, is_wanted in wanted.items() if is_wanted]
    order = "desc" if before else "asc"
    return (
        "select book_id, account_id, path, currency, credit_normal, floor, "  # noqa: S608 -- fixed
        "posted_debits, posted_credits, pending_debits, pending_credits, version, created, "
        f"closed_at from account where {' and '.join(conditions)} "
        f"order by path {order}, currency {order} limit %(limit)s"
    ).encode()
