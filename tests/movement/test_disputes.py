"""Arguments about returns: ours that came back and should not have, theirs that we returned."""

from bezant.sim.scheme import Incoming
from tests.movement.collecting import pull
from tests.movement.test_facts import days, exposed, kinds
from tests.movement.world import play

BROKE, CONTESTS = "000222222227", "000999000373"
"""The first comes back for want of money; the other's bank contests what is dishonored (R73)."""


async def returned(world, number):
    """Collect from somebody whose bank sends it back; returns who collected, and the movement."""
    seller = await world.seller(amount=100)
    name = await pull(world, seller, 2_500, number)
    await days(world, 4)
    movement = await world.movement(name, seller)
    assert movement["status"] == "returned"
    assert await world.held(seller, "available") == 100
    return seller, name, f"/v1/movements/{movement['id']}"


def test_a_return_is_dishonored_and_the_collection_stands(database, tmp_path):
    async def story(world):
        seller, name, path = await returned(world, BROKE)
        assert await world.refused(f"{path}/dishonor", seller, reason="R01") == "rail_refuses"
        assert await world.refused(f"{path}/contest", reason="R73") == "resource_missing"
        made = await world.good("POST", f"{path}/dishonor", seller, reason="R68")
        assert (made["act"], made["direction"], made["status"]) == (
            "dishonor",
            "debit",
            "scheduled",
        )
        await days(world, 6)
        movement = await world.movement(name, seller)
        assert movement["status"] == "dishonored"
        assert kinds(movement)[-3:] == ["returned", "dishonor_begun", "dishonored"]
        assert await world.held(seller, "available") == 2_600
        assert await exposed(world, seller) == [("ach", "usd", 2_500)], "it may be contested"
        assert await world.clearing() == {}
        payout = await world.pay(seller, 100, "standard")
        paid = await world.movement(payout["id"], seller)
        path = f"/v1/movements/{paid['id']}"
        assert await world.refused(f"{path}/dishonor", seller, reason="R68") == "movement_not_ready"

    play(database, tmp_path, story)


def test_what_is_dishonored_is_contested_and_is_gone_after_all(database, tmp_path):
    async def story(world):
        seller, name, path = await returned(world, CONTESTS)
        await world.good("POST", f"{path}/dishonor", seller, reason="R68")
        await days(world, 6)
        movement = await world.movement(name, seller)
        assert (movement["status"], movement["facts"][-1]["code"]) == ("contested", "R73")
        assert await exposed(world, seller) == []
        assert await world.held(seller, "available") == 100
        assert await world.clearing() == {}

    play(database, tmp_path, story)


def test_a_return_is_dishonored_in_five_banking_days_or_not_at_all(database, tmp_path):
    async def story(world):
        seller, _, path = await returned(world, BROKE)
        await days(world, 8)
        answered = await world.ask("POST", f"{path}/dishonor", {"reason": "R68"}, account=seller)
        error = answered.json()["error"]
        assert error["code"] == "rail_refuses"
        assert "to dishonor as R68 was possible until" in error["message"]

    play(database, tmp_path, story)


def test_our_own_return_is_dishonored_and_defended(database, tmp_path):
    async def story(world):
        await world.tick()
        bank = world.platform.sandbox.bank
        bank.bring("ach", Incoming("debit", 900, "usd", "GRACE", "", "", "INV 1", "",
                                   bank.local_time().date(), 0))  # fmt: skip
        await days(world, 2)
        (taken,) = (await world.good("GET", "/v1/movements/unclaimed"))["data"]
        back = await world.good(
            "POST", f"/v1/movements/unclaimed/{taken['id']}/return", reason="R10"
        )
        await days(world, 3)
        assert await world.of_house("suspense:sandbox") == 0
        sent = await world.good("GET", "/v1/movements", original=taken["id"])
        assert sent["data"] == []  # It is the house's.
        path = f"/v1/movements/{taken['id']}"
        ours = next(one for one in await world.movements("house") if one.id == back["id"])
        assert await world.refused(f"{path}/contest", reason="R73") == "movement_not_ready"
        bank.plan(ours.reference, "returned", "R68")
        await days(world, 2)
        assert await world.of_house("suspense:sandbox") == -900
        made = await world.good("POST", f"{path}/contest", reason="R73")
        assert (made["act"], made["original"]) == ("contest", taken["id"])
        await days(world, 5)
        mine = next(one for one in await world.movements("house") if one.id == taken["id"])
        assert mine.status == "contested"
        assert await world.of_house("suspense:sandbox") == 0
        assert await world.clearing() == {}
        assert await world.of_house("bank:sandbox") == bank.balance()

    play(database, tmp_path, story)
