"""What becomes of a pending entry: it is posted, whole or in parts, or voided."""

from typing import NamedTuple

from bezant.api.context import Context
from bezant.api.params import Amount, Timestamp
from bezant.commit.change_set import HoldChange
from bezant.kernel.errors import InvalidRequest
from bezant.ledger.entry import Move
from bezant.resources.ledger.entry import PENDING, EntryRow, LedgerEntry, MoveRow, Related
from bezant.resources.ledger.step import (
    Chart,
    Step,
    chart_of,
    load_own,
    move_of,
    part_of,
    posting_of,
)


class PostEntry(Step):
    """How much of a pending entry to post, for all of it by default; the rest is released.

    With `final` false the rest stays pending. Only an entry of one move can be posted in part.
    """

    amount: Amount | None = None
    final: bool = True
    effective_at: Timestamp | None = None


class _Taken(NamedTuple):
    """How much of one pending move is taken from its hold, and how much of that is posted."""

    row: MoveRow
    amount: int
    posted: int

    def moves(self, chart: Chart) -> list[Move]:
        """Return what is released, and then what is posted of it."""
        moves = [move_of(chart, self.row, self.amount, "released")]
        if self.posted:
            moves.append(move_of(chart, self.row, self.posted, "posted"))
        return moves


async def post_pending(ctx: Context, name: str, params: PostEntry) -> LedgerEntry:
    """Post what is pending, whole or in part, and return the entry as it is then."""
    row = await _pending(ctx, name, "posted")
    moves = row.of_phase(PENDING)
    part = part_of(moves, params.amount, moves[0].remaining or 0, "are pending")
    taken: list[_Taken] = []
    for move in moves:
        held = move.remaining or 0
        posted = held if part is None else part
        taken.append(_Taken(move, held if params.final else posted, posted))
    return await _resolve(ctx, row, taken, params, params.effective_at)


async def void_pending(ctx: Context, name: str, params: Step) -> LedgerEntry:
    """Release what is pending and return the entry as it is then."""
    row = await _pending(ctx, name, "voided")
    taken = [_Taken(move, move.remaining or 0, 0) for move in row.of_phase(PENDING)]
    return await _resolve(ctx, row, taken, params, None)


async def _pending(ctx: Context, name: str, verb: str) -> EntryRow:
    """Return an entry of which something is pending still."""
    row = await load_own(ctx, name)
    if row.lapsed(ctx.now()):
        raise InvalidRequest(
            f"The ledger entry '{name}' has expired and can't be {verb}.",
            code="ledger_entry_expired",
        )
    if not any(move.remaining for move in row.moves):
        status = row.shown(ctx.book, ctx.now()).status
        raise InvalidRequest(
            f"Only a pending ledger entry can be {verb}; '{name}' is {status.replace('_', ' ')}, "
            "with nothing left pending.",
            code="ledger_entry_not_pending",
        )
    return row


async def _resolve(
    ctx: Context, row: EntryRow, taken: list[_Taken], params: Step, effective_at: int | None
) -> LedgerEntry:
    chart = await chart_of(ctx, row.moves)
    moves = [move for each in taken for move in each.moves(chart)]
    amounts = [each.posted for each in taken if each.posted]
    kind = "ledger.posted" if amounts else "ledger.voided"
    posting = posting_of(ctx, row, kind, moves, params, effective_at=effective_at, resolves=row.id)
    ctx.units[-1].postings.append(posting)
    for each in taken:
        held = each.row.remaining or 0
        ctx.change_hold(HoldChange(ctx.book, row.id, each.row.n, held, held - each.amount))
        each.row.remaining = held - each.amount
    row.resolutions.append(Related(posting.id, row.id, late=False, amounts=amounts))
    return row.shown(ctx.book, ctx.now())
