"""The command line: `bezant`, for whoever runs the platform."""

import sys
from typing import Annotated

import typer

import bezant
from bezant.cli.lazy import Lazy, lazy_group
from bezant.kernel.errors import BezantError

COMMANDS = {
    "serve": Lazy("bezant.cli.serve", "Serve the API and do the work behind it."),
    "demo": Lazy("bezant.cli.demo", "Play the main job, from API calls to the bank statement."),
    "migrate": Lazy("bezant.cli.migrate", "Bring the database's schema up to date."),
    "verify": Lazy("bezant.cli.verify", "Prove the books from their moves."),
    "doctor": Lazy("bezant.cli.doctor", "Look for what is wrong, and say what to do."),
    "ledger": Lazy("bezant.cli.ledger", "Balances, statements, trial balance, explanations."),
    "keys": Lazy("bezant.cli.keys", "API keys: list, create, revoke."),
    "config": Lazy("bezant.cli.config", "Settings, and where each comes from."),
}

app = typer.Typer(
    name="bezant",
    cls=lazy_group(COMMANDS),
    no_args_is_help=True,
    add_completion=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
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
    """Run the command line; a problem of ours is one line on standard error, exit code 1."""
    try:
        app()
    except BezantError as problem:
        typer.echo(f"bezant: {problem}", err=True)
        sys.exit(1)
