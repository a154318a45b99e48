"""Timelines: every fact of a movement, with what it made and where the bank says so."""

import asyncio
from collections import defaultdict
from itertools import islice
from typing import BinaryIO

from msgspec import Struct

from bezant.api.context import Context
from bezant.api.resource import Identified
from bezant.kernel.errors import FileRefused
from bezant.movement.bank_file import BankFile
from bezant.movement.contents import opened
from bezant.movement.engine import engine_of
from bezant.movement.movement import Movement, MovementFact
from bezant.rail import Rail
from bezant.reconcile.book import BankStatementLine
from bezant.resources.banks.file_texts import facts, texts
from bezant.resources.ledger.entry import LedgerEntry, load_rows


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
    """A file, those of its lines that speak of the movement, and the one that orders it."""

    file: BankFile
    lines: dict[int, str]
    ordered: int | None


async def _files(ctx: Context, movement: Movement) -> dict[str, _Kept]:
    spoken: dict[str, set[int]] = defaultdict(set)
    for fact in movement.facts:
        if fact.file:
            spoken[fact.file] |= {fact.line} if fact.line else set()
    files = await ctx.load_many(BankFile, list(spoken), book=ctx.house)
    kept: dict[str, _Kept] = {}
    for name, file in files.items():
        rail = engine_of(ctx).banks.rails.get(file.rail or "")
        trace = movement.reference if rail and file.direction == "sent" else None
        with await opened(ctx.runtime.pool, ctx.house, name) as source:
            kept[name] = await asyncio.to_thread(_look, file, source, spoken[name], rail, trace)
    return kept


def _look(
    file: BankFile, source: BinaryIO, numbers: set[int], rail: Rail | None, trace: str | None
) -> _Kept:
    """Look for some lines of a file, and for the one that orders a movement."""
    ordered = _order_in(source, rail, file.format or "", trace) if rail and trace else None
    wanted = numbers if ordered is None else {*numbers, ordered}
    shown: dict[int, str] = {}
    if wanted:
        lines = islice(texts(source, file.format), max(wanted))
        shown = {number: text for number, text in enumerate(lines, 1) if number in wanted}
    return _Kept(file, shown, ordered)


def _order_in(source: BinaryIO, rail: Rail, kind: str, trace: str) -> int | None:
    """Return the line of a file of ours that orders a movement, as the rail itself reads it."""
    try:
        return next((one.line for one in facts(source, rail, kind) if one.trace == trace), None)
    except FileRefused:  # Not every rail reads what goes the other way.
        return None


def _place(fact: MovementFact, files: dict[str, _Kept]) -> FilePlace | None:
    """Return where a file speaks of a movement: the line that was named, or that orders it."""
    kept = files.get(fact.file or "")
    if kept is None:
        return None
    number = fact.line or kept.ordered
    text = kept.lines[number].strip() if number in kept.lines else None
    return FilePlace(kept.file.id, kept.file.direction, number, kept.file.name, text)
