"""`bezant ledger`: what accounts hold and held, how they came to it, and why."""

import typer

from bezant.cli.ledger import balance, explain, statement, trial

app = typer.Typer(no_args_is_help=True, add_completion=False)


@app.callback()
def group() -> None:
    """Balances, statements, trial balance, explanations.

    Amounts are shown in the currency's own units; --json has minor units. An account counts on
    its normal side, so that more is more of what it is for.
    """


app.command("balance", epilog=balance.CLOSING)(balance.run)
app.command("statement", epilog=statement.CLOSING)(statement.run)
app.command("tb", epilog=trial.CLOSING)(trial.run)
app.command("explain", epilog=explain.CLOSING)(explain.run)
