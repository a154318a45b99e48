"""Idempotency rows, read: what a key was answered."""

from bezant.db.pool import Connection
from bezant.db.queries import load

QUERIES = load("bezant.store", "idempotency.sql")
KEPT_DAYS = 30


async def find(
    conn: Connection, book: int, key: str
) -> tuple[bytes, int, str, str, str | None] | None:
    """Return digest, status, body, request and itemised outcomes of a key, or None."""
    cursor = await conn.execute(QUERIES.answer, [book, key])
    return await cursor.fetchone()
