"""Connections: a pool for the server, single ones for the command line and for migrations.

All of them commit each statement by itself unless told otherwise (`connection.transaction()`),
answer in plain tuples of binary values, keep statements prepared, live in UTC, and raise
ConnectionLost for every way in which a server can go away.
"""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Self, TypeVar

import psycopg
import psycopg_pool
from psycopg.abc import PQGen
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.pq import Format
from psycopg.rows import AsyncRowFactory, RowFactory, TupleRow

from bezant.db.errors import ConnectionLost, lost
from bezant.kernel.errors import ConfigError

Result = TypeVar("Result")

_CONNECT_TIMEOUT_S = 10
_INTERVAL_S = 0.1
"""How often a waiting connection looks for interrupts; the driver's own figure."""
_PREPARED_AFTER = 1
"""A statement that runs a second time on one connection is prepared there."""


class Cursor(psycopg.AsyncCursor[TupleRow]):
    """A cursor that asks for binary values, which are faster to read than text."""

    def __init__(
        self,
        connection: psycopg.AsyncConnection[TupleRow],
        *,
        row_factory: AsyncRowFactory[TupleRow],
    ) -> None:
        """Ask for binary values from the start."""
        super().__init__(connection, row_factory=row_factory)
        self.format = Format.BINARY


class _NumberedCursor(psycopg.AsyncRawCursor[TupleRow]):
    """The same for statements with `$1`, `$2`, in whose text there is nothing to be found."""

    def __init__(self, connection: psycopg.AsyncConnection[TupleRow], **kwargs: object) -> None:
        """Ask for binary values from the start."""
        super().__init__(connection)
        self.format = Format.BINARY


class SyncCursor(psycopg.Cursor[TupleRow]):
    """The same outside an event loop."""

    def __init__(
        self, connection: psycopg.Connection[TupleRow], *, row_factory: RowFactory[TupleRow]
    ) -> None:
        """Ask for binary values from the start."""
        super().__init__(connection, row_factory=row_factory)
        self.format = Format.BINARY


class Connection(psycopg.AsyncConnection[TupleRow]):
    """A connection that tells a lost server from a refused statement."""

    async def wait(
        self, gen: PQGen[Result], interval: float = _INTERVAL_S, timeout: float | None = None
    ) -> Result:
        """Run the driver's exchange with the server; every statement passes through here."""
        try:
            return await super().wait(gen, interval, timeout)
        except psycopg.Error as error:
            if gone := lost(error, closed=self.closed):
                raise gone from error
            raise

    async def call(self, numbered: bytes, parameters: Sequence[str]) -> list[TupleRow]:
        """Run a prepared statement with `$1`, `$2` and return its rows.

        With dozens of parameters, looking for `%s` each time takes longer than all the rest.
        """
        async with _NumberedCursor(self) as cursor:
            await cursor.execute(numbered, parameters, prepare=True)
            return await cursor.fetchall()

    async def copy_out(
        self, copy: bytes, values: Mapping[str, object]
    ) -> AsyncGenerator[bytes | bytearray | memoryview]:
        """Yield what a COPY … TO STDOUT writes, as it comes, for as long as it takes."""
        async with self.transaction(), self.cursor() as cursor:
            await cursor.execute(b"set local statement_timeout = 0")
            async with cursor.copy(copy, values) as rows:
                async for block in rows:
                    yield block

    def _check_connection_ok(self) -> None:
        try:
            super()._check_connection_ok()
        except psycopg.Error as error:
            if gone := lost(error, closed=self.closed):
                raise gone from error
            raise


class SyncConnection(psycopg.Connection[TupleRow]):
    """The same outside an event loop."""

    def wait(
        self, gen: PQGen[Result], interval: float = _INTERVAL_S, timeout: float | None = None
    ) -> Result:
        """Run the driver's exchange with the server; every statement passes through here."""
        try:
            return super().wait(gen, interval, timeout)
        except psycopg.Error as error:
            if gone := lost(error, closed=self.closed):
                raise gone from error
            raise

    def _check_connection_ok(self) -> None:
        try:
            super()._check_connection_ok()
        except psycopg.Error as error:
            if gone := lost(error, closed=self.closed):
                raise gone from error
            raise


