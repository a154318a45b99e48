"""`bezant ledger explain`: from any id to everything that made it, as a tree."""

import asyncio
from typing import Annotated

import typer
from rich.text import Text
from rich.tree import Tree

from bezant.api.runtime import Runtime
from bezant.cli.database import database
from bezant.cli.options import DataOption, JsonOption, closing, configured
from bezant.cli.output import as_json, console
from bezant.commit.door import Door
from bezant.db.pool import Pool
from bezant.kernel.clock import SystemClock
from bezant.kernel.config import Config
from bezant.kernel.entropy import SystemEntropy
from bezant.kernel.ids import Ids
from bezant.server.explain import Node, explain
from bezant.store.objects import Reader

CLOSING = closing(
    "bezant ledger explain po_…", "bezant ledger explain req_…", "bezant ledger explain le_… --json"
)


def run(
    name: Annotated[
        str, typer.Argument(metavar="ID", help="Of an object, a request, an entry or a movement.")
    ],
    *,
    data: DataOption = None,
    json: JsonOption = False,
) -> None:
    """Explain an id, from the request to the bank.

    Shows the request, the entries with their accounts before and after, the events, and the way
    through the bank: each file with the line that speaks of it, and the booking that proves it.
    A payment by card is followed through the network's clearing and the day's settlement.
    """
    config = configured(data)
    with database(config) as url:
        node = asyncio.run(_explain(config, url, name))
    if json:
        as_json(node)
    else:
        console.print(_grown(Tree(Text(node.title, style="bold")), node))


async def _explain(config: Config, url: str, name: str) -> Node:
    clock = SystemClock()
    ids = Ids(clock, SystemEntropy())
    async with Pool(url, size=1) as pool:
        door = Door(url, clock, ids)  # Never opened: an explanation only reads.
        return await explain(Runtime(config, clock, ids, pool, Reader(pool), door), name)


def _grown(branch: Tree, node: Node) -> Tree:
    for fact in node.facts:
        branch.add(Text(fact, style="dim"))
    for child in node.children:
        _grown(branch.add(Text(child.title, style="cyan")), child)
    return branch
