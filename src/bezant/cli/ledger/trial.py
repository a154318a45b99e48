"""`bezant ledger tb`: the trial balance of a book, or over all books, now or as of a time."""

import asyncio
from itertools import groupby
from typing import Annotated, Any, NamedTuple

import typer
from rich.text import Text

from bezant.cli.books import open_book
from bezant.cli.database import connected
from bezant.cli.ledger.shown import owner, plain
from bezant.cli.ledger.times import AtOption, EffectiveAtOption, Times
from bezant.cli.options import DataOption, JsonOption, LiveOption, closing, configured
from bezant.cli.output import as_json, console, print_table, table
from bezant.db.queries import load
from bezant.kernel.config import Config
from bezant.ledger.book import Book

QUERIES = load("bezant.cli.ledger", "trial.sql")
NUMBERS = ("accounts", "debit", "credit")
CODES = (
    "Exit codes: 0 debits equal credits; 1 they do not, or there is no such book; 2 it could not "
    "begin: wrong usage, a bad setting, no database."
)
CLOSING = closing(
    "bezant ledger tb", "bezant ledger tb --book house --effective-at 2026-03-31", codes=CODES
)


class Row(NamedTuple):
    """All accounts of one name in one currency: what their debit and credit balances add up to."""

    account: str
    currency: str
    accounts: int
    debit: int
    credit: int


class Trial(NamedTuple):
    """A trial balance: of one book, or of all when there is none."""

    book: Book | None
    rows: list[Row]

    def totals(self) -> dict[str, tuple[int, int]]:
        """Return the sums of debit and credit balances by currency."""
        return {
            currency: (sum(row.debit for row in of_it), sum(row.credit for row in of_it))
            for currency, of_it in self.by_currency()
        }

    def by_currency(self) -> list[tuple[str, list[Row]]]:
        """Return the rows of each currency."""
        return [(it, list(rows)) for it, rows in groupby(self.rows, key=lambda row: row.currency)]

    @property
    def balanced(self) -> bool:
        """Whether debits equal credits in every currency."""
        return all(debit == credit for debit, credit in self.totals().values())


def run(
    *,
    book: Annotated[
        str | None,
        typer.Option("--book", help="Of one book: an account's id, or house; otherwise of all."),
    ] = None,
    at: AtOption = None,
    effective_at: EffectiveAtOption = None,
    live: LiveOption = False,
    data: DataOption = None,
    json: JsonOption = False,
) -> None:
    """Show the trial balance of one book, or of all.

    Over all books, accounts of one kind are summed up; of one book each stands alone. Over all
    books `due`, what they owe each other, is as much debit as credit.
    """
    times = Times(at, effective_at)
    trial = asyncio.run(_read(configured(data), book, live, times))
    if json:
        as_json(_told(trial, live, times))
    else:
        _show(trial, live)
    if not trial.balanced:
        raise typer.Exit(1)


async def _read(config: Config, whose: str | None, live: bool, times: Times) -> Trial:
    async with connected(config) as conn:
        book = None if whose is None else await open_book(conn, whose, live=live)
        values = {"livemode": live, "book": book and book.id, **times._asdict()}
        query = QUERIES.now if times == (None, None) else QUERIES.as_of
        rows = await (await conn.execute(query, values)).fetchall()
    return Trial(
        book,
        [
            Row(account, currency, accounts, int(debit), int(credit))
            for account, currency, accounts, debit, credit in rows
        ],
    )


def _show(trial: Trial, live: bool) -> None:
    of = f"over all books, {'live' if live else 'test'} mode"
    whose = of if trial.book is None else f"of {owner(trial.book)}"
    console.print(Text.assemble(("Trial balance", "bold"), f" {whose}"))
    if not trial.rows:
        console.print("Nothing has been recorded.")
        return
    rows = table("account", "currency", "accounts", "debit", "credit", right=NUMBERS)
    for currency, of_it in trial.by_currency():
        for row in of_it:
            rows.add_row(row.account, currency, f"{row.accounts:,}", *_columns(row, currency))
        debit, credit = trial.totals()[currency]
        total = (plain(debit, currency), plain(credit, currency))
        rows.add_row("total", currency, "", *total, style="bold", end_section=True)
    print_table(rows)
    console.print(_verdict(trial))


def _columns(row: Row, currency: str) -> tuple[str, str]:
    """Return both amounts; a side that is empty stays so, as accountants write it."""
    debit = plain(row.debit, currency) if row.debit else ""
    credit = plain(row.credit, currency) if row.credit else ""
    return debit, credit


def _verdict(trial: Trial) -> Text:
    if trial.balanced:
        return Text("Debits equal credits.", style="green")
    wrong = [
        f"{plain(abs(debit - credit), currency)} {currency}"
        for currency, (debit, credit) in trial.totals().items()
        if debit != credit
    ]
    return Text(f"Debits and credits differ by {' and '.join(wrong)}.", style="bold red")


def _told(trial: Trial, live: bool, times: Times) -> dict[str, Any]:
    """Return a trial balance as JSON has it, in minor units."""
    totals = [
        {"currency": currency, "debit": debit, "credit": credit}
        for currency, (debit, credit) in trial.totals().items()
    ]
    return {
        "balanced": trial.balanced,
        "book": None if trial.book is None else trial.book.owner,
        "livemode": live,
        "known_at": times.known,
        "effective_at": times.effective,
        "rows": [row._asdict() for row in trial.rows],
        "totals": totals,
    }
