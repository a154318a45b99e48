"""The embedded server: how it is started, as whom it runs, and whom it lets in."""

import os
import pwd
import re
import shutil
import signal
import stat
import subprocess
import sys
import threading
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from bezant.db import binaries
from bezant.db.embedded import EmbeddedServer, running_at
from bezant.db.errors import ConnectionLost
from bezant.db.pool import connect_sync
from bezant.db.postgres import account
from bezant.db.postgres.refused import Refused
from bezant.kernel.errors import LauncherError
from tests.db.processes import Owner, children, lives, look, status, wait_until

ROOT = os.geteuid() == 0
NOBODY = 65534
STRANGER = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
READER = ["--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"]
"""For another user to reach the interpreter when that is in a home closed to others."""


@pytest.fixture
def data(tmp_path):
    return tmp_path / "data"


@pytest.fixture(scope="module")
def durable(tmp_path_factory):
    """A server as in production, for tests that leave it as it is."""
    parent = tmp_path_factory.mktemp("closed")
    parent.chmod(0o700)
    with EmbeddedServer.start(parent / "data") as server:
        server.parent = parent
        yield server


def sockets_of(url):
    return Path(parse_qs(urlsplit(url).query)["host"][0])


def show(connection, name):
    return connection.execute("select current_setting(%s)", [name]).fetchone()[0]


def test_no_process_of_it_is_root_or_has_what_is_left_of_root(durable):
    """Its workers come and go: what has ended before it was looked at tells nothing."""
    told = [status(process) for process in (durable.pid, *children(durable.pid))]
    living = [about for about in told if "Uid" in about]
    assert len(living) > 3
    for about in living:
        users = set(about["Uid"].split())
        assert users == {str((durable.parent / "data/postgres").stat().st_uid)}
        assert "0" not in users
        assert "0" not in about["Gid"].split()
        assert about["NoNewPrivs"] == "1"
        if ROOT:
            assert about["Groups"] == ""
            assert int(about["CapEff"], 16) == int(about["CapPrm"], 16) == 0


def test_a_closed_parent_stays_closed(durable):
    for folder in (durable.parent, durable.parent / "data", durable.parent / "data/postgres"):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert folder.stat().st_uid == os.geteuid() or folder.name == "postgres"


def test_it_listens_on_no_network(durable):
    """None of its open sockets is in the tables of TCP or UDP."""
    opened = look(durable.pid, "ls", "-l", f"/proc/{durable.pid}/fd")
    sockets = set(re.findall(r"socket:\[(\d+)\]", opened))
    tables = [Path(f"/proc/net/{kind}").read_text() for kind in ("tcp", "tcp6", "udp", "udp6")]
    assert sockets
    assert not sockets & set(" ".join(tables).split())
    with connect_sync(durable.url) as connection:
        assert show(connection, "listen_addresses") == ""


def test_the_socket_is_private_and_its_path_short(durable):
    folder = sockets_of(durable.url)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / ".s.PGSQL.5432").stat().st_mode) == 0o700
    assert len(str(folder / ".s.PGSQL.5432")) < 100


def test_only_the_one_who_started_it_is_let_in(durable):
    """By the socket's folder, and by the kernel's word on who asks; each alone would do."""
    with connect_sync(durable.url) as connection:
        rules = connection.execute(
            "select type, database, user_name, address, auth_method, options, error"
            " from pg_hba_file_rules"
        ).fetchall()
        people = connection.execute(
            "select sys_name, pg_username, error from pg_ident_file_mappings"
        ).fetchall()
    assert rules == [("local", ["all"], ["bezant"], None, "peer", ["map=owner"], None)]
    assert people == [(pwd.getpwuid(os.geteuid()).pw_name, "bezant", None)]


