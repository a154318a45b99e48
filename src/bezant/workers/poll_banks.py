"""Poll banks: every file that a bank leaves is kept, read, and turned into facts and bookings.

A file is kept before it is read. One that cannot be read is refused with every reason, changes
nothing, and may come again; one that comes twice is counted and changes nothing.
"""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Literal, NamedTuple

import msgspec

from bezant.api.context import Caller, Context, created_of
from bezant.api.runtime import Runtime
from bezant.kernel.codec import unix_seconds
from bezant.kernel.errors import FileRefused, Problem
from bezant.kernel.log import get_logger
from bezant.ledger.book import HOUSE
from bezant.movement.answer import Heard, apply
from bezant.movement.bank_file import BankFile
from bezant.movement.engine import Engine
from bezant.movement.movement import MovementFact
from bezant.movement.profile import REPORTS, BankProfile
from bezant.movement.received import of_fact, take_in
from bezant.movement.rows import Place, by_reference
from bezant.movement.transport import Arrival, Transport
from bezant.rail import Fact, Originator, Rail, ReadsByBank
from bezant.reconcile.sniff import kind_of
from bezant.workers.book_statements import StatementBooker
from bezant.workers.hear_reports import ReportHearer
from bezant.workers.tell_files import Acknowledgement, FileTeller

log = get_logger(__name__)

AT_ONCE = 250
"""Incoming payments that are stored in one database transaction."""

_NO_ANSWERS = {"submitted"}
"""What one of our own files says when it comes back to us."""

_BEGINS = {"received", "requested"}
_KINDS = {"pending": "acknowledged"}

Status = Literal["read", "refused"]


class Result(NamedTuple):
    """What came of reading a file."""

    format: str | None
    entries: int = 0
    credits: int = 0
    debits: int = 0
    problems: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    rail: str | None = None


class BankPoller:
    """Takes the files of one bank."""

    def __init__(
        self,
        runtime: Runtime,
        bank: BankProfile,
        transport: Transport,
        first: Callable[[], Awaitable[object]] | None = None,
    ) -> None:
        """Take the ports, and the bank; `first` reads what its statements may speak of."""
        self._first = first
        self._runtime = runtime
        self._bank = bank
        self._transport = transport
        rails = runtime.port(Engine).banks.rails
        self._rails = [
            _fitted(rails[name], access.originator) for name, access in bank.rails.items()
        ]
        self._statements = StatementBooker(runtime, bank)
        self._reports = ReportHearer(runtime, bank, self._statements)
        self._files = FileTeller(runtime, bank)

    async def run_once(self) -> int:
        """Deal with every file that waits; returns how many there were."""
        arrivals = await asyncio.to_thread(self._transport.arrivals)
        if arrivals and self._first:
            await self._first()
        for arrival in arrivals:
            await self.take(arrival)
            await asyncio.to_thread(self._transport.done, arrival.name)
        return len(arrivals)

    async def take(self, arrival: Arrival) -> BankFile:
        """Keep a file, read it, and do what it says; returns what became of it."""
        file, again = await self._keep(arrival)
        if again and file.status == "read":
            log.warning("bank_file_again", file=file.id, name=arrival.name, copies=file.copies)
            return file
        try:
            result = await self._read(file, arrival.data)
        except FileRefused as refused:
            problems = tuple(str(problem) for problem in refused.problems)
            result = Result(kind_of(arrival.data), problems=problems)
            log.warning("bank_file_refused", file=file.id, name=arrival.name, problems=problems)
        return await self._close(file, result)

    async def _keep(self, arrival: Arrival) -> tuple[BankFile, bool]:
        """Store a file under its content's digest; True when it had come before."""
        digest = hashlib.sha256(arrival.data).hexdigest()
        ctx = self._context()
        known = await ctx.newest(BankFile, {"source": digest}, book=ctx.house)
        if known is not None:
            kept = ctx.save(known, copies=known.copies + 1)
            await ctx.write()
            return kept, True
        name = ctx.new_id("bf", ctx.house)
        kept = ctx.create(
            BankFile(
                id=name,
                bank=self._bank.name,
                created=created_of(name),
                credits=0,
                currency=self._bank.currency,
                debits=0,
                direction="received",
                entries=0,
                format=None,
                livemode=self._bank.livemode,
                name=arrival.name[:200],
                problems=(),
                rail=None,
                reference=digest,
                sha256=digest,
                size=len(arrival.data),
                status="received",
            ),
            book=ctx.house,
        )
        ctx.keep(name, arrival.data, ctx.house)
        await ctx.write()
        return kept, False

    async def _close(self, file: BankFile, result: Result) -> BankFile:
        ctx = self._context()
        status: Status = "refused" if result.problems else "read"
        closed = ctx.save(
            await ctx.load(BankFile, file.id, book=ctx.house),
            status=status,
            format=result.format,
            rail=result.rail,
            entries=result.entries,
            credits=result.credits,
            debits=result.debits,
            problems=result.problems,
            warnings=result.warnings,
        )
        await ctx.write()
        return closed

    async def _read(self, file: BankFile, data: bytes) -> Result:
        if file.name.endswith(".ack"):
            return await self._acknowledged(file, data)
        for rail in self._rails:
            if kind := rail.recognize(data):
                return await self._answered(file, data, rail, kind)
        kind = kind_of(data)
        self._refuse_unasked(kind)
        match kind:
            case "bai2" | "camt.053" | "mt940":
                lines, warnings = await self._statements.take(file, kind, data)
                return Result(kind, entries=lines, warnings=warnings)
            case "camt.052" | "camt.054" | "mt942":
                heeded = await self._reports.take(file, kind, data)
                return Result(
                    kind, heeded.entries, heeded.credits, heeded.debits, warnings=heeded.warnings
                )
            case _:
                names = ", ".join(rail.capabilities.title for rail in self._rails)
                reason = (
                    f"no reader knows this file: neither {names} nor BAI2, camt, MT940 or MT942"
                )
                raise FileRefused([Problem(1, None, reason)])

    def _refuse_unasked(self, kind: str | None) -> None:
        """Raise FileRefused for a report in a format that this bank is not known to send."""
        sends = self._bank.statements
        if sends and kind in REPORTS and kind not in sends:
            reason = f"this bank sends {', '.join(sends)}, not {kind}: see its profile's statements"
            raise FileRefused([Problem(1, None, reason)])

    async def _acknowledged(self, file: BankFile, data: bytes) -> Result:
        """Apply a bank's yes or no to a whole file of ours."""
        try:
            said = msgspec.json.decode(data, type=Acknowledgement)
        except msgspec.DecodeError as error:
            raise FileRefused([Problem(None, None, f"no acknowledgement: {error}")]) from error
        kind = "acknowledged" if said.status == "accepted" else "rejected"
        fact = MovementFact(kind, self._now(), reason="; ".join(said.reasons) or None, file=file.id)
        return Result("ack", entries=await self._files.acknowledged(said, fact))

    async def _answered(self, file: BankFile, data: bytes, rail: Rail, kind: str) -> Result:
        """Apply the answers and notices in a file or message of a rail, and what it brings."""
        read = rail.read(data)
        facts = [fact for fact in read.facts if fact.kind not in _NO_ANSWERS]
        names = {name for fact in read.facts for name in names_in(fact)}
        async with self._runtime.pool.connection() as conn:
            places = await by_reference(conn, sorted(names), self._bank.name)
        heard: list[Heard] = []
        strange: list[str] = []
        for fact in facts:
            place = next((places[name] for name in names_in(fact) if name in places), None)
            if place is not None:
                told = movement_fact(fact, file.id, self._now())
                heard.append(Heard(place, told, file.id, fact.details, amount=fact.amount))
            elif fact.kind not in _BEGINS:
                told = movement_fact(fact, file.id, self._now())
                if not await self._files.of_rail(rail, fact, told):
                    strange.append(_unknown(fact))
        await apply(self._runtime, heard, livemode=self._bank.livemode)
        new = [fact for fact in facts if fact.kind == "received" and not _known(fact, places)]
        strange += await self._bring_in(file, rail, new)
        strange += [_unknown(fact) for fact in facts if fact.kind == "requested"]
        return Result(
            kind,
            entries=read.totals.count,
            credits=read.totals.credits.amount,
            debits=read.totals.debits.amount,
            warnings=(*read.warnings, *strange),
            rail=rail.capabilities.name,
        )

    async def _bring_in(self, file: BankFile, rail: Rail, facts: Sequence[Fact]) -> list[str]:
        """Store money that comes unasked; what somebody expects under its words is theirs."""
        strange: list[str] = []
        for at in range(0, len(facts), AT_ONCE):
            ctx = self._context()
            for fact in facts[at : at + AT_ONCE]:
                told = movement_fact(fact, file.id, self._now())
                arrival = of_fact(self._bank, rail.capabilities.name, fact, told)
                if arrival is None:
                    strange.append(_unknown(fact))
                else:
                    take_in(ctx, self._bank, arrival)
            await ctx.write()
        return strange

    def _now(self) -> int:
        return unix_seconds(self._runtime.clock.now())

    def _context(self) -> Context:
        return Context(self._runtime, Caller(HOUSE, HOUSE, self._bank.livemode))


