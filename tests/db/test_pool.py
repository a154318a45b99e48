"""Connections: what every session is like, and how a lost server is told from a refusal."""

import asyncio
import os
import signal
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest

from bezant.db.embedded import EmbeddedServer
from bezant.db.errors import (
    CheckViolation,
    ConnectionLost,
    Deadlock,
    Error,
    InsufficientPrivilege,
    LockTimeout,
    NotNullViolation,
    RaisedBySql,
    SerializationFailure,
    StatementTimeout,
    UniqueViolation,
)
from bezant.db.pool import Pool, connect, connect_sync, conninfo, in_database
from bezant.kernel.errors import ConfigError, DatabaseError
from tests.db.processes import wait_for_end, wait_until


async def value(connection, sql, *parameters):
    row = await (await connection.execute(sql, parameters)).fetchone()
    return row[0]


async def each(url, work):
    """Run the same work on a connection of a pool and on one of its own."""
    async with Pool(url, size=1) as pool, pool.connection() as connection:
        await work(connection)
    async with await connect(url) as connection:
        await work(connection)


def test_sessions_are_alike(database):
    async def work(connection):
        assert connection.autocommit
        assert await value(connection, "select current_setting('timezone')") == "UTC"
        assert await value(connection, "select current_setting('application_name')") == "bezant"
        moment = await value(connection, "select '2026-03-29 01:30:00.123456+02'::timestamptz")
        assert moment == datetime(2026, 3, 28, 23, 30, 0, 123456, UTC)
        assert moment.utcoffset() == timedelta(0)

    asyncio.run(each(database, work))
    with connect_sync(database) as connection:
        assert connection.autocommit
        assert connection.execute("select current_setting('timezone')").fetchone() == ("UTC",)


def test_values_come_in_binary_and_rows_as_tuples(database):
    async def work(connection):
        cursor = await connection.execute(
            "select %s::bigint, %s::text, %s::boolean, %s::bytea, %s::bigint[]",
            [2**63 - 1, "ä", True, b"\0\xff", [1, None, -2]],
        )
        assert cursor.description[0].name == "int8"
        assert cursor.pgresult.fformat(0) == 1
        assert await cursor.fetchall() == [(2**63 - 1, "ä", True, b"\0\xff", [1, None, -2])]

    asyncio.run(each(database, work))


def test_statements_are_kept_prepared(database):
    async def work(connection):
        for number in range(3):
            assert await value(connection, "select %s::int + 1", number) == number + 1
        kept = "select count(*) from pg_prepared_statements where statement like '%%int + 1'"
        assert await value(connection, kept) == 1

    asyncio.run(each(database, work))


def test_a_role_is_all_that_a_session_has(database):
    """Not even a session that forgets its settings comes back with more."""

    async def work():
        async with Pool(database, role="bezant_app", size=1) as pool:
            for again in ("select 1", "reset role", "discard all"):
                async with pool.connection() as connection:
                    await connection.execute(again.encode())
                    assert await value(connection, "select current_user::text") == "bezant_app"
                    with pytest.raises(InsufficientPrivilege):
                        await connection.execute("delete from move")

    asyncio.run(work())


def test_a_statement_may_take_only_so_long(database):
    async def work():
        impatient = Pool(database, size=1, statement_timeout_ms=50)
        async with impatient as pool, pool.connection() as connection:
            with pytest.raises(StatementTimeout):
                await connection.execute("select pg_sleep(30)")
            assert await value(connection, "select 1") == 1

    asyncio.run(work())


def test_what_is_left_open_is_rolled_back(database):
    async def interrupted(pool):
        async with pool.connection() as connection, connection.transaction():
            await connection.execute("create table gone ()")
            raise ZeroDivisionError

    async def work():
        async with Pool(database, size=1) as pool:
            with pytest.raises(ZeroDivisionError):
                await interrupted(pool)
            async with pool.connection() as connection:
                assert await value(connection, "select to_regclass('gone') is null")

    asyncio.run(work())


@pytest.mark.parametrize(
    ("sql", "refusal"),
    [
        ("insert into t values (1, 1)", UniqueViolation),
        ("insert into t values (2, -1)", CheckViolation),
        ("insert into t values (2, null)", NotNullViolation),
        ("do $$ begin raise exception 'no'; end $$", RaisedBySql),
        ("select 1 / 0", Error),
    ],
)
def test_a_refused_statement_is_named_and_costs_no_connection(empty_database, sql, refusal):
    with connect_sync(empty_database) as connection:
        connection.execute(b"create table t (id int primary key, n int not null check (n > 0))")
        connection.execute(b"insert into t values (1, 1)")
        with pytest.raises(refusal) as told:
            connection.execute(sql.encode())
        assert not isinstance(told.value, ConnectionLost)
        assert connection.execute(b"select 1").fetchone() == (1,)


def test_conflicts_have_their_names(empty_database):
    """The real ones: a stale snapshot, two sessions that wait for each other, an impatient one."""

    async def work():
        one, two = await connect(empty_database), await connect(empty_database)
        async with one, two:
            await one.execute("create table t (id int primary key, n int)")
            await one.execute("insert into t values (1, 0), (2, 0)")
            await one.execute("begin isolation level repeatable read")
            await one.execute("select * from t")
            await two.execute("update t set n = 1")
            with pytest.raises(SerializationFailure):
                await one.execute("update t set n = 2")
            await one.execute("rollback")

            for connection, id in ((one, 1), (two, 2)):
                await connection.execute("begin")
                await connection.execute("update t set n = 3 where id = %s", [id])
            update = "update t set n = 4 where id = %s"
            told = await asyncio.gather(
                one.execute(update, [2]), two.execute(update, [1]), return_exceptions=True
            )
            assert sum(isinstance(one, Deadlock) for one in told) == 1
            await one.execute("rollback")
            await two.execute("rollback")

            await one.execute("begin")
            await one.execute("lock t")
            await two.execute("set lock_timeout = '20ms'")
            with pytest.raises(LockTimeout):
                await two.execute("select * from t")

    asyncio.run(work())


