"""The embedded server when something is killed: nothing stays behind, nothing is lost."""

import json
import os
import signal
import subprocess
import threading
from contextlib import contextmanager
from pathlib import Path

import pytest

from bezant.db import binaries
from bezant.db.embedded import CLUSTER, EmbeddedServer, running_at
from bezant.db.errors import ConnectionLost
from bezant.db.pool import connect_sync
from bezant.kernel.errors import LauncherError
from tests.db.processes import (
    Owner,
    children,
    left_of,
    lives,
    shared_memory,
    status,
    wait_for_end,
    wait_until,
)
from tests.db.test_embedded import sockets_of

KILL = signal.SIGKILL
LONG_RECOVERY_S = 10.5


@pytest.fixture
def data(tmp_path):
    return tmp_path / "data"


def as_owner(folder):
    """How to start a process as whom a folder belongs to."""
    about = folder.stat()
    if os.geteuid() == about.st_uid:
        return {}
    return {"user": about.st_uid, "group": about.st_gid, "extra_groups": []}


def hand_to_owner(file):
    """Give a file to whom its folder belongs to."""
    about = file.parent.stat()
    os.chown(file, about.st_uid, about.st_gid)


class Busy:
    """A backend that computes, and so does not hear that its server is gone."""

    def __init__(self, url):
        self.connection = connect_sync(url)
        self.pid = self.connection.info.backend_pid
        self.thread = threading.Thread(target=self.compute)
        self.thread.start()
        with connect_sync(url) as other:
            wait_until(lambda: self.computes(other), "a backend that computes")

    def compute(self):
        with pytest.raises(ConnectionLost):
            self.connection.execute(b"select count(*) from generate_series(1, 1000000000000)")

    def computes(self, other):
        row = other.execute("select state from pg_stat_activity where pid = %s", [self.pid])
        return row.fetchone() == ("active",)

    def join(self):
        self.thread.join()
        self.connection.close()


def write(url, value):
    with connect_sync(url) as connection:
        connection.execute(b"create table if not exists kept (value int)")
        connection.execute("insert into kept values (%s)", [value])


def read(url):
    with connect_sync(url) as connection:
        return [value for (value,) in connection.execute(b"select value from kept order by 1")]


def test_it_dies_with_its_owner(data):
    with Owner(data) as owner:
        write(owner.url, 1)
        busy = Busy(owner.url)
        memory = shared_memory(owner.pid)
        processes = {owner.pid, owner.supervisor, busy.pid, *children(owner.pid)}
        assert all(memory)
        owner.process.kill()
        wait_for_end(*processes)
        busy.join()
    assert not left_of(*memory)
    assert not sockets_of(owner.url).exists()
    assert "database system is shut down" in (data / "postgres.log").read_text()
    with EmbeddedServer.start(data) as server:
        assert read(server.url) == [1]


def test_it_dies_with_its_supervisor(data):
    with EmbeddedServer.start(data) as server:
        write(server.url, 1)
        pid = server.pid
        os.kill(server.supervisor_pid, KILL)
        wait_for_end(pid)
        assert not server.running
        with EmbeddedServer.start(data) as again:
            assert read(again.url) == [1]
            assert not sockets_of(server.url).exists()


def test_it_comes_back_when_it_is_killed(data):
    with EmbeddedServer.start(data) as server:
        write(server.url, 1)
        killed, busy = server.pid, Busy(server.url)
        os.kill(killed, KILL)
        wait_for_end(killed)
        wait_until(lambda: answers(server.url), "the server's return")
        busy.join()
        assert server.pid != killed
        assert not lives(busy.pid)
        write(server.url, 2)
        assert read(server.url) == [1, 2]


def answers(url):
    try:
        return connect_sync(url).close() is None
    except ConnectionLost:
        return False


def test_a_start_ends_orphans_and_recovers(data):
    """Everything but a busy backend is killed: it holds the shared memory of the dead server."""
    with Owner(data) as owner:
        write(owner.url, 1)
        busy = Busy(owner.url)
        memory = shared_memory(owner.pid)
        for pid in (owner.process.pid, owner.supervisor, owner.pid):
            os.kill(pid, KILL)
        wait_for_end(owner.process.pid, owner.supervisor, owner.pid)
        assert lives(busy.pid)
        with EmbeddedServer.start(data) as server:
            busy.join()
            assert not lives(busy.pid)
            assert read(server.url) == [1]
            assert not sockets_of(owner.url).exists()
    assert not left_of(*memory)


def test_a_start_waits_for_the_one_before_to_end(data):
    """The owner is gone, its server still writes what it has: the next start is not refused."""
    with Owner(data) as owner:
        write(owner.url, 1)
        os.kill(owner.pid, signal.SIGSTOP)
        owner.process.kill()
        owner.process.wait()
        started = []
        thread = threading.Thread(target=lambda: started.append(EmbeddedServer.start(data)))
        thread.start()
        wait_until(lambda: len(supervisors(data)) == 2, "the next supervisor to wait")
        assert not started
        os.kill(owner.pid, signal.SIGCONT)
        thread.join()
    with started[0] as server:
        assert read(server.url) == [1]


