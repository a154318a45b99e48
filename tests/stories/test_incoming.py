"""What begins outside, over every rail: money in, and collections, each booked once."""

import pytest

from bezant.rail import UsAccount
from bezant.sim.scheme import Incoming
from tests.stories.rail_world import play
from tests.stories.test_rails import PLAIN, WAYS

COLLECTING = [way for way in WAYS if way.rail in ("ach", "bacs", "sepa_credit")]


def coming(world, way, kind, number):
    bank = next(one for one in world.banks.values() if way.rail in one.schemes)
    account = way.good.account_number if isinstance(way.good, UsAccount) else ""
    bank.bring(
        way.rail,
        Incoming(
            kind=kind,
            amount=1_700,
            currency=way.currency,
            name="Grace Hopper",
            account=account or getattr(way.good, "iban", "") or "000123456789",
            bank="BKAUATWW" if way.currency == "eur" else "",
            reference=f"INVOICE {number}",
            remittance="Thank you",
            day=bank.local_time().date(),
            number=0,
        ),
    )
    return bank


@pytest.mark.parametrize("way", PLAIN, ids=str)
def test_money_that_comes_in_is_the_house_s_once_whoever_told_of_it(database, monkeypatch, way):
    async def story(world):
        await world.tick()
        for number in (7, 8):
            bank = coming(world, way, "credit", number)
        await world.hours(40)
        assert bank.balance() == 3_400
        assert await world.unexplained(bank.name) == 3_400
        arrived = await world.unclaimed(bank.name)
        assert [(one.amount, one.direction) for one in arrived] == [(1_700, "debit")] * 2
        await world.mirrors()

    play(database, story, monkeypatch)


@pytest.mark.parametrize("way", COLLECTING, ids=str)
def test_what_others_collect_is_money_out_once(database, monkeypatch, way):
    async def story(world):
        await world.fund(10_000, way.currency)
        bank = coming(world, way, "debit", 9)
        await world.hours(40)
        assert bank.balance() == 8_300
        assert await world.unexplained(bank.name) == -1_700
        told = [(one.amount, one.direction) for one in await world.unclaimed(bank.name)]
        assert told == ([] if way.rail == "bacs" else [(1_700, "credit")])
        await world.mirrors()

    play(database, story, monkeypatch)
