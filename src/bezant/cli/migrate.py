"""`bezant migrate`: bring the database's schema up to date, or say what that would do."""

from typing import Annotated, Literal

import typer

from bezant.cli.database import DataOption, JsonOption, configured, database
from bezant.cli.output import as_json, console, table
from bezant.db import migrate
from bezant.db.pool import connect_sync

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def run(
    *,
    plan: Annotated[bool, typer.Option("--plan", help="Only say what would be applied.")] = False,
    phase: Annotated[
        Literal["pre", "post"] | None,
        typer.Option(help="Only what runs before, or after, the new version starts."),
    ] = None,
    data: DataOption = None,
    json: JsonOption = False,
) -> None:
    """Bring the database's schema up to date."""
    with database(configured(data)) as url, connect_sync(url) as connection:
        steps = migrate.plan(connection) if plan else migrate.apply(connection, phase)
    if json:
        as_json([{"file": step.file, "phase": step.phase, "sha256": step.sha256} for step in steps])
        return
    if not steps:
        console.print("The schema is up to date.")
        return
    rows = table("migration", "phase", "sha256")
    for step in steps:
        rows.add_row(step.file, step.phase, step.sha256[:16])
    console.print(rows)
    console.print(f"{len(steps)} {'to apply' if plan else 'applied'}.")
