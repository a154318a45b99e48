"""The stage: an embedded PostgreSQL that forgets nothing, databases with accounts in them, servers.

One database is set up over the API, as a customer would; every subject gets a copy of it, so that
all start from the same. A server is `bezant serve` as anybody starts it, or the yardstick.
"""

import itertools
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple, Self

import httpx

from bench.load import Load, Result
from bench.load import run as send
from bench.measure import Reading
from bezant.db.embedded import EmbeddedServer
from bezant.db.pool import connect_sync, in_database

SECRET = "sk_test_benchmark_0123456789"
HOST = "127.0.0.1"
TEMPLATE = "bezant"
FUNDS = 99_999_999
"""Minor units: the most that one top-up may bring."""
PATIENCE_SECONDS = 60

_SERVES = re.compile(r"http://[^:]+:(\d+)")
_KEYS = itertools.count(1)


class Server(NamedTuple):
    """A server process."""

    pid: int
    port: int
    database: str

    def send(
        self,
        path: str,
        bodies: list[str],
        *,
        connections: int,
        seconds: float,
        requests: int = sys.maxsize,
        content_type: str = "application/x-www-form-urlencoded",
    ) -> Result:
        """Send requests, each under a new key; every one of them must be carried out."""
        result = send(
            Load(
                host=HOST,
                port=self.port,
                path=path,
                secret=SECRET,
                keys=f"bench-{os.getpid()}-{next(_KEYS)}",
                bodies=bodies,
                connections=connections,
                seconds=seconds,
                requests=requests,
                content_type=content_type,
            )
        )
        assert set(result.statuses) == {200}, f"{result.statuses}: {result.sample}"
        return result

    def read(self, path: str, bodies: list[str], connections: int, seconds: float) -> Reading:
        """Send forms and return how fast they were carried out."""
        result = self.send(path, bodies, connections=connections, seconds=seconds)
        return Reading(result.rate, result.p50_ms, result.p99_ms)

    @property
    def memory_bytes(self) -> int:
        """How much memory the process holds, without what it shares with the database."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        found = re.search(r"^RssAnon:\s+(\d+) kB", status, re.MULTILINE)
        assert found, "the system tells a process's memory"
        return int(found[1]) * 1_024


class Stage:
    """Where everything is measured; a context manager that leaves nothing behind."""

    def __init__(self, accounts: int) -> None:
        """Say how many connected accounts there are."""
        self._count = accounts
        self._numbers = itertools.count(1)
        self.accounts: list[str] = []
        self.platform = ""

    def __enter__(self) -> Self:
        self._folder = tempfile.TemporaryDirectory(prefix="bezant-bench-")
        self._postgres = EmbeddedServer.start(Path(self._folder.name) / "postgres")
        with self.serve(TEMPLATE) as server:
            self._set_up(server)
        return self

    def __exit__(self, *failure: object) -> None:
        self._postgres.stop()
        self._folder.cleanup()

    @property
    def transfers(self) -> list[str]:
        """A form for a transfer to each of the accounts."""
        return [f"amount=1&currency=usd&destination={account}" for account in self.accounts]

    def url(self, database: str) -> str:
        """Return the address of a database, as libpq takes it."""
        return in_database(self._postgres.url, database)

    def copy(self, source: str = TEMPLATE) -> str:
        """Return the name of a new database with everything that another one has."""
        name = f"copy_{next(self._numbers)}"
        with connect_sync(self.url("postgres")) as connection:
            connection.execute(f"create database {name} template {source}".encode())
        return name

    def settle(self, database: str) -> None:
        """Leave no work behind that tables which had grown slowly would not have waiting."""
        with connect_sync(self.url(database)) as connection:
            connection.execute(b"vacuum (analyze)")
            connection.execute(b"checkpoint")

    def drop(self, database: str) -> None:
        """Remove a database."""
        with connect_sync(self.url("postgres")) as connection:
            connection.execute(f"drop database {database}".encode())

    @contextmanager
    def copied(self) -> Iterator[str]:
        """Lend a copy of the database that was set up."""
        name = self.copy()
        try:
            yield name
        finally:
            self.drop(name)

    @contextmanager
    def serve(self, database: str, *, yardstick: str | None = None) -> Iterator[Server]:
        """Run a server on a database: the platform's, or the module of a yardstick."""
        folder = Path(self._folder.name) / f"server-{next(self._numbers)}"
        folder.mkdir()
        what = ["bezant", "serve"] if yardstick is None else [yardstick]
        order = [sys.executable, "-m", *what]
        with (folder / "log").open("w") as log:
            process = subprocess.Popen(
                order,
                env=_environment(self._postgres.url, database, folder),
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
            try:
                yield Server(process.pid, _port(process, folder / "log"), database)
            finally:
                process.terminate()
                process.communicate(timeout=PATIENCE_SECONDS)

    def _set_up(self, server: Server) -> None:
        """Open the accounts and bring the money in."""
        base = f"http://{HOST}:{server.port}/v1"
        head = {"Authorization": f"Bearer {SECRET}"}
        with httpx.Client(base_url=base, headers=head, timeout=PATIENCE_SECONDS) as client:
            form = {"type": "custom", "country": "US", "capabilities[transfers][requested]": "true"}
            self.accounts = [_post(client, "/accounts", form)["id"] for _ in range(self._count)]
            self.platform = client.get("/account").raise_for_status().json()["id"]
            topup = _post(client, "/topups", {"amount": str(FUNDS), "currency": "usd"})["id"]
            deadline = time.monotonic() + PATIENCE_SECONDS
            while client.get(f"/topups/{topup}").json()["status"] != "succeeded":
                assert time.monotonic() < deadline, "the simulated bank has not paid"
                time.sleep(0.05)


def _post(client: httpx.Client, path: str, form: dict[str, str]) -> dict[str, Any]:
    return client.post(path, data=form).raise_for_status().json()


def _environment(url: str, database: str, folder: Path) -> dict[str, str]:
    """Return the settings of a server: all as delivered, but for where it is and what it knows."""
    others = {name: value for name, value in os.environ.items() if not name.startswith("BEZANT_")}
    return others | {
        "BEZANT_DATABASE_URL": url.replace(f"/{TEMPLATE}?", f"/{database}?"),
        "BEZANT_TEST_SECRET_KEY": SECRET,
        "BEZANT_DATA": str(folder),
        "BEZANT_PORT": "0",
        "BEZANT_LOG_FORMAT": "json",
    }


def _port(process: subprocess.Popen[str], log: Path) -> int:
    """Wait until a server says where it serves."""
    assert process.stdout is not None
    for line in process.stdout:
        if found := _SERVES.search(line):
            return int(found[1])
    raise AssertionError(f"the server has not started: {log.read_text()[-2_000:]}")
