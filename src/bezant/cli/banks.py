"""`bezant banks`: the profiles of banks, checked and shown, and examples to begin from."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from bezant.banks import examples as catalogue
from bezant.banks.load import SUFFIX, load_folder, read
from bezant.cli.options import JsonOption, closing, configured
from bezant.cli.output import as_json, console, counted, dim, print_table, table
from bezant.kernel.currency import format_amount
from bezant.kernel.errors import NotFound
from bezant.kernel.money import Money
from bezant.movement.profile import BankProfile, BankRail
from bezant.server.rails import RAILS
from bezant.server.world import WORLD

app = typer.Typer(no_args_is_help=True, add_completion=False)

CODES = (
    "Exit codes: 0 every profile can be used; 1 one cannot, or is not there; 2 it could not begin."
)


@app.callback()
def group() -> None:
    """Bank profiles: list, check, show, examples."""


@app.command("list", epilog=closing("bezant banks list"))
def list_profiles(*, json: JsonOption = False) -> None:
    """List the accounts at banks that the server would use."""
    profiles = _profiles()
    if json:
        as_json(profiles)
        return
    rows = table("name", "mode", "currency", "account", "rails", "transport", "bank")
    for one in profiles:
        rails = " ".join(one.rails) or "-"
        mode = "live" if one.livemode else "test"
        rows.add_row(
            one.name, mode, one.currency, one.account, rails, one.transport.kind, one.bank_name
        )
    print_table(rows)


@app.command(epilog=closing("bezant banks check", "bezant banks check meadow.toml", codes=CODES))
def check(
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar="FILE...", exists=True, dir_okay=False, help="Profiles to check."),
    ] = None,
    *,
    json: JsonOption = False,
) -> None:
    """Check profiles to the last key: those named, or those of the folder in the settings."""
    paths = files or _paths()
    found = {str(path): read(path, RAILS)[1] for path in paths}
    if json:
        as_json(found)
    else:
        for path, faults in found.items():
            console.print(
                f"{path}: {'fine' if not faults else counted(len(faults), 'fault', 'faults')}"
            )
            for fault in faults:
                console.print(f"  {fault}")
        if not found:
            console.print(dim("There are no profiles: BEZANT_BANKS names their folder."))
    if any(found.values()):
        raise typer.Exit(1)


@app.command(epilog=closing("bezant banks show sandbox"))
def show(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The profile's name.")],
    *,
    json: JsonOption = False,
) -> None:
    """Show one account at a bank: its rails, hours, limits and prices."""
    profile = next((one for one in _profiles() if one.name == name), None)
    if profile is None:
        raise NotFound(f"There is no bank profile {name}; `bezant banks list` shows them.")
    if json:
        as_json(profile)
        return
    for line in _told(profile):
        console.print(line)


@app.command(
    epilog=closing("bezant banks examples", "bezant banks examples us-meadow > meadow.toml")
)
def examples(
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="Print this one.")] = None,
    *,
    json: JsonOption = False,
) -> None:
    """List example profiles, or print one to begin from."""
    if name is not None:
        typer.echo(catalogue.text(name), nl=False)
        return
    titles = {each: catalogue.title(each) for each in catalogue.names()}
    if json:
        as_json(titles)
        return
    rows = table("name", "what it shows", wrapped=("what it shows",))
    for each, title in titles.items():
        rows.add_row(each, title)
    print_table(rows)


def _profiles() -> list[BankProfile]:
    folder = configured().banks
    return [*WORLD, *(load_folder(folder, RAILS) if folder is not None else ())]


def _paths() -> list[Path]:
    folder = configured().banks
    return sorted(folder.glob(f"*{SUFFIX}")) if folder is not None else []


def _told(profile: BankProfile) -> Iterator[str]:
    mode = "live" if profile.livemode else "test"
    yield f"{profile.name}: {profile.holder} at {profile.bank_name}"
    yield f"  {profile.currency}, {mode} mode"
    yield f"  account {profile.account}"
    details: dict[str, object] = msgspec.to_builtins(profile.details)
    yield "  " + ", ".join(f"{key} {value}" for key, value in details.items() if value is not None)
    options = ", ".join(f"{key} {value}" for key, value in profile.transport.options.items())
    yield f"  transport {profile.transport.kind}{': ' if options else ''}{options}"
    if profile.statements:
        yield f"  statements {' '.join(profile.statements)}"
    if profile.mt940:
        yield f"  mt940 {profile.mt940}"
    for name, access in profile.rails.items():
        yield f"  rail {name}"
        for line in _access(access, profile.currency):
            yield f"    {line}"


def _access(access: BankRail, currency: str) -> Iterator[str]:
    if access.services:
        yield f"services {' '.join(access.services)}"
    for service, hour in access.cut_offs.items():
        yield f"cut-off {service} {hour:%H:%M}"
    for service, price in access.prices.items():
        yield f"price {service} {format_amount(Money(price, currency))}"
    for service, rows in access.dated_prices.items():
        for row in rows:
            until = f" until {row.valid_to}" if row.valid_to else ""
            price = format_amount(Money(row.value, currency))
            yield f"price {service} {price} from {row.valid_from}{until}"
    if access.max_amount is not None:
        yield f"at most {format_amount(Money(access.max_amount, currency))}"
    if access.approval_from is not None:
        yield f"approval from {format_amount(Money(access.approval_from, currency))}"
