"""`bezant logs`: the requests that a server's API gets, as they come, and the errors in them."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import suppress
from typing import Annotated, Any

import typer
from msgspec import Struct
from rich.text import Text

from bezant.cli.options import JsonOption, closing
from bezant.cli.output import as_json, as_json_line, console, dim, moment, print_table, table
from bezant.cli.remote import (
    DEFAULT_BASE,
    AccountOption,
    Away,
    BaseOption,
    KeyOption,
    Remote,
    opened,
)
from bezant.kernel.clock import SystemClock
from bezant.kernel.codec import decode_json, from_microseconds
from bezant.resources.stripecli.log_filters import LogFilters
from bezant.store.feed import Trail

POLL_SECONDS = 0.5
AWAY_SECONDS = 2.0
_REFUSED, _BROKEN = 400, 500
_SECOND = 1_000_000

app = typer.Typer(no_args_is_help=True, add_completion=False)

Filter = list[str] | None


class Logged(Struct):
    """A request as the API shows it."""

    id: str
    account: str
    created: int
    method: str
    path: str
    status: int
    duration_micros: int
    error_code: str | None = None


class Group(Struct):
    """A group of errors as the API shows it."""

    id: str
    account: str | None
    code: str
    count: int
    example_request: str
    first_seen: int
    last_seen: int
    message: str
    operation: str
    status: int


@app.callback()
def group() -> None:
    """Request logs: tail, errors."""


@app.command(
    epilog=closing(
        "bezant logs tail",
        "bezant logs tail --filter-status-code-type 4XX --filter-http-method POST",
    )
)
def tail(  # noqa: PLR0913 -- an option is a parameter
    *,
    method: Annotated[Filter, typer.Option("--filter-http-method", help="POST, DELETE, GET.")] = (
        None
    ),
    path: Annotated[Filter, typer.Option("--filter-request-path", help="Such as /v1/payouts.")] = (
        None
    ),
    status: Annotated[
        Filter, typer.Option("--filter-request-status", help="SUCCEEDED or FAILED.")
    ] = None,
    code: Annotated[Filter, typer.Option("--filter-status-code", help="Such as 402.")] = None,
    code_type: Annotated[
        Filter, typer.Option("--filter-status-code-type", help="2XX, 4XX or 5XX.")
    ] = None,
    account: AccountOption = None,
    base: BaseOption = DEFAULT_BASE,
    key: KeyOption = None,
    json: JsonOption = False,
) -> None:
    """Show requests as they come.

    A filter can be given several times; what one of its values fits is shown.
    """
    filters = LogFilters(
        filter_http_method=method or [],
        filter_request_path=path or [],
        filter_request_status=status or [],
        filter_status_code=code or [],
        filter_status_code_type=code_type or [],
    )
    with suppress(asyncio.CancelledError):
        asyncio.run(_tail(base, key, account, filters, json=json))


async def _tail(
    base: str, key: str | None, account: str | None, filters: LogFilters, *, json: bool
) -> None:
    async with opened(base, key, account) as remote:
        async for row in follow(remote, SystemClock()):
            if row is None:
                _ready(json=json)
            elif filters.pass_(row, row.account):
                _show(row, json=json)


async def follow(remote: Remote, clock: SystemClock) -> AsyncGenerator[Logged | None]:
    """Yield None when it has begun, and requests from then on, for ever."""
    first = await remote.page("/v1/request_logs", limit=1)
    second = decode_json(bytes(first.data[0]), Logged).created if first.data else 0
    trail = Trail(_place(second))
    seen = await _since(remote, second)
    trail.new([(row.id, _place(row.created)) for row in seen], clock.monotonic())
    yield None
    while True:
        pause = POLL_SECONDS
        try:
            found = await _since(remote, int(trail.after))
            places = [(row.id, _place(row.created)) for row in found]
            new = set(trail.new(places, clock.monotonic()))
            for row in found:
                if row.id in new:
                    yield row
        except Away as problem:
            console.print(f"{problem}; trying again")
            pause = AWAY_SECONDS
        await clock.sleep(pause)


async def _since(remote: Remote, second: int) -> list[Logged]:
    """Return the requests since a second, oldest first."""
    found: list[Logged] = []
    params: dict[str, Any] = {"created[gte]": second}
    while True:
        page = await remote.page("/v1/request_logs", **params)
        found += [decode_json(bytes(item), Logged) for item in page.data]
        if not page.has_more:
            return found[::-1]
        params["starting_after"] = found[-1].id


def _place(second: int) -> str:
    return f"{second:012d}"


def _ready(*, json: bool) -> None:
    if not json:
        console.print("Ready.")


def _show(row: Logged, *, json: bool) -> None:
    if json:
        as_json_line(row)
        return
    style = "red" if row.status >= _BROKEN else "yellow" if row.status >= _REFUSED else "green"
    console.print(
        Text.assemble(
            (moment(from_microseconds(row.created * _SECOND)), "dim"),
            " [",
            (str(row.status), style),
            f"] {row.method} {row.path} [{row.id}]",
            f" {row.error_code}" if row.error_code else "",
        ),
        soft_wrap=True,
    )


@app.command(
    epilog=closing("bezant logs errors", "bezant logs errors --code resource_missing --limit 5")
)
def errors(
    *,
    code: Annotated[str | None, typer.Option(help="Only this error code.")] = None,
    operation: Annotated[str | None, typer.Option(help="Such as payouts.create.")] = None,
    of: Annotated[
        str | None, typer.Option("--of", metavar="ACCOUNT", help="Only this account's.")
    ] = None,
    unknown_keys: Annotated[
        bool, typer.Option("--unknown-keys", help="Those of requests without a known key.")
    ] = False,
    limit: Annotated[int, typer.Option(min=1, max=1_000, help="How many, most first.")] = 20,
    base: BaseOption = DEFAULT_BASE,
    key: KeyOption = None,
    json: JsonOption = False,
) -> None:
    """Show the errors of the last 30 days, by code, operation and account, the most frequent first.

    Those of connected accounts are among them. Requests without a known key are counted apart, and
    shown to the operator.
    """
    asked = {"code": code, "operation": operation, "account": of}
    filters = {name: value for name, value in asked.items() if value is not None}
    if unknown_keys:
        filters["unidentified"] = "true"
    found = asyncio.run(_errors(base, key, filters))
    found.sort(key=lambda group: (-group.count, group.id))
    if json:
        as_json(found[:limit])
        return
    _show_errors(found[:limit])
    if len(found) > limit:
        console.print(dim(f"{len(found) - limit:,} more kinds of errors: --limit shows them."))


async def _errors(base: str, key: str | None, filters: dict[str, str]) -> list[Group]:
    found: list[Group] = []
    params: dict[str, Any] = {**filters}
    async with opened(base, key, None) as remote:
        while True:
            page = await remote.page("/v1/error_groups", **params)
            found += [decode_json(bytes(item), Group) for item in page.data]
            if not page.has_more:
                return found
            params["starting_after"] = found[-1].id


def _show_errors(groups: list[Group]) -> None:
    if not groups:
        console.print("No errors.")
        return
    rows = table(
        "errors", "status", "code", "operation", "account", "last seen", "example",
        right=("errors",),
    )  # fmt: skip
    for group in groups:
        rows.add_row(
            f"{group.count:,}",
            Text(str(group.status), style="red" if group.status >= _BROKEN else "yellow"),
            group.code,
            group.operation,
            group.account or "unknown key",
            moment(from_microseconds(group.last_seen * _SECOND)),
            group.example_request,
        )
    print_table(rows)
