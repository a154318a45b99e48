"""`bezant movements`: what is on its way through the rails, and the story of each."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated, Any

import msgspec
import typer
from rich.text import Text

from bezant.cli.books import platform
from bezant.cli.database import connected
from bezant.cli.options import (
    DataOption,
    JsonOption,
    LiveOption,
    closing,
    configured,
    named_values,
)
from bezant.cli.output import as_json, console, dim, moment, print_table, table
from bezant.cli.remote import DEFAULT_BASE, AccountOption, BaseOption, KeyOption, opened
from bezant.kernel.config import Config
from bezant.kernel.currency import format_amount
from bezant.kernel.errors import ConfigError, NotFound
from bezant.ledger.book import HOUSE, book_of
from bezant.movement.movement import Movement, MovementFact, Status
from bezant.movement.route import Alternative
from bezant.movement.rows import one
from bezant.store.objects import Page, page

app = typer.Typer(no_args_is_help=True, add_completion=False)

PATH = "/v1/movements"
ACTIONS = (
    "answer_recall",
    "approve",
    "cancel",
    "confirm",
    "contest",
    "dishonor",
    "enquire",
    "hold",
    "recall",
    "release",
    "retry",
    "reverse",
)
"""What can be done about a movement, as the API calls it."""

_MOST = 10_000
_BAD = frozenset({"rejected", "returned", "recalled", "unknown", "held"})


@app.callback()
def group() -> None:
    """Movements of money: list, show, act."""


@app.command("list", epilog=closing("bezant movements list --status unknown --account acct_…"))
def list_movements(
    *,
    account: Annotated[
        str | None,
        typer.Option(help="Whose: an account's id, or house; otherwise the platform's."),
    ] = None,
    status: Annotated[Status | None, typer.Option(help="Only those of one status.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=_MOST, help="How many, newest first.")] = 20,
    live: LiveOption = False,
    data: DataOption = None,
    json: JsonOption = False,
) -> None:
    """List movements of one account, newest first; those of the house are what nobody claims."""
    found, more = asyncio.run(_list(configured(data), account, status, limit, live))
    if json:
        as_json(found)
        return
    rows = table("id", "when", "amount", "act", "rail", "status", "for", right=("amount",))
    for each in found:
        rows.add_row(
            each.id,
            _time(each.created),
            format_amount(each.money),
            each.act,
            each.lane,
            _status(each),
            each.source or "",
        )
    print_table(rows)
    if more:
        console.print(dim(f"Older ones are left out: --limit {limit * 10} shows more."))


@app.command(epilog=closing("bezant movements show mv_…"))
def show(
    name: Annotated[str, typer.Argument(metavar="MOVEMENT", help="The movement's id, mv_….")],
    *,
    data: DataOption = None,
    json: JsonOption = False,
) -> None:
    """Show a movement: why it goes its way, its dates, and everything that was heard of it."""
    found = asyncio.run(_load(configured(data), name))
    if json:
        as_json(found)
        return
    console.print(Text.assemble((found.id, "bold"), "  ", format_amount(found.money)))
    for line in _told(found):
        console.print(f"  {line}")
    for fact in found.facts:
        console.print(Text(f"  {_time(fact.at)}  {_said(fact)}"))


@app.command(epilog=closing("bezant movements act answer_recall mv_… --set answer=refuse"))
def act(
    action: Annotated[str, typer.Argument(metavar="ACTION", help=f"One of {', '.join(ACTIONS)}.")],
    name: Annotated[str, typer.Argument(metavar="MOVEMENT", help="The movement's id, mv_….")],
    *,
    reason: Annotated[str | None, typer.Option(help="Why, or the network's code.")] = None,
    option: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="What else an action takes."),
    ] = None,
    account: AccountOption = None,
    base: BaseOption = DEFAULT_BASE,
    key: KeyOption = None,
    json: JsonOption = False,
) -> None:
    """Do something about a movement on a server: hold it, recall it, answer whoever wants it back.

    Prints the movement that comes of it, which for an order to the bank is a new one.
    """
    if action not in ACTIONS:
        raise ConfigError(f"nothing is called {action}; there are {', '.join(ACTIONS)}")
    form = named_values(option or []) | ({"reason": reason} if reason else {})
    done = asyncio.run(_act(f"{PATH}/{name}/{action}", form, base, key, account))
    if json:
        as_json(done)
        return
    console.print(f"{done['id']}  {done['act']}  {done['status']}")


async def _act(
    path: str, form: dict[str, str], base: str, key: str | None, account: str | None
) -> dict[str, Any]:
    async with opened(base, key, account) as remote:
        return await remote.post(path, **form)


async def _list(
    config: Config, account: str | None, status: Status | None, limit: int, live: bool
) -> tuple[list[Movement], bool]:
    filters: dict[str, str] = {} if status is None else {"status": status}
    async with connected(config) as conn:
        owner = HOUSE if account == HOUSE else account or await platform(conn)
        ask = Page(limit, filters=filters)
        bodies, more = await page(conn, book_of(owner, live).id, Movement.kind(), ask)
    return [msgspec.json.decode(body, type=Movement) for body in bodies], more


async def _load(config: Config, name: str) -> Movement:
    async with connected(config) as conn:
        body = await one(conn, name)
    if body is None:
        raise NotFound(f"There is no movement {name}.")
    return msgspec.json.decode(body, type=Movement)


def _told(found: Movement) -> Iterator[str]:
    yield f"{found.act} by {found.lane}, {found.service}, {found.status}"
    if found.recall is not None:
        asked = found.recall
        until = f", to be answered by {asked.answer_by}" if asked.answer_by else ""
        yield f"asked back: {asked.reason or asked.code or 'no reason'}, {asked.status}{until}"
    if found.source:
        yield f"for {found.source} of {found.account}"
    if found.reference:
        yield f"trace {found.reference}, end-to-end id {found.end_to_end_id or '-'}"
    for what, when in (
        ("settles", found.expected_settlement_at),
        ("can come back until", found.return_by),
        ("final", found.final_at),
    ):
        if when is not None:
            yield f"{what} {_time(when)}"
    if found.route is not None:
        yield f"chosen by {found.route.rule}, at a price of {found.route.price}"
        yield from (f"instead of {_way(each)}" for each in found.route.alternatives)


def _way(way: Alternative) -> str:
    why = f": {way.refused}" if way.refused else f" at {way.price}"
    return f"{way.bank}/{way.rail} {way.service}{why}"


def _said(fact: MovementFact) -> str:
    parts = (fact.kind, fact.code, fact.reason, fact.file, fact.statement_line, *fact.entries)
    return "  ".join(part for part in parts if part)


def _status(found: Movement) -> Text:
    style = "bold red" if found.status in _BAD else "green"
    return Text(found.status, style=style if found.status in {*_BAD, "settled"} else "yellow")


def _time(seconds: int) -> str:
    return moment(datetime.fromtimestamp(seconds, UTC))
