"""What the other side keeps: one SQLite file for all threads and processes, and its habits."""

import sqlite3
import threading
from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

_SET = """
INSERT INTO habit (name, value) VALUES (?, ?)
ON CONFLICT (name) DO UPDATE SET value = excluded.value
"""

Row = tuple[Any, ...]


class Kept:
    """A connection to such a file, safe for several threads and several processes.

    A habit is what somebody has asked the other side to do otherwise than it would.
    """

    def __init__(self, path: Path, schema: str, synchronous: Literal["NORMAL", "OFF"]) -> None:
        """Open the file, or begin it; `synchronous` is how much of it a power cut may cost."""
        self._lock = threading.RLock()
        self._db = sqlite3.connect(path, timeout=60, isolation_level=None, check_same_thread=False)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute(f"PRAGMA synchronous = {synchronous}")
        self._db.executescript(f"BEGIN IMMEDIATE; {schema} COMMIT;")

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

    def adopt(self, name: str, value: str) -> None:
        """Remember a habit; an empty value ends it."""
        self.change(_SET, (name, value))

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._db.close()
