"""`python -m bench`: measure the platform on this machine, print a table, write JSON."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated

import typer
from msgspec.structs import replace
from rich.console import Console

from bench.cases import (
    conventions,
    door,
    entries,
    files,
    growth,
    memory,
    payments,
    pgledger,
    tigerbeetle,
    transfers,
)
from bench.plan import QUICK, Plan, grown_to
from bench.report import Report, machine
from bench.run import Run, progress
from bench.stage import Stage

CASES: Mapping[str, Callable[[Run], None]] = {
    "transfers": transfers.run,
    "payments": payments.run,
    "conventions": conventions.run,
    "entries": entries.run,
    "door": door.run,
    "growth": growth.run,
    "memory": memory.run,
    "files": files.run,
    "pgledger": pgledger.run,
    "tigerbeetle": tigerbeetle.run,
}

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def bench(
    *,
    quick: Annotated[bool, typer.Option(help="Take minutes instead of half an hour.")] = False,
    only: Annotated[
        list[str] | None, typer.Option(help=f"One of {', '.join(CASES)}; may be repeated.")
    ] = None,
    rounds: Annotated[int | None, typer.Option(min=1, help="How often all is measured.")] = None,
    seconds: Annotated[float | None, typer.Option(min=0.1, help="How long each time.")] = None,
    moves: Annotated[int | None, typer.Option(min=1, help="How far tables grow.")] = None,
    requests: Annotated[int | None, typer.Option(min=10, help="Sent while memory is read.")] = None,
    json: Annotated[Path | None, typer.Option(help="Where to write the JSON.")] = None,
) -> None:
    """Measure what the platform does in a second here, and compare it in interleaved rounds."""
    plan = QUICK if quick else Plan()
    given = {"rounds": rounds, "seconds": seconds, "requests": requests}
    plan = replace(plan, **{name: value for name, value in given.items() if value is not None})
    if moves is not None:
        plan = replace(plan, moves=grown_to(moves))
    unknown = set(only or ()) - CASES.keys()
    if unknown:
        raise typer.BadParameter(f"no such case: {', '.join(sorted(unknown))}")
    carry_out(plan, only or list(CASES), Console(), json)


def carry_out(plan: Plan, cases: list[str], console: Console, json: Path | None) -> Report:
    """Run cases on a fresh stage, print what they found and write it down."""
    report = Report(machine=machine(), plan=plan)
    with progress(console) as shown:
        setting = shown.add_task("setting up", total=1, what=f"{plan.accounts:,} accounts")
        with Stage(plan.accounts) as stage:
            shown.update(setting, advance=1)
            for name in cases:
                CASES[name](Run(plan, stage, report, shown))
    report.show(console)
    console.print(f"Written to {report.write(json)}", soft_wrap=True)
    return report


if __name__ == "__main__":
    app()
