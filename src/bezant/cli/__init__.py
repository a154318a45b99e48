"""The command line: `bezant`, for whoever runs the platform."""

import sys
from collections.abc import Sequence
from typing import Annotated

import typer

import bezant
from bezant.cli.lazy import Lazy, lazy_group
from bezant.kernel.errors import BezantError, ConfigError, DatabaseError

COMMANDS = {
    "serve": Lazy("bezant.cli.serve", "Serve the API and do the work behind it."),
    "demo": Lazy("bezant.cli.demo", "Play the main job, from API calls to the bank statement."),
    "verify": Lazy("bezant.cli.verify", "Prove the books from their moves."),
    "doctor": Lazy("bezant.cli.doctor", "Look for what is wrong, and say what to do."),
    "ledger": Lazy("bezant.cli.ledger", "Balances, statements, trial balance, explanations."),
    "files": Lazy("bezant.cli.files", "Bank files: list, show, resubmit, read."),
    "movements": Lazy("bezant.cli.movements", "Movements of money: list, show, act."),
    "banks": Lazy("bezant.cli.banks", "Bank profiles: list, check, show, examples."),
    "clock": Lazy("bezant.cli.clock", "The time of test mode: freeze, advance, run."),
    "keys": Lazy("bezant.cli.keys", "API keys: list, create, roll, revoke."),
    "vault": Lazy("bezant.cli.vault", "The keys of card numbers: status, rotate."),
    "config": Lazy("bezant.cli.config", "Settings, and where each comes from."),
    "listen": Lazy("bezant.cli.listen", "Forward events to a program on this machine."),
    "trigger": Lazy("bezant.cli.trigger", "Let an event happen, really."),
    "simulate": Lazy("bezant.cli.simulate", "Let something happen at a simulated bank."),
    "logs": Lazy("bezant.cli.logs", "Requests to the API, as they come."),
    "webhooks": Lazy("bezant.cli.webhooks", "Endpoints, deliveries, resends, secrets."),
    "migrate": Lazy("bezant.cli.migrate", "Bring the database's schema up to date."),
}

NO, NOT_BEGUN = 1, 2
"""Exit codes: what was asked cannot be; it could not even begin."""

app = typer.Typer(
    name="bezant",
    cls=lazy_group(COMMANDS),
    add_completion=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    epilog=(
        "Exit codes: 0 done; 1 no; 2 could not begin: wrong usage, a bad setting, no database. "
        "Every command takes --help, and --json where it prints something."
    ),
)


@app.callback(invoke_without_command=True)
def root(
    context: typer.Context,
    *,
    version: Annotated[bool, typer.Option("--version", help="Show the version.")] = False,
) -> None:
    """Move and store money on your own machines and bank accounts."""
    if version:
        typer.echo(f"bezant {bezant.__version__}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


def main() -> None:
    """Run the command line on this process's arguments."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code; what goes wrong is one line on standard error."""
    try:
        code = app(list(arguments), prog_name="bezant", standalone_mode=False)
    except typer.TyperException as wrong:
        return _misused(wrong)
    except typer.Abort:
        return NO
    except (ConfigError, DatabaseError) as problem:
        _say(str(problem))
        return NOT_BEGUN
    except BezantError as problem:
        _say(str(problem))
        return NO
    except OSError as problem:
        place = f"{problem.filename}: " if problem.filename else ""
        _say(f"{place}{problem.strerror or problem}")
        return NOT_BEGUN
    return code if isinstance(code, int) else 0


def _misused(wrong: typer.TyperException) -> int:
    """Say what is wrong with the arguments; a group of commands without one shows its help."""
    message = wrong.format_message()
    context: typer.Context | None = getattr(wrong, "ctx", None)
    if context is None:
        _say(message)
    elif message.startswith("Usage:"):
        typer.echo(message, err=True)
    else:
        _say(f"{message.rstrip('.')}. See {context.command_path} --help.")
    return wrong.exit_code


def _say(text: str) -> None:
    typer.echo(f"bezant: {' '.join(text.split())}", err=True)