def test_other_users_are_kept_out(durable):
    """For root to try: a stranger cannot enter the folder, the server's own account has no name."""
    itself = status(durable.pid)["Uid"].split()[0]
    tried = {NOBODY: "Permission denied", int(itself): "Peer authentication failed"}
    for user, refusal in tried.items() if ROOT else ():
        told = subprocess.run(
            [binaries.reachable() / "psql", "-h", sockets_of(durable.url), "-U", "bezant",
             "-c", "select 1"],
            user=user, group=user, extra_groups=[], cwd="/", env={},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert told.returncode != 0
        assert refusal in told.stderr or user == NOBODY == int(itself)


def test_it_is_safe_with_money(durable):
    with connect_sync(durable.url) as connection:
        for name in ("fsync", "synchronous_commit", "full_page_writes", "data_checksums"):
            assert show(connection, name) == "on"
        for name in ("autovacuum", "wal_compression"):
            assert show(connection, name) in {"on", "pglz"}
        assert show(connection, "server_encoding") == "UTF8"
        assert show(connection, "shared_buffers") == "256MB"
        assert show(connection, "max_wal_size") == "4GB"
        locale = "select datcollate, datctype, current_database() from pg_database"
        rows = connection.execute(f"{locale} where datname = 'bezant'".encode()).fetchall()
        assert rows == [("C", "C", "bezant")]


def test_a_second_owner_is_refused_by_name(durable):
    with pytest.raises(LauncherError, match=f"process {os.getpid()} already runs"):
        EmbeddedServer.start(durable.parent / "data")
    with connect_sync(durable.url) as connection:
        assert connection.execute(b"select 1").fetchone() == (1,)


def test_a_running_server_can_be_found(durable, data):
    assert running_at(durable.parent / "data") == durable.url
    assert running_at(data) is None
    EmbeddedServer.start(data, durable=False).stop()
    assert running_at(data) is None


def test_settings_outrank_ours_and_bad_ones_are_told(data):
    own = {"work_mem": "7MB"}
    with EmbeddedServer.start(data, durable=False, settings=own) as server:
        connection = connect_sync(server.url)
        assert show(connection, "work_mem") == "7MB"
        assert show(connection, "fsync") == "off"
        connection.close()
    with pytest.raises(LauncherError, match=r'invalid value for parameter "shared_buffers"'):
        EmbeddedServer.start(data, settings={"shared_buffers": "plenty"})


def test_stopping_leaves_nothing_but_the_data(data):
    with EmbeddedServer.start(data, durable=False) as server:
        sockets = sockets_of(server.url)
        processes = {server.pid, server.supervisor_pid, *children(server.pid)}
        with connect_sync(server.url) as connection:
            connection.execute(b"create table kept as select 42 as answer")
    assert not any(map(lives, processes))
    assert not sockets.exists()
    assert not server.running
    with pytest.raises(LauncherError, match="no server runs"):
        _ = server.pid
    with pytest.raises(ConnectionLost):
        connect_sync(server.url)
    with EmbeddedServer.start(data) as server, connect_sync(server.url) as connection:
        assert connection.execute(b"select answer from kept").fetchone() == (42,)


def test_a_half_made_cluster_is_made_again(data):
    half = data / "postgres.new" / "base"
    half.mkdir(parents=True)
    (half / "junk").write_text("left by a crash")
    with EmbeddedServer.start(data, durable=False) as server:
        assert server.running
    assert not half.parent.exists()


def test_it_survives_the_thread_that_started_it(data):
    started = []
    thread = threading.Thread(target=lambda: started.append(EmbeddedServer.start(data)))
    thread.start()
    thread.join()
    with started[0] as server, connect_sync(server.url) as connection:
        assert connection.execute(b"select 1").fetchone() == (1,)


def test_ctrl_c_is_for_the_owner_alone(data):
    """A terminal sends it to a whole group of processes, which the server is not part of."""
    with Owner(data) as owner:
        assert os.getpgid(owner.process.pid) == owner.process.pid
        for process in (owner.supervisor, owner.pid):
            assert os.getpgid(process) != owner.process.pid
            assert os.getsid(process) != os.getsid(owner.process.pid)


def test_a_plain_user_starts_it_too(tmp_path):
    """The same property by property, in a folder of his own; here root turns into one."""
    with ExitStack() as stack:
        home = tmp_path
        if ROOT:
            home = Path(f"/tmp/bezant-home-{os.getpid()}")
            home.mkdir(mode=0o700)
            stack.callback(shutil.rmtree, home)
            os.chown(home, NOBODY, NOBODY)
        interpreter = Path(sys.executable).resolve().parent
        reader = [] if account.is_public(interpreter) else READER
        owner = stack.enter_context(Owner(home / "data", *([*STRANGER, *reader] if ROOT else [])))
        user = status(owner.pid)["Uid"].split()
        assert user == status(owner.process.pid)["Uid"].split()
        assert "0" not in user
        assert stat.S_IMODE(home.stat().st_mode) == stat.S_IMODE(tmp_path.stat().st_mode)
        owner.process.send_signal(signal.SIGKILL)
        wait_until(lambda: not lives(owner.pid), "the server's end with its owner")


def test_an_account_is_chosen_once(monkeypatch):
    """Root hands a cluster to whom it belongs; others run their own only."""
    made = os.stat_result((0o40700, 0, 0, 0, 4711, 4712, 0, 0, 0, 0))
    roots = os.stat_result((0o40700, 0, 0, 0, 0, 0, 0, 0, 0, 0))
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert account.choose(made) == account.Account(4711, 4712)
    assert account.choose(None).uid > 0
    with pytest.raises(Refused, match="belongs to root"):
        account.choose(roots)
    monkeypatch.setattr(account, "CANDIDATES", ("no-such-account",))
    with pytest.raises(Refused, match="add one of the accounts"):
        account.choose(None)
    monkeypatch.setattr(os, "geteuid", lambda: 4711)
    assert account.choose(made) is account.choose(None) is None
    with pytest.raises(Refused, match="belongs to user 0"):
        account.choose(roots)


def test_a_user_without_a_name_is_told_so(monkeypatch):
    monkeypatch.setattr(os, "getuid", lambda: 3_999_999)
    with pytest.raises(Refused, match="3999999 has no name"):
        account.name_of_person()
