"""Others want back what has come, over every rail that has a word for it: answered yes or no."""

from datetime import timedelta

import pytest

from bezant.api.context import Caller, Context
from bezant.flows import collection
from bezant.kernel.errors import InvalidRequest
from bezant.movement import instruct, recalls, received
from bezant.movement.movement import Movement
from bezant.rail import BicAccount
from bezant.sim.scheme import Incoming
from tests.stories.rail_world import Pull, made, play
from tests.stories.test_rails import WAYS

ASKED = [way for way in WAYS if way.rail not in ("ach", "acss", "bacs", "upi")]
CODES = {"pix": "FRAUD"}
DEADLINES = {"fednow", "rtp", "pix", "sepa_credit", "sepa_instant"}


BANKS = {"usd": "110000000", "gbp": "108800", "eur": "BKAUATWW"}


def comes(world, way, number):
    """Let somebody with an account of their own pay in; returns the bank."""
    bank = next(one for one in world.banks.values() if way.rail in one.schemes)
    account = way.good if way.rail != "swift" else BicAccount("000123456789", "BKAUATWW", "AT")
    named = getattr(account, "iban", "") or getattr(account, "account_number", "000123456789")
    other = "BKAUATWW" if way.rail == "swift" else BANKS.get(way.currency, "")
    bank.bring(
        way.rail,
        Incoming(
            kind="credit",
            amount=1_700,
            currency=way.currency,
            name="Grace Hopper",
            account=named,
            bank=other,
            reference=f"INVOICE {number}",
            remittance="Thank you",
            day=bank.local_time().date(),
            number=0,
        ),
    )
    return bank


def operator(world):
    account = world.platform.started.account
    return Context(world.platform.runtime, Caller(account, account, livemode=False))


async def answered(world, name, *, granted, reason=""):
    ctx = operator(world)
    movement = await ctx.load(Movement, name, book=ctx.house)
    shown = recalls.answer(ctx, movement, granted=granted, reason=reason)
    await ctx.write()
    return shown


def ask_back(bank, way, movement):
    bank.bring(
        way.rail,
        Incoming(
            kind="recall",
            amount=movement.amount,
            currency=way.currency,
            name="Grace Hopper",
            account="",
            bank="",
            reference=movement.end_to_end_id or "",
            remittance="It was a mistake",
            day=bank.local_time().date(),
            number=0,
            original=movement.reference,
            code=CODES.get(way.rail, ""),
        ),
    )


async def asked(world, way):
    """Let two payments come in by a rail and be asked back; returns the bank and both."""
    for number in (1, 2):
        bank = comes(world, way, number)
    await world.hours(2)
    both = await world.unclaimed(bank.name)
    for movement in both:
        ask_back(bank, way, movement)
    await world.hours(1)
    return bank, [await world.of_house(Movement, one.id) for one in both]


@pytest.mark.parametrize("way", ASKED, ids=str)
def test_money_that_is_asked_back_goes_or_stays_as_its_holder_says(database, monkeypatch, way):
    async def story(world):
        await world.tick()
        bank, (first, second) = await asked(world, way)
        for movement in (first, second):
            assert (movement.recall.status, movement.recall.amount) == ("requested", 1_700)
            assert movement.recall.code
            assert (movement.recall.answer_by is not None) == (way.rail in DEADLINES)
        kept = await answered(world, first.id, granted=False)
        given = await answered(world, second.id, granted=True)
        assert (kept.recall.status, given.recall.status) == ("refused", "accepted")
        with pytest.raises(InvalidRequest, match="Nobody waits for an answer"):
            await answered(world, first.id, granted=True)
        world.clock.advance(timedelta(hours=20))
        await world.hours(48)
        assert (await world.of_house(Movement, first.id)).status == "received"
        assert (await world.of_house(Movement, second.id)).status == "returned"
        assert bank.balance() == 1_700
        assert await world.unexplained(bank.name) == 1_700
        await world.mirrors()

    play(database, story, monkeypatch)


async def expected(world, amount):
    """Let the account expect money that nobody has announced to the bank yet."""
    ctx = world.context()
    pull = made(ctx, Pull, amount)
    profile = world.platform.banks.receiving(amount.currency, livemode=False)
    movement = instruct.expect(
        ctx, pull, amount, rail="wire", bank=profile, reference="NEVER WRITTEN"
    )
    ctx.post(collection.created(amount, book=ctx.book, rail="wire"), source=pull.id)
    ctx.create(pull)
    await ctx.write()
    return movement


def test_what_was_claimed_is_taken_from_whoever_has_it(database, monkeypatch):
    async def story(world):
        await world.tick()
        way = next(way for way in WAYS if way.rail == "fednow")
        bank = comes(world, way, 1)
        await world.hours(2)
        (arrived,) = await world.unclaimed(bank.name)
        waiting = await expected(world, arrived.money)
        ctx = operator(world)
        taken = await ctx.load(Movement, arrived.id, book=ctx.house)
        theirs = await ctx.load(Movement, waiting.id, book=waiting.book)
        await received.claim(ctx, taken, theirs)
        await ctx.write()
        assert await world.has("usd") == 1_700
        ask_back(bank, way, arrived)
        await world.hours(1)
        await answered(world, arrived.id, granted=True)
        await world.hours(40)
        assert await world.has("usd") == 0
        assert (await world.movement(waiting.id)).status == "returned"
        assert bank.balance() == 0
        await world.check()

    play(database, story, monkeypatch)
