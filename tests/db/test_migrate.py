"""Migrations: applied once, in order, by one at a time, without standing in traffic's way."""

import hashlib
import threading
from datetime import UTC, datetime

import pytest

from bezant.db import migrate
from bezant.db.errors import InsufficientPrivilege
from bezant.db.pool import connect_sync
from bezant.kernel.clock import VirtualClock
from bezant.kernel.errors import MigrationError

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


@pytest.fixture
def connection(empty_database):
    with connect_sync(empty_database) as connection:
        yield connection


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "migrations"
    folder.mkdir()
    return folder


def write(folder, **files):
    """Write migrations: `n0001_name_pre="sql"`."""
    for name, sql in files.items():
        stem, _, phase = name.removeprefix("n").rpartition("_")
        (folder / f"{stem}.{phase}.sql").write_text(sql)


def apply(connection, folder, phase=None):
    steps = migrate.apply(connection, phase, folder=folder, clock=VirtualClock(NOON))
    return [step.number for step in steps]


def planned(connection, folder):
    return [step.file for step in migrate.plan(connection, folder)]


def exists(connection, table):
    return connection.execute("select to_regclass(%s) is not null", [table]).fetchone()[0]


def test_files_are_applied_once_in_order(connection, folder):
    write(folder, n0002_second_pre="insert into a values (1); insert into a values (2);")
    write(folder, n0001_first_pre="create table a (n int);")
    assert planned(connection, folder) == ["0001_first.pre.sql", "0002_second.pre.sql"]
    assert not exists(connection, "schema_migration")
    assert apply(connection, folder) == [1, 2]
    assert apply(connection, folder) == planned(connection, folder) == []
    write(folder, n0003_third_post="drop table a;")
    assert apply(connection, folder) == [3]
    rows = connection.execute(b"select * from schema_migration order by number").fetchall()
    digest = hashlib.sha256(b"drop table a;").hexdigest()
    assert rows[2] == (3, "third", "post", digest, NOON)


def test_a_failing_file_changes_nothing_and_those_before_stay(connection, folder):
    write(folder, n0001_good_pre="create table a ();")
    write(folder, n0002_bad_pre="create table b (); create table a ();")
    write(folder, n0003_after_pre="create table c ();")
    with pytest.raises(MigrationError, match=r'0002_bad.pre.sql failed: relation "a" already'):
        apply(connection, folder)
    assert [exists(connection, name) for name in "abc"] == [True, False, False]
    write(folder, n0002_bad_pre="create table b ();")
    assert apply(connection, folder) == [2, 3]


def test_an_applied_file_must_not_change(connection, folder):
    write(folder, n0001_first_pre="create table a ();")
    apply(connection, folder)
    write(folder, n0001_first_pre="create table b ();")
    for work in (planned, apply):
        with pytest.raises(MigrationError, match=r"0001_first.pre.sql was changed after"):
            work(connection, folder)
    assert not exists(connection, "b")


def test_an_applied_file_must_not_be_renamed(connection, folder):
    write(folder, n0001_first_pre="create table a ();")
    apply(connection, folder)
    (folder / "0001_first.pre.sql").rename(folder / "0001_other.pre.sql")
    with pytest.raises(MigrationError, match=r"as 0001_first.pre.sql"):
        planned(connection, folder)


@pytest.mark.parametrize(
    ("names", "complaint"),
    [
        (["0001_a.pre.sql", "0003_b.pre.sql"], "0003_b.pre.sql stands where number 0002 should"),
        (["0002_a.pre.sql"], "0002_a.pre.sql stands where number 0001 should"),
        (["0001_a.pre.sql", "0001_b.post.sql"], "stands where number 0002 should"),
        (["0001_a.sql"], "0001_a.sql is not named"),
        (["1_a.pre.sql"], "1_a.pre.sql is not named"),
        (["0001_A.pre.sql"], "0001_A.pre.sql is not named"),
        (["0001_a.between.sql"], "0001_a.between.sql is not named"),
    ],
)
def test_a_folder_must_be_complete(connection, folder, names, complaint):
    for name in names:
        (folder / name).write_text("select 1")
    with pytest.raises(MigrationError, match=complaint):
        apply(connection, folder)


def test_a_file_must_not_be_skipped(connection, folder):
    write(folder, n0001_a_pre="select 1", n0002_b_pre="select 2")
    apply(connection, folder)
    connection.execute(b"delete from schema_migration where number = 1")
    with pytest.raises(MigrationError, match=r"0001_a.pre.sql is not applied, but number 0002"):
        apply(connection, folder)


def test_old_code_may_start_on_a_newer_schema(connection, folder):
    write(folder, n0001_a_pre="select 1", n0002_b_pre="select 2")
    apply(connection, folder)
    (folder / "0002_b.pre.sql").unlink()
    assert planned(connection, folder) == apply(connection, folder) == []


