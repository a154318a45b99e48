"""Timelines: every fact of a movement, with what it made and where the bank says so."""

import asyncio

from msgspec import Struct

from bezant.api.context import Context
from bezant.api.resource import Identified
from bezant.kernel.errors import FileRefused
from bezant.movement.bank_file import BankFile, content
from bezant.movement.engine import engine_of
from bezant.movement.movement import Movement, MovementFact
from bezant.rail import Rail
from bezant.reconcile.book import BankStatementLine
from bezant.resources.ledger.entry import LedgerEntry, load_rows

LONGEST_LINE = 500


class FilePlace(Struct, frozen=True):
    """A place in a bank file: its line from 1, and that line's text."""

    id: str
    direction: str
    line: int | None
    name: str
    text: str | None


class Moment(Struct, frozen=True):
    """One fact of a movement, with the entries that it made and what proves it; as in its facts."""

    at: int
    code: str | None
    entries: tuple[LedgerEntry, ...]
    failure_code: str | None
    file: FilePlace | None
    key: str | None
    kind: str
    movement: str | None
    on: str | None
    reason: str | None
    request: str | None
    statement_line: BankStatementLine | None


class Timeline(Identified, tag="movement.timeline"):
    """A movement's facts in the order in which they were heard."""

    data: tuple[Moment, ...]


async def timeline_of(ctx: Context, movement: Movement) -> Timeline:
    """Return the timeline of a movement of the acting account."""
    facts = movement.facts
    rows = await load_rows(ctx, [name for fact in facts for name in fact.entries])
    entries = {name: row.shown(ctx.book, ctx.now()) for name, row in rows.items()}
    names = [fact.statement_line for fact in facts if fact.statement_line]
    lines = await ctx.load_many(BankStatementLine, names, book=ctx.house)
    files = await _files(ctx, movement)
    moments = tuple(
        Moment(
            at=fact.at,
            code=fact.code,
            entries=tuple(entries[name] for name in fact.entries if name in entries),
            failure_code=fact.failure_code,
            file=_place(fact, files),
            key=fact.key,
            kind=fact.kind,
            movement=fact.movement,
            on=fact.on,
            reason=fact.reason,
            request=fact.request,
            statement_line=lines.get(fact.statement_line or ""),
        )
        for fact in facts
    )
    return Timeline(id=movement.id, data=moments)


class _Kept(Struct, frozen=True):
    """A file, its lines, and the number of the one that orders the movement, if we sent it."""

    file: BankFile
    lines: list[str]
    ordered: int | None


async def _files(ctx: Context, movement: Movement) -> dict[str, _Kept]:
    names = list(dict.fromkeys(fact.file for fact in movement.facts if fact.file))
    files = await ctx.load_many(BankFile, names, book=ctx.house)
    kept: dict[str, _Kept] = {}
    async with ctx.runtime.pool.connection() as conn:
        for name, file in files.items():
            data = await content(conn, ctx.house, name)
            lines = data.decode("utf-8", "replace").splitlines()
            rail = engine_of(ctx).banks.rails.get(file.rail or "")
            ordered = None
            if rail and file.direction == "sent" and movement.reference:
                ordered = await asyncio.to_thread(_order_in, rail, data, movement.reference)
            kept[name] = _Kept(file, lines, ordered)
    return kept


def _order_in(rail: Rail, data: bytes, trace: str) -> int | None:
    """Return the line of a file of ours that orders a movement, as the rail itself reads it."""
    try:
        facts = rail.read(data).facts
    except FileRefused:  # Not every rail reads what goes the other way.
        return None
    return next((fact.line for fact in facts if fact.trace == trace), None)


def _place(fact: MovementFact, files: dict[str, _Kept]) -> FilePlace | None:
    """Return where a file speaks of a movement: the line that was named, or that orders it."""
    kept = files.get(fact.file or "")
    if kept is None:
        return None
    number = fact.line or kept.ordered
    known = number is not None and 0 < number <= len(kept.lines)
    text = kept.lines[number - 1].strip()[:LONGEST_LINE] if known and number else None
    return FilePlace(kept.file.id, kept.file.direction, number, kept.file.name, text)
