"""Reversals: what an entry has posted is moved back, once in full or in parts up to it."""

from bezant.api.context import Context
from bezant.api.params import Amount, Timestamp
from bezant.commit.change_set import Posting
from bezant.kernel.errors import InvalidRequest
from bezant.resources.ledger.entry import PENDING, POSTED, EntryRow, LedgerEntry, MoveRow
from bezant.resources.ledger.step import (
    Step,
    chart_of,
    load_entry,
    load_own,
    move_of,
    part_of,
    posting_of,
)


class ReverseEntry(Step):
    """How much of an entry to reverse, for what is left of it by default."""

    amount: Amount | None = None
    effective_at: Timestamp | None = None


async def reverse_posted(ctx: Context, name: str, params: ReverseEntry) -> LedgerEntry:
    """Move back what an entry has posted, whole or in part, and return the new entry."""
    row = await _posted(ctx, await load_own(ctx, name))
    rests = _rests(row)
    part = part_of(row.of_phase(POSTED), params.amount, rests[0].amount, "are left to reverse")
    if part is not None:
        rests[0].amount = part
    chart = await chart_of(ctx, rests)
    posting = posting_of(
        ctx,
        row,
        "ledger.reversed",
        [move_of(chart, rest, rest.amount, "posted") for rest in rests],
        params,
        effective_at=params.effective_at,
        reverses=row.id,
        reversal_no=len(row.reversals) + 1,
    )
    ctx.units[-1].postings.append(posting)
    return _as_row(posting, rests).shown(ctx.book, ctx.now())


async def _posted(ctx: Context, row: EntryRow) -> EntryRow:
    """Return the entry whose posted moves are meant: of a pending one, that which posted it."""
    if row.reverses is not None:
        raise _refused(f"'{row.id}' is a reversal; enter the moves of '{row.reverses}' anew")
    if not row.of_phase(PENDING):
        if not row.of_phase(POSTED):
            raise _refused(f"'{row.id}' has moved nothing")
        return row
    parts = [each.id for each in row.resolutions if each.amounts]
    if not parts:
        raise _refused(f"nothing of '{row.id}' is posted")
    if len(parts) > 1:
        raise _refused(f"'{row.id}' was posted in parts; reverse each: {', '.join(parts)}")
    return await load_entry(ctx, parts[0])


def _rests(row: EntryRow) -> list[MoveRow]:
    """Return the moves that undo what is not undone yet: sides turned, last first."""
    moves = row.of_phase(POSTED)
    rests = [
        MoveRow(n, move.credit, move.debit, move.currency, move.amount - gone, POSTED, None)
        for n, (move, gone) in enumerate(reversed([*zip(moves, row.reversed(POSTED), strict=True)]))
        if move.amount > gone
    ]
    if not rests:
        raise InvalidRequest(
            f"The ledger entry '{row.id}' is reversed already, by '{row.reversals[-1].id}'.",
            code="ledger_entry_reversed",
        )
    return rests


def _as_row(posting: Posting, moves: list[MoveRow]) -> EntryRow:
    """Return a new reversal as it will be read."""
    assert posting.entry.effective_at is not None, "an entry made here says when it takes effect"
    return EntryRow(
        id=posting.id,
        kind=posting.entry.kind,
        source=posting.source,
        effective_at=posting.entry.effective_at,
        expires_at=None,
        reverses=posting.reverses,
        resolves=None,
        description=posting.description,
        metadata=posting.metadata,
        moves=moves,
        resolutions=[],
        reversals=[],
    )


def _refused(why: str) -> InvalidRequest:
    return InvalidRequest(
        f"This ledger entry can't be reversed: {why}.", code="ledger_entry_not_reversible"
    )