def test_a_phase_stops_where_the_other_begins(connection, folder):
    write(folder, n0001_a_pre="select 1", n0002_b_pre="select 2", n0003_c_post="select 3")
    with pytest.raises(MigrationError, match=r"0003_c.post.sql must wait for 0001_a.pre.sql"):
        apply(connection, folder, "post")
    assert apply(connection, folder, "pre") == [1, 2]
    write(folder, n0004_d_pre="select 4")
    with pytest.raises(MigrationError, match=r"0004_d.pre.sql must wait for 0003_c.post.sql"):
        apply(connection, folder, "pre")
    assert apply(connection, folder, "post") == [3]
    assert apply(connection, folder) == [4]


def test_a_statement_that_takes_no_transaction(connection, folder):
    write(folder, n0001_a_pre="create table a (n int);")
    write(folder, n0002_b_pre="create index concurrently a_n on a (n);")
    with pytest.raises(MigrationError, match="cannot run inside a transaction block"):
        apply(connection, folder)
    write(folder, n0002_b_pre="-- no transaction\ncreate index concurrently a_n on a (n);")
    assert apply(connection, folder) == [2]
    assert exists(connection, "a_n")
    write(folder, n0003_c_pre="-- no transaction\nselect 1; select 2;")
    with pytest.raises(MigrationError, match="multiple commands"):
        apply(connection, folder)


def test_a_percent_sign_is_a_percent_sign(connection, folder):
    write(folder, n0001_a_pre="create table a as select 7 %% 4 as n, '%s' as s;".replace("%%", "%"))
    apply(connection, folder)
    assert connection.execute(b"select * from a").fetchone() == (3, "%s")


def test_one_migrates_and_the_others_wait(empty_database, folder):
    write(folder, n0001_a_pre="create table a (); select pg_sleep(0.2);")
    applied = []

    def run():
        with connect_sync(empty_database) as connection:
            applied.append(apply(connection, folder))

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(applied) == [[], [], [], [1]]


def test_a_migrator_that_waits_too_long_gives_up(empty_database, connection, folder, monkeypatch):
    monkeypatch.setattr(migrate, "_LOCK_PATIENCE", "50ms")
    write(folder, n0001_a_pre="create table a ();")
    with connect_sync(empty_database) as other:
        other.execute("select pg_advisory_lock(%s)", [migrate._LOCK])
        with pytest.raises(MigrationError, match="another migration has been running"):
            apply(connection, folder)
    assert apply(connection, folder) == [1]


def test_a_change_never_blocks_traffic_for_long(empty_database, connection, folder, monkeypatch):
    """A reader keeps the table; the change stands back, so that new readers get through."""
    monkeypatch.setattr(migrate, "_BLOCKS_TRAFFIC", "50ms")
    monkeypatch.setattr(migrate, "_PAUSE_S", 0.05)
    connection.execute(b"create table a (n int)")
    write(folder, n0001_a_pre="alter table a add column m int;")
    with connect_sync(empty_database) as reader, connect_sync(empty_database) as traffic:
        reader.execute(b"begin")
        reader.execute(b"select * from a")
        told = []
        thread = threading.Thread(target=lambda: told.append(apply(connection, folder)))
        thread.start()
        traffic.execute(b"set statement_timeout = '2s'")
        for _ in range(20):
            traffic.execute(b"select * from a")
        reader.execute(b"commit")
        thread.join()
    assert told == [[1]]


def test_a_change_that_never_gets_its_locks_is_told(
    empty_database, connection, folder, monkeypatch
):
    monkeypatch.setattr(migrate, "_BLOCKS_TRAFFIC", "10ms")
    monkeypatch.setattr(migrate, "_PAUSE_S", 0.001)
    connection.execute(b"create table a (n int)")
    write(folder, n0001_a_pre="alter table a add column m int;")
    with connect_sync(empty_database) as reader:
        reader.execute(b"begin")
        reader.execute(b"select * from a")
        with pytest.raises(MigrationError, match=r"0001_a.pre.sql could not have its locks in 10"):
            apply(connection, folder)
    assert apply(connection, folder) == [1]


def test_the_real_ones_apply_phase_by_phase(connection):
    before = migrate.apply(connection, "pre")
    after = migrate.apply(connection, "post")
    assert [step.number for step in before + after] == [step.number for step in migrate.steps()]
    assert migrate.plan(connection) == []


def test_the_running_server_cannot_rewrite_history(database):
    with connect_sync(database, role="bezant_app") as connection:
        for table in ("entry", "move", "seal"):
            cursor = connection.execute(f"select * from {table}".encode())
            column = cursor.description[0].name
            for change in (f"delete from {table}", f"update {table} set {column} = null"):
                with pytest.raises(InsufficientPrivilege):
                    connection.execute(change.encode())
        with pytest.raises(InsufficientPrivilege):  # Old events go, but none is changed.
            connection.execute(b"update event set body = ''")
        with pytest.raises(InsufficientPrivilege):
            connection.execute(b"truncate entry")
        with pytest.raises(InsufficientPrivilege):
            connection.execute(b"create table of_mine ()")
