"""Booking a statement: each line of the bank once on the ledger, explained or on suspense.

The house's bank account mirrors the statement to the unit, so the two always agree; what nothing
explains is a break, which stands on suspense until somebody clears it.
"""

from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from typing import ClassVar, NamedTuple

from bezant.api.context import Context, created_of
from bezant.api.resource import Resource
from bezant.db.pool import Connection
from bezant.db.queries import load
from bezant.flows import bank_line
from bezant.kernel.errors import FileRefused, Problem
from bezant.ledger.book import Book
from bezant.reconcile.statement import Line, Statement, fingerprints, ties_out

QUERIES = load("bezant.reconcile", "reconcile.sql")


class BankStatement(Resource, tag="bank_statement"):
    """One statement of one account; balances in minor units, days in ISO 8601.

    `files` are the bank files that told it: two formats of one statement are one statement.
    `breaks` say what does not fit.
    """

    filters: ClassVar[Mapping[str, str]] = {"reference": "reference", "of": "source"}

    id: str
    account: str
    bank: str
    breaks: tuple[str, ...]
    closing: int | None
    created: int
    currency: str
    files: tuple[str, ...]
    from_date: str
    lines: int
    livemode: bool
    matched: int
    opening: int | None
    reference: str
    to_date: str

    @property
    def of(self) -> str:
        """Whose statement it is: the account at its bank."""
        return f"{self.bank}|{self.account}|{self.currency}"


class BankStatementLine(Resource, tag="bank_statement_line"):
    """One line of a statement; `amount` in minor units, negative when money went out.

    `explained_by` is the object it was matched with, over a `rail`: a sent file or a movement.
    `batches` are the parts of the file that it shows, if not the whole of it; `reason` is the
    network's code for what came back.
    """

    filters: ClassVar[Mapping[str, str]] = {
        "statement": "parent",
        "status": "status",
        "fingerprint": "reference",
        "explained_by": "source",
    }

    id: str
    amount: int
    bank_reference: str
    booking_date: str
    code: str
    created: int
    currency: str
    customer_reference: str
    description: str
    entry: str
    explained_by: str | None
    file: str
    fingerprint: str
    line: int
    livemode: bool
    rule: str | None
    statement: str
    status: str
    value_date: str | None
    batches: tuple[str, ...] = ()
    rail: str | None = None
    reason: str | None = None


class Explanation(NamedTuple):
    """What a line's reference leads to: an object of ours, its rail, the amount it expects.

    `batches` are the parts of a file that are meant, all if there are none. `uses` names what no
    second line can show; without any it is the object under the rule.
    """

    object: str
    rail: str
    amount: int
    credit: bool
    rule: str
    batches: tuple[str, ...] = ()
    uses: frozenset[str] = frozenset()

    @property
    def takes(self) -> frozenset[str]:
        """What a line that it explains uses up."""
        return self.uses or frozenset({f"{self.object}/{self.rule}"})


class Booked(NamedTuple):
    """What booking a statement did: lines that are new, with what explains each."""

    statement: BankStatement
    lines: list[tuple[BankStatementLine, Explanation | None]]


Explain = Callable[[Line], Sequence[Explanation]]
"""What may explain a line: what went out and what came back under the names that it carries."""


async def book(
    ctx: Context,
    statement: Statement,
    *,
    bank: str,
    file: str,
    explain: Explain,
    known: Mapping[str, str],
) -> Booked:
    """Collect the booking of a statement whose lines are not among the `known` fingerprints.

    Raises FileRefused for a statement that does not add up; nothing of it is booked then.
    """
    difference = ties_out(statement)
    if difference:
        raise FileRefused(
            [Problem(None, statement.id, f"the balances and the lines differ by {difference}")]
        )
    names = fingerprints(statement)
    key = _key(statement, names)
    told = await ctx.newest(BankStatement, {"reference": key}, book=ctx.house)
    if told is not None:
        if file not in told.files:
            told = ctx.save(told, files=(*told.files, file))
        return Booked(told, [])
    parent = _statement(ctx, statement, bank, file, key)
    lines: list[tuple[BankStatementLine, Explanation | None]] = []
    used: set[str] = set()  # One line each: a second is money of its own.
    for line, name in zip(statement.lines, names, strict=True):
        if name not in known:
            found = _fitting(line, [one for one in explain(line) if not one.takes & used])
            used |= found.takes if found else set()
            lines.append((_book_line(ctx, parent, line, name, file, found), found))
    matched = sum(found is not None for _, found in lines)
    breaks = await _breaks(ctx, statement, parent)
    parent = ctx.save(parent, matched=matched, breaks=breaks)
    return Booked(parent, lines)


