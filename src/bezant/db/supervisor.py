"""The process between us and the embedded PostgreSQL: it starts it, outlives us and ends it.

Run by path with the standard library alone, so it is small, has one thread and forks safely. It
reads an `Order` as one line of JSON, answers with lines (`waiting`, `ready`, `failed`) and then
watches: the end of its input or of its owner stops the server, a crash starts it again.
"""

import ctypes
import fcntl
import itertools
import json
import os
import pwd
import select
import shutil
import signal
import stat
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

CLUSTER = "postgres"
LOCK = "postgres.lock"
LOG = "postgres.log"
ROLE = "bezant"
ACCOUNTS = ("bezant", "postgres", "nobody")
"""Whom the server runs as when we are root: the first of these that the machine has."""

HERE = "/proc/self/cwd"
"""The cluster's folder for a process that stands in it: needs no way there through its parents."""

LOG_LIMIT_BYTES = 16 * 2**20
SOCKET_FOLDER_LIMIT = 80
"""A socket's path has 107 characters at most (unix(7)); its name takes some."""

TICK_MS = 50
WATCH_MS = 500
SLOW_TICKS = 40
"""After two seconds somebody may want to know why it takes so long."""
PATIENCE_TICKS = 100
"""Five seconds for a server that nobody owns any more to be on its way out."""
SHUTDOWN_TICKS = 1200
"""A minute for a shutdown that writes everything, before one that leaves it to recovery."""

PR_SET_PDEATHSIG = 1
PR_SET_NO_NEW_PRIVS = 38
"""From <linux/prctl.h>."""


class Refused(Exception):
    """Why there is no server, in words for a person."""


class Order(NamedTuple):
    """What the owner asks for."""

    owner: int
    data: str
    programs: str
    settings: dict[str, str]
    durable: bool


class Account(NamedTuple):
    """Whom the server runs as."""

    uid: int
    gid: int


class Watch:
    """Waits, and notices at once when the owner, the input or a child has ended."""

    def __init__(self, owner: int) -> None:
        """Watch the process that started us."""
        self.over = False
        self._owner = owner
        self._poll = select.poll()
        self._poll.register(0, select.POLLIN)
        self._signals, wakeup = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._poll.register(self._signals, select.POLLIN)
        signal.set_wakeup_fd(wakeup)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.signal(signal.SIGTERM, self._end)
        signal.signal(signal.SIGINT, self._end)
        with suppress(OSError):  # Where pidfd_open(2) is forbidden, ticks notice the end.
            self._poll.register(os.pidfd_open(owner), select.POLLIN)

    def tick(self, milliseconds: int = TICK_MS) -> None:
        """Wait that long, or less when something happens."""
        for file, _ in self._poll.poll(milliseconds):
            if file == self._signals:
                os.read(file, 4096)
            elif file != 0 or not os.read(0, 4096):
                self._poll.unregister(file)
                self.over = True
        if os.getppid() != self._owner:
            self.over = True

    def _end(self, *_: object) -> None:
        self.over = True


