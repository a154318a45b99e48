"""Bank files: every file sent to a bank or received from one, kept with its bytes."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Literal

import msgspec

from bezant.api.context import Context, created_of
from bezant.api.resource import Resource
from bezant.db.pool import Connection
from bezant.db.queries import load
from bezant.ledger.book import Book
from bezant.movement.banks import lane_name
from bezant.movement.profile import BankProfile

QUERIES = load("bezant.movement", "bank_file.sql")


class BankFile(Resource, tag="bank_file"):
    """A file and what became of it; amounts are in minor units.

    Sent: `prepared` (its content and its movements are fixed), `unknown` (nobody can say whether
    the bank has it), `asked` (a message, which is never sent again, but asked after),
    `delivered`, `confirmed` (every movement knows), `rejected`. Received:
    `received`, `read`, `refused` with `problems`. `reference` is what the bank's statement calls
    a sent file, the SHA-256 of a received one.
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
    copies: int = 1
    warnings: tuple[str, ...] = ()

    @property
    def lane(self) -> str | None:
        """The rail at the bank that it went over."""
        return None if self.rail is None else lane_name(self.bank, self.rail)


class BankCounter(Resource, tag="bank_counter"):
    """The next numbers at one bank, taken in the same database transaction as their use."""

    id: str
    created: int
    livemode: bool
    next_trace: int
    next_file: int


async def counter(ctx: Context, bank: BankProfile) -> BankCounter:
    """Return a bank's counter, a new one on first use."""
    found = await ctx.find(BankCounter, bank.name, book=ctx.house)
    if found is not None:
        return found
    made = created_of(ctx.new_id("bc", ctx.house))
    first = BankCounter(
        id=bank.name, created=made, livemode=ctx.livemode, next_trace=1, next_file=1
    )
    return ctx.create(first, book=ctx.house)


async def content(conn: Connection, book: Book, file: str) -> bytes:
    """Return a bank file's bytes."""
    cursor = await conn.execute(QUERIES.content, [book.id, file])
    row: tuple[Any, ...] | None = await cursor.fetchone()
    assert row is not None, f"{file} has its content"
    return row[0]


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


async def pending_handover(conn: Connection, book: Book, lane: str) -> list[str]:
    """Return files of a lane whose hand-over or confirmation is not finished, oldest first."""
    cursor = await conn.execute(QUERIES.unfinished, [book.id, lane])
    return [row[0] for row in await cursor.fetchall()]
