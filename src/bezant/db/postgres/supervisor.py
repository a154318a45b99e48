"""The process between us and the embedded PostgreSQL: it starts it, outlives us and ends it.

It has one thread and imports the standard library alone, so it forks safely. It reads an `Order`
as one line of JSON, answers with lines (`waiting`, `ready`, `failed`) and then watches: the end
of its input or of its owner stops the server, a crash starts it again.
"""

import json
import os
import shutil
import signal
import tempfile
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import NamedTuple

from bezant.db.postgres.account import become, choose, is_public, name_of_person
from bezant.db.postgres.cluster import HERE, ROLE, admit, make_way, postmaster_of
from bezant.db.postgres.ownership import Lock, Note
from bezant.db.postgres.refused import Refused
from bezant.db.postgres.watch import Watch

CLUSTER = "postgres"
LOG = "postgres.log"
LOG_LIMIT_BYTES = 16 * 2**20
LOG_TAIL_LINES = 12
SOCKETS = "bezant-"
SOCKETS_LIMIT = 80
"""A socket's path has 107 characters at most (unix(7)), of which its name takes some."""

TICK_MS = 25
WATCH_MS = 500
LOOK_TICKS = 3
"""Who only looks whether a server runs holds the lock for a moment, too."""
RETRY_TICKS = 20
LONGEST_RETRY_TICKS = 1200
"""Between starts that fail: one second, then twice as long each time, half a minute at most."""
SLOW_TICKS = 80
"""After two seconds somebody may want to know why it takes so long."""
REMIND_TICKS = 20
"""A child that was forked just now ignores signals until it has become PostgreSQL."""
SHUTDOWN_TICKS = 2400
"""A minute for a shutdown that writes everything, before one that leaves it to recovery."""


class Order(NamedTuple):
    """What the owner asks for."""

    owner: int
    data: str
    programs: str
    settings: dict[str, str]
    durable: bool