def supervisors(data):
    """The processes that have opened the lock of a data folder."""
    found = set()
    for process in children(1) | children(os.getpid()):
        try:
            names = {file.readlink() for file in Path(f"/proc/{process}/fd").iterdir()}
        except OSError:
            continue
        if data / "postgres.lock" in names:
            found.add(process)
    return found


def test_a_second_owner_learns_who_the_first_is(data):
    with Owner(data) as owner:
        with pytest.raises(LauncherError, match=f"process {owner.process.pid} already runs"):
            EmbeddedServer.start(data)
        assert lives(owner.pid)


@contextmanager
def run(*command, folder):
    """A process of whom the folder belongs to, interrupted at the end."""
    with subprocess.Popen(
        command, cwd=folder, stderr=subprocess.PIPE, **as_owner(folder)
    ) as process:
        try:
            yield process
        finally:
            process.send_signal(signal.SIGINT)


def test_a_server_of_somebody_else_is_left_alone(data):
    EmbeddedServer.start(data).stop()
    command = [binaries.reachable() / "postgres", "-D", "/proc/self/cwd", "-c", "listen_addresses="]
    command += ["-c", "unix_socket_directories=."]
    with run(*command, folder=data / CLUSTER) as other:
        while b"ready to accept" not in (line := other.stderr.readline()):
            assert line, "the other server did not start"
        with pytest.raises(LauncherError, match=f"process {other.pid}, another's PostgreSQL"):
            EmbeddedServer.start(data)
        assert other.poll() is None


def test_a_number_that_was_given_again_is_not_a_server(data):
    """The note of a dead server names a process that is by now somebody else's."""
    EmbeddedServer.start(data).stop()
    note = data / CLUSTER / "postmaster.pid"
    with run("sleep", "60", folder=data / CLUSTER) as stranger:
        note.write_text(f"{stranger.pid}\n/proc/self/cwd\n1\n5432\n/tmp\n\n 1 1\nready   \n")
        hand_to_owner(note)
        with EmbeddedServer.start(data) as server:
            assert server.pid != stranger.pid
            assert stranger.poll() is None
        stranger.kill()


def test_recovery_may_take_longer_than_ten_seconds(data):
    """PostgreSQL recovers from an archive that hands nothing out until we let it."""
    with EmbeddedServer.start(data) as server:
        write(server.url, 1)
    cluster = data / CLUSTER
    for name in ("recovery.signal", "hold"):
        (cluster / name).touch()
        hand_to_owner(cluster / name)
    slow = {
        "restore_command": "while [ -e hold ]; do sleep 0.1; done; false",
        "hot_standby": "off",
    }
    started = []
    thread = threading.Thread(
        target=lambda: started.append(EmbeddedServer.start(data, settings=slow))
    )
    thread.start()
    thread.join(LONG_RECOVERY_S)
    assert thread.is_alive()
    assert not started
    (cluster / "hold").unlink()
    thread.join()
    with started[0] as server:
        assert read(server.url) == [1]


def test_a_server_that_cannot_come_back_is_tried_again(data):
    """As with a full disk: once what was in the way is gone, nobody has to do anything."""
    with EmbeddedServer.start(data) as server:
        write(server.url, 1)
        control, log = data / CLUSTER / "global/pg_control", data / "postgres.log"
        control.rename(data / "pg_control")
        os.kill(server.pid, KILL)
        wait_until(lambda: log.read_text().count("could not find the database system") > 1, "tries")
        assert running_at(data) is None
        (data / "pg_control").rename(control)
        wait_until(lambda: answers(server.url), "the server's return")
        assert read(server.url) == [1]
        wait_until(lambda: running_at(data) == server.url, "word of it")


def test_a_service_that_is_told_to_stop_keeps_its_database_until_then(data):
    """A signal that all of a service's processes get is the owner's to act on."""
    with EmbeddedServer.start(data) as server, connect_sync(server.url) as connection:
        for told in (signal.SIGTERM, signal.SIGINT):
            os.kill(server.supervisor_pid, told)
        os.kill(server.pid, signal.SIGTERM)
        with pytest.raises(ConnectionLost, match="shutting down"):
            connect_sync(server.url)
        assert connection.execute(b"select 1").fetchone() == (1,)
        assert server.running


def test_a_deliberate_stop_is_respected(data):
    """Somebody else has told the server to stop: it is not started against his will."""
    with EmbeddedServer.start(data) as server:
        os.kill(server.pid, signal.SIGINT)
        wait_until(lambda: not server.running, "the supervisor's end")
    assert status(server.supervisor_pid) == {}


def test_the_lock_tells_where_the_server_is(data):
    with EmbeddedServer.start(data) as server:
        note = json.loads((data / "postgres.lock").read_bytes())
        assert note["owner"] == os.getpid()
        assert note["sockets"] == str(sockets_of(server.url))
        assert note["ready"]