async def known_lines(conn: Connection, book: Book, names: Sequence[str]) -> dict[str, str]:
    """Return the ids of lines that have been booked, by fingerprint."""
    cursor = await conn.execute(QUERIES.known_lines, [book.id, list(names)])
    return dict(await cursor.fetchall())


def _statement(ctx: Context, statement: Statement, bank: str, file: str, key: str) -> BankStatement:
    name = ctx.new_id("bst", ctx.house)
    return ctx.create(
        BankStatement(
            id=name,
            account=statement.account,
            bank=bank,
            breaks=(),
            closing=None if statement.closing is None else statement.closing.amount,
            created=created_of(name),
            currency=statement.currency,
            files=(file,),
            from_date=statement.from_date.isoformat(),
            lines=len(statement.lines),
            livemode=ctx.livemode,
            matched=0,
            opening=None if statement.opening is None else statement.opening.amount,
            reference=key,
            to_date=statement.to_date.isoformat(),
        ),
        book=ctx.house,
    )


def _book_line(
    ctx: Context,
    parent: BankStatement,
    line: Line,
    name: str,
    file: str,
    found: Explanation | None,
) -> BankStatementLine:
    number = ctx.new_id("bsl", ctx.house)
    rail = found.rail if found else None
    posted = bank_line.booked(
        line.amount, credit=line.credit, house=ctx.house, name=parent.bank, rail=rail
    )
    entry = ctx.post(posted, source=number)
    return ctx.create(
        BankStatementLine(
            id=number,
            amount=line.signed.amount,
            bank_reference=line.bank_reference,
            booking_date=line.booking_date.isoformat(),
            code=line.code,
            created=created_of(number),
            currency=line.amount.currency,
            customer_reference=line.customer_reference,
            description=line.description,
            entry=entry,
            explained_by=found.object if found else None,
            file=file,
            fingerprint=name,
            line=line.line_no,
            livemode=ctx.livemode,
            rule=found.rule if found else None,
            statement=parent.id,
            batches=found.batches if found else (),
            rail=rail,
            reason=line.reason or None,
            status="matched" if found else "unmatched",
            value_date=None if line.value_date is None else line.value_date.isoformat(),
        ),
        book=ctx.house,
    )


def _fitting(line: Line, explained: Sequence[Explanation]) -> Explanation | None:
    """Return the explanation whose amount and direction are the line's: never a guess."""
    for found in explained:
        if found.amount == line.amount.amount and found.credit == line.credit:
            return found
    return None


async def _breaks(ctx: Context, statement: Statement, parent: BankStatement) -> tuple[str, ...]:
    """Say where a statement does not continue the one before it."""
    account = {"source": parent.of}
    before = await ctx.newest(BankStatement, account, book=ctx.house)
    if before is None or before.closing is None:
        return ()
    if statement.opening is None or before.closing == statement.opening.amount:
        return ()
    said = (
        f"It opens with {statement.opening.amount}, but the statement before it, {before.id}, "
        f"closed with {before.closing}."
    )
    return (said,)


def _key(statement: Statement, names: Sequence[str]) -> str:
    """Return what is the same in every format of one statement."""
    opening = statement.opening.amount if statement.opening else None
    closing = statement.closing.amount if statement.closing else None
    text = f"{statement.account}|{statement.to_date}|{opening}|{closing}|{'|'.join(sorted(names))}"
    return sha256(text.encode()).hexdigest()
