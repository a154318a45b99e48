"""`bezant migrate`: bring the database's schema up to date, or say what that would do."""

from typing import Annotated, Literal

import typer

from bezant.cli.database import database
from bezant.cli.options import DataOption, JsonOption, closing, configured
from bezant.cli.output import as_json, console, counted, print_table, table, waiting
from bezant.db import migrate
from bezant.db.migrate import Step
from bezant.db.pool import connect_sync

app = typer.Typer(add_completion=False)


@app.command(epilog=closing("bezant migrate --plan", "bezant migrate --phase pre"))
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
    """Bring the database's schema up to date.

    The server does the same when it starts. Migrations run once each, one migrator at a time;
    what others wait for never blocks them for more than two seconds.
    """
    with database(configured(data), create=not plan) as url, connect_sync(url) as connection:
        if plan:
            steps = [step for step in migrate.plan(connection) if phase in (None, step.phase)]
        else:
            with waiting("Migrating…"):
                steps = migrate.apply(connection, phase)
    if json:
        as_json([{"file": step.file, "phase": step.phase, "sha256": step.sha256} for step in steps])
    else:
        _show(steps, "to apply" if plan else "applied")


def _show(steps: list[Step], what: str) -> None:
    if not steps:
        console.print("The schema is up to date.")
        return
    rows = table("migration", "phase", "sha256")
    for step in steps:
        rows.add_row(step.file, step.phase, step.sha256[:16])
    print_table(rows)
    console.print(f"{counted(len(steps), 'migration', 'migrations')} {what}.")
