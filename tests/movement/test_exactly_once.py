"""Ten thousand payouts over a cut-off: every good one is in exactly one file, whatever breaks.

One in a hundred can't be carried, the server is killed in the middle, an acknowledgement is lost.
"""

import asyncio
from datetime import timedelta

from bezant.api.context import Caller, Context
from bezant.flows import payout as flow
from bezant.kernel.clock import VirtualClock
from bezant.kernel.money import Money
from bezant.ledger.chart import available, cost, due
from bezant.ledger.entry import Move, entry
from bezant.ledger.verify import verify
from bezant.movement import instruct
from bezant.movement.order import Order, hidden_of, order_of
from bezant.movement.profile import SANDBOX
from bezant.rail import Party, UsAccount
from bezant.resources.core.payout import Payout
from tests.movement.blink import NOON
from tests.movement.world import opened, with_rail

MANY, AT_ONCE, PER_FILE = 10_000, 500, 3_000
FILES_OF_3000 = with_rail(SANDBOX, "ach", most_in_a_file=PER_FILE)
GOOD = Party("Ada", UsAccount("110000000", "000123456789"))
BAD = Party("Ada", UsAccount("110000001", "000123456789"))
CENTS = 100


class Killed(BaseException):
    """The process has ended."""


class Dying:
    """A transport under which the process ends: when a file is half on its way, or has arrived."""

    def __init__(self, submitter, when, after):
        self.submitter, self.whole = submitter, submitter.transport
        self.when, self.left = when, after
        submitter.transport = self

    def put(self, name, data):
        if self.left == 0:
            if self.when == "after":
                self.whole.put(name, data)
            raise Killed
        self.left -= 1
        self.whole.put(name, data)

    def took(self, name, sha256):
        return self.whole.took(name, sha256)


async def ask_for_many(world, account):
    """Ask for payouts in large change sets; every hundredth to a bank that there is not."""
    runtime, platform = world.platform.runtime, world.platform.started.account
    for first in range(0, MANY, AT_ONCE):
        ctx = Context(runtime, Caller(platform, account, livemode=False))
        for at in range(first, first + AT_ONCE):
            await ask_for_one(ctx, at)
        await ctx.write()


async def ask_for_one(ctx, at):
    name = ctx.new_id("po")
    payout = Payout(
        id=name,
        amount=CENTS,
        arrival_date=0,
        created=0,
        currency="usd",
        destination="ba_none",
        livemode=False,
        metadata={},
    )
    made = instruct.send(ctx, payout, payout.money, Order(GOOD, description="PAYOUT"))
    if at % 100 == 0:  # What was right when it was asked for, and is not any more.
        order = order_of(ctx.hidden(made))
        ctx.save(made, hidden=hidden_of(Order(BAD, description=order.description)))
    ctx.post(flow.created(payout.money, book=ctx.book, rail=made.rail), source=name)
    ctx.create(payout)


async def statuses(world):
    async with world.platform.pool.connection() as conn:
        cursor = await conn.execute(
            b"select status, count(*), count(distinct file) from object "
            b"where kind = 'movement' and type = 'pay' group by status"
        )
        return {row[0]: (row[1], row[2]) for row in await cursor.fetchall()}


async def fund(world, account):
    """Put money on an account, as a transfer from the platform's due would."""
    ctx = Context(world.platform.runtime, Caller(account, account, livemode=False))
    money = Money(MANY * CENTS, "usd")
    other = ctx.house
    moves = (
        Move(money, debit=due(ctx.book), credit=available(ctx.book)),
        Move(money, debit=cost(other), credit=due(other)),
    )
    for move in moves:
        ctx.post(entry("test.funded", move), source="test")
    await ctx.write()


def test_every_good_payout_is_in_exactly_one_file(database, tmp_path):
    clock = VirtualClock(NOON)
    lane = "sandbox/ach"

    async def first():
        async with opened(database, tmp_path, clock, sandbox=FILES_OF_3000) as world:
            account = world.platform.started.account
            await fund(world, account)
            await ask_for_many(world, account)
            clock.advance(timedelta(hours=8))  # Past the cut-off.
            Dying(world.platform.submitter.lanes[lane], "after", 1)
            try:
                await world.platform.submitter.run_once()
            except Killed:
                return account
            raise AssertionError("the server was to be killed")

    async def second():
        async with opened(database, tmp_path, clock, sandbox=FILES_OF_3000, seed=4) as world:
            Dying(world.platform.submitter.lanes[lane], "before", 1)
            try:
                await world.platform.submitter.run_once()
            except Killed:
                return
            raise AssertionError("the server was to be killed")

    async def third(account):
        async with opened(database, tmp_path, clock, sandbox=FILES_OF_3000, seed=5) as world:
            bank = world.platform.sandbox.bank
            banking = ("sandbox", "submit_batches", "poll_banks", "mind_deadlines")
            world.platform.workers = [
                each for each in world.platform.workers if each.name in banking
            ]
            bank.courier.fault("lose", "ack")
            for _ in range(5):
                clock.advance(timedelta(days=1))
                await world.platform.tick()
            poison = MANY // 100
            found = await statuses(world)
            assert found["settled"] == (MANY - poison, -(-MANY // PER_FILE))
            assert found["held"] == (poison, 0)
            executed = bank.books.rows(
                "select count(*), count(distinct key) from execution join ordered "
                "on ordered.id = execution.ordered"
            )
            assert executed == [(MANY - poison, MANY - poison)], "each exactly once"
            assert bank.paid_out() == (MANY - poison) * CENTS
            assert await world.of_house("network:ach") == 0
            assert await world.held(account, "in_transit:ach") == poison * CENTS

    account = asyncio.run(first())
    asyncio.run(second())
    asyncio.run(third(account))
    assert verify(database).ok
