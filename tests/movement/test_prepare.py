"""Files are split as a bank takes them, and no two of them name a payment alike."""

import asyncio

from msgspec.json import decode
from msgspec.structs import replace

from bezant.api.context import Caller, Context
from bezant.kernel.clock import VirtualClock
from bezant.movement.bank_file import BankFile, traces
from bezant.movement.banks import Banks
from bezant.movement.profile import SANDBOX
from bezant.server.rails import RAILS
from bezant.store.objects import Page
from tests.movement.blink import NOON
from tests.movement.test_facts import days
from tests.movement.world import opened, play, with_rail

NARROW = with_rail(SANDBOX, "ach", max_lines=20, max_file_total=5_000)
"""Twenty lines of a file are eight entries and what stands around them, in blocks of ten."""


async def files(world):
    ctx = world.house()
    bodies, _ = await ctx.page(BankFile, Page(limit=100, filters={"type": "sent"}), book=ctx.house)
    return [decode(body, type=BankFile) for body in bodies]


def test_what_is_too_much_for_one_file_goes_in_several(database, tmp_path):
    async def story(world):
        seller = await world.seller()
        payouts = [await world.pay(seller, 100, "standard") for _ in range(20)]
        payouts += [await world.pay(seller, 3_000, "standard") for _ in range(2)]
        await days(world, 4)
        sent = await files(world)
        assert sum(one.entries for one in sent) == 22
        assert max(one.credits for one in sent) <= 5_000
        assert max(one.entries for one in sent) <= 16
        assert len(sent) > 2
        found = [await world.movement(payout["id"], seller) for payout in payouts]
        assert {one["status"] for one in found} == {"settled"}
        assert len({one["reference"] for one in found}) == 22
        assert await world.clearing() == {}

    play(database, tmp_path, story, sandbox=NARROW)


def test_a_payment_for_which_no_file_is_large_enough_is_parked(database, tmp_path):
    async def story(world):
        seller = await world.seller()
        payout = await world.pay(seller, 100, "standard")
        await days(world, 1)
        movement = await world.movement(payout["id"], seller)
        assert movement["status"] == "held"
        assert "takes 5 lines" in movement["facts"][-1]["reason"]

    play(database, tmp_path, story, sandbox=with_rail(SANDBOX, "ach", max_lines=5))


def test_originators_who_would_name_payments_alike_count_them_together(database, tmp_path):
    """Two accounts at one bank have one originator; another bank's number is another's."""
    own = SANDBOX.rails["ach"].originator
    twin = replace(SANDBOX, name="twin", account="2", simulated=False)
    other = with_rail(
        replace(twin, name="other", account="3"), "ach",
        originator=replace(own, bank_id="021000021"),
    )  # fmt: skip
    lanes = list(Banks((SANDBOX, twin, other), RAILS).lanes())

    async def story():
        async with opened(database, tmp_path, VirtualClock(NOON)) as world:
            for at, lane in enumerate(lanes, 1):
                ctx = Context(world.platform.runtime, Caller("house", "house", livemode=False))
                found = await traces(ctx, lane)
                ctx.save(found, next_trace=found.next_trace + at)
                await ctx.write()
            ctx = world.house()
            return [(await traces(ctx, lane)).next_trace for lane in lanes]

    assert asyncio.run(story()) == [4, 4, 4]
