"""Instant rails: one message each, an answer in time or none, and never a second one."""

import asyncio

import pytest

from bezant.kernel.clock import VirtualClock
from tests.movement.blink import LATER, NOON
from tests.movement.world import opened, play


async def status_of(world, payout, seller):
    return (await world.good("GET", f"/v1/payouts/{payout['id']}", seller))["status"]


async def paid_by_blink(world, seller):
    payout = await world.pay(seller)
    await world.tick()
    (message,) = [one for one in world.messages() if one["blink"] == "pay"]
    return payout, message


def test_an_answer_settles_it_whatever_the_calendar_says(database, tmp_path):
    async def story(world):
        seller = await world.seller()
        payout, message = await paid_by_blink(world, seller)
        assert await status_of(world, payout, seller) == "in_transit"
        await world.bank_says({"kind": "settled", "trace": message["trace"]})
        assert await status_of(world, payout, seller) == "paid"
        movement = await world.movement(payout["id"], seller)
        assert movement["route"]["price"] == 25
        assert [fact["kind"] for fact in movement["facts"]] == ["created", "submitted", "settled"]
        assert movement["end_to_end_id"] == message["id"]
        await world.bank_says({"kind": "settled", "trace": message["trace"], "on": "2026-03-03"})
        again = await world.movement(payout["id"], seller)
        assert again["facts"] == movement["facts"], "a second answer changes nothing"
        assert await world.clearing() == {"network:blink": -1_000}

    play(database, tmp_path, story)


def test_silence_is_unknown_and_is_asked_after_under_the_same_id(database, tmp_path):
    async def story(world):
        seller = await world.seller()
        payout, message = await paid_by_blink(world, seller)
        await world.tick(LATER)
        assert (await world.movement(payout["id"], seller))["status"] == "unknown"
        await world.tick(LATER)
        pays, asks = [
            [one for one in world.messages() if one["blink"] == act] for act in ("pay", "enquire")
        ]
        assert len(pays) == 1, "nothing is sent twice"
        assert asks
        assert {ask["about"]["id"] for ask in asks} == {message["id"]}
        assert await status_of(world, payout, seller) == "in_transit"
        await world.bank_says({"kind": "settled", "trace": message["trace"]})
        assert await status_of(world, payout, seller) == "paid"
        before = len(world.messages())
        await world.tick(LATER * 1000)
        assert len(world.messages()) == before, "what is answered is not asked after"

    play(database, tmp_path, story)


def test_enquiries_grow_rarer_and_never_end(database, tmp_path):
    async def story(world):
        seller = await world.seller()
        await paid_by_blink(world, seller)
        counts = []
        for _ in range(12):
            await world.tick(LATER)
            counts.append(len(world.messages()))
        assert counts[0] >= 1
        assert counts[-1] < 8, counts
        await world.tick(LATER * 1300)
        assert len(world.messages()) > counts[-1]

    play(database, tmp_path, story)


class Broken:
    """A transport that breaks once, before or after the message has arrived."""

    def __init__(self, submitter, when, error):
        self.submitter, self.whole = submitter, submitter.transport
        self.when, self.error = when, error
        submitter.transport = self

    def put(self, name, data):
        self.submitter.transport = self.whole
        if self.when == "after":
            self.whole.put(name, data)
        raise self.error

    def took(self, name, sha256):
        return False


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_broken_line_leaves_it_unknown_and_the_bank_decides(database, tmp_path, when):
    async def story(world):
        seller = await world.seller()
        Broken(world.platform.submitter.lanes["blinkbank/blink"], when, OSError("the line broke"))
        payout = await world.pay(seller)
        await world.tick()
        movement = await world.movement(payout["id"], seller)
        assert movement["status"] == "unknown"
        assert movement["reference"]
        pays = [one for one in world.messages() if one["blink"] == "pay"]
        assert len(pays) == (when == "after")
        (ask,) = [one for one in world.messages() if one["blink"] == "enquire"]
        assert ask["about"] == {"trace": movement["reference"], "id": movement["end_to_end_id"]}
        kind = "settled" if when == "after" else "rejected"
        await world.bank_says({"kind": kind, "trace": movement["reference"]})
        await world.tick(LATER)
        assert len([one for one in world.messages() if one["blink"] == "pay"]) == len(pays)
        assert await status_of(world, payout, seller) == ("paid" if when == "after" else "failed")
        assert await world.held(seller, "available") == 100_000 - 1_000 * len(pays)

    play(database, tmp_path, story)


