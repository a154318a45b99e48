"""The simulated bank's own books: one SQLite file that knows nothing of the client's ledger.

A crash loses nothing of it. The power may lose what was last, but never the books as a whole: it
is a simulation, and waiting for a disk would cost more than all else it does.
"""

from collections.abc import Iterable
from datetime import date
from pathlib import Path

from msgspec.structs import astuple

from bezant.sim.kept import Kept, Row
from bezant.sim.schema import SCHEMA
from bezant.sim.statement import Line

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

_AT_WORK = """
SELECT scheme FROM ordered WHERE state IN ('queued', 'pending')
UNION
SELECT ordered.scheme FROM answer JOIN ordered ON ordered.id = answer.ordered
WHERE answer.sent_on IS NULL
"""


class Books(Kept):
    """A connection to the books, safe for several threads and several processes."""

    def __init__(self, path: Path, account: str, bank: str, currency: str, opening: int) -> None:
        """Open the books, or begin them with the account and its opening balance."""
        super().__init__(path, SCHEMA, synchronous="NORMAL")
        self.change("PRAGMA foreign_keys = ON")
        self.change(
            "INSERT INTO account (number, bank, currency, opening) SELECT ?, ?, ?, ?"
            " WHERE NOT EXISTS (SELECT 1 FROM account)",
            (account, bank, currency, opening),
        )
        kept = self.rows("SELECT number, bank, currency FROM account")
        assert kept == [(account, bank, currency)], f"these books are of another account: {kept}"

    def habit(self, name: str) -> str | None:
        """Return what somebody has asked the bank to do otherwise, if anything."""
        found = self.rows("SELECT value FROM habit WHERE name = ?", (name,))
        return found[0][0] if found else None

    def count(self, what: str) -> int:
        """Return how often this has been counted before; inside a database transaction."""
        before = int(self.habit(f"count:{what}") or 0)
        self.adopt(f"count:{what}", str(before + 1))
        return before

    def at_work(self) -> set[str]:
        """Return the schemes that have orders or answers which are not done with."""
        return {name for (name,) in self.rows(_AT_WORK)}

    def next_line(self) -> int:
        """Return the number that the next line gets; inside a database transaction."""
        return self.rows("SELECT coalesce(max(id), 0) + 1 FROM line")[0][0]

    def next_answer(self) -> int:
        """Return the number that the next answer gets; inside a database transaction."""
        return self.rows("SELECT coalesce(max(id), 0) + 1 FROM answer")[0][0]

    def balance(self) -> int:
        """Return what the client's account holds; below zero it is overdrawn."""
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

    def put_out(self, kind: str, name: str, content: bytes) -> None:
        """Leave a file for the courier, who comes after the database transaction."""
        sql = "INSERT INTO outgoing (kind, name, content) VALUES (?, ?, ?)"
        self.change(sql, (kind, name, content))

    def put_out_numbered(self, kind: str, day: date, suffix: str, content: bytes) -> None:
        """Leave a file under a name made of its kind, its day and a running number."""
        sql = "SELECT count(*) FROM outgoing WHERE kind = ?"
        number = self.rows(sql, (kind,))[0][0] + 1
        self.put_out(kind, f"{kind}-{day:%Y%m%d}-{number:06d}{suffix}", content)


def _as_lines(rows: list[Row]) -> list[Line]:
    return [Line(row[0], date.fromisoformat(row[1]), *row[2:]) for row in rows]
