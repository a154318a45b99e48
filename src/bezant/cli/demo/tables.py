"""What the demo shows: files as they are, and tables of what happened."""

from collections import Counter
from collections.abc import AsyncIterator, Sequence

import msgspec
from rich.console import Group
from rich.panel import Panel
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from bezant.api.context import Caller, Context
from bezant.cli.demo.acts import BROKE, GONE, Seller
from bezant.cli.demo.world import World
from bezant.kernel.currency import format_amount
from bezant.kernel.money import Money
from bezant.ledger.balances import balance_of, clearing_totals
from bezant.ledger.book import HOUSE
from bezant.ledger.chart import bank, house
from bezant.movement.bank_file import BankFile
from bezant.movement.contents import content
from bezant.movement.profile import SANDBOX
from bezant.reconcile.book import BankStatement
from bezant.server.explain import Node
from bezant.store.objects import Page

SHOWN_SELLERS = 8
SHOWN_RECORDS = 6
FATE = {BROKE: "will return payouts, R01", GONE: "does not exist, R03"}


def sellers(all_sellers: Sequence[Seller]) -> Table:
    """Return the first sellers and what awaits their payouts."""
    table = _table("account", "seller", "bank account", "which")
    for seller in all_sellers[:SHOWN_SELLERS]:
        fate = FATE.get(seller.bank_account, "")
        table.add_row(seller.account, seller.name, f"••••{seller.bank_account[-4:]}", fate)
    if len(all_sellers) > SHOWN_SELLERS:
        table.add_row(f"and {len(all_sellers) - SHOWN_SELLERS:,} more", "", "", "", style="dim")
    return table


async def sent_files(world: World) -> list[tuple[BankFile, bytes]]:
    """Return the files that have been sent to the bank, oldest first, with their bytes."""
    files = [file for file in await _files(world) if file.direction == "sent"]
    async with world.platform.pool.connection() as conn:
        return [(file, await content(conn, house(livemode=False), file.id)) for file in files]


def nacha(file: BankFile, data: bytes) -> Panel:
    """Return the beginning and the end of a NACHA file, as it was sent."""
    records = [line for line in data.decode("ascii").splitlines() if line.strip("9")]
    return _excerpt(
        f"{file.reference}.ach: {file.entries:,} credits, {_usd(file.credits)}", records
    )


async def received_files(world: World) -> Table:
    """Return what the bank has left, and what reading it gave."""
    table = _table("file from the bank", "kind", "read as", "entries")
    table.columns[3].justify = "right"
    for file in await _files(world):
        if file.direction == "received":
            table.add_row(file.name, file.format or "?", file.status, f"{file.entries:,}")
    return table


async def statement(world: World) -> Panel:
    """Return the beginning of the latest BAI2 statement, as it was received."""
    file = [file for file in await _files(world) if file.format == "bai2"][-1]
    async with world.platform.pool.connection() as conn:
        data = await content(conn, house(livemode=False), file.id)
    return _excerpt(file.name, data.decode("ascii").splitlines())


class Ended(msgspec.Struct):
    """How a payout ended; its amount is in cents."""

    id: str
    amount: int
    status: str
    failure_code: str | None


async def outcomes(world: World) -> tuple[Table, Ended | None]:
    """Return how the payouts ended, by status and reason, and one that came back."""
    counts: Counter[tuple[str, str]] = Counter()
    sums: Counter[tuple[str, str]] = Counter()
    failed: Ended | None = None
    async for body in _all_payouts(world):
        payout = msgspec.json.decode(body, type=Ended)
        key = payout.status, payout.failure_code or ""
        counts[key] += 1
        sums[key] += payout.amount
        if payout.status == "failed":
            failed = failed or payout
    table = _table("payouts", "because", "count", "amount")
    for column in table.columns[2:]:
        column.justify = "right"
    for (status, reason), count in sorted(counts.items(), key=lambda item: -item[1]):
        table.add_row(status, reason, f"{count:,}", _usd(sums[status, reason]))
    return table, failed


async def tie_out(world: World) -> Group:
    """Return the bank's word beside ours, to the cent."""
    own = house(livemode=False)
    async with world.platform.pool.connection() as conn:
        mirrored = await balance_of(conn, bank(own, SANDBOX.name), "usd")
        clearing = await clearing_totals(conn)
    ctx = Context(world.platform.runtime, Caller(HOUSE, HOUSE, livemode=False))
    last = await ctx.newest(BankStatement, {}, book=own)
    assert last is not None, "the bank has sent a statement"
    closing = last.closing or 0
    table = _table("the money at the bank", "amount")
    table.columns[1].justify = "right"
    table.add_row("closing balance of the last statement", _usd(closing))
    table.add_row("the bank's own books", _usd(world.sandbox.bank.balance()))
    table.add_row("our ledger, bank:sandbox", _usd(mirrored.posted))
    table.add_row("difference", _usd(closing - mirrored.posted), style="bold green")
    rows = _table("clearing accounts", "amount")
    rows.columns[1].justify = "right"
    for row in clearing:
        rows.add_row(f"{row.path} ({row.currency}), all books", _usd(row.posted))
    return Group(table, Text(), rows)


def tree(node: Node) -> Tree:
    """Return an explanation as a tree."""
    root = Tree(Text(node.title, style="bold"))
    _grow(root, node)
    return root


def _excerpt(title: str, records: Sequence[str]) -> Panel:
    shown = [*records[:SHOWN_RECORDS]]
    if len(records) > SHOWN_RECORDS + 2:
        shown += [f"… {len(records) - SHOWN_RECORDS - 2:,} records …", *records[-2:]]
    return Panel(Text("\n".join(shown), no_wrap=True, overflow="ellipsis"), title=title)


def _grow(branch: Tree, node: Node) -> None:
    for fact in node.facts:
        branch.add(Text(fact, style="dim"))
    for child in node.children:
        _grow(branch.add(Text(child.title, style="cyan")), child)


async def _files(world: World) -> list[BankFile]:
    ctx = Context(world.platform.runtime, Caller(HOUSE, HOUSE, livemode=False))
    bodies, _ = await ctx.page(BankFile, Page(limit=200), book=ctx.house)
    return [msgspec.json.decode(body, type=BankFile) for body in reversed(bodies)]


async def _all_payouts(world: World) -> AsyncIterator[str]:
    async with world.platform.pool.connection() as conn:
        cursor = conn.cursor()
        await cursor.execute(b"select body from object where kind = 'payout' order by id")
        async for row in cursor:
            yield row[0]


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for column in columns:
        table.add_column(column)
    return table


def _usd(amount: int) -> str:
    return format_amount(Money(amount, "usd"))
