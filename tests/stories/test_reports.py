"""What a bank says before its statement: notifications are facts, reports are kept, neither books.

Files lie in the inbox as a bank would leave them; the simulated bank's own statements follow.
"""

import msgspec
import pytest
from msgspec.structs import replace

from bezant.api.context import Caller, Context
from bezant.movement.bank_file import BankFile
from bezant.server import sandbox, wiring
from bezant.store.objects import Page
from tests.stories.rail_world import play
from tests.stories.test_rails import WAYS

WAY = next(way for way in WAYS if way.rail == "sepa_credit")
BAD = dict(WAY.bad)
CAMT = """\
<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:{kind}.001.08"><{root}>
<GrpHdr><MsgId>{id}</MsgId><CreDtTm>2026-03-03T12:00:00Z</CreDtTm></GrpHdr>
<{part}><Id>{id}</Id><CreDtTm>2026-03-03T12:00:00Z</CreDtTm>
<Acct><Id><Othr><Id>{account}</Id></Othr></Id><Ccy>EUR</Ccy></Acct>
{entries}</{part}></{root}></Document>
"""
ENTRY = """\
<Ntry><Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>{side}</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>
<BookgDt><Dt>2026-03-03</Dt></BookgDt>
<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>ICDT</Cd><SubFmlyCd>ESCT</SubFmlyCd></Fmly></Domn></BkTxCd>
<NtryDtls><TxDtls><Refs><EndToEndId>{name}</EndToEndId></Refs>{why}</TxDtls></NtryDtls></Ntry>
"""
WHY = "<RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf>"
ROOTS = {
    "camt.052": ("BkToCstmrAcctRpt", "Rpt"),
    "camt.054": ("BkToCstmrDbtCdtNtfctn", "Ntfctn"),
}
MT942 = """\
:20:{id}
:25:{account}
:28C:1/1
:34F:EUR0,
:13D:2603031200+0100
:61:2603030303DR50,00NTRF{name}//B1
"""


class Inbox:
    """The folder in which a bank leaves files for us."""

    def __init__(self, world, bank):
        self.world, self.bank, self.count = world, bank, 0
        self.folder = world.folder / "banks" / bank / "from_bank"
        self.account = world.platform.banks.named(bank).account

    async def leave(self, kind, *entries):
        """Leave a report of entries and let it be read; returns what became of the file."""
        self.count += 1
        root, part = ROOTS.get(kind, ("", ""))
        text = (MT942 if kind == "mt942" else CAMT).format(
            kind=kind, root=root, part=part, id=f"R{self.count}", account=self.account,
            entries="".join(entries), name=entries[0] if kind == "mt942" else "",
        )  # fmt: skip
        name = f"report-{self.count}.txt"
        (self.folder / name).write_text(text)
        await self.world.tick()
        ctx = Context(self.world.platform.runtime, Caller("house", "house", livemode=False))
        bodies, _ = await ctx.page(BankFile, Page(limit=100), book=ctx.house)
        files = [msgspec.json.decode(body, type=BankFile) for body in bodies]
        return next(file for file in files if file.name == name)


def entry(name, amount="50.00", side="DBIT", why=""):
    return ENTRY.format(name=name, amount=amount, side=side, why=why)


async def sent(world, account=WAY.good):
    await world.fund(10_000, "eur")
    name = await world.send("sepa_credit", account, 5_000, "eur", party=WAY.party(account))
    return await world.until(name, "submitted", "acknowledged")


def kinds(movement):
    return [fact.kind for fact in movement.facts]


def test_a_notification_settles_what_the_statement_then_books_once(database, monkeypatch):
    async def story(world):
        movement = await sent(world)
        inbox = Inbox(world, movement.bank)
        before = world.banks[movement.bank].balance()
        file = await inbox.leave(
            "camt.054",
            entry(movement.reference),
            entry("WHOEVER"),
            entry(movement.reference, "7.00"),
        )
        assert (file.status, file.format, file.entries, file.debits) == (
            "read", "camt.054", 3, 10_700,
        )  # fmt: skip
        assert len(file.warnings) == 2
        told = await world.movement(movement.id)
        assert told.status == "settled"
        assert told.facts[-1].file == file.id
        await inbox.leave("camt.054", entry(movement.reference), "\n")
        assert kinds(await world.movement(movement.id)).count("settled") == 1
        while world.banks[movement.bank].balance() == before:
            await world.hours(1)
        await world.check()
        assert world.banks[movement.bank].balance() == before - 5_000
        assert kinds(await world.movement(movement.id)).count("settled") == 1
        assert world.executed(movement) == 1

    play(database, story, monkeypatch)


