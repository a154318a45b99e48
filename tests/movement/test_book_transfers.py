"""Book transfers: between accounts of the platform, over no bank, settled in one change set."""

import json

from tests.movement.world import play


def test_money_is_there_at_once_and_for_good(database, tmp_path):
    async def story(world):
        seller = await world.seller()
        form = {"amount": 2_500, "currency": "usd", "reference": "INV 7", "description": "Rent"}
        platform = world.platform.started.account
        sent = await world.good(
            "POST", "/v1/movements/book_transfers", seller, destination=platform, **form
        )
        assert (sent["rail"], sent["status"], sent["direction"]) == ("book", "settled", "credit")
        assert sent["final_at"] == sent["created"]
        assert await world.held(seller, "available") == 97_500
        assert await world.held(platform, "available") == 2_500
        assert await world.clearing() == {}
        (came,) = [one for one in await world.movements(platform) if one.rail == "book"]
        assert (came.direction, came.amount, came.reference) == ("debit", 2_500, sent["reference"])
        assert sent["facts"][-1]["movement"] == came.id
        told = await world.good("GET", f"/v1/movements/{sent['id']}/timeline", seller)
        slip, acceptance = told["data"][1]["file"], told["data"][2]["file"]
        assert json.loads(slip["text"])["reference"] == "INV 7"
        assert json.loads(acceptance["text"])["book"] == "acceptance"
        assert [one["type"] for one in told["data"][2]["entries"]] == ["book_transfer.sent"]
        file = await world.good("GET", f"/v1/bank_files/{slip['id']}")
        assert (file["rail"], file["status"], file["credits"]) == ("book", "confirmed", 2_500)
        for who, amount in ((seller, -2_500), (None, 2_500)):
            (line,) = (await world.good("GET", "/v1/balance_transactions", who, type="adjustment"))[
                "data"
            ]
            assert (line["net"], line["description"]) == (amount, "Rent")
        path = f"/v1/movements/{sent['id']}"
        assert await world.refused(f"{path}/cancel", seller) == "movement_not_cancelable"
        assert await world.refused(f"{path}/recall", seller) == "act_not_offered"

    play(database, tmp_path, story)


def test_nobody_sends_what_is_not_there_or_to_themselves(database, tmp_path):
    async def story(world):
        seller = await world.seller(amount=100)
        path = "/v1/movements/book_transfers"
        form = {"currency": "usd", "destination": world.platform.started.account}
        assert await world.refused(path, seller, amount=101, **form) == "balance_insufficient"
        form["destination"] = seller
        answered = await world.ask("POST", path, {"amount": 1, **form}, account=seller)
        assert answered.status_code == 400
        assert [one for one in await world.movements(seller) if one.rail == "book"] == []
        assert await world.clearing() == {}

    play(database, tmp_path, story)
