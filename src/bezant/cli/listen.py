"""`bezant listen`: events of a server, near or far, forwarded to a program on this machine."""

import asyncio
import hashlib
import hmac
from collections.abc import AsyncGenerator, Sequence
from contextlib import suppress
from typing import Annotated, Any

import httpx
import typer
from msgspec import Raw, Struct

from bezant.api.places import Places
from bezant.cli.listen_forward import Arrived, Forwarder, Line
from bezant.cli.options import JsonOption, closing
from bezant.cli.output import as_json_line, console
from bezant.cli.remote import (
    DEFAULT_BASE,
    AccountOption,
    Away,
    BaseOption,
    KeyOption,
    Listed,
    Remote,
    opened,
)
from bezant.kernel.clock import SystemClock
from bezant.kernel.codec import decode_json, encode_json
from bezant.kernel.errors import ConfigError
from bezant.resources.webhooks.event_types import ALL, KNOWN, matching, stored_name, thin_name
from bezant.resources.webhooks.thin import notification, shown_id
from bezant.store.feed import Trail

POLL_SECONDS = 0.5
AWAY_SECONDS = 2.0
_RESENDS = "/v1/webhook_resends"
_HINT = "To go on from here: --since {}"

app = typer.Typer(add_completion=False)


@app.command(
    epilog=closing(
        "bezant listen --forward-to localhost:3000/webhooks",
        "bezant listen --forward-to localhost:3000/webhooks --events 'payout.*,transfer.created'",
        "bezant listen --forward-to localhost:3000/webhooks --since evt_3JCExl39RbIv8JEwa0c6NwsL",
        "bezant listen --forward-to localhost:3000/webhooks --thin --events 'v1.payout.*'",
    )
)
def listen(  # noqa: PLR0913 -- an option is a parameter
    *,
    forward_to: Annotated[
        str | None, typer.Option("--forward-to", help="Where to send events; only shown without.")
    ] = None,
    events: Annotated[
        str, typer.Option("--events", help="Types, by commas; payout.* is a group.")
    ] = ALL,
    since: Annotated[
        str | None, typer.Option("--since", help="Catch up first: all after this event, evt_….")
    ] = None,
    thin: Annotated[
        bool, typer.Option("--thin", help="Forward thin events, as destinations of v2 get them.")
    ] = False,
    secret: Annotated[
        str | None, typer.Option("--secret", help="Sign with this; the same for each key without.")
    ] = None,
    account: AccountOption = None,
    base: BaseOption = DEFAULT_BASE,
    key: KeyOption = None,
    json: JsonOption = False,
) -> None:
    """Forward events to a program on this machine.

    An object's events arrive in their order: the next one waits until the one before it was
    taken, and what is not taken with a status of 200 to 299 is tried again for about a minute.
    When the server is away, it waits and catches up. What is sent again by anybody arrives again.
    """
    wanted = _wanted(events)
    signing = secret or secret_for(key or "")
    with suppress(asyncio.CancelledError):
        asyncio.run(
            _listen(
                _Plan(forward_to and _absolute(forward_to), wanted, since, signing, thin, json),
                base,
                key,
                account,
            )
        )


class _Plan(Struct, frozen=True):
    """What is to be done with which events."""

    forward_to: str | None
    wanted: frozenset[str]
    since: str | None
    secret: str
    thin: bool
    json: bool


async def _listen(plan: _Plan, base: str, key: str | None, account: str | None) -> None:
    clock = SystemClock()
    async with opened(base, key, account) as remote, httpx.AsyncClient() as client:
        show = _show_json if plan.json else _show
        forwarder = Forwarder(client, plan.forward_to, plan.secret, clock, show)
        start = plan.since or await newest(remote)
        if not plan.json:
            console.print(f"Ready. Signing secret: {plan.secret}", soft_wrap=True)
        try:
            async for event in follow(remote, start, clock):
                if ALL not in plan.wanted and event.type not in plan.wanted:
                    continue
                told = await _thin(remote, event, clock) if plan.thin else event
                if told is not None:
                    forwarder.take(told)
        finally:
            await forwarder.close()
            if forwarder.last and not plan.json:
                console.print(_HINT.format(forwarder.last))


async def newest(remote: Remote) -> str | None:
    """Return the newest event, or None before the first one."""
    page = await remote.page("/v1/events", limit=1)
    return decode_json(page.data[0], Arrived).id if page.data else None


async def follow(remote: Remote, start: str | None, clock: SystemClock) -> AsyncGenerator[Arrived]:
    """Yield the events after one, for ever. Raises NotFound if there is no such event."""
    trail = Trail(start or "")
    resends = Trail(await newest_resend(remote))
    while True:
        pause = POLL_SECONDS
        try:
            found = await _after(remote, trail.after)
            new = set(trail.new([(event.id, event.id) for event in found], clock.monotonic()))
            for event in found:
                if event.id in new:
                    yield event
            async for event in _resent(remote, resends, clock):
                yield event
        except Away as problem:
            console.print(f"{problem}; trying again")
            pause = AWAY_SECONDS
        await clock.sleep(pause)


