"""What banks say later: corrections, returns of collections, money unasked, recalls, reversals."""

import pytest
from msgspec.structs import replace

from bezant.api.context import Caller, Context
from bezant.flows import exposure
from bezant.kernel.money import Money
from bezant.ledger.verify import verify
from bezant.movement import answer
from bezant.movement.profile import SANDBOX
from tests.movement.blink import LATER
from tests.movement.collecting import pull, shown
from tests.movement.world import play, with_rail

WRONG_BANK, BROKE, DISOWNS = "000999000203", "000222222227", "000333333335"


async def days(world, count=3):
    for _ in range(count * 6):
        await world.tick(LATER * 690)  # About four hours.


def kinds(movement):
    return [fact["kind"] for fact in movement["facts"]]


@pytest.mark.parametrize("notices", ["apply", "record"])
def test_a_change_notice_corrects_the_bank_account_unless_it_is_only_recorded(
    database, tmp_path, notices
):
    async def story(world):
        seller = await world.seller(number=WRONG_BANK)
        payout = await world.pay(seller, 1_000, "standard")
        path = f"/v1/accounts/{seller}/external_accounts/{payout['destination']}"
        before = await world.good("GET", path)
        await days(world, 5)
        movement = await world.movement(payout["id"], seller)
        assert movement["status"] == "settled"
        noted = next(fact for fact in movement["facts"] if fact["kind"] == "corrected")
        assert noted["code"] == "C03"
        assert noted["file"]
        after = await world.good("GET", path)
        if notices == "record":
            assert after == before
            assert "applied" not in kinds(movement)
            return
        assert after["routing_number"] == "011401533"
        assert after["fingerprint"] != before["fingerprint"]
        applied = next(fact for fact in movement["facts"] if fact["kind"] == "applied")
        assert applied["reason"].startswith("corrected routing_number, account_number of ba_")
        again = await world.pay(seller, 1_000, "standard")
        await days(world, 5)
        assert "corrected" not in kinds(await world.movement(again["id"], seller))
        changed = await world.good("GET", "/v1/events", seller)
        kind = "account.external_account.updated"
        assert kind in {event["type"] for event in changed["data"]}

    play(database, tmp_path, story, sandbox=replace(SANDBOX, notices=notices))


async def exposed(world, account):
    told = await world.good("GET", "/v1/movements/exposure", account)
    return [(one["rail"], one["currency"], one["amount"]) for one in told["data"]]


def test_what_was_collected_is_exposed_until_it_can_not_come_back(database, tmp_path):
    async def story(world):
        seller = await world.seller()
        name = await pull(world, seller, 2_500, "000123456789")
        await days(world)
        movement = await world.movement(name, seller)
        assert kinds(movement) == ["created", "submitted", "acknowledged", "settled"]
        assert await world.held(seller, "available") == 102_500
        assert await exposed(world, seller) == [("ach", "usd", 2_500)]
        assert len(movement["facts"][-1]["entries"]) == 2
        assert await world.clearing() == {}
        for _ in range(10):
            await world.tick(LATER * 690 * 6 * 7)
        movement = await world.movement(name, seller)
        assert (kinds(movement)[-1], movement["status"]) == ("final", "settled")
        assert await exposed(world, seller) == []

    play(database, tmp_path, story)


def test_a_collection_that_comes_back_is_taken_from_whoever_had_it(database, tmp_path):
    async def story(world):
        seller = await world.seller(amount=100)
        name = await pull(world, seller, 2_500, DISOWNS)
        await days(world, 4)
        movement = await world.movement(name, seller)
        assert movement["status"] == "returned"
        assert movement["facts"][-1]["code"] == "R10"
        assert await world.held(seller, "available") == 100
        assert await exposed(world, seller) == []
        await days(world)
        assert await world.clearing() == {}
        assert (await shown(world, seller, name)).tries == 1

    play(database, tmp_path, story)


