"""What `bezant files read` prints: a file's summary, for people as tables and as JSON."""

import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import BinaryIO

import msgspec
from rich.text import Text

from bezant.cli.output import console, counted, dim, print_table, table
from bezant.kernel.currency import format_amount
from bezant.kernel.money import Money
from bezant.reading.files import read_file
from bezant.reading.summary import Item, Summary, problem_of
from bezant.server.rails import RAILS

SHOWN = 20
"""Entries that people see; programs get all of them."""

_IN_MEMORY = 1 << 20


def as_json(path: Path, kind: str, *, reveal: bool) -> bool:
    """Print a file's summary with all its entries as JSON; returns whether it is accepted.

    Entries wait on disk, not in memory, since the summary is only known when they have gone by.
    """
    with path.open("rb") as source, SpooledTemporaryFile(_IN_MEMORY) as spool:
        encode = msgspec.json.Encoder().encode

        def keep(item: Item) -> None:
            spool.write(encode(item) + b"\n")

        summary = read_file(source, RAILS, keep, kind, reveal=reveal)
        spool.seek(0)
        for piece in _pieces(summary, spool):
            sys.stdout.write(piece)
        sys.stdout.flush()
    return summary.accepted


def for_people(path: Path, kind: str, most: int, *, reveal: bool) -> bool:
    """Print a file's summary with its first entries as tables; returns whether it is accepted."""
    items: list[Item] = []
    left_out = 0

    def keep(item: Item) -> None:
        nonlocal left_out
        if len(items) < most:
            items.append(item)
        else:
            left_out += 1

    with path.open("rb") as source:
        summary = read_file(source, RAILS, keep, kind, reveal=reveal)
    _show(path, summary)
    _show_items(items)
    if left_out:
        more = counted(left_out, "more entry", "more entries")
        console.print(dim(f"{more}: --entries {most + left_out} or --json shows them."))
    return summary.accepted


def _pieces(summary: Summary, spool: BinaryIO | SpooledTemporaryFile[bytes]) -> Iterator[str]:
    body = msgspec.json.format(msgspec.json.encode(summary)).decode()
    yield body.removesuffix("\n}") + ',\n  "items": ['
    for number, line in enumerate(spool):
        yield f"{',' if number else ''}\n    {line.decode().rstrip()}"
    yield "\n  ]\n}\n"


def _show(path: Path, summary: Summary) -> None:
    verdict = ("accepted", "green") if summary.accepted else ("refused", "bold red")
    console.print(
        Text.assemble((path.name, "bold"), "  ", summary.format or "unknown", "  ", verdict)
    )
    batches = counted(summary.batches, "batch", "batches")
    console.print(f"  {batches}, {counted(summary.entries, 'entry', 'entries')}")
    for currency in summary.credits | summary.debits:
        credits = format_amount(Money(summary.credits.get(currency, 0), currency))
        debits = format_amount(Money(summary.debits.get(currency, 0), currency))
        console.print(f"  credits {credits}, debits {debits}")
    if summary.codes or summary.statuses:
        console.print(f"  codes {' '.join((*summary.statuses, *summary.codes))}")
    for name, text in summary.details.items():
        console.print(f"  {name} {_plain(text)}")
    for balance in summary.balances:
        amount = format_amount(Money(balance.amount, balance.currency))
        on = "" if balance.on is None else f" on {balance.on}"
        console.print(f"  balance {balance.code} {amount}{on}, account {balance.account}")
    if summary.ties_out is not None:
        console.print(f"  {'ties out' if summary.ties_out else 'does not tie out'}")
    for one in summary.breaks:
        where = " ".join(word for word in (one.account, one.statement) if word)
        apart = ""
        if one.difference is not None:
            apart = f", {format_amount(Money(one.difference, one.currency))} apart"
        console.print(Text.assemble("  ", ("break", "red"), f"  {where}: {one.reason}{apart}"))
    for kind, style, findings in (
        ("refusal", "red", summary.refusals),
        ("warning", "yellow", summary.warnings),
    ):
        for finding in findings:
            console.print(Text.assemble("  ", (kind, style), f"  {problem_of(finding)}"))


def _show_items(items: list[Item]) -> None:
    if not items:
        return
    columns = ("line", "amount", "", "on", "codes", "reference", "name", "text")
    rows = table(*columns, right=("line", "amount"), wrapped=("text",))
    for item in items:
        amount = "" if item.amount is None else format_amount(Money(item.amount, item.currency))
        rows.add_row(
            str(item.line or ""),
            amount,
            item.direction or "",
            str(item.on or ""),
            _plain(" ".join(word for word in (item.status, *item.codes) if word)),
            _plain(next(iter(item.references.values()), "")),
            _plain(item.name),
            dim(_plain(item.text)),
        )
    print_table(rows)


def _plain(text: str) -> str:
    """Return a bank's words without what would steer the terminal."""
    return "".join(letter if letter.isprintable() else "�" for letter in text)
