"""The simulated bank's own books: one SQLite file that knows nothing of the client's ledger."""

import sqlite3
import threading
from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from msgspec.structs import astuple

from bezant.sim.courier import Kind
from bezant.sim.statement import Line

_SCHEMA = """
CREATE TABLE IF NOT EXISTS account (
    number TEXT PRIMARY KEY, routing TEXT NOT NULL, opening INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS delivery (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL, sha256 TEXT NOT NULL, verdict TEXT NOT NULL,
    at TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS file (
    id INTEGER PRIMARY KEY, sha256 TEXT NOT NULL UNIQUE, identity TEXT NOT NULL UNIQUE,
    origin TEXT NOT NULL, origin_name TEXT NOT NULL, destination_name TEXT NOT NULL,
    reference TEXT NOT NULL, entries INTEGER NOT NULL, debit INTEGER NOT NULL,
    credit INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS batch (
    id INTEGER PRIMARY KEY, file INTEGER NOT NULL REFERENCES file, company TEXT NOT NULL,
    company_id TEXT NOT NULL, sec TEXT NOT NULL, description TEXT NOT NULL, odfi TEXT NOT NULL,
    due_on TEXT NOT NULL, executed_on TEXT
) STRICT;
CREATE INDEX IF NOT EXISTS batch_open ON batch (due_on) WHERE executed_on IS NULL;
CREATE TABLE IF NOT EXISTS entry (
    id INTEGER PRIMARY KEY, batch INTEGER NOT NULL REFERENCES batch, code TEXT NOT NULL,
    is_credit INTEGER NOT NULL, routing TEXT NOT NULL, account TEXT NOT NULL,
    amount INTEGER NOT NULL CHECK (amount >= 0), identity TEXT NOT NULL, name TEXT NOT NULL,
    discretionary TEXT NOT NULL, trace TEXT NOT NULL, planned TEXT
) STRICT;
CREATE INDEX IF NOT EXISTS entry_of_batch ON entry (batch);
CREATE INDEX IF NOT EXISTS entry_by_trace ON entry (trace);
CREATE TABLE IF NOT EXISTS execution (
    entry INTEGER PRIMARY KEY REFERENCES entry, day TEXT NOT NULL, line INTEGER REFERENCES line
) STRICT;
CREATE TABLE IF NOT EXISTS returned (
    id INTEGER PRIMARY KEY, entry INTEGER NOT NULL UNIQUE REFERENCES execution,
    code TEXT NOT NULL, due_on TEXT NOT NULL, sent_on TEXT, line INTEGER REFERENCES line
) STRICT;
CREATE INDEX IF NOT EXISTS returned_open ON returned (due_on) WHERE sent_on IS NULL;
CREATE TABLE IF NOT EXISTS line (
    id INTEGER PRIMARY KEY, day TEXT NOT NULL, type_code TEXT NOT NULL,
    amount INTEGER NOT NULL CHECK (amount <> 0), items INTEGER NOT NULL,
    bank_reference TEXT NOT NULL UNIQUE, customer_reference TEXT NOT NULL, text TEXT NOT NULL,
    reason TEXT NOT NULL, statement INTEGER REFERENCES statement
) STRICT;
CREATE INDEX IF NOT EXISTS line_unreported ON line (id) WHERE statement IS NULL;
CREATE TABLE IF NOT EXISTS statement (
    id INTEGER PRIMARY KEY, day TEXT NOT NULL, opening INTEGER NOT NULL, closing INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS outgoing (
    id INTEGER PRIMARY KEY, kind TEXT NOT NULL, name TEXT NOT NULL, content BLOB NOT NULL,
    sent INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX IF NOT EXISTS outgoing_unsent ON outgoing (id) WHERE sent = 0;
"""

_ADD_LINE = """
INSERT INTO line (id, day, type_code, amount, items, bank_reference, customer_reference, text,
                  reason)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
"""

_UNREPORTED = """
SELECT id, day, type_code, amount, items, bank_reference, customer_reference, text, reason
FROM line WHERE statement IS NULL AND day <= ? ORDER BY id
"""

_LINES = """
SELECT id, day, type_code, amount, items, bank_reference, customer_reference, text, reason
FROM line ORDER BY id
"""

Row = tuple[Any, ...]


class Books:
    """A connection to the books, safe for several threads and several processes."""

    def __init__(self, path: Path, account: str, routing: str, opening: int) -> None:
        """Open the books, or begin them with the account and its opening balance in cents."""
        self._lock = threading.RLock()
        self._db = sqlite3.connect(path, timeout=60, isolation_level=None, check_same_thread=False)
        self._db.execute("PRAGMA foreign_keys = ON")
        self._db.executescript(_SCHEMA)
        self.change(
            "INSERT INTO account (number, routing, opening) SELECT ?, ?, ?"
            " WHERE NOT EXISTS (SELECT 1 FROM account)",
            (account, routing, opening),
        )
        kept = self.rows("SELECT number, routing FROM account")
        assert kept == [(account, routing)], f"these books are of another account: {kept}"

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

    def next_line(self) -> int:
        """Return the number that the next line gets; inside a database transaction."""
        return self.rows("SELECT coalesce(max(id), 0) + 1 FROM line")[0][0]

    def balance(self) -> int:
        """Return what the client's account holds, in cents; below zero it is overdrawn."""
        sql = "SELECT opening + (SELECT coalesce(sum(amount), 0) FROM line) FROM account"
        return self.rows(sql)[0][0]

    def last_statement(self) -> int:
        """Return the number of the last statement, 0 before the first."""
        return self.rows("SELECT coalesce(max(id), 0) FROM statement")[0][0]

    def last_closing(self) -> int:
        """Return the closing balance of the last statement, or the opening of the account."""
        closing = self.rows("SELECT closing FROM statement ORDER BY id DESC LIMIT 1")
        return (closing or self.rows("SELECT opening FROM account"))[0][0]

    def add_lines(self, lines: Iterable[Line]) -> None:
        """Book lines on the client's account."""
        self.change_many(
            _ADD_LINE,
            (
                (number, day.isoformat(), *rest)
                for number, day, *rest in (astuple(line) for line in lines)
            ),
        )

    def lines(self) -> list[Line]:
        """Return every line of the client's account, in the order of booking."""
        return _as_lines(self.rows(_LINES))

    def unreported(self, until: date) -> list[Line]:
        """Return the lines up to a day that no statement has shown."""
        return _as_lines(self.rows(_UNREPORTED, (until.isoformat(),)))

    def put_out(self, kind: Kind, name: str, content: bytes) -> None:
        """Leave a file for the courier, who comes after the database transaction."""
        sql = "INSERT INTO outgoing (kind, name, content) VALUES (?, ?, ?)"
        self.change(sql, (kind, name, content))

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._db.close()


def _as_lines(rows: list[Row]) -> list[Line]:
    return [Line(row[0], date.fromisoformat(row[1]), *row[2:]) for row in rows]