class Supervisor:
    """One embedded server, from taking its data folder to giving it back."""

    def __init__(self, order: Order) -> None:
        """Take the order; `run` does the work."""
        Path(order.data).mkdir(mode=0o700, parents=True, exist_ok=True)
        self._order = order
        self._watch = Watch(order.owner)
        self._data = os.open(order.data, os.O_DIRECTORY)
        self._lock = Lock(self._data)
        self._announced = False

    def run(self) -> None:
        """Serve until the owner ends or asks to stop. Raises Refused when that cannot begin."""
        self._own()
        self._log = _open_log(self._data)
        self._person = name_of_person()
        self._account = choose(_about(CLUSTER, self._data))
        self._sockets = self._make_sockets()
        self._lock.write(Note(self._order.owner, self._sockets))
        try:
            self._cluster = self._open_cluster()
            self._serve()
        finally:
            shutil.rmtree(self._sockets, ignore_errors=True)

    def _own(self) -> None:
        """Become the owner, after one that is on its way out, and sweep up what it left."""
        for ticks in count():
            if self._lock.take():
                break
            if ticks >= LOOK_TICKS and (owner := self._lock.living_owner()):
                raise Refused(
                    f"process {owner} already runs a server here, "
                    "and a data folder has one owner at a time"
                )
            if ticks == SLOW_TICKS:
                _say(waiting="the server before is still writing what it has")
            self._watch.tick(TICK_MS)
            if self._watch.over:
                raise Refused("the owner has ended")
        before = self._lock.read()
        if before and Path(before.sockets).name.startswith(SOCKETS):
            shutil.rmtree(before.sockets, ignore_errors=True)

    def _make_sockets(self) -> str:
        """Make a folder for the socket, with a short path, that only the account can enter."""
        for parent in (tempfile.gettempdir(), "/tmp", "/run"):  # noqa: S108  mkdtemp is safe
            if len(parent) > SOCKETS_LIMIT or (self._account and not is_public(Path(parent))):
                continue
            with suppress(OSError):
                made = tempfile.mkdtemp(prefix=SOCKETS, dir=parent)
                if self._account:
                    os.chown(made, *self._account)
                return made
        raise Refused("there is no folder for temporary files in which a socket can be")

    def _open_cluster(self) -> int:
        """Open the cluster's folder, under whose name it comes only once it is whole."""
        with suppress(FileNotFoundError):
            return os.open(CLUSTER, os.O_DIRECTORY, dir_fd=self._data)
        fresh = f"{CLUSTER}.new"
        with suppress(FileNotFoundError):
            shutil.rmtree(fresh, dir_fd=self._data)
        os.mkdir(fresh, 0o700, dir_fd=self._data)
        if self._account:
            os.chown(fresh, *self._account, dir_fd=self._data, follow_symlinks=False)
        folder = os.open(fresh, os.O_DIRECTORY, dir_fd=self._data)
        self._initdb(folder)
        os.rename(fresh, CLUSTER, src_dir_fd=self._data, dst_dir_fd=self._data)
        os.fsync(self._data)
        return folder

    def _initdb(self, folder: int) -> None:
        """Make a cluster: UTF-8, byte order, checksums, nobody let in without his name."""
        arguments = ["--pgdata", HERE, "--username", ROLE, "--encoding=UTF8", "--locale=C"]
        arguments += ["--data-checksums", "--auth-local=peer", "--auth-host=reject"]
        arguments += ["--no-instructions"] if self._order.durable else ["--no-sync"]
        log_start = os.fstat(self._log).st_size
        child = self._spawn("initdb", arguments, folder)
        while (status := _ended(child)) is None:
            if self._watch.over:
                os.kill(child, signal.SIGTERM)
            self._watch.tick(TICK_MS)
        if status != 0:
            raise Refused(f"initdb failed: {self._said_since(log_start)}")

    def _serve(self) -> None:
        """Run the server, again after a crash, until somebody stops it.

        A first start that fails is told to the owner. A later one is tried again and again, for
        what is in its way, such as a full disk, may go away.
        """
        failures = 0
        while not self._watch.over:
            log_start = os.fstat(self._log).st_size
            child = self._spawn("postgres", self._arguments(), self._cluster)
            status = self._until_ready(child)
            if status is None:
                failures = 0
                self._announce()
                if self._until_ended(child) == 0:
                    return
                self._lock.write(Note(self._order.owner, self._sockets))
            elif self._announced:
                failures += 1
                self._rest(min(RETRY_TICKS << failures, LONGEST_RETRY_TICKS))
            elif not self._watch.over:
                raise Refused(f"PostgreSQL did not start: {self._said_since(log_start)}")

    def _announce(self) -> None:
        """Tell the owner, the first time, and everybody else that the server answers."""
        self._lock.write(Note(self._order.owner, self._sockets, ready=True))
        if not self._announced:
            self._announced = True
            _say(ready=self._sockets)
            os.dup2(self._log, 1)  # The owner has heard what it waited for.

    def _rest(self, ticks: int) -> None:
        for _ in range(ticks):
            if not self._watch.over:
                self._watch.tick(TICK_MS)

    def _until_ready(self, child: int) -> int | None:
        """Wait for the end of recovery, however long; return the status if it ends instead."""
        for ticks in count():
            if postmaster_of(self._cluster) == (child, "ready"):
                return None
            if (status := _ended(child)) is not None:
                return status
            if self._watch.over:
                break
            if ticks == SLOW_TICKS:
                _say(waiting="PostgreSQL recovers what was written before it last ended")
            self._watch.tick(TICK_MS)
        return self._stop(child)

    def _until_ended(self, child: int) -> int:
        """Watch a running server and return its status; stop it when it is to stop."""
        while (status := _ended(child)) is None:
            if self._watch.over:
                return self._stop(child)
            self._watch.tick(WATCH_MS)
        return status

    def _stop(self, child: int) -> int:
        """End the server: first so that it writes everything, at worst leaving it to recovery."""
        self._lock.write(Note(self._order.owner, self._sockets, stopping=True))
        for way in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
            for ticks in range(SHUTDOWN_TICKS):
                if ticks % REMIND_TICKS == 0:
                    os.kill(child, way)
                if (status := _ended(child)) is not None:
                    return status
                self._watch.tick(TICK_MS)
        raise Refused(f"PostgreSQL, process {child}, does not end")

    def _arguments(self) -> list[str]:
        """Return the server's command line; a setting there outranks any file."""
        settings = self._order.settings | {
            "listen_addresses": "",
            "unix_socket_directories": self._sockets,
            "unix_socket_permissions": "0700",
        }
        given = (f"{name}={value}" for name, value in settings.items())
        return ["-D", HERE, *(word for setting in given for word in ("-c", setting))]

    def _spawn(self, program: str, arguments: list[str], folder: int) -> int:
        """Start a program of PostgreSQL in a folder, as the account."""
        parent = os.getpid()
        child = os.fork()
        if child:
            return child
        try:
            self._turn_into(program, arguments, folder, parent)
        except (OSError, Refused) as error:
            os.write(2, f"{program}: {error}\n".encode())
        finally:  # The child must never run on into the parent's code.
            os._exit(1)

    def _turn_into(self, program: str, arguments: list[str], folder: int, parent: int) -> None:
        """Become a program, in a forked child."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGPIPE, signal.SIGXFSZ):
            signal.signal(number, signal.SIG_DFL)
        os.fchdir(folder)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(self._log, 1)
        become(self._account, parent)
        if program == "postgres":
            make_way()
            admit(self._person)
        path = f"{self._order.programs}/{program}"
        # No shell: the program takes this process over, and with it the bond to its parent.
        os.execve(path, [path, *arguments], {"PATH": "/usr/bin:/bin", "LC_ALL": "C"})  # noqa: S606

    def _said_since(self, log_start: int) -> str:
        """Return the end of what the programs have said since the log was that long."""
        said = os.pread(self._log, LOG_LIMIT_BYTES, log_start).decode(errors="replace")
        return "\n".join(said.strip().splitlines()[-LOG_TAIL_LINES:])


def _open_log(data: int) -> int:
    """Open the log, a new one when it has grown large; what we say wrong goes there, too."""
    about = _about(LOG, data)
    if about and about.st_size > LOG_LIMIT_BYTES:
        os.replace(LOG, f"{LOG}.1", src_dir_fd=data, dst_dir_fd=data)
    flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW
    log = os.open(LOG, flags, 0o600, dir_fd=data)
    os.dup2(log, 2)
    return log


def _about(name: str, folder: int) -> os.stat_result | None:
    try:
        return os.stat(name, dir_fd=folder)
    except FileNotFoundError:
        return None


def _ended(child: int) -> int | None:
    """Return the status of a child that has ended, negative for a signal."""
    found, status = os.waitpid(child, os.WNOHANG)
    return os.waitstatus_to_exitcode(status) if found else None


def _say(**words: str) -> None:
    """Tell the owner, who may have stopped to listen."""
    with suppress(BrokenPipeError):
        os.write(1, json.dumps(words).encode() + b"\n")


def _read_order() -> Order:
    line = b""
    while not line.endswith(b"\n"):
        read = os.read(0, 2**16)
        if not read:
            raise Refused("the owner has ended")
        line += read
    return Order(**json.loads(line))


def main() -> int:
    """Carry out one order; 1 when that was refused."""
    os.chdir("/")
    os.umask(0o077)
    try:
        Supervisor(_read_order()).run()
    except (OSError, Refused) as refusal:
        _say(failed=str(refusal))
        return 1
    return 0
