"""Reading for a verification: its queries, and their rows in bounded memory."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bezant.db.pool import SyncConnection
from bezant.db.queries import load

QUERIES = load("bezant.ledger", "verify.sql")
SNAPSHOT = b"begin isolation level repeatable read, read only"
_ROWS = 5_000


def stream(
    connection: SyncConnection, query: bytes, values: Sequence[object] | Mapping[str, object] = ()
) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of a query, a few thousand at a time from the server."""
    with connection.cursor("verify") as cursor:
        cursor.itersize = _ROWS
        cursor.execute(query, values, binary=True)
        yield from cursor
