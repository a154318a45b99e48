"""Book statements: a bank's statement becomes ledger entries, and its lines become facts."""

from collections.abc import AsyncIterator
from typing import Literal

import msgspec

from bezant.api.context import Caller, Context, Stale
from bezant.api.runtime import Runtime
from bezant.kernel.codec import unix_seconds
from bezant.kernel.errors import FileRefused, Problem
from bezant.ledger.book import HOUSE
from bezant.movement.answer import Heard, apply
from bezant.movement.bank_file import BankFile, sent_by_reference
from bezant.movement.handler import Handlers
from bezant.movement.movement import Movement, MovementFact
from bezant.movement.profile import BankProfile
from bezant.movement.rows import by_reference, in_file
from bezant.reconcile.bai2 import read_bai2
from bezant.reconcile.book import (
    BankStatement,
    BankStatementLine,
    Explanation,
    book,
    known_lines,
    references,
)
from bezant.reconcile.camt import read_camt053
from bezant.reconcile.statement import Statement, fingerprints
from bezant.store.objects import Page

PAGE = 100
READERS = {"bai2": read_bai2, "camt.053": read_camt053}

Format = Literal["bai2", "camt.053"]


class StatementBooker:
    """Books the statements of one bank's account."""

    def __init__(self, runtime: Runtime, handlers: Handlers, bank: BankProfile) -> None:
        """Take the ports, and who is to be told what."""
        self._runtime = runtime
        self._handlers = handlers
        self._bank = bank

    async def take(self, file: BankFile, kind: Format, data: bytes) -> tuple[int, tuple[str, ...]]:
        """Book every statement of a file; returns how many lines it has, and its oddities.

        Raises FileRefused before anything is booked when one of them is not ours or does not
        add up. What was booked already is not booked again, but its facts are told again.
        """
        statements = READERS[kind](data)
        self._refuse_strangers(statements)
        warnings: list[str] = []
        for statement in statements:
            booked = await self._book(file, statement)
            warnings += [*statement.warnings, *booked.breaks]
            await self._tell(booked)
        return sum(len(statement.lines) for statement in statements), tuple(warnings)

    def _refuse_strangers(self, statements: tuple[Statement, ...]) -> None:
        known = self._bank.account
        problems = [
            Problem(None, statement.id, f"account {statement.account} is not ours at this bank")
            for statement in statements
            if statement.account != known or statement.currency != self._bank.currency
        ]
        if problems or not statements:
            raise FileRefused(problems or [Problem(None, None, "holds no statement")])

    async def _book(self, file: BankFile, statement: Statement) -> BankStatement:
        while True:
            ctx = self._context()
            async with self._runtime.pool.connection() as conn:
                known = await known_lines(conn, ctx.house, fingerprints(statement))
            explain = await self._explanations(ctx, statement)
            booked = await book(
                ctx, statement, bank=self._bank.name, file=file.id, explain=explain, known=known
            )
            try:
                await ctx.write()
            except Stale:
                continue
            return booked.statement

    async def _explanations(self, ctx: Context, statement: Statement) -> dict[str, Explanation]:
        """Return what the references lead to: files we sent, traces, what payers write."""
        names = sorted(references(statement))
        found: dict[str, Explanation] = {}
        async with self._runtime.pool.connection() as conn:
            places = await by_reference(conn, names)
        keys = {(place.book, Movement.kind(), place.id): name for name, place in places.items()}
        for key, row in (await self._runtime.reader.many(list(keys))).items():
            movement = msgspec.json.decode(row.body, type=Movement)
            rule = "returned_entry" if movement.direction == "credit" else "payer_reference"
            found[keys[key]] = Explanation(movement.id, movement.rail, movement.amount, True, rule)
        async with self._runtime.pool.connection() as conn:
            sent = await sent_by_reference(conn, ctx.house, names)
        for name, one in sent.items():
            assert one.rail is not None, "a file that was sent went over a rail"
            found[name] = Explanation(one.id, one.rail, one.credits, False, "file_total")
        return found

    async def _tell(self, statement: BankStatement) -> None:
        """Tell movements what the lines of a statement prove."""
        async for lines in self._matched_lines(statement):
            for line in lines:
                if line.rule == "file_total":
                    await self._tell_file(line)
            await self._tell_payers([line for line in lines if line.rule == "payer_reference"])

    def _settled(self, line: BankStatementLine) -> MovementFact:
        return MovementFact(
            "settled",
            unix_seconds(self._runtime.clock.now()),
            on=line.booking_date,
            file=line.file,
            line=line.line,
            statement_line=line.id,
        )

    async def _tell_file(self, line: BankStatementLine) -> None:
        assert line.explained_by is not None, "a matched line says by what"
        after, fact = "", self._settled(line)
        while True:
            async with self._runtime.pool.connection() as conn:
                places = await in_file(conn, line.explained_by, after, 1000)
            if not places:
                return
            heard = [Heard(place, fact, line.id) for place in places]
            await apply(self._runtime, self._handlers, heard, livemode=self._bank.livemode)
            after = places[-1].id

    async def _tell_payers(self, lines: list[BankStatementLine]) -> None:
        async with self._runtime.pool.connection() as conn:
            places = await by_reference(conn, [line.customer_reference for line in lines])
        heard = [
            Heard(places[line.customer_reference], self._settled(line), line.id)
            for line in lines
            if line.customer_reference in places
        ]
        await apply(self._runtime, self._handlers, heard, livemode=self._bank.livemode)

    async def _matched_lines(
        self, statement: BankStatement
    ) -> AsyncIterator[list[BankStatementLine]]:
        """Yield the matched lines of a statement, a page at a time."""
        after: str | None = None
        more = True
        while more:
            ctx = self._context()
            ask = Page(PAGE, after=after, filters={"parent": statement.id})
            bodies, more = await ctx.page(BankStatementLine, ask, book=ctx.house)
            lines = [msgspec.json.decode(body, type=BankStatementLine) for body in bodies]
            after = lines[-1].id if lines else None
            yield [line for line in lines if line.status == "matched"]

    def _context(self) -> Context:
        return Context(self._runtime, Caller(HOUSE, HOUSE, self._bank.livemode))
