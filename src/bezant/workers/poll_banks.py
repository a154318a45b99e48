"""Poll banks: every file that a bank leaves is kept, read, and turned into facts and bookings.

A file is kept before it is read. One that cannot be read is refused with every reason, changes
nothing, and may come again; one that comes twice is counted and changes nothing.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import BinaryIO, Literal

import msgspec

from bezant.api.context import Caller, Context, created_of
from bezant.api.runtime import Runtime
from bezant.kernel.codec import unix_seconds
from bezant.kernel.errors import FileRefused, Problem
from bezant.kernel.log import get_logger
from bezant.ledger.book import HOUSE
from bezant.movement.bank_file import BankFile
from bezant.movement.contents import keep, measured, whole
from bezant.movement.engine import Engine
from bezant.movement.movement import MovementFact
from bezant.movement.profile import REPORTS, BankProfile
from bezant.movement.transport import Arrival, Transport
from bezant.rail import Originator, Rail, ReadsByBank
from bezant.reconcile.sniff import kind_of
from bezant.workers.book_statements import StatementBooker
from bezant.workers.hear_answers import AnswerHearer, Result
from bezant.workers.hear_reports import ReportHearer
from bezant.workers.tell_files import Acknowledgement, FileTeller

log = get_logger(__name__)

BEGINNING = 1 << 16
"""Bytes by which a file is recognised."""

Status = Literal["read", "refused"]


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
        self._answers = AnswerHearer(runtime, bank, self._files)

    async def run_once(self) -> int:
        """Deal with every file that waits; returns how many there were."""
        arrivals = await asyncio.to_thread(self._transport.arrivals)
        if arrivals and self._first:
            await self._first()
        for arrival in sorted(arrivals, key=_is_statement):
            with arrival.path.open("rb") as source:
                await self.take(arrival.name, source)
            await asyncio.to_thread(self._transport.done, arrival.name)
        return len(arrivals)

    async def take(self, name: str, source: BinaryIO) -> BankFile:
        """Keep a file, read it, and do what it says; returns what became of it."""
        file, again = await self._keep(name, source)
        if again and file.status == "read":
            log.warning("bank_file_again", file=file.id, name=name, copies=file.copies)
            return file
        head = _head(source)
        try:
            result = await self._read(file, head, source)
        except FileRefused as refused:
            problems = tuple(str(problem) for problem in refused.problems)
            result = Result(kind_of(head), problems=problems)
            log.warning("bank_file_refused", file=file.id, name=name, problems=problems)
        return await self._close(file, result)

    async def _keep(self, called: str, source: BinaryIO) -> tuple[BankFile, bool]:
        """Store a file under its content's digest; True when it had come before."""
        size, digest = measured(source)
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
                name=called[:200],
                problems=(),
                rail=None,
                reference=digest,
                sha256=digest,
                size=size,
                status="received",
            ),
            book=ctx.house,
        )
        await keep(ctx, name, source, size)
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

    async def _read(self, file: BankFile, head: bytes, source: BinaryIO) -> Result:
        if file.name.endswith(".ack"):
            return await self._acknowledged(file, whole(source))
        for rail in self._rails:
            if kind := rail.recognize(head):
                return await self._answers.take(file, source, rail, kind)
        kind = kind_of(head)
        self._refuse_unasked(kind)
        match kind:
            case "bai2" | "camt.053" | "mt940":
                lines, warnings = await self._statements.take(file, kind, source)
                return Result(kind, entries=lines, warnings=warnings)
            case "camt.052" | "camt.054" | "mt942":
                heeded = await self._reports.take(file, kind, source)
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


def _head(source: BinaryIO) -> bytes:
    """Return what a file is recognised by."""
    source.seek(0)
    return source.read(BEGINNING)


def _is_statement(arrival: Arrival) -> bool:
    """Tell whether a file shows what was booked: the answers that explain it are read first."""
    with arrival.path.open("rb") as source:
        return kind_of(_head(source)) in REPORTS


def _fitted(rail: Rail, originator: Originator) -> Rail:
    """Return a rail as it reads the files of one bank."""
    return rail.reading_for(originator) if isinstance(rail, ReadsByBank) else rail
