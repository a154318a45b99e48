"""`bezant config`: settings, and where each comes from."""

from typing import Annotated

import typer

from bezant.cli.options import DataOption, JsonOption, closing, configured
from bezant.cli.output import as_json, dim, print_table, table
from bezant.kernel.config import describe

app = typer.Typer(no_args_is_help=True, add_completion=False)


@app.callback()
def group() -> None:
    """Settings, and where each comes from."""


@app.command(epilog=closing("bezant config show --describe", "BEZANT_PORT=5000 bezant config show"))
def show(
    *,
    data: DataOption = None,
    describe_all: Annotated[bool, typer.Option("--describe", help="Say what each is for.")] = False,
    json: JsonOption = False,
) -> None:
    """Show every setting, and where it comes from.

    Options come before variables, variables before bezant.toml in this folder, and that before
    defaults. Secrets are redacted.
    """
    settings = describe(configured(data))
    if json:
        as_json([setting._asdict() for setting in settings])
        return
    rows = table("setting", "value", "from", "variable", wrapped=("value",))
    for setting in settings:
        rows.add_row(setting.name, setting.value, setting.source, setting.variable)
        if describe_all:
            rows.add_row("", dim(setting.description), "", "")
    print_table(rows)
