"""Days of cards, from the network's clearing to the line on the bank's statement."""

from datetime import timedelta

from bezant.flows import card_settlement as flow
from bezant.kernel.money import Money
from bezant.kernel.secret import Secret
from bezant.ledger.balances import balance_of
from bezant.ledger.book import book_of
from bezant.ledger.chart import cost, house, incoming, pending
from bezant.ledger.entry import Move, entry
from bezant.rail.cards import (
    About,
    Acquirer,
    CardRequest,
    Disputed,
    FraudWarning,
    Merchant,
    Presented,
)
from bezant.server import wiring
from bezant.vault.vault import Vault
from tests.stories.rail_world import ADA, play

NUMBER, DISPUTED = "4242424242424242", "4000000000000259"
INTERCHANGE, SCHEME = 190, 16  # Of 100.00: 1.80 % and 0.10; 0.14 % and 0.02.
RECEIVED = """
SELECT body::json->>'name', body::json->>'status', body::json->'warnings', body::json->'problems'
FROM object WHERE kind = 'bank_file' AND body::json->>'bank' = 'cards' ORDER BY id
"""
LINES = "SELECT body::json->>'rule' FROM object WHERE kind = 'bank_statement_line'"


async def sell(world, subject, amount, number=NUMBER):
    """Sell to a card at the platform's acquirer, and book what the network owes."""
    runtime, ctx = world.platform.runtime, world.context()
    kept = await runtime.port(Vault).keep(ADA, Secret(number), runtime.clock.now())
    request = CardRequest(
        id=subject,
        act="authorize",
        amount=Money(amount, "usd"),
        card=Presented(token=kept.token, exp_month=1, exp_year=2034),
        merchant=Merchant(id=ADA, name="Ada's Engines"),
        livemode=False,
        about=About(world.platform.started.account, ADA, subject),
        capture=True,
    )
    assert (await runtime.port(Acquirer).ask(request)).approved
    move = Move(request.amount, debit=incoming(ctx.book, flow.RAIL), credit=pending(ctx.book))
    ctx.post(entry("story.charged", move), source=subject)
    await ctx.write()


async def taken_back(ctx, case):
    """What a product does about a dispute: its owner has the money no more."""
    owed = incoming(ctx.book, flow.RAIL)
    ctx.post(entry("story.disputed", Move(case.amount, debit=pending(ctx.book), credit=owed)),
             source=f"{case.about.subject}/{case.case}")  # fmt: skip


async def days(world, count):
    for _ in range(count):
        world.clock.advance(timedelta(days=1))
        await world.tick()


async def rows(world, sql):
    async with world.platform.pool.connection() as conn:
        return await (await conn.execute(sql)).fetchall()


async def holds(world, account):
    async with world.platform.pool.connection() as conn:
        return (await balance_of(conn, account, "usd")).posted


def test_what_cards_bring_is_explained_to_the_line_on_the_statement(database, monkeypatch):
    owner, own = book_of(ADA, livemode=False), house(livemode=False)

    async def story(world):
        for at in range(3):
            await sell(world, f"ch_{at}", 10_000)
        await days(world, 1)
        assert await holds(world, incoming(owner, flow.RAIL)) == 0
        assert await holds(world, cost(own)) == 3 * (INTERCHANGE + SCHEME)
        await days(world, 3)
        assert await rows(world, LINES) == [("card_settlement",)]
        (brought,) = (world.platform.folder.parents[1] / "cards").rglob("*.ipm")
        again = brought.read_bytes().replace(b"cards-", b"again-", 1)
        (world.platform.folder.parents[1] / "cards" / "from_bank" / "again.ipm").write_bytes(again)
        await days(world, 1)
        problems = [problems for *_, problems in await rows(world, RECEIVED)]
        assert [len(each) for each in problems] == [0, 1]
        assert "already" in problems[1][0]
        assert await holds(world, cost(own)) == 3 * (INTERCHANGE + SCHEME)
        statuses = [status for _, status, *_ in await rows(world, RECEIVED)]
        assert statuses == ["read", "refused"]
        assert await holds(world, pending(owner)) == 30_000
        await world.check()

    play(database, story, monkeypatch)


def test_a_dispute_is_told_once_and_its_money_is_settled(database, monkeypatch):
    owner = book_of(ADA, livemode=False)
    monkeypatch.setitem(wiring.CARD_HANDLERS, Disputed, taken_back)

    async def story(world):
        await sell(world, "ch_1", 10_000, DISPUTED)
        await days(world, 5)
        assert await holds(world, pending(owner)) == 0
        files = await rows(world, RECEIVED)
        assert [(status, warnings) for _, status, warnings, _ in files] == [("read", [])] * 3
        assert await rows(world, LINES) == [("card_settlement",)] * 2
        await world.check()

    play(database, story, monkeypatch)


def test_a_notice_that_nobody_deals_with_is_seen_on_its_file(database, monkeypatch):
    monkeypatch.delitem(wiring.CARD_HANDLERS, FraudWarning)

    async def story(world):
        await sell(world, "ch_1", 10_000, "4000000000005423")
        (world.platform.folder.parents[1] / "cards" / "from_bank" / "torn.ipm").write_bytes(b"1644")
        await days(world, 2)
        told = {name: (status, warnings) for name, status, warnings, _ in
                await rows(world, RECEIVED)}  # fmt: skip
        assert told.pop("torn.ipm")[0] == "refused"
        assert ["FraudWarning about ch_1: nobody deals with it"] in [
            warnings for _, warnings in told.values()
        ]

    play(database, story, monkeypatch)
