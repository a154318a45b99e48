"""The embedded PostgreSQL: a server of our own in a data folder, that lives as long as we do.

It listens on a Unix socket in a folder that only its account can enter, admits only the person
that started it, and runs unprivileged even when started by root. `postgres/` watches it.
"""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Self
from urllib.parse import quote

import bezant
from bezant.db import binaries
from bezant.db.pool import connect_sync, in_database
from bezant.db.postgres.cluster import POSTMASTER, ROLE
from bezant.db.postgres.ownership import note_of_holder
from bezant.db.postgres.supervisor import CLUSTER
from bezant.kernel.errors import LauncherError
from bezant.kernel.log import get_logger

log = get_logger(__name__)

DATABASE = "bezant"

SETTINGS: Mapping[str, str] = MappingProxyType(
    {
        "shared_buffers": "256MB",
        "max_wal_size": "4GB",
        "wal_compression": "on",
        "checkpoint_timeout": "15min",
        "fsync": "on",
        "synchronous_commit": "on",
        "full_page_writes": "on",
        "jit": "off",
        "max_connections": "100",
        "random_page_cost": "1.1",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "log_min_messages": "log",
        "cluster_name": "bezant",
    }
)
"""For two cores; a refused statement is its caller's to log, and may hold what logs must not."""

FORGETFUL: Mapping[str, str] = MappingProxyType(
    {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
)
"""For tests: fast, and lost when the machine goes down."""

_NONE: Mapping[str, str] = MappingProxyType({})

_SUPERVISOR = """
import sys
sys.path.append(sys.argv[1])
from bezant.db.postgres.supervisor import main
sys.exit(main())
"""
"""Without the packages of the installation (-I -S), for it needs none and starts faster."""


class EmbeddedServer:
    """A running server; a context manager that stops it."""

    def __init__(self, data: Path, process: subprocess.Popen[str], sockets: str) -> None:
        """Hold a server that `start` has started."""
        self._data = data
        self._process = process
        self.url = _url(sockets)
        """Its address, as libpq takes it."""

    @classmethod
    def start(
        cls, data: Path, *, settings: Mapping[str, str] = _NONE, durable: bool = True
    ) -> Self:
        """Start the server of a data folder, making the folder and the cluster if need be.

        Waits for recovery as long as it takes. `settings` are PostgreSQL's own names and outrank
        ours; `durable=False` may lose everything when the machine stops. Raises LauncherError,
        which names the process when another one owns the folder.
        """
        data = data.resolve()
        programs = binaries.reachable() if os.geteuid() == 0 else binaries.installed()
        order = {
            "owner": os.getpid(),
            "data": str(data),
            "programs": str(programs),
            "settings": {**SETTINGS, **({} if durable else FORGETFUL), **settings},
            "durable": durable,
        }
        process = _supervise(order)
        try:
            server = cls(data, process, _hear(process))
            server._make_database()
        except BaseException:
            _dismiss(process)
            raise
        return server

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def pid(self) -> int:
        """The server's first process; another one after a crash."""
        note = self._data / CLUSTER / POSTMASTER
        try:
            return int(note.read_text().split("\n", 1)[0])
        except (OSError, ValueError) as error:
            raise LauncherError(f"no server runs in {self._data}") from error

    @property
    def supervisor_pid(self) -> int:
        """The process that watches over the server."""
        return self._process.pid

    @property
    def running(self) -> bool:
        """Whether the server is supervised still: it may be on its way up again."""
        return self._process.poll() is None

    def stop(self) -> None:
        """End the server, which writes what it has; returns when no process of it is left."""
        _dismiss(self._process)

    def _make_database(self) -> None:
        with connect_sync(in_database(self.url, "postgres")) as connection:
            made = connection.execute("select from pg_database where datname = %s", [DATABASE])
            if made.fetchone() is None:
                connection.execute(f"create database {DATABASE}".encode())


def running_at(data: Path) -> str | None:
    """Return the address of the server that runs in a data folder already, if one does."""
    note = note_of_holder(data)
    return _url(note.sockets) if note and note.ready else None


def _url(sockets: str) -> str:
    return f"postgresql://{ROLE}@/{DATABASE}?host={quote(sockets, safe='')}"


def _supervise(order: Mapping[str, object]) -> subprocess.Popen[str]:
    """Start the supervisor, in a session of its own: Ctrl-C is for us to handle first."""
    process = subprocess.Popen(
        [sys.executable, "-I", "-S", "-c", _SUPERVISOR, str(Path(bezant.__file__).parents[1])],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        text=True,
    )
    assert process.stdin is not None
    with suppress(BrokenPipeError):  # What it says, or that it says nothing, tells why it ended.
        process.stdin.write(json.dumps(order) + "\n")
        process.stdin.flush()
    return process


def _hear(process: subprocess.Popen[str]) -> str:
    """Wait for the supervisor's word and return the folder of the socket."""
    assert process.stdout is not None
    for line in process.stdout:
        word = json.loads(line)
        if "ready" in word:
            return word["ready"]
        if "failed" in word:
            raise LauncherError(word["failed"])
        log.info("database_waits", reason=word["waiting"])
    raise LauncherError(f"the database's supervisor ended unexpectedly: status {process.wait()}")


def _dismiss(process: subprocess.Popen[str]) -> None:
    """Let the supervisor stop the server, and wait until it has."""
    for pipe in (process.stdin, process.stdout):
        with suppress(BrokenPipeError):  # It has ended already.
            if pipe:
                pipe.close()
    process.wait()
