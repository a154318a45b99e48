"""Returns that only the statement tells of, and those that come back less what banks have taken."""

import pytest
from msgspec.structs import replace

from bezant.movement.heard import steps
from bezant.movement.movement import Movement, MovementFact
from bezant.rail import Address, BicAccount, Party
from tests.movement.test_facts import days, kinds
from tests.movement.world import play
from tests.stories.rail_world import play as play_everywhere

NOBODY = "000111111116"


@pytest.mark.parametrize("statements", [("camt",), ("bai2",)])
def test_a_return_without_its_file_is_told_by_the_statement_and_only_once(
    database, tmp_path, statements
):
    async def story(world):
        bank = world.platform.sandbox.bank
        bank.account = replace(bank.account, statements=statements)
        bank.courier.fault("hold", "returns")
        seller = await world.seller(number=NOBODY)
        payout = await world.pay(seller, 1_000, "standard")
        await days(world, 4)
        movement = await world.movement(payout["id"], seller)
        told = movement["facts"][-1]
        assert (movement["status"], told["kind"], told["code"]) == ("returned", "returned", "R03")
        assert told["statement_line"]
        path = f"/v1/payouts/{payout['id']}"
        assert (await world.good("GET", path, seller))["failure_code"] == "no_account"
        assert await world.held(seller, "available") == 100_000
        assert await world.clearing() == {}
        bank.courier.release()
        await days(world, 1)
        again = await world.movement(payout["id"], seller)
        assert kinds(again) == kinds(movement)
        assert await world.held(seller, "available") == 100_000
        assert await world.clearing() == {}

    play(database, tmp_path, story)


BACK = MovementFact("returned", 5, statement_line="bsl_1")
CODED = MovementFact("returned", 6, code="R03", failure_code="no_account", file="bf_2", line=7)
EXPLAINED = replace(CODED, kind="return_explained")
HEARD = [
    ("the first return", "settled", (), CODED, ["returned"]),
    ("a code for a return without one", "returned", (BACK,), CODED, ["return_explained"]),
    ("the code once more", "returned", (BACK, EXPLAINED), replace(CODED, file="bf_3"), []),
    ("a return that has its code", "returned", (CODED,), replace(CODED, file="bf_3"), []),
    ("the statement after the file", "returned", (CODED,), BACK, []),
    ("a return before its settlement", "submitted", (), CODED, ["settled", "returned"]),
    ("a contest before the dishonor", "returned", (CODED,), replace(CODED, kind="contested"),
     ["dishonored", "contested"]),
]  # fmt: skip


@pytest.mark.parametrize(("status", "facts", "fact", "told"), [row[1:] for row in HEARD],
                         ids=[row[0] for row in HEARD])  # fmt: skip
def test_what_is_heard_of_a_return_is_told_once(status, facts, fact, told):
    movement = Movement(
        id="mv_1", created=0, livemode=False, account="acct_1", platform="acct_1", amount=5,
        currency="usd", direction="credit", rail="ach", service="standard", source=None,
        subject=None, status=status, bank="sandbox", facts=facts,
    )  # fmt: skip
    assert [one.kind for one in steps(movement, fact)] == told


@pytest.mark.parametrize("lost", [False, True])
def test_what_comes_back_less_a_charge_has_come_back(database, monkeypatch, lost):
    async def story(world):
        await world.fund(10_000, "usd")
        account = BicAccount("000123456789", "ABCDCHZZXXX", "CH")
        party = Party("Grace Hopper", account, address=Address("CH", "Zug", "6300"))
        name = await world.send("swift", account, 2_500, "usd", party=party)
        sent = await world.until(name, "settled")
        bank = world.banks["sandbox"]
        bank.account = replace(bank.account, statements=("camt",))
        if lost:
            bank.courier.fault("lose", "swift:pacs.004")
        bank.plan(sent.reference, "returned", "AC04", amount=2_300)
        await world.hours(60)
        movement = await world.movement(name)
        assert (movement.status, movement.facts[-1].charge) == ("returned", 200)
        assert movement.facts[-1].failure_code == "account_closed"
        assert await world.has("usd") == 10_000
        assert await world.cost("usd") == 200
        await world.check()

    play_everywhere(database, story, monkeypatch)