def test_a_notification_that_says_why_returns_and_one_that_does_not_waits(database, monkeypatch):
    async def story(world):
        movement = await sent(world, BAD["returned"])
        inbox = Inbox(world, movement.bank)
        await inbox.leave("camt.054", entry(movement.reference))
        file = await inbox.leave("camt.054", entry(movement.reference, side="CRDT"))
        assert "its statement line will tell" in file.warnings[0]
        assert (await world.movement(movement.id)).status == "settled"
        await inbox.leave("camt.054", entry(movement.reference, side="CRDT", why=WHY))
        told = await world.movement(movement.id)
        assert (told.status, told.facts[-1].code) == ("returned", "AC04")
        assert await world.has("eur") == 10_000
        await world.hours(7 * 24)  # The bank carries it out, and it comes back by the rail as well.
        assert world.executed(movement) == 1
        await world.check()
        assert kinds(await world.movement(movement.id)).count("returned") == 1

    play(database, story, monkeypatch)


@pytest.mark.parametrize("kind", ["camt.052", "mt942"])
def test_a_report_within_the_day_is_kept_and_changes_nothing(database, monkeypatch, kind):
    async def story(world):
        movement = await sent(world)
        said = movement.reference[:16] if kind == "mt942" else entry(movement.reference)
        file = await Inbox(world, movement.bank).leave(kind, said)
        assert (file.status, file.format, file.entries, file.debits) == ("read", kind, 1, 5_000)
        assert (await world.movement(movement.id)).status == movement.status
        await world.until(movement.id, "settled")
        await world.check()

    play(database, story, monkeypatch)


def test_what_is_not_about_our_account_is_refused_whole(database, monkeypatch):
    async def story(world):
        movement = await sent(world)
        inbox = Inbox(world, movement.bank)
        inbox.account = "DE00000000000000000000"
        file = await inbox.leave("camt.054", entry(movement.reference))
        assert file.status == "refused"
        assert "is not ours" in file.problems[0]
        assert (await world.movement(movement.id)).status == movement.status

    play(database, story, monkeypatch)


def test_a_notification_of_a_batch_settles_all_that_is_in_its_file(database, monkeypatch):
    async def story(world):
        movement = await sent(world)
        ctx = Context(world.platform.runtime, Caller("house", "house", livemode=False))
        name = next(fact.file for fact in movement.facts if fact.kind == "submitted")
        batch = await ctx.load(BankFile, name, book=ctx.house)
        file = await Inbox(world, movement.bank).leave("camt.054", entry(batch.reference))
        assert file.warnings == ()
        assert (await world.movement(movement.id)).status == "settled"

    play(database, story, monkeypatch)


def test_a_bank_that_sends_other_formats_is_not_believed_in_this_one(database, monkeypatch):
    sends = [replace(one, statements=("bai2", "camt.053", "mt940")) for one in wiring.WORLD]
    monkeypatch.setattr(wiring, "WORLD", sends)

    async def story(world):
        movement = await sent(world)
        file = await Inbox(world, movement.bank).leave("camt.054", entry(movement.reference))
        assert file.status == "refused"
        assert "this bank sends bai2, camt.053, mt940, not camt.054" in file.problems[0]
        assert (await world.movement(movement.id)).status == movement.status

    play(database, story, monkeypatch)


def test_mt940_alone_books_what_a_bank_has_done(database, monkeypatch):
    """The simulated banks outside America send nothing else, and our books equal theirs."""
    monkeypatch.setattr(sandbox, "OTHERS", ("mt940",))

    async def story(world):
        movement = await sent(world)
        await world.until(movement.id, "settled")
        await world.check()
        assert await world.has("eur") == 5_000

    play(database, story, monkeypatch)
