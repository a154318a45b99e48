"""Accidents over every rail: banks that are silent, misquote, confuse, repeat or change their mind.

Whatever is said in between, in the end the account has what the bank's books say.
"""

from datetime import timedelta

import pytest
from msgspec import structs

from bezant.ledger.chart import house
from bezant.movement import errand
from bezant.movement.bank_file import content
from bezant.movement.movement import Movement
from bezant.rail import IbanAccount, UpiAddress
from bezant.sim.actions import Wish, perform
from tests.stories.rail_world import play
from tests.stories.test_rails import WAYS

BATCH = [way for way in WAYS if way.rail in ("ach", "bacs", "sepa_credit")]
INSTANT = [way for way in WAYS if way not in BATCH]
QUOTING = ("upi", "sepa_instant")
"""Rails that repeat the amount when they say that a payment is settled."""

RECALLING = [way for way in WAYS if way.rail not in ("ach", "bacs", "upi")]


_REASONS = {"pix": "OPERATIONAL_FLAW"}


class Post:
    """Payments over one rail to its bank, and what is wished to happen to them there."""

    def __init__(self, world, way):
        self.world, self.way, self.wishes = world, way, 0
        self.bank = next(one for one in world.banks.values() if way.rail in one.schemes)

    async def send_to_who_waits(self):
        """Send one that its receiver's bank thinks about, where the scheme has such a receiver."""
        magic = self.bank.schemes[self.way.rail].magic
        number = next((one for one, (outcome, _) in magic.items() if outcome == "pending"), None)
        if number is None or isinstance(self.way.good, UpiAddress):
            return None  # What UPI deems approved is never refused later.
        first, *_ = structs.fields(type(self.way.good))
        field = first.name if isinstance(self.way.good, IbanAccount) else "account_number"
        return await self.send(structs.replace(self.way.good, **{field: number}))

    async def send(self, account=None):
        """Send one that the bank has not looked at yet, where it goes out at once."""
        way = self.way
        party = way.party(account or way.good)
        name = await self.world.send(
            way.rail, party.account, 2_500, way.currency, service=way.service, party=party
        )
        await self.world.platform.submitter.run_once()
        return name

    async def key(self, name):
        """Return the bank's own name for a payment."""
        movement = await self.world.movement(name)
        async with self.world.platform.pool.connection() as conn:
            data = await content(conn, house(livemode=False), movement.file)
        scheme = self.bank.schemes[self.way.rail]
        return scheme.read(data, self.bank.client_in(self.way.rail)).orders[0].key

    def wish(self, action, key="", rail=None, **details):
        self.wishes += 1
        wish = Wish(f"wish{self.wishes}", rail or self.way.rail, action, key=key, details=details)
        perform(self.bank, wish)

    async def recall(self, name):
        ctx = self.world.context()
        asked = errand.about(
            ctx,
            await ctx.load(Movement, name),
            "recall",
            reason=_REASONS.get(self.way.rail, "DUPL"),
        )
        await ctx.write()
        return asked.id

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


@pytest.mark.parametrize("way", INSTANT, ids=str)
def test_a_wrong_answer_or_none_moves_no_other_money(database, monkeypatch, way):
    async def story(world):
        await world.fund(100_000, way.currency)
        post = Post(world, way)
        await world.hours(18)  # To three in the afternoon, when CHAPS is open as well.
        names = {}
        for mistake in ("silence", "misquote", "stranger"):
            names[mistake] = await post.send()
            post.wish(mistake, await post.key(names[mistake]))
        if waits := await post.send_to_who_waits():
            post.bank.receive()
            post.wish("reject", await post.key(waits))
            await world.until(waits, "rejected")
        for mistake, name in names.items():
            movement = await world.until(name, "settled", days=4)
            kinds = [fact.kind for fact in movement.facts]
            misquoted = mistake == "misquote" and way.rail in QUOTING
            assert ("contradicted" in kinds) == misquoted, kinds
            assert world.executed(movement) == 1
        assert await world.has(way.currency) == 100_000 - 3 * 2_500
        await world.check()

    play(database, story, monkeypatch)


@pytest.mark.parametrize("way", RECALLING, ids=str)
def test_a_recall_brings_the_money_back_once_or_not_at_all(database, monkeypatch, way):
    async def story(world):
        await world.fund(100_000, way.currency)
        post = Post(world, way)
        post.repeat()
        kept, back = await post.send(), await post.send()
        for name in (kept, back):
            await world.until(name, "settled")
        post.wish("refuse-recall", await post.key(kept))
        asked = [await post.recall(name) for name in (kept, back)]
        await post.reversed()
        refused = await world.until(asked[0], "rejected")
        granted = await world.until(asked[1], "settled")
        assert (refused.act, granted.act) == ("recall", "recall")
        await world.until(back, "recalled", "returned")
        assert (await world.movement(kept)).status == "settled"
        assert await world.has(way.currency) == 97_500
        await world.check()

    play(database, story, monkeypatch)


@pytest.mark.parametrize("way", BATCH, ids=str)
def test_a_bank_that_is_out_over_a_cut_off_does_everything_once_later(database, monkeypatch, way):
    async def story(world):
        await world.fund(100_000, way.currency)
        post = Post(world, way)
        post.repeat()
        names = [await post.send() for _ in range(2)]
        post.wish("outage", rail="bank", seconds=str(int(timedelta(hours=30).total_seconds())))
        await world.hours(20)
        assert {(await world.movement(name)).status for name in names} == {"submitted"}
        await post.reversed()
        for name in names:
            assert world.executed(await world.until(name, "settled")) == 1
        assert await world.has(way.currency) == 95_000
        await world.check()

    play(database, story, monkeypatch)