def test_what_bounces_is_tried_twice_again_where_the_bank_s_profile_says_so(database, tmp_path):
    async def story(world):
        seller = await world.seller()
        name = await pull(world, seller, 2_500, BROKE)
        await days(world, 20)
        assert (await shown(world, seller, name)).tries == 3
        found = [one for one in await world.movements(seller) if one.source == name]
        assert [one.attempt for one in found] == [3, 2, 1]
        assert {one.status for one in found} == {"returned"}
        assert {one.original for one in found[:2]} == {found[2].id}
        told = await world.good("GET", f"/v1/movements/{found[0].id}/timeline", seller)
        sent = next(one for one in told["data"] if one["kind"] == "submitted")
        lines = await world.good("GET", f"/v1/bank_files/{sent['file']['id']}/lines")
        assert any("RETRY PYMT" in line["text"] for line in lines["data"])
        assert await world.held(seller, "available") == 100_000
        assert await world.clearing() == {}

    play(database, tmp_path, story, sandbox=with_rail(SANDBOX, "ach", retries=True))


def test_money_under_a_wrong_reference_is_claimed(database, tmp_path):
    async def story(world):
        await world.tick()
        world.platform.sandbox.bank.wire_in("WRONG", 7_000)
        await days(world, 2)
        (arrived,) = (await world.good("GET", "/v1/movements/unclaimed"))["data"]
        assert (arrived["status"], arrived["reference"]) == ("received", "WRONG")
        assert await world.of_house("suspense:sandbox") == 7_000
        topup = await world.good("POST", "/v1/topups", amount=7_000, currency="usd")
        small = await world.good("POST", "/v1/topups", amount=6_999, currency="usd")
        platform = world.platform.started.account
        path = f"/v1/movements/unclaimed/{arrived['id']}/claim"
        expected = await world.movement(small["id"], None)
        form = {"account": platform, "movement": expected["id"]}
        assert await world.refused(path, **form) == "amounts_differ"
        form["movement"] = (await world.movement(topup["id"], None))["id"]
        claimed = await world.good("POST", path, **form)
        assert claimed["status"] == "settled"
        paid = await world.good("GET", f"/v1/topups/{topup['id']}")
        assert paid["status"] == "succeeded"
        assert await world.refused(path, **form) == "movement_not_ready"
        assert (await world.good("GET", "/v1/movements/unclaimed"))["data"] == []
        await world.good("POST", f"/v1/topups/{small['id']}/cancel")
        assert await world.of_house("suspense:sandbox") == 0
        await days(world)
        assert await world.clearing() == {}

    play(database, tmp_path, story)


def test_money_that_comes_unasked_is_sent_back(database, tmp_path):
    async def story(world):
        await world.tick()
        fact = {"kind": "received", "trace": "THEIRS1", "amount": 900}
        await world.bank_says(fact)
        await world.bank_says({**fact, "on": "2026-03-03"})
        (arrived,) = (await world.good("GET", "/v1/movements/unclaimed"))["data"]
        assert await world.of_house("suspense:blinkbank") == 900
        back = await world.good("POST", f"/v1/movements/unclaimed/{arrived['id']}/return")
        await world.tick()
        (message,) = world.messages()
        assert (message["blink"], message["about"]["trace"]) == ("return", "THEIRS1")
        await world.bank_says({"kind": "settled", "trace": message["trace"]})
        assert (await world.good("GET", "/v1/movements/unclaimed"))["data"] == []
        assert await world.of_house("suspense:blinkbank") == 0
        assert await world.of_house("network:blink") == 0
        assert back["act"] == "return"

    play(database, tmp_path, story)


def test_what_others_collect_is_nobody_s_income_and_can_be_sent_back(database, tmp_path):
    async def story(world):
        await world.tick()
        await world.bank_says(
            {"kind": "received", "trace": "THEIRS2", "amount": 900, "direction": "credit"}
        )
        (taken,) = (await world.good("GET", "/v1/movements/unclaimed"))["data"]
        assert await world.of_house("suspense:blinkbank") == -900
        topup = await world.good("POST", "/v1/topups", amount=900, currency="usd")
        expected = await world.movement(topup["id"], None)
        form = {"account": world.platform.started.account, "movement": expected["id"]}
        path = f"/v1/movements/unclaimed/{taken['id']}"
        assert await world.refused(f"{path}/claim", **form) == "movement_not_ready"
        back = await world.good("POST", f"{path}/return")
        assert back["direction"] == "debit"
        await world.tick()
        (message,) = world.messages()
        await world.bank_says({"kind": "settled", "trace": message["trace"]})
        assert await world.of_house("suspense:blinkbank") == 0
        assert await world.of_house("network:blink") == 0

    play(database, tmp_path, story)


