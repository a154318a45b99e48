"""`bezant trigger`: let an event happen by what really leads to it, on a server in test mode."""

import asyncio
from difflib import get_close_matches
from typing import Annotated, Any

import typer

from bezant.api.event_body import V2_PREFIX
from bezant.cli.options import JsonOption, closing
from bezant.cli.output import as_json, console, print_table, table
from bezant.cli.remote import DEFAULT_BASE, BaseOption, KeyOption, Remote, opened
from bezant.cli.trigger_acts import ACTS, ONLY_LATER, Scene
from bezant.kernel.clock import SystemClock
from bezant.kernel.errors import ConfigError, NotFound

app = typer.Typer(add_completion=False)


@app.command(epilog=closing("bezant trigger", "bezant trigger payout.failed"))
def trigger(
    event: Annotated[
        str | None, typer.Argument(metavar="EVENT", help="The event's type; lists all without.")
    ] = None,
    *,
    base: BaseOption = DEFAULT_BASE,
    key: KeyOption = None,
    json: JsonOption = False,
) -> None:
    """Let an event happen, really.

    Accounts are opened, money is wired in by the simulated bank, paid out and sent back: whatever
    leads to the event is done through the API, and the books hold all of it.
    """
    if event is None:
        _list(json=json)
        return
    if event in ONLY_LATER:
        raise ConfigError(f"{event} cannot be triggered: {ONLY_LATER[event]}")
    if event not in ACTS:
        near = get_close_matches(event, ACTS, n=1, cutoff=0)[0]
        raise ConfigError(f"{event} cannot be triggered; the nearest that can is {near}")
    if key and "_live_" in key:
        raise ConfigError("events are triggered in test mode, where money is not real")
    found = asyncio.run(_trigger(event, base, key))
    if json:
        as_json(found)
        return
    about = found["related_object"] if event.startswith(V2_PREFIX) else found["data"]["object"]
    console.print(f"{event}  {found['id']}  {about.get('id', about.get('object'))}")


def _list(*, json: bool) -> None:
    if json:
        as_json([{"event": name, "how": act.how} for name, act in ACTS.items()])
        return
    rows = table("event", "what is done", wrapped=("what is done",))
    for name, act in ACTS.items():
        rows.add_row(name, act.how)
    print_table(rows)


async def _trigger(name: str, base: str, key: str | None) -> dict[str, Any]:
    async with opened(base, key, None) as remote:
        return await play(remote, name)


async def play(remote: Remote, name: str) -> dict[str, Any]:
    """Do what leads to an event and return the event. Raises NotFound if it does not come."""
    scene = Scene(remote, SystemClock())
    where, about = await ACTS[name].play(scene)
    if name.startswith(V2_PREFIX):
        asked = {"types[0]": name, "object_id": about}
        found = await scene.until(
            where, "/v2/core/events", lambda page: bool(page["data"]), **asked
        )
        return found["data"][0]
    if about is None:
        found = await scene.until(where, "/v1/events", lambda page: bool(page["data"]), type=name)
        return found["data"][0]
    found = await scene.until(
        where, "/v1/events", lambda page: _about(page, about) is not None, type=name, limit=100
    )
    event = _about(found, about)
    if event is None:
        raise NotFound(f"{name} has not come")
    return event


def _about(page: dict[str, Any], name: str) -> dict[str, Any] | None:
    """Return the event about an object, if it is on a page."""
    events = (event for event in page["data"] if event["data"]["object"].get("id") == name)
    return next(events, None)
