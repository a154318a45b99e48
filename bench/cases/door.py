"""The door without HTTP: what the ledger itself takes, from callers in one process."""

import asyncio
import itertools
import time
from array import array
from collections.abc import Awaitable, Callable
from typing import Self

import uvloop

from bench.measure import Reading, Subject, share
from bench.run import WARM_UP_SECONDS, Run
from bezant.commit.change_set import Accepted, ChangeSet, HoldChange, Outcome, Posting
from bezant.commit.door import Door
from bezant.kernel.clock import SystemClock
from bezant.kernel.entropy import SystemEntropy
from bezant.kernel.ids import Ids
from bezant.kernel.money import Money
from bezant.ledger.book import Book, book_of
from bezant.ledger.chart import Account, available, due
from bezant.ledger.entry import Entry, Move, Phase, entry

CASE = "the door, in process"
REFUSED_OF = 50
"""One in so many is refused: 2 %."""

Step = Callable[[int], Awaitable[None]]
"""Does the thing with that number once."""


def run(run: Run) -> None:
    """Measure single moves at growing concurrency, two-phase moves, and a share of refusals."""
    plan = run.plan
    with run.stage.copied() as database, Desk(run.stage.url(database), run.stage.accounts) as desk:
        subjects: dict[str, Subject] = {
            _name(callers): desk.subject(desk.move, callers, plan.seconds)
            for callers in plan.callers
        }
        callers = max(callers for callers in plan.callers if callers <= 128)
        phases = desk.subject(desk.two_phases, callers, plan.seconds)
        refused = desk.subject(desk.mostly_funded, callers, plan.seconds)
        subjects[f"{callers} callers, pending, then captured"] = phases
        subjects[f"{callers} callers, 2 % refused"] = refused
        desk.subject(desk.move, callers, WARM_UP_SECONDS)()
        run.measure(CASE, "done/s", subjects)


def _name(callers: int) -> str:
    return "1 caller, move after move" if callers == 1 else f"{callers:,} callers, a move each"


class Desk:
    """A door of its own and callers at it; a context manager."""

    def __init__(self, url: str, accounts: list[str], *, lanes: int = 1) -> None:
        """Take a database, and whose books are moved between."""
        clock = SystemClock()
        self.ids = Ids(clock, SystemEntropy())
        self.door = Door(url, clock, self.ids, lanes=lanes)
        self._runner = asyncio.Runner(loop_factory=uvloop.new_event_loop)
        self._books = [book_of(account, livemode=False) for account in accounts]

    def __enter__(self) -> Self:
        self._runner.run(self.door.start())
        return self

    def __exit__(self, *failure: object) -> None:
        self._runner.run(self.door.close())
        self._runner.close()

    def subject(self, step: Step, callers: int, seconds: float) -> Subject:
        """Return what measures a step done by callers side by side."""
        return lambda: self._runner.run(_side_by_side(step, callers, seconds))

    def run(self, work: Awaitable[None]) -> None:
        """Do a piece of work at the door."""

        async def whole() -> None:
            await work

        self._runner.run(whole())

    async def move(self, number: int) -> None:
        """Post one move, which cannot be refused."""
        accepted(await self.commit(deposit(self.book(number))))

    async def two_phases(self, number: int) -> None:
        """Hold an amount, then capture it: two change sets, one after the other."""
        book = self.book(number)
        hold = self.posting(one("bench.held", book, due(book), available(book), "pending"))
        accepted(await self.commit_set(ChangeSet(postings=[hold])))
        released = one("bench.captured", book, due(book), available(book), "released", "posted")
        capture = self.posting(released, resolves=hold.id)
        change = HoldChange(book, hold.id, 0, expected=1, remaining=0)
        accepted(await self.commit_set(ChangeSet(postings=[capture], holds=[change])))

    async def mostly_funded(self, number: int) -> None:
        """Post a move; one in so many wants more than there is and must be refused."""
        book = self.book(number)
        if number % REFUSED_OF:
            await self.move(number)
            return
        wanted = Move(Money(10**15, "usd"), debit=available(book), credit=due(book))
        (outcome,) = await self.commit(entry("bench.overdrawn", wanted))
        assert not isinstance(outcome, Accepted), "nobody has that much"

    def book(self, number: int) -> Book:
        """Return the books in turn."""
        return self._books[number % len(self._books)]

    def posting(self, made: Entry, resolves: str | None = None) -> Posting:
        """Return an entry with an id."""
        return Posting(self.ids.new("le", made.book.slot), made, "bench", resolves=resolves)

    async def commit(self, *entries: Entry) -> list[Outcome]:
        """Commit entries as one change set."""
        return await self.commit_set(ChangeSet(postings=[self.posting(each) for each in entries]))

    async def commit_set(self, unit: ChangeSet) -> list[Outcome]:
        """Commit a change set."""
        return await self.door.commit([unit])


def deposit(book: Book) -> Entry:
    """Return an entry of one move that lets an account have more."""
    return one("bench.moved", book, due(book), available(book), "posted")


def one(kind: str, book: Book, debit: Account, credit: Account, *phases: Phase) -> Entry:
    """Return an entry that moves one minor unit, in one phase or in several."""
    assert debit.book == book, "an entry is of one book"
    money = Money(1, "usd")
    moves = [Move(money, debit=debit, credit=credit, phase=phase) for phase in phases]
    return entry(kind, *moves)


def accepted(outcomes: list[Outcome]) -> None:
    """Insist that everything was accepted: the figures are of work that was done."""
    assert all(isinstance(outcome, Accepted) for outcome in outcomes), outcomes


async def _side_by_side(step: Step, callers: int, seconds: float) -> Reading:
    """Let callers do a step again and again until the time is over."""
    numbers = itertools.count()
    took = array("d")
    began = time.perf_counter()
    deadline = began + seconds

    async def caller() -> None:
        while (start := time.perf_counter()) < deadline:
            await step(next(numbers))
            took.append(time.perf_counter() - start)

    await asyncio.gather(*(caller() for _ in range(callers)))
    total = time.perf_counter() - began
    ordered = sorted(took)
    p50, p99 = share(ordered, 50), share(ordered, 99)
    return Reading(len(took) / total, p50 * 1_000, p99 * 1_000)
