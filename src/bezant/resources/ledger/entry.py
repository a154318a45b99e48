"""The ledger entry: the API's object, made of the ledger's rows, for it is stored nowhere else."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, Literal

import msgspec
from msgspec import Struct, field

from bezant.api.context import Context, created_of
from bezant.api.resource import Resource
from bezant.db.queries import load
from bezant.kernel.codec import unix_seconds
from bezant.ledger.book import Book
from bezant.resources.ledger.account_ids import account_name

QUERIES = load("bezant.resources.ledger", "entries.sql")
POSTED, PENDING, RELEASED = range(3)
"""Phases as the ledger writes them."""

Phase = Literal["posted", "pending", "released"]
_PHASES: tuple[Phase, ...] = ("posted", "pending", "released")

EntryStatus = Literal["pending", "partially_posted", "posted", "voided", "expired", "released"]


class EntryMove(Struct, kw_only=True, gc=False):
    """One amount from an account to another, in minor units, and what has become of it.

    Of a pending amount a part is posted, a part still pending, and the rest was given back.
    """

    amount: int
    amount_pending: int = 0
    amount_posted: int = 0
    amount_reversed: int = 0
    credit: str
    currency: str
    debit: str
    phase: Phase


class LedgerEntry(Resource, tag="ledger.entry"):
    """The moves of one event, which happen together or not at all.

    `type` is the event, `source` the object that the entry moves money for. A pending entry
    lists in `resolved_by` the entries that posted or released it.
    """

    expands = {  # noqa: RUF012 -- declared as a ClassVar by the base
        "moves.debit": ("ledger.account",),
        "moves.credit": ("ledger.account",),
    }

    description: str | None = None
    effective_at: int
    expires_at: int | None = None
    metadata: dict[str, str] = field(default_factory=dict[str, str])
    moves: tuple[EntryMove, ...]
    resolved_by: tuple[str, ...] = ()
    resolves: str | None = None
    reversed_by: tuple[str, ...] = ()
    reverses: str | None = None
    source: str | None = None
    status: EntryStatus
    type: str

    @classmethod
    def title(cls) -> str:
        """Return what messages call it."""
        return "ledger entry"


class MoveRow(Struct, array_like=True):
    """A move as it is stored; `remaining` is what a pending one still holds."""

    n: int
    debit: int
    credit: int
    currency: str
    amount: int
    phase: int
    remaining: int | None


class Related(Struct, array_like=True):
    """An entry that posts, releases or reverses the entry `of`.

    `amounts` are those it posts, in its order; `late` says that it came when the hold had lapsed.
    """

    id: str
    of: str
    late: bool
    amounts: list[int]


class EntryRow(Struct):
    """An entry with its moves and with the entries that it led to."""

    id: str
    kind: str
    source: str
    effective_at: datetime
    expires_at: datetime | None
    reverses: str | None
    resolves: str | None
    description: str | None
    metadata: str | None
    moves: list[MoveRow]
    resolutions: list[Related]
    reversals: list[Related]

    def of_phase(self, phase: int) -> list[MoveRow]:
        """Return the moves of one phase, in order."""
        return [move for move in self.moves if move.phase == phase]

    def posted(self) -> list[int]:
        """Return what is posted of each pending move."""
        return _sums([each.amounts for each in self.resolutions], len(self.of_phase(PENDING)))

    def reversed(self, phase: int) -> list[int]:
        """Return what is reversed of each move; a reversal has its moves last first."""
        posted_by = {self.id} if phase == POSTED else {each.id for each in self.resolutions}
        amounts = [each.amounts[::-1] for each in self.reversals if each.of in posted_by]
        return _sums(amounts, len(self.of_phase(phase)))

    def lapsed(self, now: datetime) -> bool:
        """Tell whether what was pending has expired, released already or not."""
        over = self.expires_at is not None and self.expires_at <= now
        held = any(move.remaining for move in self.moves)
        return (over and held) or any(each.late for each in self.resolutions)

    def shown(self, book: Book, now: datetime) -> LedgerEntry:
        """Return the entry as the API shows it at a moment."""
        moves = tuple(self._moves(book))
        return LedgerEntry(
            id=self.id,
            created=created_of(self.id),
            livemode=book.livemode,
            description=self.description,
            effective_at=unix_seconds(self.effective_at),
            expires_at=None if self.expires_at is None else unix_seconds(self.expires_at),
            metadata=msgspec.json.decode(self.metadata) if self.metadata else {},
            moves=moves,
            resolved_by=tuple(each.id for each in self.resolutions),
            resolves=self.resolves,
            reversed_by=tuple(each.id for each in self.reversals),
            reverses=self.reverses,
            source=None if self.source == self.id else self.source,
            status=status_of(moves, lapsed=self.lapsed(now)),
            type=self.kind,
        )

    def _moves(self, book: Book) -> Iterator[EntryMove]:
        return (
            EntryMove(
                amount=move.amount,
                amount_pending=move.remaining or 0,
                amount_posted=posted,
                amount_reversed=gone,
                credit=account_name(book, move.credit),
                currency=move.currency,
                debit=account_name(book, move.debit),
                phase=_PHASES[move.phase],
            )
            for move, (posted, gone) in zip(self.moves, self._fates(), strict=True)
        )

    def _fates(self) -> Iterator[tuple[int, int]]:
        """Yield what is posted and what is reversed of each move."""
        posted, undone = iter(self.posted()), iter(self.reversed(PENDING))
        gone = iter(self.reversed(POSTED))
        for move in self.moves:
            if move.phase == POSTED:
                yield move.amount, next(gone)
            else:
                yield (next(posted), next(undone)) if move.phase == PENDING else (0, 0)


def status_of(moves: Sequence[EntryMove], *, lapsed: bool) -> EntryStatus:
    """Return where an entry stands, from what has become of its moves."""
    pending = [move for move in moves if move.phase == "pending"]
    if not pending:
        return "posted" if any(move.phase == "posted" for move in moves) else "released"
    posted = any(move.amount_posted for move in pending)
    if any(move.amount_pending for move in pending) and not lapsed:
        return "partially_posted" if posted else "pending"
    if all(move.amount_posted == move.amount for move in pending):
        return "posted"
    if posted:
        return "partially_posted"
    return "expired" if lapsed else "voided"


def _sums(rows: Iterable[Sequence[int]], width: int) -> list[int]:
    sums = [0] * width
    for amounts in rows:
        for at, amount in enumerate(amounts):
            sums[at] += amount
    return sums


async def load_rows(ctx: Context, names: Sequence[str]) -> dict[str, EntryRow]:
    """Return those that exist of several entries of the acting account, in one statement."""
    parameters: list[Any] = [ctx.book.id, list(names)]
    async with ctx.runtime.pool.connection() as conn:
        cursor = await conn.execute(QUERIES.several, parameters)
        rows = await cursor.fetchall()
    return {row[0]: _row(*row) for row in rows}


def _row(*values: Any) -> EntryRow:
    *plain, moves, resolutions, reversals = values
    return EntryRow(
        *plain,
        moves=msgspec.json.decode(moves, type=list[MoveRow]),
        resolutions=msgspec.json.decode(resolutions or "[]", type=list[Related]),
        reversals=msgspec.json.decode(reversals or "[]", type=list[Related]),
    )