class Supervisor:
    """One embedded server, from taking its folder to giving it back."""

    def __init__(self, order: Order) -> None:
        """Take the order; `run` does the work."""
        self.order = order
        self.watch = Watch(order.owner)
        self.data = _folder(order.data)
        self.lock = os.open(LOCK, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600, dir_fd=self.data)

    def run(self) -> None:
        """Serve until the owner ends or asks to stop. Raises Refused when it cannot begin."""
        self.own()
        self.log = _log(self.data)
        self.person = _name(os.getuid())
        self.account = self.choose_account()
        self.cluster = self.open_cluster()
        self.sockets = _socket_folder(self.account)
        try:
            self.note(ready=False)
            self.serve()
        finally:
            shutil.rmtree(self.sockets, ignore_errors=True)

    def own(self) -> None:
        """Become the only owner of the folder, waiting for one that is on its way out."""
        for ticks in itertools.count():
            if _locked(self.lock):
                break
            holder = _noted(self.lock)
            if holder and not holder["stopping"] and _lives(holder["owner"]):
                raise Refused(
                    f"{self.order.data} is in use by process {holder['owner']}: "
                    "one server at a time owns a data folder"
                )
            if ticks == SLOW_TICKS:
                _say(waiting="the previous server is still writing what it has")
            self.watch.tick()
            if self.watch.over:
                raise Refused("the owner has ended")
        if (before := _noted(self.lock)) and Path(before["sockets"]).name.startswith("bezant-"):
            shutil.rmtree(before["sockets"], ignore_errors=True)

    def note(self, *, ready: bool, stopping: bool = False) -> None:
        """Write into the lock who holds it and where the server is."""
        text = json.dumps({
            "owner": self.order.owner, "sockets": self.sockets,
            "ready": ready, "stopping": stopping,
        }).encode()  # fmt: skip
        os.pwrite(self.lock, text.ljust(512), 0)

    def choose_account(self) -> Account | None:
        """Return whom the server runs as when we are root, nobody else when we are not."""
        with suppress(FileNotFoundError):
            about = os.stat(CLUSTER, dir_fd=self.data)
            return _account_of_cluster(about, f"{self.order.data}/{CLUSTER}")
        if os.geteuid() != 0:
            return None
        for name in ACCOUNTS:
            with suppress(KeyError):
                found = pwd.getpwnam(name)
                return Account(found.pw_uid, found.pw_gid)
        raise Refused(f"PostgreSQL does not run as root: add one of the accounts {ACCOUNTS}")

    def open_cluster(self) -> int:
        """Open the cluster's folder, making the cluster first if there is none."""
        with suppress(FileNotFoundError):
            return os.open(CLUSTER, os.O_DIRECTORY, dir_fd=self.data)
        fresh = f"{CLUSTER}.new"
        with suppress(FileNotFoundError):
            shutil.rmtree(fresh, dir_fd=self.data)
        os.mkdir(fresh, 0o700, dir_fd=self.data)
        if self.account:
            os.chown(fresh, *self.account, dir_fd=self.data, follow_symlinks=False)
        folder = os.open(fresh, os.O_DIRECTORY, dir_fd=self.data)
        self.initdb(folder)
        os.rename(fresh, CLUSTER, src_dir_fd=self.data, dst_dir_fd=self.data)
        os.fsync(self.data)
        return folder

    def initdb(self, folder: int) -> None:
        """Make a cluster: UTF-8, byte order, checksums; complete on disk when it returns."""
        arguments = ["--pgdata", HERE, "--username", ROLE, "--encoding=UTF8", "--locale=C"]
        arguments += ["--data-checksums", "--auth-local=peer", "--auth-host=reject"]
        arguments += ["--no-instructions"] if self.order.durable else ["--no-sync"]
        start = os.fstat(self.log).st_size
        child = self.spawn("initdb", arguments, folder)
        while (ended := _ended(child)) is None:
            self.watch.tick()
            if self.watch.over:
                os.kill(child, signal.SIGKILL)
        if ended != 0:
            raise Refused(f"initdb failed: {self.log_since(start)}")

    def serve(self) -> None:
        """Run the server; again when it crashes, unless it cannot even start."""
        while not self.watch.over:
            start = os.fstat(self.log).st_size
            child = self.spawn("postgres", self.arguments(), self.cluster)
            status = self.until_ready(child)
            if status is None:
                self.note(ready=True)
                _say(ready=self.sockets)
                status = self.until_ended(child)
            elif not self.watch.over:
                raise Refused(f"PostgreSQL did not start: {self.log_since(start)}")
            self.note(ready=False, stopping=self.watch.over)
            if status == 0:
                return

    def until_ready(self, child: int) -> int | None:
        """Wait for the end of recovery, however long; return the status if it ends instead."""
        ticks = 0
        while (status := _ended(child)) is None and not self.watch.over:
            if _is_ready(self.cluster, child):
                return None
            self.watch.tick()
            ticks += 1
            if ticks == SLOW_TICKS:
                _say(waiting="PostgreSQL is recovering")
        return self.stop(child) if status is None else status

    def until_ended(self, child: int) -> int:
        """Watch a running server and return its status; stop it when nobody needs it."""
        while (status := _ended(child)) is None:
            if self.watch.over:
                return self.stop(child)
            self.watch.tick(WATCH_MS)
        return status

    def stop(self, child: int) -> int:
        """End the server: first writing everything, then leaving it to recovery."""
        self.note(ready=False, stopping=True)
        for way in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
            os.kill(child, way)
            for _ in range(SHUTDOWN_TICKS):
                if (status := _ended(child)) is not None:
                    return status
                self.watch.tick()
        raise Refused(f"PostgreSQL, process {child}, cannot be ended")

    def arguments(self) -> list[str]:
        """Return the command line; a setting there outranks any file."""
        settings = self.order.settings | {
            "listen_addresses": "",
            "unix_socket_directories": self.sockets,
            "unix_socket_permissions": "0700",
        }
        given = [f"{name}={value}" for name, value in settings.items()]
        return ["-D", HERE, *(word for one in given for word in ("-c", one))]

    def spawn(self, program: str, arguments: list[str], folder: int) -> int:
        """Start a program in a folder, as the account and with no way back to us."""
        ourselves = os.getpid()
        child = os.fork()
        if child:
            return child
        try:
            _become(self.account, folder, self.log, ourselves)
            if program == "postgres":
                _make_way()
                _admit(self.person)
            path = f"{self.order.programs}/{program}"
            os.execve(path, [path, *arguments], {"PATH": "/usr/bin:/bin", "LC_ALL": "C"})
        except BaseException as error:
            os.write(2, f"{program}: {error}\n".encode())
            os._exit(1)

    def log_since(self, start: int) -> str:
        """Return the end of what the programs have said since the log had this length."""
        said = os.pread(self.log, LOG_LIMIT_BYTES, start).decode(errors="replace")
        return "\n".join(said.strip().splitlines()[-10:])


