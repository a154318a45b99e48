"""The demo's story, told as it is played."""

import asyncio
import shutil
import tempfile
from collections import Counter
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.panel import Panel
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from bezant.cli.demo import acts, tables
from bezant.cli.demo.world import World, open_world
from bezant.cli.verify import render
from bezant.db.embedded import EmbeddedServer
from bezant.kernel import log
from bezant.kernel.clock import SystemClock
from bezant.kernel.currency import format_amount
from bezant.kernel.entropy import SeededEntropy
from bezant.kernel.money import Money
from bezant.ledger.verify import verify
from bezant.server.explain import explain

START = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)  # A Monday, ten in the morning in New York.


def play(*, payouts: int, accounts: int, seed: int) -> int:
    """Play the story in a folder of its own and return the exit code: 0 if the books prove."""
    console = Console()
    log.configure(SystemClock(), level="warning")
    folder = Path(tempfile.mkdtemp(prefix="bezant-demo-"))
    try:
        with console.status("Starting PostgreSQL…"):
            server = EmbeddedServer.start(folder / "db")
        with server:
            story = Story(console, server.url, folder, payouts, min(accounts, payouts), seed)
            return asyncio.run(story.tell())
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class Story:
    """The main job, in six acts."""

    def __init__(
        self, console: Console, url: str, folder: Path, payouts: int, accounts: int, seed: int
    ) -> None:
        """Say how large it is."""
        self._console = console
        self._url = url
        self._folder = folder
        self._payouts = payouts
        self._accounts = accounts
        self._seed = seed
        self._clock = SystemClock()
        self._act = 0

    async def tell(self) -> int:
        """Play every act and prove the books."""
        began = self._clock.monotonic()
        async with open_world(self._url, self._folder, START, self._seed) as world:
            sellers = await self._open(world)
            orders = acts.amounts(SeededEntropy(self._seed), sellers, self._payouts)
            await self._fund(world, orders)
            paid = await self._pay(world, orders)
            await self._leave(world)
            await self._settle(world)
            failed = await self._return(world)
            await self._explain(world, failed or paid[0])
            ok = await self._prove(world)
        seconds = self._clock.monotonic() - began
        self._console.print(f"\nPlayed in {seconds:.1f} s, on virtual days.")
        return 0 if ok else 1

    async def _open(self, world: World) -> list[acts.Seller]:
        self._begin(world, "A platform opens accounts for its sellers", "POST /v1/accounts")
        async with self._progress("accounts", self._accounts) as done:
            sellers = await acts.open_sellers(world, self._accounts, done)
        self._console.print(tables.sellers(sellers))
        return sellers

    async def _fund(self, world: World, orders: list[tuple[acts.Seller, int]]) -> None:
        self._begin(world, "It tops up, and transfers to them", "POST /v1/topups, /v1/transfers")
        total = sum(amount for _, amount in orders)
        topup = await acts.top_up(world, total)
        self._say(f"The top-up of {_usd(total)} is [b]{topup.status}[/b]: no bank has seen it yet.")
        await world.next_banking_morning()
        topup = await world.client.v1.topups.retrieve_async(topup.id)
        self._say(
            f"Next morning the bank's statement shows the wire. The top-up is now "
            f"[b]{topup.status}[/b], and the money can be spent."
        )
        shares: Counter[acts.Seller] = Counter()
        for seller, amount in orders:
            shares[seller] += amount
        async with self._progress("transfers", len(shares)) as done:
            await acts.transfer(world, shares.items(), done)

    async def _pay(self, world: World, orders: list[tuple[acts.Seller, int]]) -> list[Any]:
        self._begin(world, "The sellers are paid out", "POST /v1/payouts with Stripe-Account")
        began = self._clock.monotonic()
        async with self._progress("payouts", len(orders)) as done:
            payouts = await acts.pay_out(world, orders, done)
        rate = len(orders) / (self._clock.monotonic() - began)
        first = payouts[0]
        arrives = datetime.fromtimestamp(first.arrival_date, UTC)
        self._say(
            f"{len(payouts):,} payouts are [b]{first.status}[/b] ({rate:,.0f} a second through "
            f"the SDK); they are to arrive on {arrives:%A, %d %B}."
        )
        return payouts

    async def _leave(self, world: World) -> None:
        self._begin(world, "At the cut-off a NACHA file goes to the bank", "submit_batches")
        await world.next_banking_morning()
        for path, data in await tables.sent_files(world):
            self._console.print(tables.nacha(path, data))

    async def _settle(self, world: World) -> None:
        self._begin(world, "The bank settles, and sends its statement", "BAI2 and camt.053")
        await world.next_banking_morning()
        await world.next_banking_morning()
        self._console.print(await tables.received_files(world))
        self._console.print(await tables.statement(world))

    async def _return(self, world: World) -> Any | None:
        self._begin(world, "Some come back, and the money with them", "payout.failed")
        await world.next_banking_morning()
        counts, failed = await tables.outcomes(world)
        self._console.print(counts)
        self._console.print(await tables.tie_out(world))
        return failed

    async def _explain(self, world: World, payout: Any) -> None:
        self._begin(world, f"Any object explains itself: {payout.id}", "bezant ledger explain")
        node = await explain(world.platform.runtime, payout.id)
        self._console.print(tables.tree(node))

    async def _prove(self, world: World) -> bool:
        self._begin(world, "And the books prove themselves", "bezant verify")
        report = await asyncio.to_thread(verify, world.url)
        render(self._console, report)
        return report.ok

    def _begin(self, world: World, title: str, how: str) -> None:
        self._act += 1
        when = f"{world.local():%A, %d %B %Y, %H:%M} in New York"
        heading = Text.assemble((f"{self._act}. {title}", "bold"), ("   " + how, "cyan"))
        self._console.print()
        self._console.print(Panel(heading, subtitle=when, subtitle_align="right"))

    def _say(self, text: str) -> None:
        self._console.print(text)

    @asynccontextmanager
    async def _progress(self, what: str, total: int) -> AsyncGenerator[Callable[[], None]]:
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
        )
        with Progress(*columns, console=self._console) as progress:
            task = progress.add_task(what, total=total)
            yield lambda: progress.advance(task)


def _usd(amount: int) -> str:
    return format_amount(Money(amount, "usd"))
