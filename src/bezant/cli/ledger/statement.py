"""`bezant ledger statement`: an account's moves, each with the balance after it."""

import asyncio
from datetime import datetime
from typing import Annotated, Any, NamedTuple

import typer
from rich.text import Text

from bezant.cli.books import AccountArgument, Ask, BookOption, CurrencyOption, Found, find
from bezant.cli.database import connected
from bezant.cli.ledger.shown import plain, title
from bezant.cli.ledger.times import since, until
from bezant.cli.options import DataOption, JsonOption, LiveOption, closing, configured
from bezant.cli.output import as_json, console, dim, moment, print_table, table
from bezant.kernel.config import Config
from bezant.kernel.errors import InvalidRequest
from bezant.ledger.balances import Balance
from bezant.ledger.history import Line, StatementPage, statement

CLOSING = closing(
    "bezant ledger statement available --currency usd",
    "bezant ledger statement bank:sandbox --book house --from 2026-03-01 --to 2026-03-31",
)


class Read(NamedTuple):
    """A part of a statement, oldest line first; `more` says that older lines are left out."""

    found: Found
    lines: list[Line]
    more: bool


def run(  # noqa: PLR0913 -- each is an option
    account: AccountArgument,
    *,
    book: BookOption = None,
    currency: CurrencyOption = None,
    first: Annotated[
        datetime | None,
        typer.Option("--from", parser=since, metavar="TIME", help="Recorded then or later."),
    ] = None,
    last: Annotated[
        datetime | None,
        typer.Option("--to", parser=until, metavar="TIME", help="Recorded then or earlier."),
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="How many, the newest.")] = 50,
    live: LiveOption = False,
    data: DataOption = None,
    json: JsonOption = False,
) -> None:
    """Show an account's moves and running balance.

    Moves come in the order of their recording, each with the balance after it. A pending move
    reserves and a released one gives back: they change what is available, and not the balance.
    """
    ask = Ask(account, book, currency, live)
    page = StatementPage(limit, since=first, until=last)
    read = asyncio.run(_read(configured(data), ask, page))
    if json:
        as_json(_told(read))
    else:
        _show(read, limit)


async def _read(config: Config, ask: Ask, page: StatementPage) -> Read:
    async with connected(config) as conn:
        found = await find(conn, ask)
        only = _only(found, ask.account)
        lines, more = await statement(conn, found.book, only.account, page)
    return Read(found, lines[::-1], more)


def _only(found: Found, account: str) -> Balance:
    """Return the one balance that is meant: a statement is of one currency."""
    if len(found.balances) > 1:
        currencies = " and ".join(it.currency for it in found.balances)
        raise InvalidRequest(f"{account} holds {currencies}: say which with --currency.")
    return found.balances[0]


def _show(read: Read, limit: int) -> None:
    currency = read.found.balances[0].currency
    console.print(Text.assemble(title(read.found), f", {currency}"))
    if not read.lines:
        console.print("Nothing was recorded in that time.")
        return
    rows = table(
        "recorded",
        "event",
        "for",
        "with",
        "amount",
        "balance",
        "available",
        right=("amount", "balance", "available"),
    )
    rows.add_row("", "opening balance", "", "", "", plain(_opening(read.lines[0]), currency), "")
    for line in read.lines:
        amounts = (line.amount, line.posted, line.available)
        rows.add_row(
            moment(line.recorded_at),
            line.kind if line.phase == "posted" else f"{line.kind} ({line.phase})",
            line.source,
            line.other,
            *(plain(amount, currency) for amount in amounts),
        )
    print_table(rows)
    if read.more:
        console.print(dim(f"Older lines are left out: --limit {limit * 10} shows more."))


def _opening(line: Line) -> int:
    """Return the balance before a line."""
    return line.posted - (line.amount if line.phase == "posted" else 0)


def _told(read: Read) -> dict[str, Any]:
    """Return the lines as JSON has them, in minor units."""
    only = read.found.balances[0]
    return {
        "book": read.found.book.owner,
        "livemode": read.found.book.livemode,
        "account": only.path,
        "currency": only.currency,
        "opening": _opening(read.lines[0]) if read.lines else None,
        "closing": read.lines[-1].posted if read.lines else None,
        "more": read.more,
        "lines": [line._asdict() for line in read.lines],
    }
