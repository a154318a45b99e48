"""`bezant doctor`: looks for what is wrong, and says what to do."""

from collections.abc import Callable, Iterator

import typer
from rich.text import Text

from bezant.cli.database import database, is_there
from bezant.cli.doctor import banks, machine, postgres, work
from bezant.cli.doctor.finding import Finding, State, bad, warn
from bezant.cli.doctor.patient import Patient
from bezant.cli.options import DataOption, JsonOption, closing, configured
from bezant.cli.output import as_json, console, counted, print_table, table, waiting
from bezant.db.embedded import running_at
from bezant.db.errors import StatementTimeout
from bezant.db.pool import connect_sync
from bezant.kernel.clock import SystemClock
from bezant.kernel.config import Config
from bezant.kernel.errors import DatabaseError

app = typer.Typer(add_completion=False)

CODES = (
    "Exit codes: 0 nothing is wrong, though there may be warnings; 1 something is; 2 it could "
    "not look: wrong usage, a bad setting."
)
STYLES: dict[State, str] = {"ok": "green", "warn": "yellow", "bad": "bold red"}
PATIENCE_MS = 10_000
"""How long a check may ask the database; a look must never slow payments down for long."""

Check = Callable[[Patient], Finding]
CHECKS: tuple[Check, ...] = (
    postgres.clock,
    work.keys,
    banks.refused,
    banks.unfinished,
    banks.breaks,
    banks.statements,
    work.webhooks,
    work.events,
    work.jobs,
    work.verification,
    work.movements,
    work.holds,
    work.due,
    work.clearing,
    work.seals,
)


@app.command(epilog=closing("bezant doctor", "bezant doctor --json", codes=CODES))
def run(*, data: DataOption = None, json: JsonOption = False) -> None:
    """Look for what is wrong, and say what to do.

    From the disk to the seals: each check is ok, warn or bad, and the latter two come with the
    next step. It changes nothing, and may run while the server does.
    """
    with waiting("Looking…"):
        findings = list(_examine(configured(data)))
    if json:
        as_json({"ok": not _count(findings, "bad"), "checks": [it._asdict() for it in findings]})
    else:
        _show(findings)
    if _count(findings, "bad"):
        raise typer.Exit(1)


def _examine(config: Config) -> Iterator[Finding]:
    yield machine.folder(config)
    yield machine.space(config)
    yield machine.server(config)
    if not is_there(config):
        yield warn(postgres.NAME, "there is none yet", "`bezant serve` makes one")
        return
    whence = _whence(config)
    try:
        with database(config) as url:
            yield from _examine_database(config, url, whence)
    except DatabaseError as problem:
        yield bad(postgres.NAME, " ".join(str(problem).split()), "the rest was not looked at")


def _examine_database(config: Config, url: str, whence: str) -> Iterator[Finding]:
    clock = SystemClock()
    with connect_sync(url, statement_timeout_ms=PATIENCE_MS) as connection:
        patient = Patient(connection, config, clock, clock.now(), whence)
        yield postgres.promises(patient)
        yield postgres.connections(patient)
        schema = postgres.schema(patient)
        yield schema
        if schema.state == "ok":
            patient = patient.at_platform_time()
            yield from (_looked(check, patient) for check in CHECKS)


def _looked(check: Check, patient: Patient) -> Finding:
    try:
        return check(patient)
    except StatementTimeout:
        seconds = PATIENCE_MS // 1_000
        said = f"took longer than {seconds} s, and was left"
        return warn(check.__name__, said, "look again when there is less to do")


def _whence(config: Config) -> str:
    if config.database_url is not None:
        return "where BEZANT_DATABASE_URL says"
    return "embedded, and running" if running_at(config.data) else "embedded, started to look"


def _count(findings: list[Finding], state: State) -> int:
    return sum(finding.state == state for finding in findings)


def _show(findings: list[Finding]) -> None:
    rows = table("", "looked at", "found", wrapped=("found",))
    for name, state, said, then in findings:
        found = Text(said)
        if then:
            found.append(f"\n→ {then}", style="dim")
        rows.add_row(Text(state, style=STYLES[state]), Text(name, style="bold"), found)
    print_table(rows)
    problems, warnings = _count(findings, "bad"), _count(findings, "warn")
    told = [counted(problems, "problem", "problems")] if problems else []
    told += [counted(warnings, "warning", "warnings")] if warnings else []
    console.print()
    console.print(Text(f"{', '.join(told) or 'Nothing is wrong'}.", style="bold"))
