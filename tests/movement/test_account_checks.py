"""Bank accounts are tried and asked after: prenotes, a few cents, and what banks say of names."""

import pytest

from bezant.resources.banks import account_checks
from bezant.resources.core.bank_accounts import BankAccount, BankAccountParams, bank_account_of
from tests.movement.test_facts import days
from tests.movement.world import play
from tests.stories.rail_world import play as play_everywhere

NOBODY, MOVED, GOOD = "000111111116", "000999000202", "000123456789"


async def checked(world, number, path, count=5, **form):
    """Ask after a seller's bank account, let days pass; returns the seller, movement, account."""
    seller = await world.seller(number=number)
    accounts = f"/v1/accounts/{seller}/external_accounts"
    (bank_account,) = (await world.good("GET", accounts))["data"]
    asked = await world.good(
        "POST", f"/v1/movements/{path}", seller, destination=bank_account["id"], **form
    )
    await days(world, count)
    shown = await world.good("GET", f"/v1/movements/{asked['id']}", seller)
    return seller, shown, lambda: world.good("GET", f"{accounts}/{bank_account['id']}")


@pytest.mark.parametrize(
    ("number", "ends", "status"),
    [(GOOD, "settled", "validated"), (NOBODY, "returned", "verification_failed")],
)
def test_a_prenote_says_whether_an_account_exists(database, tmp_path, number, ends, status):
    async def story(world):
        _, shown, account = await checked(world, number, "prenotes")
        assert (shown["act"], shown["amount"], shown["status"]) == ("prenote", 0, ends)
        assert (await account())["status"] == status
        assert await world.clearing() == {}

    play(database, tmp_path, story)


def test_what_a_prenote_is_told_corrects_the_account(database, tmp_path):
    async def story(world):
        _, shown, account = await checked(world, MOVED, "prenotes", direction="debit")
        assert shown["direction"] == "debit"
        assert "applied" in [fact["kind"] for fact in shown["facts"]]
        found = await account()
        assert (found["status"], found["routing_number"]) == ("validated", "011401533")

    play(database, tmp_path, story)


def test_a_few_cents_are_confirmed_by_whoever_has_got_them(database, tmp_path):
    async def story(world):
        seller, shown, account = await checked(world, GOOD, "verifications")
        assert (shown["status"], shown["act"]) == ("settled", "verify")
        assert 0 < shown["amount"] < 100
        assert await world.of_house("cost") == shown["amount"]
        assert await world.clearing() == {}
        path = f"/v1/movements/{shown['id']}/confirm"
        other = shown["amount"] % 99 + 1
        await world.good("POST", path, seller, amount=other)
        assert (await account())["status"] == "new"
        await world.good("POST", path, seller, amount=shown["amount"])
        assert (await account())["status"] == "verified"
        assert await world.refused(path, seller, amount=other) == "movement_not_ready"

    play(database, tmp_path, story)


def test_who_guesses_wrong_three_times_has_not_got_them(database, tmp_path):
    async def story(world):
        seller, shown, account = await checked(world, GOOD, "verifications")
        path = f"/v1/movements/{shown['id']}/confirm"
        for _ in range(3):
            await world.good("POST", path, seller, amount=shown["amount"] % 99 + 1)
        assert (await account())["status"] == "verification_failed"
        assert await world.refused(path, seller, amount=shown["amount"]) == "movement_not_ready"

    play(database, tmp_path, story)


GERMAN = {"country": "DE", "currency": "eur", "account_number": "DE89370400440532013000"}
BRITISH = {
    "country": "GB",
    "currency": "gbp",
    "account_number": "00012345",
    "routing_number": "108800",
}
NAMES = [
    ("sepa_instant", GERMAN, "Grace Hopper", "match", "verified"),
    ("sepa_credit", GERMAN, "No Match", "no_match", "verification_failed"),
    ("fps", BRITISH, "Grace Hopper", "match", "verified"),
]


def test_a_bank_is_asked_whether_a_name_and_an_account_belong_together(database, monkeypatch):
    async def story(world):
        for rail, numbers, name, verdict, status in NAMES:
            ctx = world.context()
            given = BankAccountParams(object="bank_account", account_holder_name=name, **numbers)
            made, hidden = bank_account_of(ctx, given, "acct_ada", ctx.book, "external_account")
            ctx.create(made, hidden=hidden)
            await ctx.write()
            ctx = world.context()
            asked = await account_checks.verify(
                ctx, account_checks.Verify(destination=made.id, rail=rail)
            )
            await ctx.write()
            assert (asked.rail, asked.amount, asked.act) == (rail, 0, "verify")
            shown = await world.until(asked.id, "settled")
            assert shown.payee.verdict == verdict, rail
            found = await world.context().load(BankAccount, made.id)
            assert found.status == status, rail
        await world.check()

    play_everywhere(database, story, monkeypatch)