def test_a_connection_ended_by_the_server_is_lost(database):
    async def work():
        async with await connect(database) as other:
            broken = await connect(database)
            pid = broken.info.backend_pid
            end = "select pg_terminate_backend(%s) from pg_sleep(0.1)"
            with pytest.raises(ConnectionLost):
                await asyncio.gather(
                    broken.execute("select pg_sleep(60)"), other.execute(end, [pid])
                )
            assert broken.closed
            for _ in range(2):
                with pytest.raises(ConnectionLost):
                    await broken.execute("select 1")
            await broken.close()

    asyncio.run(work())


def test_a_pipeline_that_stops_at_a_refusal_is_no_lost_connection(database):
    async def both(connection):
        async with connection.pipeline():
            refused = await connection.execute("select 1 / 0")
            skipped = await connection.execute("select 1")
            with pytest.raises(Error) as told:
                await refused.fetchall()
            assert not isinstance(told.value, ConnectionLost)
            await skipped.fetchall()

    async def work():
        async with await connect(database) as connection:
            with pytest.raises(Error) as told:
                await both(connection)
            assert not isinstance(told.value, ConnectionLost)
            assert await value(connection, "select 1") == 1

    asyncio.run(work())


def test_rows_may_be_copied_in_and_out(empty_database):
    async def work():
        async with await connect(empty_database) as connection:
            await connection.execute("create table t (n bigint, s text)")
            cursor = connection.cursor()
            async with cursor.copy("copy t from stdin") as copy:
                for row in ((1, "a\tb"), (2, None)):
                    await copy.write_row(row)
            async with cursor.copy("copy t to stdout (format binary)") as copy:
                copy.set_types(["int8", "text"])
                assert [row async for row in copy.rows()] == [(1, "a\tb"), (2, None)]

    asyncio.run(work())


def test_a_lost_connection_is_an_error_of_ours_and_of_the_driver():
    assert issubclass(ConnectionLost, DatabaseError)
    assert issubclass(ConnectionLost, Error)


def test_a_pool_outlives_its_server(tmp_path):
    """One lost connection is told once; by then the pool has looked at the others."""

    async def lost_then_found(pool, server):
        async with pool.connection() as one, pool.connection() as two:
            await one.execute("create table if not exists t ()")
            backends = one.info.backend_pid, two.info.backend_pid
        os.kill(server.pid, signal.SIGKILL)
        wait_for_end(*backends)
        with pytest.raises(ConnectionLost):
            async with pool.connection() as connection:
                await connection.execute("select 1")
        for _ in range(6_000):
            with suppress(ConnectionLost):
                async with pool.connection() as connection:
                    return await value(connection, "select to_regclass('t') is not null")
            await asyncio.sleep(0.01)
        return False

    async def work():
        with EmbeddedServer.start(tmp_path / "data") as server:
            async with Pool(server.url, size=3) as pool:
                assert await lost_then_found(pool, server)
                assert await lost_then_found(pool, server)

    asyncio.run(work())


def test_no_server_is_a_lost_connection(tmp_path):
    address = f"host={tmp_path} dbname=bezant"

    async def work():
        with pytest.raises(ConnectionLost):
            await connect(address)
        with pytest.raises(ConnectionLost):
            await Pool(address, timeout=0.2).open()

    asyncio.run(work())
    with pytest.raises(ConnectionLost):
        connect_sync(address)


def test_an_exhausted_pool_says_so(database):
    async def work():
        async with Pool(database, size=1, timeout=0.05) as pool, pool.connection():
            with pytest.raises(ConnectionLost, match="no database connection"):
                async with pool.connection():
                    pass
        with pytest.raises(ConnectionLost):
            async with pool.connection():
                pass

    asyncio.run(work())


def test_an_address_that_cannot_be_read_keeps_its_password():
    with pytest.raises(ConfigError) as told:
        conninfo("postgres//bezant:hunter2@db/bezant")
    assert "hunter2" not in repr(told.value)
    assert told.value.__suppress_context__


def test_an_address_keeps_what_it_says():
    url = "postgresql://me@db/money?options=-c%20geqo%3Doff&connect_timeout=3"
    told = conninfo(url, role="bezant_app", application="relay", statement_timeout_ms=5)
    assert "host=db" in told
    assert "connect_timeout=3" in told
    assert "-c geqo=off" in told
    assert "-c role=bezant_app" in told
    assert "application_name=relay" in told
    assert "dbname=other" in in_database(url, "other")


def test_a_timeout_of_the_driver_is_no_lost_connection(database):
    """Waiting for notifications ends quietly after its time."""

    async def work():
        async with await connect(database) as connection:
            assert [note async for note in connection.notifies(timeout=0.05)] == []
            assert await value(connection, "select 1") == 1

    asyncio.run(work())
    with connect_sync(database) as connection:
        assert list(connection.notifies(timeout=0.05)) == []


def test_a_killed_backend_frees_its_locks(database):
    with connect_sync(database) as one, connect_sync(database) as two:
        one.execute(b"begin")
        one.execute(b"lock book")
        two.execute("select pg_terminate_backend(%s)", [one.info.backend_pid])
        wait_until(lambda: two.execute(b"select count(*) from book").fetchone() == (0,), "the lock")
        with pytest.raises(ConnectionLost):
            one.execute(b"commit")
