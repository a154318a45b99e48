"""Contents: the bytes of bank files, kept and read in pieces, so that no file stands in memory.

A file of one piece is kept under the file's id, in one database transaction with it. The pieces of
a larger one are kept before it, under its id and their number.
"""

import hashlib
from collections.abc import AsyncIterator, Iterable
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, NamedTuple, cast

from bezant.api.context import Context
from bezant.db.pool import Connection, Pool
from bezant.kernel.errors import FileRefused, Problem
from bezant.ledger.book import Book
from bezant.movement.bank_file import QUERIES

PIECE = 1 << 20
"""Bytes of a file that are in memory at once."""

MOST_AT_ONCE = 1 << 26
"""Bytes of a file whose reader wants it whole; what is larger comes in a form that streams."""

_AFTER_NUMBERS = "/"
"""Sorts after the dot between a file's id and a piece's number."""


class Measured(NamedTuple):
    """How large some content is, and its SHA-256 in hex."""

    size: int
    sha256: str


class _Spool(SpooledTemporaryFile[bytes]):
    """A file in memory that goes to disk when it grows; whoever asked for it closes it."""


def spooled(pieces: Iterable[bytes] = ()) -> BinaryIO:
    """Return pieces as a file that is read from its beginning; a large one is on disk."""
    # Typeshed calls it a file of bytes only in part.
    spool = cast("BinaryIO", _Spool(PIECE))
    try:
        for piece in pieces:  # Written together, all of them would be in memory first.
            spool.write(piece)
    except BaseException:
        spool.close()
        raise
    spool.seek(0)
    return spool


def measured(source: BinaryIO) -> Measured:
    """Go through content once, and return to its beginning."""
    digest, size = hashlib.sha256(), 0
    source.seek(0)
    while piece := source.read(PIECE):
        digest.update(piece)
        size += len(piece)
    source.seek(0)
    return Measured(size, digest.hexdigest())


def whole(source: BinaryIO) -> bytes:
    """Return content at once; raises FileRefused for what is larger than such content may be."""
    source.seek(0)
    data = source.read(MOST_AT_ONCE + 1)
    if len(data) > MOST_AT_ONCE:
        reason = f"a file of more than {MOST_AT_ONCE >> 20} MiB in a form that is read at once"
        raise FileRefused([Problem(None, None, reason)])
    return data


async def keep(ctx: Context, name: str, source: BinaryIO, size: int) -> None:
    """Keep a file's content, a small one with the context's other changes."""
    source.seek(0)
    if size <= PIECE:
        ctx.keep(name, source.read(PIECE), ctx.house)
        return
    number = 0
    while piece := source.read(PIECE):
        keeper = ctx.fresh()
        keeper.keep(f"{name}.{number:06}", piece, ctx.house)
        await keeper.write()
        number += 1


async def pieces_of(pool: Pool, book: Book, name: str) -> AsyncIterator[bytes]:
    """Yield the content of a file, a piece at a time."""
    after, last = name, f"{name}{_AFTER_NUMBERS}"
    while True:
        async with pool.connection() as conn:
            row = await (await conn.execute(QUERIES.next_piece, [book.id, after, last])).fetchone()
        if row is None:
            return
        yield row[1]
        after = f"{row[0]}."  # The next id after this one.


async def opened(pool: Pool, book: Book, name: str) -> BinaryIO:
    """Return the content of a file as a file that is read from its beginning; close it."""
    spool = spooled()
    async for piece in pieces_of(pool, book, name):
        spool.write(piece)
    spool.seek(0)
    return spool


async def content(conn: Connection, book: Book, name: str) -> bytes:
    """Return a file's content at once: for what is known to be small."""
    cursor = await conn.execute(QUERIES.content, [book.id, name, f"{name}{_AFTER_NUMBERS}"])
    pieces = [row[0] for row in await cursor.fetchall()]
    assert pieces, f"{name} has its content"
    return b"".join(pieces)
