"""`bezant keys`: API keys of the platform's account; a secret is shown once, when it is made."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from bezant.cli.books import platform
from bezant.cli.database import connected
from bezant.cli.options import DataOption, JsonOption, LiveOption, closing, configured
from bezant.cli.output import as_json, console, print_table, table
from bezant.db.pool import Connection
from bezant.kernel.clock import SystemClock
from bezant.kernel.entropy import SystemEntropy
from bezant.kernel.errors import NotFound
from bezant.kernel.ids import Ids
from bezant.store import keys

app = typer.Typer(no_args_is_help=True, add_completion=False)


class Desk(NamedTuple):
    """An open connection and the account whose keys are handled."""

    conn: Connection
    account: str


@app.callback()
def group() -> None:
    """API keys: list, create, revoke."""


@app.command("list", epilog=closing())
def list_keys(
    *, live: LiveOption = False, data: DataOption = None, json: JsonOption = False
) -> None:
    """List keys, revoked ones too.

    Of a secret only its end is known.
    """
    found = asyncio.run(_list(data, live))
    if json:
        as_json([key._asdict() for key in found])
        return
    rows = table("id", "name", "secret", "created", "revoked")
    for key in found:
        secret = f"sk_{'live' if key.livemode else 'test'}_…{key.shown}"
        revoked = f"{key.revoked:%Y-%m-%d %H:%M}" if key.revoked else ""
        rows.add_row(key.id, key.name, secret, f"{key.created:%Y-%m-%d %H:%M}", revoked)
    print_table(rows)


@app.command(epilog=closing('bezant keys create "the shop"', "bezant keys create --live backend"))
def create(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What it is for.")],
    *,
    live: LiveOption = False,
    data: DataOption = None,
    json: JsonOption = False,
) -> None:
    """Make a key, and show its secret this once.

    Only a digest of it is stored.
    """
    made = asyncio.run(_create(data, name, live))
    if json:
        as_json({"id": made.key.id, "name": name, "secret": made.secret.reveal()})
        return
    console.print(f"{made.key.id}  {made.secret.reveal()}")
    console.print("Keep it now: it is stored as a digest and can't be shown again.")


@app.command(epilog=closing())
def revoke(
    key: Annotated[str, typer.Argument(metavar="KEY", help="The key's id, key_….")],
    *,
    data: DataOption = None,
    json: JsonOption = False,
) -> None:
    """Revoke a key.

    Within five seconds every server refuses it.
    """
    asyncio.run(_revoke(data, key))
    if json:
        as_json({"id": key, "revoked": True})
    else:
        console.print(f"{key} is revoked.")


async def _list(data: Path | None, live: bool) -> list[keys.Key]:
    async with _desk(data) as (conn, account):
        return await keys.of_account(conn, account, livemode=live)


async def _create(data: Path | None, name: str, live: bool) -> keys.NewKey:
    clock, entropy = SystemClock(), SystemEntropy()
    async with _desk(data) as (conn, account):
        return await keys.create(
            conn,
            Ids(clock, entropy),
            entropy,
            clock.now(),
            account=account,
            livemode=live,
            name=name,
        )


async def _revoke(data: Path | None, key: str) -> None:
    async with _desk(data) as (conn, account):
        if not await keys.revoke(conn, account, key, SystemClock().now()):
            raise NotFound(f"There is no key {key}, or it has been revoked before.")


@asynccontextmanager
async def _desk(data: Path | None) -> AsyncGenerator[Desk]:
    async with connected(configured(data)) as conn:
        yield Desk(conn, await platform(conn))
