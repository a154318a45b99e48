"""`bezant webhooks`: how endpoints fare, what became of deliveries, resends, secrets and order."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated, Any

import typer

from bezant.cli.durations import duration
from bezant.cli.ledger import times
from bezant.cli.options import JsonOption, closing
from bezant.cli.output import as_json, console, moment, print_table, table
from bezant.cli.remote import DEFAULT_BASE, AccountOption, BaseOption, KeyOption, Remote, opened
from bezant.kernel.clock import SystemClock
from bezant.kernel.codec import from_microseconds
from bezant.kernel.errors import ConfigError, NotFound

PATIENCE_S = 600.0
_PAUSE_S = 0.2
_SECOND = 1_000_000

app = typer.Typer(no_args_is_help=True, add_completion=False)

TargetArgument = Annotated[
    str, typer.Argument(metavar="ENDPOINT", help="A webhook endpoint we_…, a destination ed_….")
]
Asking = Callable[[Remote], Awaitable[dict[str, Any]]]


@app.callback()
def group() -> None:
    """Webhooks: how endpoints fare, deliveries, resends, secrets and order."""


@app.command("list", epilog=closing("bezant webhooks list --status disabled"))
def list_targets(
    *,
    status: Annotated[
        str | None, typer.Option("--status", help="Only enabled or disabled ones.")
    ] = None,
    account: AccountOption = None,
    base: BaseOption = DEFAULT_BASE,
    key: KeyOption = None,
    json: JsonOption = False,
) -> None:
    """List endpoints and destinations, and how they fare."""
    found = _ask(lambda remote: _page(remote, "/v1/webhook_targets", status=status), base, key,
                 account)  # fmt: skip
    if json:
        as_json(found["data"])
        return
    rows = table("id", "status", "reason", "failing since", "order", "url", wrapped=("url",))
    for it in found["data"]:
        since = _moment(it["failing_since"])
        reason = it["disabled_reason"] or ""
        rows.add_row(it["id"], it["status"], reason, since, it["order"], it["url"])
    print_table(rows)


@app.command(
    epilog=closing(
        "bezant webhooks deliveries --status failed",
        "bezant webhooks deliveries --event evt_3JCFDGygKLeqiai9DnJz44KZ",
    )
)
def deliveries(
    *,
    endpoint: Annotated[
        str | None, typer.Option("--endpoint", help="To this endpoint or destination only.")
    ] = None,
    event: Annotated[str | None, typer.Option("--event", help="Of this event only.")] = None,
    status: Annotated[
        str | None, typer.Option("--status", help="Only pending, delivered or failed ones.")
    ] = None,
    account: AccountOption = None,
    base: BaseOption = DEFAULT_BASE,
    key: KeyOption = None,
    json: JsonOption = False,
) -> None:
    """List the newest hundred deliveries with each of their attempts."""
    asked = {"endpoint": endpoint, "event": event, "status": status}
    found = _ask(lambda remote: _page(remote, "/v1/webhook_deliveries", **asked), base, key,
                 account)  # fmt: skip
    if json:
        as_json(found["data"])
        return
    rows = table("event", "type", "endpoint", "status", "tried", "outcome", "ms", "next",
                 right=("ms",))  # fmt: skip
    for it in found["data"]:
        head = (it["event"], it["event_type"] or "", it["endpoint"], it["status"])
        for tried in it["attempts"]:
            shown = (_moment(tried["created"]), tried["outcome"], str(tried["duration_ms"]))
            rows.add_row(*head, *shown, _moment(tried["next_attempt"]))
        if not it["attempts"]:
            rows.add_row(*head, "", it["outcome"] or "", "", _moment(it["next_attempt"]))
    print_table(rows)


@app.command(
    epilog=closing(
        "bezant webhooks resend evt_3JCFDGygKLeqiai9DnJz44KZ --to we_3JCFDH1zVfTSyrNpOTFWcTLB",
        "bezant webhooks resend --to we_3JCFDH1zVfTSyrNpOTFWcTLB --since 2026-03-01 --failed",
        "bezant webhooks resend evt_3JCFDGygKLeqiai9DnJz44KZ",
    )
)
def resend(
    event: Annotated[
        str | None, typer.Argument(metavar="EVENT", help="One event, evt_…; a range without.")
    ] = None,
    *,
    to: Annotated[
        str | None, typer.Option("--to", help="Which endpoint or destination; listeners without.")
    ] = None,
    since: Annotated[
        datetime | None,
        typer.Option("--since", parser=times.since, metavar="TIME", help="Of a range: from when."),
    ] = None,
    until: Annotated[
        datetime | None,
        typer.Option("--until", parser=times.until, metavar="TIME", help="Until when; now."),
    ] = None,
    failed: Annotated[
        bool, typer.Option("--failed", help="Of a range: only what has not been taken.")
    ] = False,
    base: BaseOption = DEFAULT_BASE,
    key: KeyOption = None,
    json: JsonOption = False,
) -> None:
    """Send an event again, or all of a time that an endpoint is enabled for."""
    if (event is None) == (since is None):
        raise ConfigError("name one event, or give a range by --since")
    if event is not None and to is None:
        told = _ask(lambda it: it.post(f"/v1/events/{event}/retry", for_stripecli="true"), base,
                    key, None)  # fmt: skip
        _say(told, f"{told['id']} goes to who listens", json=json)
        return
    if to is None:
        raise ConfigError("a range goes to one endpoint: --to we_…")
    form: dict[str, Any] = {"endpoint": to}
    form |= {"event": event} if since is None else {"created[gte]": int(since.timestamp())}
    form |= {"created[lte]": int(until.timestamp())} if until else {}
    form |= {"only_failed": "true"} if failed else {}
    done = _ask(lambda remote: _resent(remote, form), base, key, None)
    _say(done, f"{done['id']}  {done['count']} on their way to {to}", json=json)


@app.command(epilog=closing("bezant webhooks roll we_3JCFDH1zVfTSyrNpOTFWcTLB --overlap 24h"))
def roll(
    endpoint: TargetArgument,
    *,
    overlap: Annotated[
        str, typer.Option("--overlap", help="How long the old secret signs too, such as 24h or 0.")
    ] = "24h",
    account: AccountOption = None,
    base: BaseOption = DEFAULT_BASE,
    key: KeyOption = None,
    json: JsonOption = False,
) -> None:
    """Make another signing secret, and show it this once.

    Until the overlap is over, each delivery carries a signature of both.
    """
    seconds = round(duration(overlap).total_seconds())
    secret = _ask(lambda remote: _rolled(remote, endpoint, seconds), base, key, account)
    _say(secret, f"{endpoint}  {secret['secret']}", json=json)


@app.command(epilog=closing("bezant webhooks order we_3JCFDH1zVfTSyrNpOTFWcTLB object"))
def order(
    endpoint: TargetArgument,
    kind: Annotated[str, typer.Argument(metavar="ORDER", help="object, or none.")],
    *,
    account: AccountOption = None,
    base: BaseOption = DEFAULT_BASE,
    key: KeyOption = None,
    json: JsonOption = False,
) -> None:
    """Let an object's events wait for each other, or not any more.

    With `object`, the next event of an object is sent when the one before it was taken, or given
    up after three days.
    """
    path = f"/v1/webhook_targets/{endpoint}"
    shown = _ask(lambda remote: remote.post(path, order=kind), base, key, account)
    _say(shown, f"{endpoint}  {shown['order']}", json=json)


def _say(found: dict[str, Any], words: str, *, json: bool) -> None:
    if json:
        as_json(found)
    else:
        console.print(words, soft_wrap=True)


def _ask(asking: Asking, base: str, key: str | None, account: str | None) -> dict[str, Any]:
    async def ask() -> dict[str, Any]:
        async with opened(base, key, account) as remote:
            return await asking(remote)

    return asyncio.run(ask())


async def _page(remote: Remote, path: str, **filters: str | None) -> dict[str, Any]:
    given = {name: value for name, value in filters.items() if value is not None}
    return await remote.get(path, limit=100, **given)


async def _resent(remote: Remote, form: dict[str, Any]) -> dict[str, Any]:
    """Ask for a resend and wait until all is on its way."""
    clock = SystemClock()
    until = clock.monotonic() + PATIENCE_S
    made = await remote.post("/v1/webhook_resends", **form)
    while made["status"] != "complete":
        if clock.monotonic() >= until:
            raise NotFound(f"{made['id']} is not done yet: see /v1/webhook_resends/{made['id']}")
        await clock.sleep(_PAUSE_S)
        made = await remote.get(f"/v1/webhook_resends/{made['id']}")
    return made


async def _rolled(remote: Remote, endpoint: str, seconds: int) -> dict[str, Any]:
    if endpoint.startswith("ed_"):
        path = f"/v2/core/event_destinations/{endpoint}/roll_secret"
        made = await remote.post_json(path, expires_in=seconds)
        return {"id": endpoint, "secret": made["webhook_endpoint"]["signing_secret"]}
    path = f"/v1/webhook_endpoints/{endpoint}/roll_secret"
    made = await remote.post(path, expires_in=seconds)
    return {"id": endpoint, "secret": made["secret"]}


def _moment(seconds: int | None) -> str:
    return "" if seconds is None else moment(from_microseconds(seconds * _SECOND))
