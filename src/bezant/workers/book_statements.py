"""Book statements: a bank's statement becomes ledger entries, and its lines become facts."""

from collections import defaultdict
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from functools import partial
from typing import BinaryIO, Literal

import msgspec
from msgspec.structs import replace

from bezant.api.context import Caller, Context, Stale
from bezant.api.runtime import Runtime
from bezant.flows.card_settlement import RAIL as CARDS
from bezant.kernel.codec import unix_seconds
from bezant.kernel.errors import FileRefused, Problem
from bezant.kernel.money import Money
from bezant.ledger.book import HOUSE
from bezant.movement.answer import apply
from bezant.movement.bank_file import BankFile
from bezant.movement.contents import whole
from bezant.movement.engine import Engine
from bezant.movement.heard import Heard
from bezant.movement.movement import Movement, MovementFact
from bezant.movement.profile import BankProfile
from bezant.movement.received import NO_RAIL, Arrival, take_in
from bezant.movement.rows import Place, by_id, by_reference, told_as
from bezant.rail import ShowsTraces
from bezant.reconcile.bai2 import read_bai2
from bezant.reconcile.book import (
    BankStatement,
    BankStatementLine,
    Explanation,
    book,
    known_lines,
)
from bezant.reconcile.camt import read_camt053
from bezant.reconcile.mt940 import read_mt940
from bezant.reconcile.statement import Line, Statement, fingerprints
from bezant.resources.payments.card_settlement import CardSettlement, settlements
from bezant.store.objects import Key, Page
from bezant.workers import explain_files
from bezant.workers.why import why

PAGE = 100
_ONE_BY_ONE = ("payer_reference", "movement", "returned_entry")

Format = Literal["bai2", "camt.053", "mt940"]


