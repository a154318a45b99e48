"""`bezant config`: settings, and where each comes from."""

from typing import Annotated

import typer

from bezant.cli.database import DataOption, JsonOption, configured
from bezant.cli.output import as_json, console, table
from bezant.kernel.config import describe

app = typer.Typer(no_args_is_help=True, add_completion=False, rich_markup_mode=None)


@app.callback()
def group() -> None:
    """Settings, and where each comes from."""


@app.command()
def show(
    *,
    data: DataOption = None,
    describe_all: Annotated[bool, typer.Option("--describe", help="Say what each is for.")] = False,
    json: JsonOption = False,
) -> None:
    """Show every setting, its value, and where that came from; secrets are redacted."""
    settings = describe(configured(data))
    if json:
        as_json([setting._asdict() for setting in settings])
        return
    rows = table("setting", "value", "from", "variable")
    for setting in settings:
        rows.add_row(setting.name, setting.value, setting.source, setting.variable)
        if describe_all:
            rows.add_row("", f"[dim]{setting.description}[/dim]", "", "")
    console.print(rows)
