"""Lapsed holds go back, and the ledger's entries are sealed."""

import asyncio
from datetime import timedelta

from bezant.commit.change_set import Accepted, ChangeSet, HoldChange, Posting, Refused
from bezant.kernel.money import Money
from bezant.ledger import chart
from bezant.ledger.book import book_of
from bezant.ledger.entry import Move, entry
from bezant.workers.seal import Sealer
from bezant.workers.sweep_holds import HoldSweeper
from tests.webhooks.world import World, play

BOOK = book_of("acct_1", livemode=False)
AVAILABLE, DUE = chart.available(BOOK), chart.due(BOOK)


def usd(amount: int) -> Money:
    return Money(amount, "usd")


async def post(world: World, *moves: Move, **more) -> str:
    name = world.ids.new("le", BOOK.slot)
    unit = ChangeSet(postings=[Posting(name, entry("test", *moves), "src_1", **more)])
    assert await world.runtime.door.commit([unit]) == [Accepted()]
    return name


async def hold(world: World, *amounts: int, minutes: int) -> str:
    moves = [Move(usd(amount), AVAILABLE, DUE, "pending") for amount in amounts]
    return await post(world, *moves, expires_at=world.clock.now() + timedelta(minutes=minutes))


async def balances(world: World) -> tuple[int, int]:
    """What is available, and what is set aside."""
    rows = await world.rows(
        "select posted_credits - posted_debits - pending_debits, pending_debits"
        " from account where book_id = %s and path = 'available'",
        BOOK.id,
    )
    return rows[0]


def capture(world: World, name: str, amount: int, expected: int) -> ChangeSet:
    moves = [
        Move(usd(amount), AVAILABLE, DUE, "released"),
        Move(usd(amount), AVAILABLE, DUE),
    ]
    return ChangeSet(
        postings=[
            Posting(world.ids.new("le", BOOK.slot), entry("test", *moves), "src_1", resolves=name)
        ],
        holds=[HoldChange(BOOK, name, 0, expected, expected - amount)],
    )


def test_what_has_lapsed_goes_back(database):
    async def story(world: World) -> None:
        sweeper = HoldSweeper(world.runtime)
        await post(world, Move(usd(1_000), DUE, AVAILABLE))
        await hold(world, 100, 50, minutes=10)
        later = await hold(world, 30, minutes=20)
        assert await balances(world) == (820, 180)
        assert await sweeper.run_once() == 0
        world.pass_time(minutes=10)
        assert await sweeper.run_once() == 1
        assert await sweeper.run_once() == 0
        assert await balances(world) == (970, 30)
        captured = await world.runtime.door.commit([capture(world, later, 10, 30)])
        assert captured == [Accepted()]
        world.pass_time(minutes=10)
        assert await sweeper.run_once() == 1
        assert await balances(world) == (990, 0)
        (refused,) = await world.runtime.door.commit([capture(world, later, 5, 20)])
        assert isinstance(refused, Refused)
        kinds = await world.rows("select kind, count(*) from entry group by 1 order by 1")
        assert kinds == [("hold.expired", 2), ("test", 4)]

    play(database, story)


def test_sweepers_side_by_side_give_back_once(database):
    async def story(world: World) -> None:
        await post(world, Move(usd(1_000), DUE, AVAILABLE))
        for _ in range(20):
            await hold(world, 10, minutes=1)
        world.pass_time(minutes=2)
        done = await asyncio.gather(*(HoldSweeper(world.runtime).run_once() for _ in range(3)))
        assert sum(done) == 20
        assert await balances(world) == (1_000, 0)

    play(database, story)


def test_what_is_finished_is_sealed(database):
    async def story(world: World) -> None:
        sealer = Sealer(world.pool, world.clock)
        assert await sealer.run_once() == 0
        for _ in range(3):
            await post(world, Move(usd(1_000), DUE, AVAILABLE))
        assert await sealer.run_once() == 3
        assert await sealer.run_once() == 0
        await post(world, Move(usd(1), DUE, AVAILABLE))
        assert await sealer.run_once() == 1
        assert await world.rows("select n, entries from seal order by n") == [(1, 3), (2, 1)]

    play(database, story)