def _become(account: Account | None, folder: int, log: int, parent: int) -> None:
    """Turn the forked child into what the server is to be: nobody, nowhere, bound to us."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGCHLD, signal.SIGPIPE, signal.SIGXFSZ):
        signal.signal(number, signal.SIG_DFL)
    os.fchdir(folder)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.umask(0o077)
    if account:
        os.setgroups([])
        os.setresgid(account.gid, account.gid, account.gid)
        os.setresuid(account.uid, account.uid, account.uid)
    _prctl(PR_SET_NO_NEW_PRIVS, 1)
    _prctl(PR_SET_PDEATHSIG, signal.SIGINT)  # After the change of user, which clears it.
    if os.getppid() != parent:
        raise Refused("the supervisor has ended")


def _prctl(option: int, value: int) -> None:
    if ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), f"prctl({option}) failed")


def _make_way() -> None:
    """End what a killed server has left, as the account and in the cluster's folder.

    Processes of a server whose first process is gone hold its shared memory, and no other can
    start. A first process that is still there is left to end by itself, or not ours to end.
    """
    for ticks in itertools.count():
        first, stopping = _first_process()
        found = list(_servers_here())
        if not found:
            break
        if first not in found:
            for process in found:
                with suppress(ProcessLookupError):
                    os.kill(process, signal.SIGKILL)
        elif ticks >= PATIENCE_TICKS and not stopping:
            raise Refused(f"another PostgreSQL, process {first}, uses this cluster")
        select.select([], [], [], TICK_MS / 1000)
    if first and _lives(first):  # Its number now belongs to a stranger.
        os.unlink("postmaster.pid")


def _servers_here() -> Iterator[int]:
    """Yield the processes of PostgreSQL that stand in the folder in which we stand."""
    here = os.stat(".")
    for name in os.listdir("/proc"):
        with suppress(OSError):
            if name.isdigit() and os.path.samestat(here, os.stat(f"/proc/{name}/cwd")):
                if Path(f"/proc/{name}/comm").read_text() == "postgres\n":
                    yield int(name)


def _first_process(folder: int | None = None) -> tuple[int | None, str]:
    """Return the first process by the cluster's own note of it, and its state."""
    try:
        file = os.open("postmaster.pid", os.O_RDONLY | os.O_NOFOLLOW, dir_fd=folder)
    except FileNotFoundError:
        return None, ""
    with open(file) as note:
        lines = note.read().splitlines()
    state = lines[7].strip() if len(lines) > 7 else ""
    return int(lines[0]) if lines else None, state