class BanksPoller:
    """Takes the files of every bank; one that is out of reach holds up no other."""

    def __init__(
        self,
        runtime: Runtime,
        transports: Mapping[str, Transport],
        first: Callable[[], Awaitable[object]] | None = None,
    ) -> None:
        """Take the ports, and a transport for each bank; `first` is done before files are read."""
        self.banks = {
            bank.name: BankPoller(runtime, bank, transports[bank.name], first)
            for bank in runtime.port(Engine).banks
        }

    async def run_once(self) -> int:
        """Deal with every file that waits; returns how many there were."""
        return sum(await asyncio.gather(*[self._poll(name) for name in self.banks]))

    async def _poll(self, name: str) -> int:
        try:
            return await self.banks[name].run_once()
        except OSError as problem:
            log.warning("bank_out_of_reach", bank=name, problem=str(problem))
            return 0


def _fitted(rail: Rail, originator: Originator) -> Rail:
    """Return a rail as it reads the files of one bank."""
    return rail.reading_for(originator) if isinstance(rail, ReadsByBank) else rail


def names_in(fact: Fact) -> list[str]:
    """Return the names by which a fact's movement may be known here."""
    return [name for name in (fact.trace, fact.end_to_end_id) if name]


def movement_fact(fact: Fact, file: str, now: int) -> MovementFact:
    """Return a rail's fact as a movement keeps it; `file` says so, at `now` in Unix seconds."""
    return MovementFact(
        _KINDS.get(fact.kind, fact.kind),
        now,
        on=None if fact.on is None else fact.on.isoformat(),
        code=fact.code,
        reason=fact.reason,
        failure_code=fact.failure_code,
        file=file,
        line=fact.line,
    )


def _known(fact: Fact, places: Mapping[str, Place]) -> bool:
    return any(name in places for name in names_in(fact))


def _unknown(fact: Fact) -> str:
    where = "" if fact.line is None else f"line {fact.line}: "
    name = fact.trace or fact.end_to_end_id
    if fact.kind == "requested":
        return f"{where}somebody asks to be paid ({name}); nothing follows"
    if fact.kind == "received":
        return f"{where}{name} moves nothing in the account's currency: a statement may show it"
    return f"{where}no movement has the trace {name}"
