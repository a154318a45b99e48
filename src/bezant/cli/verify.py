"""`bezant verify`: prove the books from their moves, and say what was proved."""

from typing import Annotated, Any

import typer
from msgspec.structs import asdict
from rich.console import Console
from rich.text import Text

from bezant.cli.database import database
from bezant.cli.options import DataOption, JsonOption, closing, configured
from bezant.cli.output import as_json, console, counted, dim, print_table, table, waiting
from bezant.ledger.verify import verify
from bezant.ledger.verify_report import Check, Report

app = typer.Typer(add_completion=False)

CODES = (
    "Exit codes: 0 the books prove; 1 they do not, and every problem is listed; 2 the proof "
    "could not begin: wrong usage, a bad setting, no database."
)


@app.command(epilog=closing("bezant verify", "bezant verify --quick --json", codes=CODES))
def run(
    *,
    quick: Annotated[
        bool,
        typer.Option("--quick", help="Leave out digests, seals and stored answers."),
    ] = False,
    data: DataOption = None,
    json: JsonOption = False,
) -> None:
    """Prove the books from their moves.

    Balances, holds, daily sums, reversals, totals, digests and seals are worked out again, by code
    that shares nothing with the code that wrote them. It reads one snapshot, changes nothing, and
    may run while the server does.
    """
    with database(configured(data)) as url, waiting("Proving the books…"):
        report = verify(url, deep=not quick)
    if json:
        as_json(_told(report))
    else:
        render(console, report)
        if quick:
            console.print(dim("Not a full proof: digests, seals and answers were left out."))
    if not report.ok:
        raise typer.Exit(1)


def render(console: Console, report: Report) -> None:
    """Print what was proved, of how much, every problem, and the verdict."""
    rows = table(
        "check", "what it proves", "rows", "result", right=("rows",), wrapped=("what it proves",)
    )
    for check in report.checks:
        rows.add_row(Text(check.name), Text(check.sentence), f"{check.examined:,}", _result(check))
    print_table(rows, console)
    for check in report.checks:
        _render_problems(console, check)
    console.print()
    console.print(_verdict(report))


def _result(check: Check) -> Text:
    if check.ok:
        return Text("ok", style="green")
    return Text(counted(check.count, "problem", "problems"), style="bold red")


def _render_problems(console: Console, check: Check) -> None:
    for table_name, key, expected, found in check.problems:
        console.print()
        console.print(Text.assemble((f"{check.name}: ", "bold red"), f"{table_name} {key}"))
        console.print(Text.assemble(("  expected  ", "dim"), expected))
        console.print(Text.assemble(("  found     ", "dim"), found))
    if untold := check.count - len(check.problems):
        console.print()
        console.print(Text(f"{check.name}: {counted(untold, 'problem', 'problems')} more"))


def _verdict(report: Report) -> Text:
    seals = counted(report.seals, "seal", "seals")
    of = ", ".join(
        (
            counted(report.entries, "entry", "entries"),
            counted(report.moves, "move", "moves"),
            counted(report.accounts, "account", "accounts"),
            f"{seals} over {counted(report.sealed_entries, 'entry', 'entries')}",
        )
    )
    seconds = f"in {report.seconds:.1f} s"
    if report.ok:
        return Text(f"The books prove: {of}, {seconds}.", style="bold green")
    problems = counted(sum(check.count for check in report.checks), "problem", "problems")
    return Text(f"The books do not prove: {problems} in {of}, {seconds}.", style="bold red")


def _told(report: Report) -> dict[str, Any]:
    """Return a report as JSON has it, with the verdict first."""
    checks = [
        {"ok": check.ok, **asdict(check), "problems": [it._asdict() for it in check.problems]}
        for check in report.checks
    ]
    return {"ok": report.ok, **asdict(report), "checks": checks}
