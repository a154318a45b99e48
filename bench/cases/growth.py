"""Growth: the same transfers on a ledger that is empty and on ledgers full of moves.

The moves are made by the door itself, thousands in a batch: entries, moves, balances and daily
sums are what that many transfers leave, sealed. Their documents and events are left out.
"""

import asyncio
import itertools
from collections.abc import Callable, Mapping
from contextlib import ExitStack

from bench.cases import transfers
from bench.cases.door import Desk, accepted
from bench.run import Run
from bezant.commit.change_set import ChangeSet
from bezant.db.pool import connect
from bezant.flows.transfer import created
from bezant.kernel.clock import SystemClock
from bezant.kernel.money import Money
from bezant.ledger.book import Book, book_of
from bezant.ledger.seal import seal
from bezant.server.platform import ROLE

CASE = "POST /v1/transfers on growing tables"
MOVES_OF_TRANSFER = 2
TRANSFERS_AT_ONCE = 2_000
CALLERS = 6
LANES = 2
"""While the database writes one batch the next is made."""
WARM_UPS_OF_EACH = 2
WARM_UP_SECONDS = 60
"""At most; until every account's place in every table has been touched since it was settled."""


def run(run: Run) -> None:
    """Fill copies of the database, each from the one before, then measure all of them in turn."""
    with ExitStack() as stack:
        databases = _databases(run, stack)
        plan = run.plan
        servers = {
            moves: stack.enter_context(run.stage.serve(database))
            for moves, database in databases.items()
        }
        subjects = {
            _name(moves): transfers.subject(server, run.stage.transfers, plan.lines, plan.seconds)
            for moves, server in servers.items()
        }
        for server in servers.values():
            server.send(
                transfers.PATH,
                run.stage.transfers,
                connections=plan.lines,
                seconds=WARM_UP_SECONDS,
                requests=WARM_UPS_OF_EACH * plan.accounts,
            )
        found = run.measure(CASE, "transfers/s", subjects)
    start = found[_name(0)]
    for moves in plan.moves[1:]:
        aim = 0.85 if moves == plan.moves[-1] else None
        name = f"transfers: with {moves:,} moves / with none"
        run.report.compare(name, found[_name(moves)].over(start), at_least=aim)


def _name(moves: int) -> str:
    return f"{moves:,} moves"


def _databases(run: Run, stack: ExitStack) -> Mapping[int, str]:
    """Return a database for each size; they go when the stack does."""
    stage = run.stage
    databases: dict[int, str] = {}
    source = None
    for before, size in itertools.pairwise((0, *run.plan.moves)):
        database = stage.copy(source) if source else stage.copy()
        stack.callback(stage.drop, database)
        databases[size] = source = database
        if size > before:
            _fill(run, database, size - before)
    return databases


def _fill(run: Run, database: str, moves: int) -> None:
    """Transfer a minor unit at a time from the platform to its accounts, over and over."""
    done = run.counted(f"  making {moves:,} moves", moves)
    stage = run.stage
    with Desk(stage.url(database), stage.accounts, lanes=LANES) as desk:
        source = book_of(stage.platform, livemode=False)
        desk.run(_transfer(desk, source, moves // MOVES_OF_TRANSFER, done))
        desk.run(_sealed(stage.url(database)))
    stage.settle(database)


async def _sealed(url: str) -> None:
    """Seal the entries, as would have been done all along."""
    async with await connect(url, role=ROLE) as connection:
        await seal(connection, SystemClock())


async def _transfer(desk: Desk, source: Book, count: int, done: Callable[[int], None]) -> None:
    numbers = iter(range(count))

    async def caller() -> None:
        while some := list(itertools.islice(numbers, TRANSFERS_AT_ONCE)):
            accepted(await desk.door.commit([_transfer_set(desk, source, each) for each in some]))
            done(len(some) * MOVES_OF_TRANSFER)

    await asyncio.gather(*(caller() for _ in range(CALLERS)))


def _transfer_set(desk: Desk, source: Book, number: int) -> ChangeSet:
    entries = created(
        Money(1, "usd"),
        source=source,
        destination=desk.book(number),
        purse="available",
        force=None,
    )
    return ChangeSet(postings=[desk.posting(each) for each in entries])