async def _thin(remote: Remote, event: Arrived, clock: SystemClock) -> Arrived | None:
    """Return an event as a destination of thin ones is sent it; None if it has no such form."""
    kind = thin_name(event.type)
    if kind is None:
        return None
    path = f"/v2/core/events/{shown_id(event.id, event.type)}"
    while True:
        try:
            body = encode_json(await remote.get(path)).decode()
        except Away as problem:
            console.print(f"{problem}; trying again")
            await clock.sleep(AWAY_SECONDS)
        else:
            sent = notification(body, Places()).encode()
            return Arrived(event.id, kind, event.data, sent)


class Resend(Struct):
    """Events that somebody has sent again: one, or those of a time in Unix seconds."""

    id: str
    event: str | None = None
    since: int | None = None
    until: int | None = None
    types: list[str] | None = None


async def newest_resend(remote: Remote) -> str:
    """Return the newest resend, or nothing before the first one."""
    page = await remote.page(_RESENDS, limit=1)
    return decode_json(page.data[0], Resend).id if page.data else ""


async def _resent(remote: Remote, trail: Trail[str], clock: SystemClock) -> AsyncGenerator[Arrived]:
    """Yield the events that have been sent again since the last look, oldest first."""
    cursor = {"ending_before": trail.after} if trail.after else {}
    page = await remote.page(_RESENDS, **cursor)
    found = [decode_json(item, Resend) for item in reversed(page.data)]
    new = set(trail.new([(each.id, each.id) for each in found], clock.monotonic()))
    for resend in found:
        if resend.id not in new:
            continue
        if resend.event is not None:
            yield _read(Raw(encode_json(await remote.get(f"/v1/events/{resend.event}"))))
            continue
        for event in await _between(remote, resend):
            yield event


async def _between(remote: Remote, resend: Resend) -> list[Arrived]:
    """Return the events of a resent range, oldest first."""
    asked: dict[str, Any] = {"created[gte]": resend.since, "created[lte]": resend.until}
    asked |= {f"types[{at}]": name for at, name in enumerate(resend.types or [])}
    found: list[Arrived] = []
    while True:
        cursor = {"starting_after": found[-1].id} if found else {}
        page = await remote.page("/v1/events", **asked, **cursor)
        found += [_read(item) for item in page.data]
        if not page.has_more:
            return found[::-1]


async def _after(remote: Remote, name: str) -> list[Arrived]:
    """Return all events after one, oldest first."""
    found: list[Arrived] = []
    while True:
        cursor = {"ending_before": name} if name else {}
        page = await remote.page("/v1/events", **cursor)
        found += _arrived(page)
        if not page.has_more or not name:
            return found
        name = found[-1].id


def _arrived(page: Listed) -> Sequence[Arrived]:
    return [_read(item) for item in reversed(page.data)]


def _read(item: Raw) -> Arrived:
    event = decode_json(bytes(item), Arrived)
    event.body = bytes(item)
    return event


def secret_for(key: str) -> str:
    """Return what events are signed with for the holder of a key, on every machine the same."""
    mark = hmac.new(key.encode(), b"bezant listen", hashlib.sha256).hexdigest()
    return f"whsec_{mark[:48]}"


def _wanted(events: str) -> frozenset[str]:
    """Return the types that are asked for. Raises ConfigError for one that there is not."""
    asked = [stored_name(name.strip()) for name in events.split(",") if name.strip()]
    found: set[str] = {ALL} if ALL in asked else set()
    for name in asked:
        types = matching(name)
        if name != ALL and not KNOWN.issuperset(types or [name]):
            raise ConfigError(f"{name} is not an event type; `payout.*` is a group of them")
        found.update(types if name != ALL else ())
    return frozenset(found)


def _absolute(url: str) -> str:
    """Return the URL of `3000`, `localhost:3000/hooks` or a whole URL."""
    if url.isdigit():
        return f"http://localhost:{url}"
    return url if "://" in url else f"http://{url}"


def _show(line: Line) -> None:
    event = line.event
    if line.status is None and line.problem is None:
        console.print(f"--> {event.type} [{event.id}]", soft_wrap=True)
    else:
        said = f"HTTP {line.status}" if line.status else line.problem
        last = "" if line.ok or line.again else "; given up"
        console.print(f"<-- {said} [{event.id}] {line.milliseconds} ms{last}", soft_wrap=True)


def _show_json(line: Line) -> None:
    if line.status is None and line.problem is None and line.forwarded:
        return
    as_json_line(
        {
            "event": line.event.id,
            "type": line.event.type,
            "object": line.event.data.object.id,
            "status": line.status,
            "problem": line.problem,
            "milliseconds": line.milliseconds,
        }
    )
