"""What commands print: tables for people, JSON for programs."""

import msgspec
import typer
from rich.console import Console
from rich.table import Table

console = Console(highlight=False)


def as_json(value: object) -> None:
    """Print a value as indented JSON."""
    typer.echo(msgspec.json.format(msgspec.json.encode(value)).decode())


def table(*columns: str, right: tuple[str, ...] = ()) -> Table:
    """Return an empty table; columns named in `right` hold numbers."""
    made = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for column in columns:
        made.add_column(column, justify="right" if column in right else "left", no_wrap=True)
    return made