class Killed(BaseException):
    """The process has ended."""


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_server_killed_while_it_sends_asks_when_it_is_back(database, tmp_path, when):
    clock = VirtualClock(NOON)

    async def first():
        async with opened(database, tmp_path, clock) as world:
            seller = await world.seller()
            Broken(world.platform.submitter.lanes["blinkbank/blink"], when, Killed())
            payout = await world.pay(seller)
            with pytest.raises(Killed):
                await world.platform.submitter.run_once()
            return seller, payout

    async def second(seller, payout):
        async with opened(database, tmp_path, clock, seed=4) as world:
            await world.tick()
            movement = await world.movement(payout["id"], seller)
            if when == "after":  # The folder shows that the message is there.
                assert movement["status"] == "submitted"
                await world.tick(LATER)
            sent = [one["blink"] for one in world.messages()]
            assert sent == (["pay", "enquire"] if when == "after" else ["enquire"])
            await world.bank_says({"kind": "settled", "trace": movement["reference"]})
            assert await status_of(world, payout, seller) == "paid"

    asyncio.run(second(*asyncio.run(first())))


def test_what_is_answered_against_all_that_was_said_stays_in_sight(database, tmp_path):
    async def story(world):
        seller = await world.seller()
        payout, message = await paid_by_blink(world, seller)
        await world.bank_says({"kind": "rejected", "trace": message["trace"], "code": "AC04"})
        assert await status_of(world, payout, seller) == "failed"
        await world.bank_says({"kind": "settled", "trace": message["trace"]})
        movement = await world.movement(payout["id"], seller)
        assert movement["status"] == "rejected"
        assert movement["facts"][-1]["kind"] == "contradicted"
        assert await world.held(seller, "available") == 100_000

    play(database, tmp_path, story)


def test_one_message_that_cannot_be_made_stops_no_other(database, tmp_path):
    async def story(world):
        poison = await world.seller(name="POISON")
        seller = await world.seller()
        bad, good = await world.pay(poison), await world.pay(seller)
        await world.tick()
        parked = await world.movement(bad["id"], poison)
        assert parked["status"] == "held"
        assert "nobody of that name" in parked["facts"][-1]["reason"]
        assert (await world.movement(good["id"], seller))["status"] == "submitted"

    play(database, tmp_path, story)


STATEMENT = (
    "01,021000021,CLIENT,260303,0100,3,,,2/|02,CLIENT,021000021,1,260302,2359,USD,2/|"
    "03,555000111,USD,010,100000,,,015,99000,,/|16,495,1000,,B1,{trace},OUT/|"
    "49,200000,3/|98,200000,1,5/|99,200000,1,7/"
)


def test_a_statement_settles_what_nobody_has_answered(database, tmp_path):
    async def story(world):
        seller = await world.seller()
        payout, message = await paid_by_blink(world, seller)
        await world.tick(LATER)
        assert (await world.movement(payout["id"], seller))["status"] == "unknown"
        text = STATEMENT.format(trace=message["trace"]).replace("|", "\n")
        (world.inbox / "day.bai2").write_text(text)
        await world.tick()
        movement = await world.movement(payout["id"], seller)
        assert movement["status"] == "settled"
        assert movement["facts"][-1]["statement_line"].startswith("bsl_")
        assert await status_of(world, payout, seller) == "paid"
        assert await world.clearing() == {}
        before = len(world.messages())
        await world.tick(LATER * 1300)
        assert len(world.messages()) == before, "nobody asks after what a statement has shown"

    play(database, tmp_path, story)
