"""`bezant demo`: the main job, played for real on virtual days, with the official SDK as client."""

from typing import Annotated

import typer

from bezant.cli.demo.play import play

app = typer.Typer(add_completion=False)


@app.command()
def demo(
    payouts: Annotated[int, typer.Option(min=10, max=200_000, help="How many payouts.")] = 200,
    accounts: Annotated[int, typer.Option(min=5, max=2_000, help="Connected accounts.")] = 20,
    seed: Annotated[int, typer.Option(help="The same seed plays the same story.")] = 7,
) -> None:
    """Top up, transfer, pay out, read the bank's answers, and prove the books."""
    raise typer.Exit(play(payouts=payouts, accounts=accounts, seed=seed))
