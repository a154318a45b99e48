"""Every mishap that a rail can have, on one world for each rail, through its real messages.

Everything that the bank says comes twice; it is out of order over a cut-off, and when it is back
its letters arrive in the opposite order and take an hour. Meanwhile single payments are refused,
come back, come back late, are recalled, or are answered wrongly or not at all. In the end the
bank's books equal ours, each payment was carried out at most once, and nothing is in between.
"""

from datetime import timedelta
from typing import NamedTuple

import pytest
from msgspec import structs

from bezant.ledger.chart import house
from bezant.movement import errand
from bezant.movement.contents import content
from bezant.movement.movement import Movement
from bezant.rail import Account, IbanAccount
from bezant.sim.actions import Wish, perform
from tests.stories.rail_world import play
from tests.stories.test_rails import DEBITS, WAYS

BATCH = {"ach", "acss", "bacs", "sepa_credit"}
NO_RETURNS = {"rtp", "upi", "sepa_instant"}
"""Rails on which a payment that was taken comes back only when it is asked for, or never."""

NO_RECALLS = {"ach", "acss", "bacs", "upi"}
"""Rails whose networks have no such question."""

NOT_WAITING = {"pix", "upi"}
"""Rails on which nobody thinks about a payment; what UPI deems approved is never refused later."""

QUOTING = {"upi", "sepa_instant"}
"""Rails that repeat the amount when they say that a payment is settled."""

MISTAKES = ("silence", "misquote", "stranger")
AMOUNT = 2_500
_REASONS = {"pix": "OPERATIONAL_FLAW"}


class Fate(NamedTuple):
    """What befalls one payment: who gets it, what is wished for it and when, how it ends."""

    ends: str
    account: Account | None = None
    mistake: str = ""
    afterwards: str = ""
    also: tuple[str, ...] = ()


def fates(way, magic):
    """Yield (name, fate) for each mishap that payments over a rail can have by themselves."""
    bad = dict(reversed(way.bad))
    yield "nothing", Fate("settled")
    if way.rail in BATCH:
        yield from returns(bad["returned"])
    else:
        yield "refused", Fate("rejected", bad["rejected"])
        for mistake in MISTAKES:
            yield mistake, Fate("settled", mistake=mistake)
        if "returned" in bad:
            yield "returned", Fate("returned", bad["returned"])
        waits = next((number for number, (what, _) in magic.items() if what == "pending"), None)
        if way.rail not in NOT_WAITING and waits:
            yield "refused late", Fate("rejected", numbered(way.good, waits), afterwards="reject")
    if way.rail not in NO_RETURNS:
        yield "returned late", Fate("returned", afterwards="return")
    if way.rail not in NO_RECALLS:
        yield "recalled", Fate("recalled", afterwards="recall", also=("returned",))
        yield "not given back", Fate("settled", afterwards="refuse-recall")


def returns(account):
    """Yield (name, fate) for payments that come back in a file that is lost, or says it wrongly."""
    yield "returned", Fate("returned", account)
    for mistake in MISTAKES:
        yield f"returned, {mistake}", Fate("returned", account, mistake=mistake)


def numbered(account, number):
    """Return an account with another number."""
    first, *_ = structs.fields(type(account))
    field = first.name if isinstance(account, IbanAccount) else "account_number"
    return structs.replace(account, **{field: number})


class Post:
    """Payments over one rail to its bank, and what is wished to happen to them there."""

    def __init__(self, world, way, begin):
        self.world, self.way, self.wishes = world, way, 0
        self.bank = next(one for one in world.banks.values() if way.rail in one.schemes)
        self._begin = begin

    async def send(self, account=None):
        way = self.way
        party = way.party(account or way.good)
        return await self._begin(
            way.rail, party.account, AMOUNT, way.currency, service=way.service, party=party
        )

    async def leave(self, names):
        """Let what was begun leave, before the bank has looked at it."""
        for _ in range(48):
            await self.world.platform.submitter.run_once()
            if all([(await self.world.movement(name)).file for name in names]):
                return
            self.world.clock.advance(timedelta(hours=1))
        raise AssertionError("nothing leaves")

    async def key(self, name):
        """Return the bank's own name for a payment."""
        movement = await self.world.movement(name)
        async with self.world.platform.pool.connection() as conn:
            data = await content(conn, house(livemode=False), movement.file)
        orders = (
            self.bank.schemes[self.way.rail].read(data, self.bank.client_in(self.way.rail)).orders
        )
        if len(orders) == 1:
            return orders[0].key
        return next(one.key for one in orders if one.key.endswith(movement.reference))

    def wish(self, action, key="", rail=None, **details):
        self.wishes += 1
        wish = Wish(f"wish{self.wishes}", rail or self.way.rail, action, key=key, details=details)
        perform(self.bank, wish)

    async def ask(self, name, act, reason):
        """Send the bank an order about a payment, and return the order's own name."""
        ctx = self.world.context()
        asked = errand.about(ctx, await ctx.load(Movement, name), act, reason=reason)
        await ctx.write()
        return asked.id

    def spoil(self):
        """Let a file lose its end on the way to the bank."""
        (path,) = [one for one in self.bank.courier.to_bank.iterdir() if one.name[0] != "."]
        path.write_bytes(path.read_bytes()[:-200])

    def repeat(self):
        """Let everything that the bank says come twice from now on."""
        send = self.bank.courier.send

        def twice(kind, name, data):
            send(kind, name, data)
            send(kind, f"again-{name}", data + b"\n" if name.endswith(".xml") else data)

        self.bank.courier.send = twice

    async def reversed(self):
        """Let what the bank says in this moment come in the opposite order."""
        kept, send = [], self.bank.courier.send
        self.bank.courier.send = lambda *letter: kept.append(letter)
        await self.world.tick()
        self.bank.courier.send = send
        for letter in reversed(kept):
            send(*letter)

    async def outage(self, hours):
        """Let the bank be out of order for hours, then slow, its letters in the wrong order."""
        self.wish("outage", rail="bank", seconds=str(hours * 3_600 - 60))
        self.wish("delay", rail="bank", seconds="3600")
        await self.world.hours(hours, step=min(hours, 6))
        self.wish("lose", rail="bank", kind="ack", times="2")
        await self.reversed()


