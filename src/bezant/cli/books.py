"""Whose book a command looks at, and which of its accounts."""

from difflib import get_close_matches
from typing import Annotated, NamedTuple

import typer

from bezant.db.pool import Connection
from bezant.db.queries import load
from bezant.kernel.errors import MalformedId, NotFound
from bezant.kernel.ids import parse
from bezant.ledger.balances import Balance, balances, balances_at
from bezant.ledger.book import Book, book_of
from bezant.resources.ledger.account_ids import PREFIX, account_number
from bezant.server.first_start import platform_account

QUERIES = load("bezant.cli", "books.sql")
CUSTOM = "custom:"
"""How the paths of accounts begin that users of the API have opened."""

AccountArgument = Annotated[
    str,
    typer.Argument(
        metavar="ACCOUNT",
        help="A path in the book, such as available or bank:sandbox, or an id, lac_….",
    ),
]
BookOption = Annotated[
    str | None,
    typer.Option("--book", help="Whose book: an account's id, or house; otherwise the platform's."),
]
CurrencyOption = Annotated[
    str | None, typer.Option("--currency", help="Only this currency, such as usd.")
]


class Ask(NamedTuple):
    """An account as it is named on the command line."""

    account: str
    book: str | None
    currency: str | None
    live: bool


class Found(NamedTuple):
    """What that names: an account's balances, one for each currency it has."""

    book: Book
    balances: list[Balance]


async def platform(conn: Connection) -> str:
    """Return the platform's account id. Raises NotFound before the first start."""
    account = await platform_account(conn)
    if account is None:
        raise NotFound("This database has not been served yet: run `bezant serve` first.")
    return account


async def open_book(conn: Connection, owner: str | None, *, live: bool) -> Book:
    """Return an owner's book, or the platform's. Raises NotFound for one that has no account."""
    book = book_of(owner or await platform(conn), live)
    cursor = await conn.execute(QUERIES.book, [book.id])
    if await cursor.fetchone() is None:
        mode = "live" if live else "test"
        raise NotFound(f"There is no book of {book.owner} in {mode} mode: no money moved there.")
    return book


async def find(conn: Connection, ask: Ask) -> Found:
    """Return the account that is meant. Raises NotFound, naming the nearest there is."""
    if ask.account.startswith(f"{PREFIX}_"):
        found = await _by_id(conn, ask.account)
    else:
        book = await open_book(conn, ask.book, live=ask.live)
        paths = [ask.account, CUSTOM + ask.account]
        found = Found(book, await balances_at(conn, book, paths))
        if not found.balances:
            raise NotFound(await _unknown(conn, book, ask.account))
    if ask.currency is None:
        return found
    kept = [it for it in found.balances if it.currency == ask.currency.lower()]
    if not kept:
        others = " and ".join(it.currency for it in found.balances)
        raise NotFound(f"{ask.account} has no {ask.currency.lower()}, only {others}.")
    return Found(found.book, kept)


async def _by_id(conn: Connection, name: str) -> Found:
    """Look an account up in the books whose slot its id carries."""
    try:
        slot = parse(name).slot
    except MalformedId:
        raise NotFound(f"There is no ledger account {name}.") from None
    cursor = await conn.execute(QUERIES.books_of_slot, [slot])
    for owner, livemode in await cursor.fetchall():
        book = book_of(owner, livemode)
        number = account_number(book, name)
        if number is not None and (rows := await balances(conn, [(book.id, number)])):
            return Found(book, list(rows.values()))
    raise NotFound(f"There is no ledger account {name}, or nothing has moved on it yet.")


async def _unknown(conn: Connection, book: Book, account: str) -> str:
    cursor = await conn.execute(QUERIES.paths, [book.id])
    paths = [row[0] for row in await cursor.fetchall()]
    near = get_close_matches(account, paths, n=1) or get_close_matches(CUSTOM + account, paths, n=1)
    hint = f"; the nearest is {near[0]}" if near else ", for it has none yet"
    if paths and not near:
        hint = f"; it has {', '.join(paths[:8])}{'…' if len(paths) > 8 else ''}"
    return f"There is no account {account} in the book of {book.owner}{hint}."