@pytest.mark.parametrize("granted", [True, False])
def test_a_recall_is_granted_or_refused(database, tmp_path, granted):
    async def story(world):
        seller = await world.seller()
        payout = await world.pay(seller)
        await world.tick()
        (message,) = world.messages()
        await world.bank_says({"kind": "settled", "trace": message["trace"]})
        movement = await world.movement(payout["id"], seller)
        asks = await world.good(
            "POST", f"/v1/movements/{movement['id']}/recall", seller, reason="DUPL"
        )
        await world.tick()
        recall = world.messages()[-1]
        assert (asks["original"], recall["blink"]) == (movement["id"], "recall")
        kind = "recalled" if granted else "recall_refused"
        await world.bank_says({"kind": kind, "trace": recall["trace"], "code": "CUST"})
        movement = await world.movement(payout["id"], seller)
        assert movement["status"] == ("recalled" if granted else "settled")
        assert movement["facts"][-1]["kind"] == kind
        shown = await world.good("GET", f"/v1/payouts/{payout['id']}", seller)
        assert shown["status"] == ("failed" if granted else "paid")
        assert await world.held(seller, "available") == (100_000 if granted else 99_000)

    play(database, tmp_path, story)


def test_an_own_mistake_is_reversed_in_the_rail_s_days(database, tmp_path):
    async def story(world):
        seller = await world.seller()
        payout = await world.pay(seller, 1_000, "standard")
        await days(world, 2)
        movement = await world.movement(payout["id"], seller)
        path = f"/v1/movements/{movement['id']}"
        assert await world.refused(f"{path}/recall", seller) == "act_not_offered"
        await world.good("POST", f"{path}/reverse", seller)
        await days(world, 6)
        movement = await world.movement(payout["id"], seller)
        assert movement["status"] == "recalled"
        shown = await world.good("GET", f"/v1/payouts/{payout['id']}", seller)
        assert shown["status"] == "failed"
        assert await world.held(seller, "available") == 100_000
        await days(world)
        assert await world.clearing() == {}

    play(database, tmp_path, story)


class Ended(BaseException):
    """The process has ended."""


def test_what_follows_from_a_reversal_outlives_a_crash_in_between(database, tmp_path, monkeypatch):
    """The reversal has settled, and the process ends before the payment is told of it."""

    async def story(world):
        seller = await world.seller()
        payout = await world.pay(seller, 1_000, "standard")
        await days(world, 2)
        movement = await world.movement(payout["id"], seller)
        await world.good("POST", f"/v1/movements/{movement['id']}/reverse", seller)
        whole = answer._apply_chunk

        async def dying(runtime, platform, chunk, livemode):
            if any(one.fact.kind == "recalled" for one in chunk):
                raise Ended
            return await whole(runtime, platform, chunk, livemode)

        with monkeypatch.context() as patched:
            patched.setattr(answer, "_apply_chunk", dying)
            with pytest.raises(Ended):
                await days(world, 6)
        assert (await world.movement(payout["id"], seller))["status"] == "settled"
        await days(world, 1)
        movement = await world.movement(payout["id"], seller)
        assert (movement["status"], kinds(movement).count("recalled")) == ("recalled", 1)
        assert await world.held(seller, "available") == 100_000
        await days(world, 2)
        assert await world.clearing() == {}

    play(database, tmp_path, story)


def test_exposure_that_no_collection_explains_is_found(database, tmp_path):
    async def story(world):
        seller = await world.seller()
        await pull(world, seller, 2_500, "000123456789")
        await days(world)
        ctx = Context(world.platform.runtime, Caller(seller, seller, livemode=False))
        ctx.post(exposure.opened(Money(300, "usd"), book=ctx.book, rail="ach"), source="nobody")
        await ctx.write()
        (check,) = [one for one in verify(database).checks if not one.ok]
        assert check.name == "exposure"
        (problem,) = check.problems
        assert problem.key.endswith(" returnable:ach usd")
        assert (problem.expected, problem.found) == ("2500 collected and not final", "2800")
        ctx = Context(world.platform.runtime, Caller(seller, seller, livemode=False))
        ctx.post(exposure.closed(Money(300, "usd"), book=ctx.book, rail="ach"), source="nobody")
        await ctx.write()

    play(database, tmp_path, story)
