"""Bank files: every file sent to a bank or received from one, kept with its bytes."""

from collections.abc import Mapping, Sequence
from typing import ClassVar, Literal, NamedTuple

import msgspec

from bezant.api.context import Context, created_of
from bezant.api.resource import Resource
from bezant.db.pool import Connection
from bezant.db.queries import load
from bezant.ledger.book import Book
from bezant.movement.banks import Lane, lane_name
from bezant.movement.profile import BankProfile

QUERIES = load("bezant.movement", "bank_file.sql")


class Rejected(NamedTuple):
    """What a bank has refused of a file's batch in one direction, in minor units."""

    file: str
    batch: str | None
    direction: str
    amount: int


class BankFile(Resource, tag="bank_file"):
    """A file and what became of it; amounts are in minor units.

    Sent: `prepared` (its content and its movements are fixed), `unknown` (nobody can say whether
    the bank has it), `asked` (a message, which is never sent again, but asked after),
    `delivered`, `confirmed` (every movement knows), `rejected`. Received:
    `received`, `read`, `refused` with `problems`. `reference` is what the bank's statement calls
    a sent file, the SHA-256 of a received one. `credits_line` and `debits_line` are the lines of
    a statement that show what a sent file paid and collected, if they show it as one; of a file
    of several `batches` each may be shown by itself.
    """

    filters: ClassVar[Mapping[str, str]] = {
        "status": "status",
        "reference": "reference",
        "sha256": "source",
        "lane": "group",
        "direction": "type",
    }

    id: str
    bank: str
    created: int
    credits: int
    currency: str | None
    debits: int
    direction: Literal["sent", "received"]
    entries: int
    format: str | None
    livemode: bool
    name: str
    problems: tuple[str, ...]
    rail: str | None
    reference: str
    sha256: str
    size: int
    status: Literal[
        "prepared",
        "unknown",
        "asked",
        "delivered",
        "confirmed",
        "rejected",
        "received",
        "read",
        "refused",
    ]
    batches: int = 1
    copies: int = 1
    credits_line: str | None = None
    debits_line: str | None = None
    warnings: tuple[str, ...] = ()

    @property
    def lane(self) -> str | None:
        """The rail at the bank that it went over."""
        return None if self.rail is None else lane_name(self.bank, self.rail)


class FileBatch(Resource, tag="bank_file.batch"):
    """A batch of a sent file that holds several; amounts are in minor units.

    `name` is what the bank's statement calls it: the batch's own name, where the format has one,
    or the file's reference. The lines are those of a statement that show it.
    """

    filters: ClassVar[Mapping[str, str]] = {"file": "parent"}

    id: str
    created: int
    credits: int
    currency: str | None
    debits: int
    effective_date: str
    entries: int
    file: str
    livemode: bool
    name: str
    number: int
    credits_line: str | None = None
    debits_line: str | None = None


class BankCounter(Resource, tag="bank_counter"):
    """The next numbers, taken in the same database transaction as their use.

    Files are counted by bank. Traces are counted by originator, for whoever takes files for two
    accounts of one originator must never see a trace twice.
    """

    id: str
    created: int
    livemode: bool
    next_trace: int
    next_file: int


async def counter(ctx: Context, bank: BankProfile) -> BankCounter:
    """Return a bank's counter, a new one on first use."""
    return await _counter(ctx, bank.name, 1)


async def traces(ctx: Context, lane: Lane) -> BankCounter:
    """Return the counter of a lane's traces, which all share whose first trace is the same."""
    name = f"traces:{lane.rail.trace(lane.access.originator, 1)}"
    before = await ctx.find(BankCounter, lane.bank.name, book=ctx.house)  # It counted traces, once.
    return await _counter(ctx, name, before.next_trace if before else 1)


async def _counter(ctx: Context, name: str, first_trace: int) -> BankCounter:
    found = await ctx.find(BankCounter, name, book=ctx.house)
    if found is not None:
        return found
    made = created_of(ctx.new_id("bc", ctx.house))
    new = BankCounter(
        id=name, created=made, livemode=ctx.livemode, next_trace=first_trace, next_file=1
    )
    return ctx.create(new, book=ctx.house)


async def lanes_at_work(conn: Connection) -> set[str]:
    """Return the lanes of which a file is on its way to the bank."""
    cursor = await conn.execute(QUERIES.lanes_at_work)
    return {row[0] for row in await cursor.fetchall()}


async def sent_by_reference(
    conn: Connection, book: Book, references: Sequence[str], bank: str
) -> dict[str, BankFile]:
    """Return the newest file that was sent to a bank under each reference."""
    cursor = await conn.execute(QUERIES.sent_by_reference, [book.id, list(references), bank])
    files = [msgspec.json.decode(row[0], type=BankFile) for row in await cursor.fetchall()]
    return {file.reference: file for file in files}


async def batches_of(conn: Connection, book: Book, files: Sequence[str]) -> list[FileBatch]:
    """Return the batches of those files that have several, in their order."""
    cursor = await conn.execute(QUERIES.batches_of, [book.id, list(files)])
    return [msgspec.json.decode(row[0], type=FileBatch) for row in await cursor.fetchall()]


async def rejected_of(conn: Connection, files: Sequence[str]) -> list[Rejected]:
    """Return what banks have refused to carry out of some files."""
    cursor = await conn.execute(QUERIES.rejected_of, [list(files)])
    return [Rejected(*row) for row in await cursor.fetchall()]


async def pending_handover(conn: Connection, book: Book, lane: str) -> list[str]:
    """Return files of a lane whose hand-over or confirmation is not finished, oldest first."""
    cursor = await conn.execute(QUERIES.unfinished, [book.id, lane])
    return [row[0] for row in await cursor.fetchall()]
