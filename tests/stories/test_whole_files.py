"""What a bank says of a whole file or batch reaches every movement in it, and no other."""

from datetime import date, timedelta

import msgspec
import pytest

from bezant.api.context import Caller, Context
from bezant.ledger.chart import house
from bezant.movement import contents
from bezant.movement.bank_file import BankFile
from bezant.movement.contents import content
from bezant.rail import Mandate, Party
from bezant.rails.sepa import SEPA_CREDIT
from bezant.reconcile.book import BankStatementLine
from bezant.sim.settlement import BOOKED_BY
from bezant.store.objects import Page
from tests.stories.rail_world import play
from tests.stories.test_rails import DEBITS, SEPA, WAYS

PAIN = """<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"><CstmrPmtStsRpt>
<GrpHdr><MsgId>S1</MsgId><CreDtTm>2026-03-04T10:00:00</CreDtTm></GrpHdr>
<OrgnlGrpInfAndSts><OrgnlMsgId>{file}</OrgnlMsgId><OrgnlMsgNmId>pain.001</OrgnlMsgNmId>{group}
</OrgnlGrpInfAndSts>{batch}</CstmrPmtStsRpt></Document>
"""
REFUSED = "<{0}>RJCT</{0}><StsRsnInf><Rsn><Cd>DU03</Cd></Rsn></StsRsnInf>"


async def two(world, way):
    """Send one payment now and another that is due later in the same file; returns both."""
    names = [
        await world.send(way.rail, way.good, 2_500, way.currency, party=way.party(way.good))
        for _ in range(2)
    ]
    for _ in range(30):
        await world.platform.submitter.run_once()
        movements = [await world.movement(name) for name in names]
        if all(one.file for one in movements):
            return movements
        world.clock.advance(timedelta(hours=1))
    raise AssertionError("nothing leaves")


@pytest.mark.parametrize("level", ["file", "batch", "another"])
def test_sepa_s_refusal_of_a_file_or_batch_is_told_to_its_payments(database, monkeypatch, level):
    async def story(world):
        way = SEPA[0]
        await world.fund(100_000, way.currency)
        first, _ = movements = await two(world, way)
        async with world.platform.pool.connection() as conn:
            data = await content(conn, house(livemode=False), first.file)
        batch = SEPA_CREDIT.read(data).facts[0].details["batch"]
        file = await world.of_house(BankFile, first.file)
        group = REFUSED.format("GrpSts") if level == "file" else ""
        named = batch if level == "batch" else "NOBODY-S"
        inner = f"<OrgnlPmtInfId>{named}</OrgnlPmtInfId>{REFUSED.format('PmtInfSts')}"
        said = "" if level == "file" else f"<OrgnlPmtInfAndSts>{inner}</OrgnlPmtInfAndSts>"
        letter = PAIN.format(file=file.reference, group=group, batch=said)
        world.banks["sandbox-eur"].courier.send("status", "whole.xml", letter.encode())
        await world.platform.poller.run_once()
        statuses = {(await world.movement(one.id)).status for one in movements}
        assert statuses == ({"submitted"} if level == "another" else {"rejected"})
        assert await world.has(way.currency) == (95_000 if level == "another" else 100_000)
        told = await world.of_house(BankFile, first.file)
        assert (told.status == "rejected") == (level == "file")

    play(database, story, monkeypatch)


def test_answers_are_read_before_the_statements_that_they_explain(database, monkeypatch):
    async def story(world):
        courier = world.banks["sandbox"].courier
        courier.send("bai2", "1.bai2", b"01,")
        courier.send("status", "2.txt", b"no bank file")
        await world.platform.poller.run_once()
        ctx = Context(world.platform.runtime, Caller("house", "house", livemode=False))
        bodies, _ = await ctx.page(BankFile, Page(limit=2), book=ctx.house)
        newest_first = [msgspec.json.decode(body, type=BankFile).name for body in bodies]
        assert newest_first == ["1.bai2", "2.txt"]

    play(database, story, monkeypatch)


def test_banks_that_number_alike_are_told_apart(database, monkeypatch):
    async def story(world):
        ways = [way for way in WAYS if way.rail in ("ach", "bacs", "sepa_credit")]
        for way in ways:
            await world.fund(100_000, way.currency)
        names = [
            await world.send(way.rail, way.good, 2_500, way.currency, party=way.party(way.good))
            for way in ways
        ]
        sent = [await world.until(name, "settled") for name in names]
        files = [await world.of_house(BankFile, one.file) for one in sent]
        assert len({file.reference for file in files}) < len(files), "they number for themselves"
        await world.check()

    play(database, story, monkeypatch)


PARTS = {
    "ach": (("individual", None), ("company", None)),
    "sepa_debit_core": (("individual", "first"), ("individual", "recurring")),
}


@pytest.mark.parametrize("rail", PARTS)
def test_a_bank_books_a_file_batch_by_batch_without_what_it_has_refused(
    database, monkeypatch, rail
):
    async def story(world):
        monkeypatch.setattr(contents, "PIECE", 700)  # So that every file is kept in pieces.
        debits = rail != "ach"
        way = next(one for one in (DEBITS if debits else WAYS) if one.rail == rail)
        if not debits:
            await world.fund(100_000, way.currency)
        begin = world.collect if debits else world.send
        names = []
        for holder, sequence in PARTS[rail] * 2:
            mandate = sequence and Mandate(f"M-{len(names)}", date(2026, 1, 5), sequence)
            order = {"mandate": mandate} if mandate else {}
            party = Party("Grace Hopper", way.good, holder, address=way.address)
            names.append(await begin(rail, way.good, 2_500, way.currency, party=party, **order))
        bank = world.banks[(await world.movement(names[0])).bank]
        bank.books.adopt(f"{BOOKED_BY}ach", "batch")
        while not (await world.movement(names[0])).file:
            world.clock.advance(timedelta(hours=1))
            await world.platform.submitter.run_once()
        sent = [await world.movement(name) for name in names]
        file = await world.of_house(BankFile, sent[0].file)
        assert (file.batches, len({one.batch for one in sent})) == (2, 2)
        refused = ()
        if debits:
            bank.receive()
            bank.plan(await key_of(world, bank, sent[0]), "rejected", "AC01")
            refused = (sent[0].id,)
        for one in sent:
            await world.until(one.id, "rejected" if one.id in refused else "settled")
        await world.check()
        lines = {}
        for one in sent:
            told = (await world.movement(one.id)).facts
            (name,) = {fact.statement_line for fact in told if fact.statement_line} or {None}
            lines[one.id] = name
        booked = [
            await world.of_house(BankStatementLine, name) for name in {*lines.values()} - {None}
        ]
        assert {line.rule for line in booked} <= {"batch_total", "batch_total_less_rejected"}
        assert {line.batches for line in booked} == {(one.batch,) for one in sent}
        assert [lines[one.id] is None for one in sent] == [one.id in refused for one in sent]
        assert ("batch_total_less_rejected" in {line.rule for line in booked}) == debits

    play(database, story, monkeypatch)


async def key_of(world, bank, movement):
    async with world.platform.pool.connection() as conn:
        data = await content(conn, house(livemode=False), movement.file)
    orders = bank.schemes[movement.rail].read(data, bank.client_in(movement.rail)).orders
    return next(one.key for one in orders if one.key.endswith(movement.reference))
