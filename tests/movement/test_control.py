"""What people do with movements: approve with other eyes, hold, release, cancel."""

import pytest
from msgspec.structs import replace

from bezant.movement.profile import SANDBOX
from tests.movement.blink import LATER
from tests.movement.world import play, with_rail

CAREFUL = with_rail(SANDBOX, "ach", approval_from=5_000)


async def paid_out(world, seller, amount):
    payout = await world.pay(seller, amount, "standard")
    return payout, await world.movement(payout["id"], seller)


async def days(world):
    for _ in range(18):
        await world.tick(LATER * 1000)


def test_a_large_payment_waits_for_other_eyes(database, tmp_path):
    async def story(world):
        seller = await world.seller()
        payout, movement = await paid_out(world, seller, 5_000)
        _, small = await paid_out(world, seller, 4_999)
        assert (movement["status"], small["status"]) == ("held", "scheduled")
        path = f"/v1/movements/{movement['id']}"
        await days(world)
        assert (await world.movement(payout["id"], seller))["status"] == "held"
        assert await world.refused(f"{path}/release", seller) == "movement_not_ready"
        assert await world.refused(f"{path}/approve", seller) == "approver_is_creator"
        other = await world.second_key()
        answered = await world.ask("POST", f"{path}/approve", account=seller, key=other)
        approved = answered.json()
        assert (approved["status"], approved["facts"][-1]["reason"]) == ("scheduled", "approved")
        assert approved["facts"][-1]["key"] != approved["facts"][0]["key"]
        assert await world.refused(f"{path}/approve", seller, key=other) == "movement_not_ready"
        await days(world)
        assert (await world.good("GET", f"/v1/payouts/{payout['id']}", seller))["status"] == "paid"

    play(database, tmp_path, story, sandbox=CAREFUL)


def test_what_is_held_for_risk_still_needs_its_approval(database, tmp_path):
    async def story(world):
        seller = await world.seller()
        _, movement = await paid_out(world, seller, 5_000)
        path = f"/v1/movements/{movement['id']}"
        other = await world.second_key()
        await world.ask("POST", f"{path}/approve", account=seller, key=other)
        held = await world.good("POST", f"{path}/hold", seller, reason="odd")
        assert (held["status"], held["due_at"]) == ("held", None)
        released = await world.good("POST", f"{path}/release", seller)
        assert released["status"] == "scheduled"

    play(database, tmp_path, story, sandbox=CAREFUL)


def test_what_is_held_does_not_leave_until_it_is_released(database, tmp_path):
    async def story(world):
        seller = await world.seller()
        payout, movement = await paid_out(world, seller, 1_000)
        path = f"/v1/movements/{movement['id']}"
        await world.good("POST", f"{path}/hold", seller, reason="looks odd")
        await days(world)
        held = await world.movement(payout["id"], seller)
        assert (held["status"], held["file"]) == ("held", None)
        released = await world.good("POST", f"{path}/release", seller)
        assert released["expected_settlement_at"] > movement["expected_settlement_at"]
        await days(world)
        assert (await world.movement(payout["id"], seller))["status"] == "settled"
        assert await world.refused(f"{path}/hold", seller, reason="late") == "movement_not_ready"
        assert await world.refused(f"{path}/cancel", seller) == "movement_not_cancelable"

    play(database, tmp_path, story)


@pytest.mark.parametrize("held", [True, False])
def test_canceling_a_movement_cancels_what_it_is_for(database, tmp_path, held):
    async def story(world):
        seller = await world.seller()
        payout, movement = await paid_out(world, seller, 1_000)
        path = f"/v1/movements/{movement['id']}"
        if held:
            await world.good("POST", f"{path}/hold", seller, reason="odd")
        canceled = await world.good("POST", f"{path}/cancel", seller)
        assert canceled["status"] == "canceled"
        assert canceled["facts"][-1]["entries"]
        shown = await world.good("GET", f"/v1/payouts/{payout['id']}", seller)
        assert shown["status"] == "canceled"
        assert await world.held(seller, "available") == 100_000
        assert await world.clearing() == {}

    play(database, tmp_path, story)


def test_a_movement_tells_its_whole_story(database, tmp_path):
    async def story(world):
        seller = await world.seller()
        payout, movement = await paid_out(world, seller, 1_000)
        await days(world)
        told = await world.good("GET", f"/v1/movements/{movement['id']}/timeline", seller)
        kinds = [one["kind"] for one in told["data"]]
        assert kinds == ["created", "submitted", "acknowledged", "settled"]
        created, submitted, _, settled = told["data"]
        assert [one["type"] for one in created["entries"]] == ["payout.created"]
        assert created["request"].startswith("req_")
        trace = (await world.movement(payout["id"], seller))["reference"]
        assert submitted["file"]["text"].endswith(trace)
        assert submitted["file"]["text"].startswith("6")
        assert settled["statement_line"]["rule"] == "file_total"
        assert [one["type"] for one in settled["entries"]] == ["payout.settled"]
        file = submitted["file"]["id"]
        shown = await world.good("GET", f"/v1/bank_files/{file}")
        assert (shown["direction"], shown["credits"]) == ("sent", 1_000)
        lines = await world.good("GET", f"/v1/bank_files/{file}/lines", limit=3)
        third = lines["data"][2]
        assert third["says"][0]["movement"] == movement["id"]
        raw = await world.ask("GET", f"/v1/bank_files/{file}/contents")
        assert len(raw.content) == shown["size"]
        answered = await world.ask("GET", "/v1/bank_files", account=seller)
        assert answered.status_code == 403

    play(database, tmp_path, story)


def test_a_bank_s_files_are_read_with_its_own_switches(database, tmp_path):
    originator = replace(SANDBOX.rails["ach"].originator, dialect={"read_short_lines": "no"})

    async def story(world):
        (rail,) = world.platform.poller.banks["sandbox"]._rails
        assert rail.reading == {"read_short_lines": "no"}

    play(database, tmp_path, story, sandbox=with_rail(SANDBOX, "ach", originator=originator))
