"""What workers look up across all books: movements that are due, in a file, or under a name."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from bezant.db.pool import Connection
from bezant.db.queries import load

QUERIES = load("bezant.movement", "movement.sql")


class Place(NamedTuple):
    """Where a movement is stored, and whose platform it is on."""

    book: int
    id: str
    platform: str


async def due(conn: Connection, now: datetime, limit: int) -> list[Place]:
    """Return scheduled movements whose time has come, oldest first."""
    cursor = await conn.execute(QUERIES.due, [now, limit])
    return [Place(*row) for row in await cursor.fetchall()]


async def in_file(conn: Connection, file: str, after: str, limit: int) -> list[Place]:
    """Return a page of the movements in a bank file, by id."""
    cursor = await conn.execute(QUERIES.in_file, [file, after, limit])
    return [Place(*row) for row in await cursor.fetchall()]


async def by_reference(conn: Connection, references: Sequence[str]) -> dict[str, Place]:
    """Return the newest movement under each reference (a trace, or what a payer writes)."""
    cursor = await conn.execute(QUERIES.by_reference, [list(references)])
    return {row[0]: Place(*row[1:]) for row in await cursor.fetchall()}
