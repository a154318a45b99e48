"""Every rail at the sandbox's banks: money goes out or is collected over one rail, on real files.

The subject is a parcel: an object that stands for any product, told of by the engine.
"""

import asyncio
import tempfile
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import msgspec

from bezant.api.context import Caller, Context, created_of
from bezant.api.resource import Resource
from bezant.flows import collection, payout
from bezant.kernel.clock import VirtualClock
from bezant.kernel.config import Config
from bezant.kernel.entropy import SeededEntropy
from bezant.kernel.money import Money
from bezant.ledger.balances import balance_of, clearing_totals
from bezant.ledger.book import book_of
from bezant.ledger.chart import available, bank, cost, house, suspense
from bezant.ledger.verify import verify
from bezant.movement import instruct
from bezant.movement.handler import Handler
from bezant.movement.movement import Movement
from bezant.movement.order import Order
from bezant.rail import Mandate, Party
from bezant.server import wiring
from bezant.server.platform import Platform
from bezant.store.objects import Page

ADA = "acct_ada"
EXECUTED = """
SELECT count(*) FROM execution JOIN ordered ON ordered.id = execution.ordered
WHERE ordered.key LIKE ?
"""
START = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
"""A Monday on which banks are open from San Francisco to Kolkata."""


class Parcel(Resource, tag="story.parcel"):
    """Money for somebody, over one rail."""

    id: str
    created: int
    livemode: bool
    amount: int
    currency: str
    status: str = "pending"

    @property
    def money(self):
        return Money(self.amount, self.currency)


class Pull(Parcel, tag="story.pull"):
    """Money that is collected, or expected."""


def _on(status, flow):
    def react(ctx, subject, movement, _fact):
        ctx.post(flow(subject.money, movement), source=subject.id)
        ctx.save(subject, status=status)

    return react


def _dropped(flow):
    return _on("rejected", lambda money, at: flow.dropped(money, book=at.book, rail=at.rail))


def _settled(flow):
    return _on("settled", lambda money, at: flow.settled(money, book=at.book, rail=at.rail))


def _returned(flow):
    return _on("returned", lambda money, at: flow.returned(money, book=at.book))


HANDLERS = {
    "story.parcel": Handler(
        subject=Parcel,
        on={
            "settled": _settled(payout),
            "returned": _returned(payout),
            "recalled": _returned(payout),
            "rejected": _dropped(payout),
        },
        house={
            "settled": payout.paid_out,
            "returned": payout.given_back,
            "recalled": payout.given_back,
        },
    ),
    "story.pull": Handler(
        subject=Pull,
        on={
            "settled": _settled(collection),
            "returned": _returned(collection),
            "recalled": _returned(collection),
            "rejected": _dropped(collection),
        },
        house={
            "settled": collection.collected,
            "returned": collection.taken_back,
            "recalled": collection.taken_back,
        },
    ),
}


