"""`bezant vault`: the keys under which card numbers are sealed, and their rotation."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress

from bezant.cli.database import connected
from bezant.cli.options import DataOption, JsonOption, closing, configured
from bezant.cli.output import as_json, console, print_table, table
from bezant.kernel.config import Config
from bezant.kernel.entropy import SystemEntropy
from bezant.kernel.errors import NotFound
from bezant.vault import keyring, vault

app = typer.Typer(no_args_is_help=True, add_completion=False)


@app.callback()
def group() -> None:
    """The vault of card numbers: its keys, and their rotation."""


@app.command(epilog=closing("bezant vault status"))
def status(*, data: DataOption = None, json: JsonOption = False) -> None:
    """Say how many cards are sealed under each key."""
    config = configured(data)
    ring = _ring(config)
    counts = asyncio.run(_census(config))
    names = [*ring.names, *(name for name in counts if name not in ring.names)]
    if json:
        keys = [{"key": name, "cards": counts.get(name, 0)} for name in names]
        as_json({"primary": ring.primary, "keys": keys})
        return
    rows = table("key", "cards", "", right=("cards",))
    for name in names:
        said = "primary" if name == ring.primary else ""
        said = said if name in ring.names else "missing from the key file"
        rows.add_row(name, f"{counts.get(name, 0):,}", said)
    print_table(rows)


@app.command(epilog=closing("bezant vault rotate k2"))
def rotate(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What the new key is called.")],
    *,
    data: DataOption = None,
    json: JsonOption = False,
) -> None:
    """Make a new primary key and seal every card under it, while traffic goes on.

    Servers take up the new key within seconds. Run it again under the same name to go on with a
    rotation that was interrupted; nothing is lost by that.
    """
    config = configured(data)
    path, entropy = config.vault_key_file, SystemEntropy()
    ring = _ring(config)
    if ring.primary != name:
        ring = keyring.add_key(path, name, entropy)
    done = asyncio.run(_rotate(config, ring, quiet=json))
    if json:
        as_json({"primary": name, "cards": done})
        return
    console.print(f"{done:,} cards are sealed under {name} now. Keep the older keys in {path}.")


def _ring(config: Config) -> keyring.Keyring:
    path: Path = config.vault_key_file
    if not path.exists():
        raise NotFound(f"there is no key file {path} yet: `bezant serve` makes it")
    return keyring.read(path)


async def _census(config: Config) -> dict[str, int]:
    async with connected(config) as conn:
        return await vault.census(conn)


async def _rotate(config: Config, ring: keyring.Keyring, *, quiet: bool) -> int:
    async with connected(config) as conn:
        counts = await vault.census(conn)
        waiting = sum(count for key, count in counts.items() if key != ring.primary)
        done = 0
        with Progress(console=console, transient=True, disable=quiet) as progress:
            task = progress.add_task("Sealing cards", total=waiting)
            while sealed := await vault.rotate(conn, ring, SystemEntropy()):
                done += sealed
                progress.advance(task, sealed)
    return done
