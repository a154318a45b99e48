"""Lapsed holds are found in the order in which they lapsed, and given back once."""

import asyncio
from datetime import UTC, datetime, timedelta

from bezant.commit.change_set import Accepted, ChangeSet, HoldChange, Posting, Refused
from bezant.commit.expiry import expiry
from bezant.db.pool import connect
from bezant.kernel.clock import VirtualClock
from bezant.kernel.money import Money
from bezant.ledger import chart, holds
from bezant.ledger.balances import balance_of
from bezant.ledger.book import book_of
from bezant.ledger.entry import Move, entry
from bezant.ledger.verify import verify
from tests.laws.play import door_of

BOOKS = [book_of(f"acct_{n}", livemode=n == 2) for n in range(3)]


def run(database, story):
    """Run a story with a clock, a door and a connection; the books must prove afterwards."""

    async def play():
        clock = VirtualClock(datetime(2026, 3, 1, tzinfo=UTC))
        door = door_of(database, clock)
        await door.start()
        async with await connect(database, role="bezant_app") as conn:
            await door.commit([_funded(book) for book in BOOKS])
            await story(clock, door, conn)
        await door.close()

    asyncio.run(play())
    report = verify(database)
    assert report.ok, report.problems


def _funded(book):
    equity = chart.custom(book, "equity", credit_normal=True, floor=None)
    move = Move(Money(10_000, "usd"), debit=equity, credit=chart.available(book))
    return ChangeSet(postings=[Posting(f"le_fund_{book.owner}", entry("fund", move), "x")])


def _pending(name, book, amounts, expires_at):
    moves = [
        Move(
            Money(amount, "usd"), chart.available(book), chart.in_transit(book, f"r{n}"), "pending"
        )
        for n, amount in enumerate(amounts)
    ]
    posting = Posting(name, entry("hold.created", *moves), f"po_{name}", expires_at=expires_at)
    return ChangeSet(postings=[posting])


def test_holds_lapse_in_order_and_everything_is_given_back(database):
    async def story(clock, door, conn):
        now = clock.now()
        minutes = [timedelta(minutes=n) for n in range(5)]
        await door.commit(
            [
                _pending("le_late", BOOKS[0], [100], now + minutes[3]),
                _pending("le_soon", BOOKS[1], [200, 30], now + minutes[1]),
                _pending("le_next", BOOKS[2], [300], now + minutes[2]),
                _pending("le_never", BOOKS[0], [400], None),
            ]
        )
        assert await holds.lapsed(conn, clock.now(), 100) == []
        clock.advance(minutes[2])
        found = await holds.lapsed(conn, clock.now(), 100)
        assert [one.entry for one in found] == ["le_soon", "le_next"]
        assert [one.book for one in found] == [BOOKS[1], BOOKS[2]]
        assert [len(one.holds) for one in found] == [2, 1]
        assert [one.entry for one in await holds.lapsed(conn, clock.now(), 1)] == ["le_soon"]
        clock.advance(minutes[4])
        found = await holds.lapsed(conn, clock.now(), 100)
        assert [one.entry for one in found] == ["le_soon", "le_next", "le_late"]
        outcomes = await door.commit([expiry(one, f"{one.entry}x") for one in found])
        assert outcomes == [Accepted()] * 3
        assert await holds.lapsed(conn, clock.now(), 100) == []
        for book, held in zip(BOOKS, (400, 0, 0), strict=True):
            balance = await balance_of(conn, chart.available(book), "usd")
            assert (balance.posted, balance.pending_out) == (10_000, held)
        left = await holds.of_entry(conn, BOOKS[1], "le_soon")
        assert [(one.n, one.amount, one.remaining) for one in left] == [(0, 200, 0), (1, 30, 0)]

    run(database, story)


def test_a_cut_off_entry_comes_again_with_the_rest(database):
    async def story(clock, door, conn):
        await door.commit([_pending("le_a", BOOKS[0], [1, 2, 3], clock.now())])
        for n in range(2):
            found = await holds.lapsed(conn, clock.now(), 2)
            assert await door.commit([expiry(found[0], f"le_x{n}")]) == [Accepted()]
        assert await holds.lapsed(conn, clock.now(), 2) == []

    run(database, story)


def test_a_sweeper_that_comes_second_changes_nothing(database):
    async def story(clock, door, conn):
        await door.commit([_pending("le_a", BOOKS[0], [70], clock.now() + timedelta(minutes=1))])
        clock.advance(timedelta(minutes=1))
        found = (await holds.lapsed(conn, clock.now(), 10))[0]
        outcomes = await door.commit([expiry(found, "le_x"), expiry(found, "le_y")])
        assert outcomes == [Accepted(), Refused("stale", {"id": "le_a"})]

    run(database, story)


def test_a_lapsed_hold_is_not_captured_and_one_alive_is_not_swept(database):
    async def story(clock, door, conn):
        expires = clock.now() + timedelta(minutes=1)
        await door.commit([_pending("le_a", BOOKS[0], [70], expires)])
        early = (await holds.lapsed(conn, expires, 10))[0]
        assert await door.commit([expiry(early, "le_x")]) == [Refused("hold_alive", {"id": "le_a"})]
        clock.advance(timedelta(minutes=1))
        money, pair = Money(70, "usd"), (early.holds[0].debit, early.holds[0].credit)
        captured = entry("captured", Move(money, *pair, "released"), Move(money, *pair))
        change = HoldChange(BOOKS[0], "le_a", 0, 70, 0)
        unit = ChangeSet([Posting("le_y", captured, "x", resolves="le_a")], [change])
        assert await door.commit([unit]) == [Refused("hold_expired", {"id": "le_a"})]

    run(database, story)