class World:
    """A platform with an account that has money in every currency, and the banks around it."""

    def __init__(self, platform, clock, folder):
        self.platform = platform
        self.clock = clock
        self.folder = folder
        self.banks = platform.sandbox.banks

    def context(self):
        caller = Caller(self.platform.started.account, ADA, livemode=False)
        return Context(self.platform.runtime, caller)

    async def fund(self, amount, currency):
        """Let somebody wire money in, and the account have it."""
        ctx = self.context()
        parcel = made(ctx, Pull, Money(amount, currency))
        profile = self.platform.banks.receiving(currency, livemode=False)
        instruct.expect(
            ctx, parcel, parcel.money, rail="wire", bank=profile, reference=f"FUND{currency}"
        )
        ctx.post(collection.created(parcel.money, book=ctx.book, rail="wire"), source=parcel.id)
        ctx.create(parcel)
        await ctx.write()
        await self.hours(30, step=6)

    async def send(self, rail, account, amount, currency, *, service="standard", **order):
        """Send money over a rail and return the movement's id."""
        return await self._begin(instruct.send, rail, account, amount, currency, service, order)

    async def collect(self, rail, account, amount, currency, *, service="standard", **order):
        """Collect money over a rail and return the movement's id."""
        mandate = Mandate("MANDATE-1", date(2026, 1, 5), "recurring")
        order = {"mandate": mandate, **order}
        return await self._begin(instruct.collect, rail, account, amount, currency, service, order)

    async def _begin(self, begin, rail, account, amount, currency, service, order):
        ctx = self.context()
        collects = begin is instruct.collect
        parcel = made(ctx, Pull if collects else Parcel, Money(amount, currency))
        party = order.pop("party", None) or Party("Grace Hopper", account)
        asked = Order(party, description="PARCEL", **order)
        movement = begin(ctx, parcel, parcel.money, asked, service=service, rail=rail)
        flow = collection if collects else payout
        ctx.post(flow.created(parcel.money, book=ctx.book, rail=rail), source=parcel.id)
        ctx.create(parcel)
        await ctx.write()
        return movement.id

    async def movement(self, name):
        return await self.context().load(Movement, name)

    def executed(self, movement):
        """Return how often the bank has carried a movement out, by its own books."""
        rows = self.banks[movement.bank].books.rows(EXECUTED, (f"%{movement.reference}",))
        return rows[0][0]

    async def of_house(self, kind, name):
        """Return an object of the house."""
        ctx = Context(self.platform.runtime, Caller("house", "house", livemode=False))
        return await ctx.load(kind, name, book=ctx.house)

    async def tick(self):
        await self.platform.tick()

    async def hours(self, count, step=1):
        """Let hours pass, one after another or several at once."""
        for _ in range(0, count, step):
            self.clock.advance(timedelta(hours=step))
            await self.tick()

    async def until(self, name, *statuses, days=12, step=1):
        """Let time pass until a movement has come to one of these states."""
        for _ in range(0, days * 24, step):
            await self.tick()
            if (await self.movement(name)).status in statuses:
                return await self.movement(name)
            self.clock.advance(timedelta(hours=step))
        found = await self.movement(name)
        raise AssertionError(f"still {found.status}: {found.facts}")

    async def has(self, currency):
        """Return what the account may spend."""
        async with self.platform.pool.connection() as conn:
            return (
                await balance_of(conn, available(book_of(ADA, livemode=False)), currency)
            ).posted

    async def cost(self, currency):
        """Return what banks have charged the house."""
        async with self.platform.pool.connection() as conn:
            return (await balance_of(conn, cost(house(livemode=False)), currency)).posted

    async def check(self):
        """The banks' books equal ours to the unit, and nothing is left between books."""
        await self.hours(30, step=6)
        for name in self.banks:
            left = await self.unexplained(name)
            assert left == 0, (name, left, self.banks[name].lines())
        await self.mirrors()

    async def mirrors(self):
        """The banks' books equal ours to the unit, and no network owes anything."""
        own = house(livemode=False)
        async with self.platform.pool.connection() as conn:
            for name, one in self.banks.items():
                mirrored = await balance_of(conn, bank(own, name), one.account.currency)
                assert mirrored.posted == one.balance(), name
            totals = await clearing_totals(conn)
        assert {(it.path, it.currency): it.posted for it in totals if it.posted} == {}

    async def unexplained(self, name):
        """Return what stands on suspense for a bank account."""
        currency = self.banks[name].account.currency
        async with self.platform.pool.connection() as conn:
            return (await balance_of(conn, suspense(house(livemode=False), name), currency)).posted

    async def unclaimed(self, name):
        """Return the movements that have come over a bank and belong to nobody yet."""
        ctx = Context(self.platform.runtime, Caller("house", "house", livemode=False))
        bodies, _ = await ctx.page(Movement, Page(limit=100, filters={"status": "received"}))
        found = [msgspec.json.decode(body, type=Movement) for body in bodies]
        return [one for one in found if one.bank == name]


def made(ctx, kind, money):
    name = ctx.new_id("parcel")
    return kind(
        id=name,
        created=created_of(name),
        livemode=False,
        amount=money.amount,
        currency=money.currency,
    )


@asynccontextmanager
async def opened(url, folder):
    clock = VirtualClock(START)
    config = Config(data=folder, sandbox="calendar")
    async with Platform(config, url, clock, SeededEntropy(11)) as platform:
        yield World(platform, clock, folder)


def play(url, story, monkeypatch):
    """Play a story; afterwards the books must prove themselves."""
    for kind, handler in HANDLERS.items():
        monkeypatch.setitem(wiring.HANDLERS, kind, handler)

    async def run(folder):
        async with opened(url, Path(folder)) as world:
            await story(world)

    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(run(folder))
    report = verify(url)
    assert report.ok, report