class Pool:
    """Connections shared by the tasks of one event loop.

    async with Pool(url, role="bezant_app") as pool:
        async with pool.connection() as connection:
            await connection.execute(...)
    """

    def __init__(
        self,
        url: str,
        *,
        size: int = 10,
        role: str | None = None,
        application: str = "bezant",
        statement_timeout_ms: int = 30_000,
        timeout: float = 10,
    ) -> None:
        """Hold up to `size` sessions; a caller waits `timeout` seconds for one at most."""
        self._pool = psycopg_pool.AsyncConnectionPool(
            conninfo(
                url,
                role=role,
                application=application,
                statement_timeout_ms=statement_timeout_ms,
            ),
            connection_class=Connection,
            kwargs={
                "autocommit": True,
                "prepare_threshold": _PREPARED_AFTER,
                "cursor_factory": Cursor,
            },
            min_size=min(2, size),
            max_size=size,
            timeout=timeout,
            open=False,
            name=application,
        )

    async def open(self) -> None:
        """Connect. Raises ConnectionLost when the server cannot be reached in time."""
        try:
            await self._pool.open(wait=True, timeout=self._pool.timeout)
        except psycopg_pool.PoolTimeout as error:
            await self._pool.close()
            raise ConnectionLost(f"the database cannot be reached: {error}") from error

    async def close(self) -> None:
        """Disconnect; who holds a connection may finish with it."""
        await self._pool.close()

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    @asynccontextmanager
    async def connection(self) -> AsyncGenerator[Connection]:
        """Lend a connection; what it left open is rolled back when it returns.

        Raises ConnectionLost when the server is away or none becomes free in time. When one is
        found broken the others are looked at too, for a server seldom drops only one.
        """
        try:
            async with self._pool.connection() as connection:
                yield connection
        except ConnectionLost:
            await self._pool.check()
            raise
        except (psycopg_pool.PoolTimeout, psycopg_pool.PoolClosed) as error:
            raise ConnectionLost(f"no database connection: {error}") from error


async def connect(
    url: str,
    *,
    role: str | None = None,
    application: str = "bezant",
    statement_timeout_ms: int = 0,
) -> Connection:
    """Open one connection. Raises ConnectionLost when the server cannot be reached."""
    info = conninfo(
        url, role=role, application=application, statement_timeout_ms=statement_timeout_ms
    )
    try:
        return await Connection.connect(
            info,
            autocommit=True,
            prepare_threshold=_PREPARED_AFTER,
            cursor_factory=Cursor,
        )
    except psycopg.Error as error:
        if gone := lost(error, closed=True):
            raise gone from error
        raise


def connect_sync(
    url: str,
    *,
    role: str | None = None,
    application: str = "bezant",
    statement_timeout_ms: int = 0,
) -> SyncConnection:
    """Open one connection outside an event loop, with the same rules."""
    info = conninfo(
        url, role=role, application=application, statement_timeout_ms=statement_timeout_ms
    )
    try:
        return SyncConnection.connect(
            info,
            autocommit=True,
            prepare_threshold=_PREPARED_AFTER,
            cursor_factory=SyncCursor,
        )
    except psycopg.Error as error:
        if gone := lost(error, closed=True):
            raise gone from error
        raise


def conninfo(
    url: str,
    *,
    role: str | None = None,
    application: str = "bezant",
    statement_timeout_ms: int = 0,
    database: str | None = None,
) -> str:
    """Return a libpq connection string with what every session of ours has.

    Each session takes on the privileges of `role` and no others; a statement timeout of 0 is
    none; `database` replaces the one in `url`. Raises ConfigError for a malformed `url`.
    """
    try:
        given = conninfo_to_dict(url)
    except psycopg.ProgrammingError:
        # The driver's own words quote the address, in which there may be a password.
        raise ConfigError("the database's address is neither a URL nor key=value pairs") from None
    options = [str(given["options"])] if given.get("options") else []
    options += ["-c timezone=UTC", f"-c statement_timeout={statement_timeout_ms}"]
    if role is not None:
        options.append(f"-c role={role}")
    given |= {"application_name": application, "options": " ".join(options)}
    if database is not None:
        given["dbname"] = database
    return make_conninfo("", **{"connect_timeout": _CONNECT_TIMEOUT_S, **given})


def in_database(url: str, name: str) -> str:
    """Return the address of another database on the same server."""
    return make_conninfo(url, dbname=name)
