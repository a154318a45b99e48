"""Whom the doctor looks at: one database, at one moment."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from bezant.db.pool import SyncConnection
from bezant.db.queries import load
from bezant.kernel.clock import Clock
from bezant.kernel.config import Config
from bezant.ledger.chart import house

QUERIES = load("bezant.cli.doctor", "doctor.sql")
HOUSES = [house(livemode).id for livemode in (False, True)]
"""The books whose objects are bank files and statements."""


@dataclass(frozen=True, slots=True)
class Patient:
    """An open database; `whence` says in words where it is.

    `now` is the platform's moment, which need not be the machine's, that of `clock`.
    """

    connection: SyncConnection
    config: Config
    clock: Clock
    now: datetime
    whence: str

    def at_platform_time(self) -> "Patient":
        """Return the same at the platform's moment, which the schema is needed to know."""
        frozen_at, micros = self.one(QUERIES.platform_clock)
        ahead = self.clock.now() + timedelta(microseconds=micros)
        return replace(self, now=frozen_at or ahead)

    def one(self, query: bytes, *values: object) -> tuple[Any, ...]:
        """Return the only row of a query."""
        row = self.connection.execute(query, values).fetchone()
        assert row is not None, "a sum always has a row"
        return row

    def rows(self, query: bytes, *values: object) -> list[tuple[Any, ...]]:
        """Return all rows of a query."""
        return self.connection.execute(query, values).fetchall()

    def before(self, **span: float) -> datetime:
        """Return the moment that was so long ago, in the words of `timedelta`."""
        return self.now - timedelta(**span)
