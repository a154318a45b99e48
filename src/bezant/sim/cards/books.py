"""The card network's own books: one SQLite file for all processes; a crash may lose nothing else.

The power may: it is a simulation, and waiting for a disk would cost more than all else it does.
"""

import sqlite3
import threading
from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bezant.sim.cards.schema import KEEP_WORDS, SCHEMA, WORDS_KEPT

Row = tuple[Any, ...]

_SET = """
INSERT INTO habit (name, value) VALUES (?, ?)
ON CONFLICT (name) DO UPDATE SET value = excluded.value
"""


class NetworkBooks:
    """A connection to the books, safe for several threads and several processes."""

    def __init__(self, path: Path) -> None:
        """Open the books, or begin them."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.RLock()
        self._db = sqlite3.connect(path, timeout=60, isolation_level=None, check_same_thread=False)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = OFF")
        self._db.executescript(SCHEMA)
        with self.transaction():
            if not self.rows(WORDS_KEPT):
                self.change(KEEP_WORDS)

    @contextmanager
    def transaction(self) -> Generator[None]:
        """All or nothing; one writer at a time, over threads and processes."""
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    def rows(self, sql: str, values: Sequence[object] = ()) -> list[Row]:
        """Return what a query finds."""
        with self._lock:
            return self._db.execute(sql, values).fetchall()

    def change(self, sql: str, values: Sequence[object] = ()) -> int:
        """Carry out one statement; returns the id of the row it added, if it added one."""
        with self._lock:
            return self._db.execute(sql, values).lastrowid or 0

    def change_many(self, sql: str, rows: Iterable[Sequence[object]]) -> None:
        """Carry out one statement for each row."""
        with self._lock:
            self._db.executemany(sql, rows)

    def habits(self) -> dict[str, str]:
        """Return what the network was asked to do otherwise than it would."""
        return {name: value for name, value in self.rows("SELECT name, value FROM habit") if value}

    def adopt(self, name: str, value: str) -> None:
        """Remember a habit; an empty value ends it."""
        self.change(_SET, (name, value))

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._db.close()
