"""Balances as they stand: of one account, of a book, and of the clearing accounts of all books."""

from collections.abc import Sequence
from typing import NamedTuple

from bezant.db.pool import Connection
from bezant.db.queries import load
from bezant.ledger.book import Book
from bezant.ledger.chart import CLEARING, Account

QUERIES = load("bezant.ledger", "balances.sql")


class Balance(NamedTuple):
    """One account's balances in minor units, counted up on its normal side.

    `available` is what is posted less what holds have reserved; `pending_in` is on its way in.
    """

    book: int
    account: int
    path: str
    currency: str
    posted: int
    available: int
    pending_in: int
    pending_out: int
    version: int


class Total(NamedTuple):
    """What an account holds over all books, in minor units."""

    path: str
    currency: str
    posted: int


async def balance_of(conn: Connection, account: Account, currency: str) -> Balance:
    """Return an account's balances, zeros for one that nothing has touched yet."""
    found = await balances_of(conn, [account], [currency])
    if found:
        return found[0]
    name = account.id(currency)
    return Balance(account.book.id, name, account.path, currency, 0, 0, 0, 0, 0)


async def balances_of(
    conn: Connection, accounts: Sequence[Account], currencies: Sequence[str]
) -> list[Balance]:
    """Return the balances of accounts that have been touched, each with its currency."""
    keys = [account.id(currency) for account, currency in zip(accounts, currencies, strict=True)]
    cursor = await conn.execute(QUERIES.of, [[account.book.id for account in accounts], keys])
    return [Balance(*row) for row in await cursor.fetchall()]


async def balances_at(conn: Connection, book: Book, paths: Sequence[str]) -> list[Balance]:
    """Return a book's balances at some paths in every currency that has been touched."""
    cursor = await conn.execute(QUERIES.at_paths, [book.id, list(paths)])
    return [Balance(*row) for row in await cursor.fetchall()]


async def clearing_totals(conn: Connection) -> list[Total]:
    """Return what clearing accounts hold over all books: zero when everything is explained."""
    cursor = await conn.execute(QUERIES.clearing, [[f"{path}%" for path in CLEARING]])
    return [Total(*row) for row in await cursor.fetchall()]
