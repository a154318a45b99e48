"""Somebody with the superuser's rights, who changes single fields and can put them back."""

import random
from datetime import UTC, datetime, timedelta
from functools import partial

from bezant.db.errors import Error

TABLES = ("book", "account", "entry", "move", "hold", "daily", "seal")
ATTEMPTS = 500

SOME_TIME = datetime(2026, 3, 2, 12, tzinfo=UTC)
INSTEAD_OF_NULL = {
    "bigint": (0, -1, 1),
    "integer": (0, 1),
    "text": ("", "x", "req_1"),
    "timestamp with time zone": (SOME_TIME,),
}


class Vandal:
    """Strikes at random, but the same way for one seed."""

    def __init__(self, connection, seed):
        self.connection = connection
        self.random = random.Random(seed)
        self.columns = connection.execute(
            "select table_name, column_name, data_type from information_schema.columns "
            "where table_schema = 'public' and table_name = any(%s) order by 1, ordinal_position",
            [list(TABLES)],
        ).fetchall()

    def strike(self, table, column, kind):
        """Change one field; return what was done and how to undo it."""
        rows = self.connection.execute(
            f"select ctid::text, {column} from {table} order by 1"
        ).fetchall()
        filled = [row for row in rows if row[1] is not None]
        for _ in range(ATTEMPTS):
            place, old = self.random.choice(self.random.choice((rows, filled)))
            new = self._other(old, kind, self.random.choice(rows)[1])
            if new == old:
                continue
            try:
                moved = self._write(table, column, place, new)
            except Error:
                continue  # The schema's own constraints have refused it.
            told = f"{table}.{column}: {old!r} became {new!r}"
            return told, partial(self._write, table, column, moved, old)
        raise AssertionError(f"{table}.{column} takes no other value")

    def _write(self, table, column, place, value):
        row = self.connection.execute(
            f"update {table} set {column} = %s where ctid = %s::tid returning ctid::text",
            [value, place],
        ).fetchone()
        return row[0]

    def _other(self, old, kind, neighbour):
        """Another row's value, or one that looks like this one."""
        if neighbour != old and self.random.random() < 0.4:
            return neighbour
        if old is None:
            return self.random.choice(INSTEAD_OF_NULL[kind])
        return self.random.choice((*_near(old), None))


def _near(value):
    match value:
        case bool():
            return (not value,)
        case int():
            return (value + 1, value - 1, 0, -value, value * 2, value // 2)
        case str():
            return (f"{value}x", value[:-1], value.upper(), "")
        case bytes():
            return (value[:-1] + bytes([value[-1] ^ 1]), bytes(32), b"")
        case datetime():
            tick = timedelta(microseconds=1)
            return (value + tick, value - tick, value + timedelta(days=1), SOME_TIME)
        case _:
            return (value + timedelta(days=1), value - timedelta(days=30))