async def befall(world, post, names, told):
    """Let everything happen that is wished for payments, and come to its end."""
    for name, fate in told.items():
        if fate.mistake:
            post.wish(fate.mistake, await post.key(names[name]))
    await post.outage(30 if post.way.rail in BATCH else 2)
    for name in names:
        await world.until(names[name], "settled", told[name].ends, *told[name].also, days=6, step=3)
    asked = []
    for name, fate in told.items():
        if fate.afterwards == "reject":
            names[name] = await post.send(fate.account)
            await post.leave([names[name]])
            post.bank.receive()  # Whoever gets it thinks about it, and then says no.
        if fate.afterwards in ("reject", "return", "refuse-recall"):
            post.wish(fate.afterwards, await post.key(names[name]))
        if fate.afterwards in ("recall", "refuse-recall"):
            reason = _REASONS.get(post.way.rail, "DUPL")
            asked.append((fate, await post.ask(names[name], "recall", reason)))
    await post.reversed()
    for fate, recall in asked:
        refused = fate.afterwards == "refuse-recall"
        await world.until(recall, "rejected" if refused else "settled", days=6, step=3)
    return {
        name: await world.until(names[name], fate.ends, *fate.also, days=8, step=3)
        for name, fate in told.items()
    }


@pytest.mark.parametrize("way", WAYS, ids=str)
def test_payments_have_every_mishap_at_once(database, monkeypatch, way):
    async def story(world):
        await world.fund(100_000, way.currency)
        post = Post(world, way, world.send)
        post.repeat()
        await world.hours(18, step=18)  # To three in the afternoon, when CHAPS is open as well.
        told = dict(fates(way, post.bank.schemes[way.rail].magic))
        spoiled = None
        if way.rail in BATCH:
            spoiled = await post.send()
            await post.leave([spoiled])
            post.spoil()
            assert world.executed(await world.until(spoiled, "rejected", step=3)) == 0
        now = {name: fate for name, fate in told.items() if fate.afterwards != "reject"}
        names = {name: await post.send(fate.account) for name, fate in now.items()}
        await post.leave(names.values())
        ended = await befall(world, post, names, told)
        for name, movement in ended.items():
            kinds = [fact.kind for fact in movement.facts]
            misquoted = name.endswith("misquote") and way.rail in QUOTING | BATCH
            assert ("contradicted" in kinds) == misquoted, (name, kinds)
            assert world.executed(movement) == (movement.status != "rejected"), name
        kept = sum(one.status == "settled" for one in ended.values())
        assert await world.has(way.currency) == 100_000 - kept * AMOUNT
        await world.check()

    play(database, story, monkeypatch)


@pytest.mark.parametrize("way", DEBITS, ids=str)
def test_collections_have_every_mishap_at_once(database, monkeypatch, way):
    async def story(world):
        post = Post(world, way, world.collect)
        post.repeat()
        told = {
            "nothing": Fate("settled"),
            **dict(returns(dict(way.bad)["returned"])),
            "returned late": Fate("returned", afterwards="return"),
        }
        spoiled = await post.send()
        await post.leave([spoiled])
        post.spoil()
        assert world.executed(await world.until(spoiled, "rejected", step=3)) == 0
        names = {name: await post.send(fate.account) for name, fate in told.items()}
        await post.leave(names.values())
        ended = await befall(world, post, names, told)
        assert all(world.executed(movement) == 1 for movement in ended.values())
        assert await world.has(way.currency) == AMOUNT
        await world.check()

    play(database, story, monkeypatch)


@pytest.mark.parametrize("way", [way for way in DEBITS if way.rail not in NO_RECALLS], ids=str)
def test_a_collection_is_recalled_or_reversed(database, monkeypatch, way):
    async def story(world):
        post = Post(world, way, world.collect)
        names = [await post.send() for _ in range(2)]
        await post.leave(names)
        recall = await post.ask(names[0], "recall", "DUPL")
        await world.until(recall, "settled", step=3)
        await world.until(names[1], "settled", step=3)
        reversal = await post.ask(names[1], "reverse", "AM05")
        await world.until(reversal, "settled", step=3)
        for name in names:
            assert world.executed(await world.until(name, "recalled")) == 1
        assert await world.has(way.currency) == 0
        await world.check()

    play(database, story, monkeypatch)
