"""`bezant keys`: API keys of the platform's account; a secret is shown once, when it is made."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer

from bezant.api import versions
from bezant.api.app import operations_of
from bezant.api.runtime import API_VERSION
from bezant.cli.books import platform
from bezant.cli.database import connected
from bezant.cli.durations import duration
from bezant.cli.options import DataOption, JsonOption, LiveOption, closing, configured
from bezant.cli.output import as_json, console, print_table, table
from bezant.db.pool import Connection
from bezant.kernel.clock import SystemClock
from bezant.kernel.entropy import SystemEntropy
from bezant.kernel.errors import ConfigError, NotFound
from bezant.kernel.ids import Ids
from bezant.server.wiring import ROUTES
from bezant.store import keys

app = typer.Typer(no_args_is_help=True, add_completion=False)

KeyArgument = Annotated[str, typer.Argument(metavar="KEY", help="The key's id, key_….")]
AllowOption = Annotated[
    list[str] | None,
    typer.Option(
        "--allow", metavar="PERMISSION", help="All that it may do: charge:read, *:read; repeat it."
    ),
]

_MAY = {"secret": "everything", "publishable": "what is public", "restricted": "nothing"}


class Desk(NamedTuple):
    """An open connection and the account whose keys are handled."""

    conn: Connection
    account: str


@app.callback()
def group() -> None:
    """API keys: list, create, roll, revoke."""


@app.command("list", epilog=closing())
def list_keys(
    *, live: LiveOption = False, data: DataOption = None, json: JsonOption = False
) -> None:
    """List keys, revoked ones too.

    Of a secret only its end is known.
    """
    found = asyncio.run(_list(data, live))
    if json:
        as_json([_shown(key) for key in found])
        return
    rows = table("id", "name", "secret", "created", "expires", "revoked", "may")
    for key in found:
        moments = (_minute(each) for each in (key.created, key.terms.expires, key.revoked))
        may = " ".join(sorted(key.terms.permissions)) or _MAY[key.terms.kind]
        rows.add_row(key.id, key.name, key.redacted, *moments, may)
    print_table(rows)


@app.command(
    epilog=closing(
        'bezant keys create "the shop"',
        "bezant keys create --live backend",
        "bezant keys create reports --allow charge:read --allow payout:read --expires 90d",
    )
)
def create(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What it is for.")],
    *,
    allow: AllowOption = None,
    publishable: Annotated[
        bool, typer.Option("--publishable", help="A key that may be shown to anybody.")
    ] = False,
    expires: Annotated[
        str | None, typer.Option("--expires", help="How long it works, such as 90d or 12h.")
    ] = None,
    version: Annotated[
        str, typer.Option("--api-version", help="Of the API, for requests that name none.")
    ] = API_VERSION,
    live: LiveOption = False,
    data: DataOption = None,
    json: JsonOption = False,
) -> None:
    """Make a key, and show its secret this once.

    Only a digest of it is stored. A key may do everything, unless it is publishable or allowed
    certain things.
    """
    kind: keys.Kind = "publishable" if publishable else "restricted" if allow else "secret"
    until = None if expires is None else SystemClock().now() + duration(expires)
    terms = keys.Terms(kind, _permissions(allow or []), versions.checked(version), until)
    made = asyncio.run(_create(data, name, terms, live))
    _show_once(made, json=json)


@app.command(epilog=closing("bezant keys roll key_0Rk3v1 --overlap 24h"))
def roll(
    key: KeyArgument,
    *,
    overlap: Annotated[
        str, typer.Option("--overlap", help="How long the old key still works, such as 24h or 0.")
    ] = "24h",
    data: DataOption = None,
    json: JsonOption = False,
) -> None:
    """Make a new key in place of another.

    The new one may do the same; the old one works on until the overlap is over.
    """
    _show_once(asyncio.run(_roll(data, key, duration(overlap))), json=json)


@app.command(epilog=closing())
def revoke(
    key: KeyArgument,
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


def _show_once(made: keys.NewKey, *, json: bool) -> None:
    secret = made.secret.reveal()
    if json:
        as_json({**_shown(made.key), "secret": secret})
        return
    console.print(f"{made.key.id}  {secret}")
    console.print("Keep it now: it is stored as a digest and can't be shown again.")


def _shown(key: keys.Key) -> dict[str, Any]:
    shown = key._asdict()
    terms = shown.pop("terms")._asdict()
    return {**shown, **terms, "permissions": sorted(key.terms.permissions)}


def _minute(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M}" if moment else ""


def _permissions(allowed: list[str]) -> frozenset[str]:
    """Check that each permission is one that an operation asks for. Raises ConfigError."""
    known = {each.permission for each in operations_of(ROUTES)} | {"*:read", "*:write"}
    for name in allowed:
        if name not in known:
            near = get_close_matches(name, known, n=1, cutoff=0)[0]
            raise ConfigError(f"{name} is not a permission; the nearest is {near}")
    return frozenset(allowed)


async def _create(data: Path | None, name: str, terms: keys.Terms, live: bool) -> keys.NewKey:
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
            terms=terms,
        )


async def _roll(data: Path | None, key: str, overlap: timedelta) -> keys.NewKey:
    clock, entropy = SystemClock(), SystemEntropy()
    async with _desk(data) as (conn, account):
        now = clock.now()
        ids = Ids(clock, entropy)
        return await keys.roll(
            conn, ids, entropy, now, account=account, name=key, until=now + overlap
        )


async def _revoke(data: Path | None, key: str) -> None:
    async with _desk(data) as (conn, account):
        if not await keys.revoke(conn, account, key, SystemClock().now()):
            raise NotFound(f"There is no key {key}, or it has been revoked before.")


@asynccontextmanager
async def _desk(data: Path | None) -> AsyncGenerator[Desk]:
    async with connected(configured(data)) as conn:
        yield Desk(conn, await platform(conn))
