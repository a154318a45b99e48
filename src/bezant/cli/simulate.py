"""`bezant simulate`: let something happen at a simulated bank, on a server in test mode."""

import asyncio
import re
from datetime import timedelta
from typing import Annotated, Any

import typer

from bezant.cli.options import JsonOption, closing, named_values
from bezant.cli.output import as_json, console, dim, print_table, table
from bezant.cli.remote import DEFAULT_BASE, AccountOption, BaseOption, KeyOption, opened
from bezant.cli.trigger_acts import Scene
from bezant.kernel.clock import SystemClock
from bezant.kernel.errors import ConfigError, NotFound
from bezant.resources.test_helpers.simulated import (
    BATCH_RAILS,
    GROUPS,
    INSTANT_RAILS,
    VERBS,
    WIRE_RAILS,
)

app = typer.Typer(add_completion=False)

PATH = "/v1/test_helpers/simulations"
SHORT = {("wire", "in"): ("bank", "wire-in")}
"""What is said in another way than the API has it."""

TYPED = {"target": "TARGET", "amount": "--amount", "code": "--code", "seconds": "--for"}
"""What has an argument or an option of its own."""

_SPAN = re.compile(r"(\d+)([smhd]?)")
_UNITS = {"": "seconds", "s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


@app.command(
    epilog=closing(
        "bezant simulate",
        "bezant simulate ach return po_… --code R01",
        "bezant simulate bank wire-in --amount 5000 --set reference=INV-1",
        "bezant simulate bank outage --for 2h",
    )
)
def simulate(  # noqa: PLR0913 -- an option is a parameter
    rail: Annotated[
        str | None, typer.Argument(metavar="RAIL", help="A rail, or `bank`; lists all without.")
    ] = None,
    action: Annotated[str | None, typer.Argument(metavar="ACTION", help="What happens.")] = None,
    target: Annotated[
        str | None, typer.Argument(metavar="TARGET", help="A payout, a movement, a file's name.")
    ] = None,
    *,
    amount: Annotated[int | None, typer.Option(min=1, help="Minor units.")] = None,
    code: Annotated[str | None, typer.Option(help="The network's reason code.")] = None,
    span: Annotated[
        str | None, typer.Option("--for", metavar="SPAN", help="How long: 90s, 5m, 2h, 1d.")
    ] = None,
    option: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="NAME=VALUE",
            help="What else an action takes: name, account, reference, kind …",
        ),
    ] = None,
    bank: Annotated[str | None, typer.Option(help="Which bank, by its profile's name.")] = None,
    account: AccountOption = None,
    base: BaseOption = DEFAULT_BASE,
    key: KeyOption = None,
    json: JsonOption = False,
) -> None:
    """Let something happen at a simulated bank.

    Payments are returned, refused or left unanswered, money comes in, files are lost or doubled,
    the bank is out of order. Whatever happens is on the bank's own books and comes to the server
    in its files.
    """
    if rail is None or action is None:
        _list(rail, json=json)
        return
    rail, action = SHORT.get((rail, action), (rail, action))
    form: dict[str, Any] = {"rail": rail, "action": action, **named_values(option or [])}
    seconds = None if span is None else _seconds(span)
    more = {"amount": amount, "code": code, "seconds": seconds, "target": target, "bank": bank}
    form |= {name: value for name, value in more.items() if value is not None}
    done = asyncio.run(_simulate(form, base, key, account))
    if json:
        as_json(done)
    if done["status"] != "done":
        raise NotFound(f"{rail} {action}: {done['result'] or 'nothing has happened yet'}")
    if not json:
        console.print(f"{rail} {action}  {done['id']}  {done['result']}")


def _list(rail: str | None, *, json: bool) -> None:
    chosen = {name: verb for name, verb in VERBS.items() if rail is None or rail in verb.rails}
    if not chosen:
        raise ConfigError(f"there is no rail {rail}; `bezant simulate` lists them")
    if json:
        as_json(
            [
                {"action": name, "rails": verb.rails, "takes": verb.takes, "what": verb.summary}
                for name, verb in chosen.items()
            ]
        )
        return
    rows = table("action", "happens to", "takes", "what happens", wrapped=("what happens",))
    for name, verb in chosen.items():
        rows.add_row(name, GROUPS[verb.rails], _taken(verb.takes), verb.summary)
    print_table(rows)
    if rail is None:
        console.print(dim(f"Batch rails: {', '.join(BATCH_RAILS)}."))
        console.print(
            dim(f"Instant rails: {', '.join(INSTANT_RAILS)}. Wires: {', '.join(WIRE_RAILS)}.")
        )


def _taken(names: tuple[str, ...]) -> str:
    """Return what a word takes as it is typed; what may be left out stands in brackets."""
    own = [name for name in names if name.rstrip("!") in TYPED]
    told = [_bracketed(TYPED[name.rstrip("!")], must=name.endswith("!")) for name in own]
    others = [name for name in names if name not in own]
    if others:
        choice = "|".join(name.rstrip("!") for name in others)
        told.append(_bracketed(f"--set {choice}=…", must=any("!" in name for name in others)))
    return " ".join(told)


def _bracketed(text: str, *, must: bool) -> str:
    return text if must else f"[{text}]"


async def _simulate(
    form: dict[str, Any], base: str, key: str | None, account: str | None
) -> dict[str, Any]:
    async with opened(base, key, account) as remote:
        made = await remote.post(PATH, **form)
        scene = Scene(remote, SystemClock())
        return await scene.until(
            remote, f"{PATH}/{made['id']}", lambda found: found["status"] != "pending"
        )


def _seconds(span: str) -> int:
    found = _SPAN.fullmatch(span)
    if found is None:
        raise ConfigError(f"'{span}' is no span of time: say 90s, 5m, 2h or 1d")
    number, unit = found.groups()
    return int(timedelta(**{_UNITS[unit]: int(number)}).total_seconds())
