"""What commands print: tables for people, JSON for programs."""

import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime

import msgspec
import typer
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

_UNBOUNDED = 10_000
"""Characters in a line that goes to a file or a program: there nothing is cut or wrapped."""


def _console(*, stderr: bool = False) -> Console:
    stream = sys.stderr if stderr else sys.stdout
    return Console(
        stderr=stderr,
        highlight=False,
        markup=False,  # What is printed comes from objects and banks, and means itself.
        emoji=False,
        width=None if stream.isatty() else _UNBOUNDED,
    )


console = _console()
_notices = _console(stderr=True)


def as_json(value: object) -> None:
    """Print a value as indented JSON."""
    typer.echo(msgspec.json.format(msgspec.json.encode(value)).decode())


def as_json_line(value: object) -> None:
    """Print a value as one line of JSON, at once, for what goes on and on."""
    typer.echo(msgspec.json.encode(value).decode())
    sys.stdout.flush()


def table(*columns: str, right: Sequence[str] = (), wrapped: Sequence[str] = ()) -> Table:
    """Return an empty table, for `print_table`.

    Columns in `right` hold numbers. Those in `wrapped` hold sentences, which make room for the
    others.
    """
    made = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for column in columns:
        made.add_column(
            column,
            justify="right" if column in right else "left",
            no_wrap=column not in wrapped,
            overflow="fold",
        )
    return made


def print_table(rows: Table, on: Console | None = None) -> None:
    """Print a table; half an amount would be another amount, so it rather runs over the edge."""
    for column in rows.columns:
        if column.no_wrap:
            column.min_width = max(cell_len(str(cell)) for cell in (column.header, *column.cells))
    (on or console).print(rows, crop=False)


def counted(number: int, one: str, many: str) -> str:
    """Return a number with its noun: `1 entry`, `1,234 entries`."""
    return f"{number:,} {one if number == 1 else many}"


def moment(at: datetime) -> str:
    """Return a moment, in UTC, to the second."""
    return f"{at:%Y-%m-%d %H:%M:%S}"


def dim(text: str) -> Text:
    """Return a text that stands back."""
    return Text(text, style="dim")


def waiting(what: str) -> AbstractContextManager[object]:
    """Show somebody at a terminal what takes its time."""
    return _notices.status(what) if _notices.is_terminal else nullcontext()