class StatementBooker:
    """Books the statements of one bank's account."""

    def __init__(self, runtime: Runtime, bank: BankProfile) -> None:
        """Take the ports, and the bank."""
        self._runtime = runtime
        self._bank = bank
        self._known = runtime.port(Engine).banks.rails
        found = [self._known[name] for name in bank.rails]
        self._rails = [rail for rail in found if isinstance(rail, ShowsTraces)]

    async def take(
        self, file: BankFile, kind: Format, source: BinaryIO
    ) -> tuple[int, tuple[str, ...]]:
        """Book every statement of a file; returns how many lines it has, and its oddities.

        Raises FileRefused before anything is booked when one of them is not ours or does not
        add up. What was booked already is not booked again, but its facts are told again.
        """
        statements = self._read(kind, source)
        self.refuse_strangers(statements)
        warnings: list[str] = []
        for statement in statements:
            booked = await self._book(file, statement)
            warnings += [*statement.warnings, *booked.breaks]
            await self._tell(booked)
        return sum(len(statement.lines) for statement in statements), tuple(warnings)

    def _read(self, kind: Format, source: BinaryIO) -> tuple[Statement, ...]:
        match kind:
            case "bai2":
                return read_bai2(whole(source))
            case "camt.053":
                source.seek(0)
                return read_camt053(source)
            case "mt940":
                return self._of_mt940(whole(source))

    def _of_mt940(self, data: bytes) -> tuple[Statement, ...]:
        statements = read_mt940(data, self._bank.mt940)
        if any(statement.message == "mt942" for statement in statements):
            reason = "an MT942 report among statements: the bank must send them apart"
            raise FileRefused([Problem(None, None, reason)])
        return statements

    def refuse_strangers(self, statements: tuple[Statement, ...]) -> None:
        """Raise FileRefused for what is not about our account, or about nothing."""
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
            explained = await self.explanations(ctx, statement)
            booked = await book(
                ctx,
                statement,
                bank=self._bank.name,
                file=file.id,
                explain=partial(self.explaining, explained),
                known=known,
            )
            await explain_files.note_lines(ctx, booked.lines)
            self._take_in(ctx, [line for line, found in booked.lines if found is None])
            try:
                await ctx.write()
            except Stale:
                continue
            return booked.statement

    async def explanations(
        self, ctx: Context, statement: Statement
    ) -> dict[str, list[Explanation]]:
        """Return what the references lead to: files we sent, movements, what payers write."""
        names = sorted({name for line in statement.lines for name in self._names(line)})
        found: dict[str, list[Explanation]] = defaultdict(list)
        async with self._runtime.pool.connection() as conn:
            places = await by_reference(conn, names, self._bank.name)
        keys: dict[Key, list[str]] = defaultdict(list)
        for name, place in places.items():
            keys[place.book, Movement.kind(), place.id].append(name)
        for key, row in (await self._runtime.reader.many(list(keys))).items():
            movement = msgspec.json.decode(row.body, type=Movement)
            for name in keys[key]:
                found[name] += _of_movement(movement)
        async with self._runtime.pool.connection() as conn:
            came = await told_as(conn, names, self._bank.name)
            settled = await settlements(conn, ctx.house, names)
        of_files = await explain_files.explanations(
            self._runtime, ctx.house, names, self._bank.name
        )
        for name, explained in of_files.items():
            found[name] += explained
        for name, total in settled.items():
            found[name].append(_of_settlement(total))
        for name, movement in came:
            found[name] += _of_movement(movement)
        return found

    def explaining(
        self, explained: Mapping[str, Sequence[Explanation]], line: Line
    ) -> list[Explanation]:
        """Return what may explain a line, of what its statement's names lead to."""
        found = [one for name in self._names(line) for one in explained.get(name, ())]
        return [*found, *self._less_charges(line, found)]

    def _less_charges(self, line: Line, found: Sequence[Explanation]) -> Iterator[Explanation]:
        """Yield what says that it came back, by a rail on which the way back may cost something."""
        for one in found:
            deducts = one.rail in self._known and self._known[one.rail].capabilities.deducts
            said = one.rule == "returned_entry" and (line.reason or line.reversal)
            if deducts and said and one.credit == line.credit and line.amount.amount < one.amount:
                yield one._replace(amount=line.amount.amount)

    def _names(self, line: Line) -> list[str]:
        """Return the names by which a line may be explained, with the traces inside of them."""
        said = line.names
        traces = [rail.trace_in(name) for rail in self._rails for name in said]
        return list(dict.fromkeys(name for name in (*said, *traces) if name))

    def _take_in(self, ctx: Context, lines: Sequence[BankStatementLine]) -> None:
        """Let money that nothing explains be a movement until somebody claims it."""
        for line in lines:
            if line.amount <= 0:
                continue
            fact = MovementFact(
                "received",
                unix_seconds(ctx.now()),
                on=line.booking_date,
                file=line.file,
                line=line.line,
                statement_line=line.id,
                entries=(line.entry,),
            )
            name = line.customer_reference or line.bank_reference or line.fingerprint
            money = Money(line.amount, line.currency)
            take_in(ctx, self._bank, Arrival(money, name, fact, NO_RAIL))

    async def _tell(self, statement: BankStatement) -> None:
        """Tell movements what the lines of a statement prove."""
        async for lines in self._matched_lines(statement):
            for line in lines:
                if explain_files.is_of_file(line.rule):
                    await self._tell_file(line)
            await self._tell_payers([line for line in lines if line.rule in _ONE_BY_ONE])

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
        assert line.rule is not None, "a matched line says how"
        amount, credit = abs(line.amount), line.amount > 0
        found = Explanation(line.explained_by, "", amount, credit, line.rule, line.batches)
        fact, live = self._settled(line), self._bank.livemode
        await explain_files.tell(self._runtime, found, fact, line.id, livemode=live)

    async def _tell_payers(self, lines: list[BankStatementLine]) -> None:
        async with self._runtime.pool.connection() as conn:
            found = await by_id(conn, [str(line.explained_by) for line in lines])
        places = {place.id: place for place in found}
        # What was paid and came back in one statement was paid first.
        told = sorted(lines, key=lambda line: line.rule == "returned_entry")
        heard = [self._heard(places[str(line.explained_by)], line) for line in told]
        await apply(self._runtime, heard, livemode=self._bank.livemode)

    def _heard(self, place: Place, line: BankStatementLine) -> Heard:
        """Return what a line says of one movement: that it was paid, or that it came back."""
        fact = self._settled(line)
        if line.rule != "returned_entry":
            return Heard(place, fact, line.id)
        said = why(self._known.get(line.rail or ""), line.reason or "", line.description)
        back = replace(
            fact,
            kind="returned",
            code=said.code,
            reason=said.meaning,
            failure_code=said.failure_code,
        )
        return Heard(place, back, line.id, amount=Money(abs(line.amount), line.currency))

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


def _of_movement(movement: Movement) -> list[Explanation]:
    """Return how one movement may show on a statement: itself, and its way back.

    What is expected shows once: what comes a second time, or after all, is money of its own.
    """
    if movement.act == "receive" and not _is_expected(movement):
        return []
    goes_out, amount = movement.direction == "credit", movement.amount
    if movement.act == "receive":
        shown = [(not goes_out, "payer_reference", amount)]
    else:
        came_back = amount - sum(fact.charge or 0 for fact in movement.facts)
        shown = [(not goes_out, "movement", amount), (goes_out, "returned_entry", came_back)]
    return [
        Explanation(movement.id, movement.rail, each, credit, rule) for credit, rule, each in shown
    ]


def _is_expected(movement: Movement) -> bool:
    """Tell whether a statement has still to show what is to come, or has come by a message.

    What we returned comes once more when the return is dishonored.
    """
    if movement.status == "dishonored" and movement.came_unasked:
        since = [fact.kind for fact in movement.facts].index("dishonored")
        return not any(fact.statement_line for fact in movement.facts[since:])
    if movement.came_unasked:
        return not any(fact.statement_line for fact in movement.facts)
    return movement.status == "created"


def _of_settlement(total: CardSettlement) -> Explanation:
    """Return how an acquirer's total shows on a statement."""
    credit = total.net > 0
    return Explanation(total.id, CARDS, abs(total.net), credit, "card_settlement")