def _admit(person: str) -> None:
    """Let in one person of this machine, whom the kernel vouches for, as the one role."""
    _write("pg_hba.conf", f"local all {ROLE} peer map=owner\n")
    _write("pg_ident.conf", f'owner "{person}" {ROLE}\n')


def _write(name: str, text: str) -> None:
    file = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    with open(file, "w") as out:
        out.write(text)


def _folder(path: str) -> int:
    os.makedirs(path, mode=0o700, exist_ok=True)
    return os.open(path, os.O_DIRECTORY)


def _log(data: int) -> int:
    """Open the server's log, beginning a new one when it has grown; errors of ours go there."""
    with suppress(FileNotFoundError):
        if os.stat(LOG, dir_fd=data).st_size > LOG_LIMIT_BYTES:
            os.replace(LOG, f"{LOG}.1", src_dir_fd=data, dst_dir_fd=data)
    flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW
    log = os.open(LOG, flags, 0o600, dir_fd=data)
    os.dup2(log, 2)
    return log


def _account_of_cluster(about: os.stat_result, path: str) -> Account | None:
    """Return whom a cluster belongs to, for it runs as nobody else."""
    if os.geteuid() != 0:
        if about.st_uid != os.geteuid():
            raise Refused(f"{path} belongs to user {about.st_uid}: start as that user or as root")
        return None
    if about.st_uid == 0:
        raise Refused(f"{path} belongs to root, as whom PostgreSQL does not run: chown it")
    return Account(about.st_uid, about.st_gid)


def _name(user: int) -> str:
    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:
        raise Refused(
            f"user {user} has no name on this machine (no line in /etc/passwd), and PostgreSQL "
            "needs one: add it, or set BEZANT_DATABASE_URL"
        ) from None


def _socket_folder(account: Account | None) -> str:
    """Make a folder for the socket, with a short path, that only the account can enter."""
    for parent in (tempfile.gettempdir(), "/tmp", "/run", "/dev/shm"):
        if len(parent) > SOCKET_FOLDER_LIMIT or (account and not _is_public(parent)):
            continue
        with suppress(OSError):
            made = tempfile.mkdtemp(prefix="bezant-", dir=parent)
            if account:
                os.chown(made, *account)
            return made
    raise Refused("there is no folder for temporary files in which a socket could be")


def _is_public(path: str) -> bool:
    """Tell whether any account may walk to this folder."""
    folder = Path(path).resolve()
    return all(part.stat().st_mode & stat.S_IXOTH for part in (folder, *folder.parents))


def _locked(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _noted(lock: int) -> dict[str, object]:
    """Return what the holder of the lock has written, nothing if it has not yet."""
    try:
        return json.loads(os.pread(lock, 4096, 0))
    except ValueError:
        return {}


def _lives(process: int) -> bool:
    """Tell whether a process runs, which one that is only not yet buried does not."""
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in "ZX"


def _is_ready(cluster: int, child: int) -> bool:
    return _first_process(cluster) == (child, "ready")


def _ended(child: int) -> int | None:
    """Return the exit status of a child that has ended: negative for a signal."""
    found, status = os.waitpid(child, os.WNOHANG)
    return os.waitstatus_to_exitcode(status) if found else None


def _say(**words: str) -> None:
    """Tell the owner, who may have stopped to listen."""
    with suppress(BrokenPipeError):
        os.write(1, json.dumps(words).encode() + b"\n")


def _order() -> Order:
    line = b""
    while not line.endswith(b"\n"):
        read = os.read(0, 65536)
        if not read:
            raise Refused("the owner has ended")
        line += read
    return Order(**json.loads(line))


def main() -> int:
    """Serve one order; 1 when that was refused."""
    os.chdir("/")
    os.umask(0o077)
    try:
        Supervisor(_order()).run()
    except Refused as refusal:
        _say(failed=str(refusal))
        return 1
    except OSError as error:
        _say(failed=f"{error}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
