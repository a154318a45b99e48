"""Poll cards: the acquirer's files become settlements, and notices to those whom they concern.

A settlement is booked in one database transaction with the file's being read. A notice is told to
its handler before that, and again if the process dies in between: handlers know what they know.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, BinaryIO

from bezant.api.context import Caller, Context, Stale, created_of
from bezant.api.runtime import Runtime
from bezant.flows.card_settlement import RAIL
from bezant.kernel.errors import FileRefused, Problem
from bezant.kernel.log import get_logger
from bezant.ledger.book import HOUSE
from bezant.movement.bank_file import BankFile
from bezant.movement.contents import keep, measured, whole
from bezant.movement.transport import Transport
from bezant.rail.cards import (
    CardNotice,
    Cleared,
    Decided,
    Disputed,
    FraudWarning,
    Held,
    RefundTold,
    Settled,
)
from bezant.rails.cards.files import read_file
from bezant.resources.payments.card_settlement import settle, settlements
from bezant.resources.payments.orphans import look_for

CardHandler = Callable[[Context, Any], Awaitable[None]]
"""Collects what a notice changes; the context acts for the account that the notice is about."""

CardHandlers = Mapping[type, CardHandler]
"""Handlers by the type of notice: Disputed, Decided, FraudWarning, RefundTold."""

Brought = Disputed | Decided | FraudWarning | RefundTold
_FORMAT = "iso8583.files"

log = get_logger(__name__)


class CardPoller:
    """Takes the files of the acquirer, in test mode."""

    def __init__(self, runtime: Runtime, transport: Transport, handlers: CardHandlers) -> None:
        """Take the ports, the way to the acquirer, and who deals with what."""
        self._runtime = runtime
        self._transport = transport
        self._handlers = handlers
        self._at_work = asyncio.Lock()

    async def run_once(self) -> int:
        """Deal with every file that waits; returns how many there were."""
        async with self._at_work:
            arrivals = await asyncio.to_thread(self._transport.arrivals)
            for arrival in arrivals:
                with arrival.path.open("rb") as source:
                    await self.take(arrival.name, source)
                await asyncio.to_thread(self._transport.done, arrival.name)
        return len(arrivals)

    async def take(self, called: str, source: BinaryIO) -> BankFile:
        """Keep a file, read it, and do what it says; one that was read before changes nothing."""
        file = await self._keep(called, source)
        if file.status == "read":
            return file
        try:
            notices = read_file(whole(source))
            await self._refuse_booked(notices)
        except FileRefused as refused:
            problems = tuple(str(problem) for problem in refused.problems)
            log.warning("card_file_refused", file=file.id, name=called, problems=problems)
            return await self._close(file, (), problems=problems)
        brought = [one for one in notices if not isinstance(one, Cleared | Settled | Held)]
        strange = [await self._tell(one) for one in brought]
        warnings = tuple(text for text in strange if text)
        return await self._close(file, notices, warnings=warnings)

    async def _keep(self, called: str, source: BinaryIO) -> BankFile:
        size, digest = measured(source)
        ctx = self._context()
        known = await ctx.newest(BankFile, {"source": digest}, book=ctx.house)
        if known is not None:
            return known
        name = ctx.new_id("bf", ctx.house)
        kept = BankFile(
            id=name,
            bank=RAIL,
            created=created_of(name),
            credits=0,
            currency=None,
            debits=0,
            direction="received",
            entries=0,
            format=_FORMAT,
            livemode=ctx.livemode,
            name=called[:200],
            problems=(),
            rail=RAIL,
            reference=digest,
            sha256=digest,
            size=size,
            status="received",
        )
        ctx.create(kept, book=ctx.house)
        await keep(ctx, name, source, size)
        await ctx.write()
        return kept

    async def _refuse_booked(self, notices: Sequence[CardNotice]) -> None:
        """Raise FileRefused for a day's total that another file has brought already."""
        totals = [one.reference for one in notices if isinstance(one, Settled)]
        if not totals:
            return
        house = self._context().house
        async with self._runtime.pool.connection() as conn:
            known = await settlements(conn, house, totals)
        if known:
            raise FileRefused([
                Problem(None, name, f"was booked with {total.file} already")
                for name, total in sorted(known.items())
            ])  # fmt: skip

    async def _tell(self, notice: Brought) -> str:
        """Tell whoever deals with a notice; returns what is odd about it, if anything is."""
        about, what = notice.about, type(notice).__name__
        handler = self._handlers.get(type(notice))
        if handler is None or not about.subject:
            return f"{what} about {about.subject or 'nothing known'}: nobody deals with it"
        while True:
            caller = Caller(about.platform, about.account, livemode=False)
            ctx = Context(self._runtime, caller)
            try:
                await handler(ctx, notice)
                await ctx.write()
            except Stale:
                continue
            return ""

    async def _close(
        self,
        file: BankFile,
        notices: Sequence[CardNotice],
        *,
        problems: tuple[str, ...] = (),
        warnings: tuple[str, ...] = (),
    ) -> BankFile:
        """Book the settlements of a file and note, with them, that it was read.

        What it tells of and the books do not know is looked for when it could be known.
        """
        ctx = self._context()
        cleared = [one for one in notices if isinstance(one, Cleared)]
        totals = [one for one in notices if isinstance(one, Settled)]
        for total in totals:
            currency = total.net.currency
            mine = [one for one in cleared if one.amount.currency == currency]
            settle(ctx, file.id, mine, total)
        strange = await look_for(ctx, notices)
        closed = ctx.save(
            await ctx.load(BankFile, file.id, book=ctx.house),
            status="refused" if problems else "read",
            entries=len(notices),
            credits=sum(max(total.net.amount, 0) for total in totals),
            debits=sum(max(-total.net.amount, 0) for total in totals),
            currency=totals[0].net.currency if totals else None,
            problems=problems,
            warnings=(*warnings, *strange),
        )
        await ctx.write()
        return closed

    def _context(self) -> Context:
        return Context(self._runtime, Caller(HOUSE, HOUSE, livemode=False))
