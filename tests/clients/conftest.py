"""What drives a served Bezant from outside: the official clients, and a program that is called.

The official command line and the Node SDK come from `package-lock.json`; `make test` installs
them where npm is. Where they are not, the tests that need them are deselected, which is said.
"""

import queue
import shutil
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.clients.flaky import Flaky
from tests.clients.programs import Programs
from tests.reliability.served import KEY, Served

MODULES = Path(__file__).parents[2] / ".venv/clients/node_modules"
COMMAND = MODULES / "@stripe/cli-linux-x64/bin/stripe"
SERVER = pytest.StashKey[Served]()
NEEDS = {"official": COMMAND.exists, "node_modules": (MODULES / "stripe").exists}


def pytest_collection_modifyitems(config, items):
    """Leave out what cannot run here."""
    absent = {name for name, there in NEEDS.items() if not there() or not shutil.which("node")}
    left_out = [item for item in items if absent.intersection(getattr(item, "fixturenames", ()))]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]
        print(f"{len(left_out)} tests are left out: `make test` installs their clients by npm")


def pytest_runtest_teardown(item, nextitem):
    """Let the server rest when tests of other folders come: it would work on for all their time."""
    if nextitem is None or Path(__file__).parent not in nextitem.path.parents:
        server = item.session.stash.get(SERVER, None)
        if server is not None:
            server.stop()


@pytest.fixture
def served(request, tmp_path_factory):
    """A served Bezant on a free port, the same one for all tests here."""
    server = request.session.stash.get(SERVER, None)
    if server is None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        server = Served(tmp_path_factory.mktemp("clients") / "data", port)
        request.session.stash[SERVER] = server
    if not server.running:
        server.start()
    return server


@pytest.fixture(scope="session")
def node_modules():
    """Where the Node SDK is."""
    return MODULES


@pytest.fixture
def programs(tmp_path):
    """Starts programs, each with a home of its own, and ends them."""
    with Programs({"HOME": str(tmp_path), "STRIPE_API_KEY": KEY}) as started:
        yield started


@pytest.fixture
def official(programs, served):
    """Runs the official command line against the server."""
    return programs.of(str(COMMAND), after=("--api-base", served.url, "--color", "off"))


class Call(NamedTuple):
    """What a program was sent."""

    path: str
    body: bytes
    signature: str


class Receiver:
    """A program that takes webhooks; `statuses` are its next answers, then always 200."""

    def __init__(self):
        self.calls = queue.Queue()
        self.statuses = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.calls.put(Call(self.path, body, self.headers["Stripe-Signature"]))
                self.send_response(outer.statuses.pop(0) if outer.statuses else 200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hooks"

    def next(self):
        """Return what came next, within half a minute."""
        return self.calls.get(timeout=60)


@pytest.fixture
def receiver():
    """A program that takes webhooks."""
    taking = Receiver()
    thread = threading.Thread(target=taking.server.serve_forever)
    thread.start()
    yield taking
    taking.server.shutdown()
    thread.join()
    taking.server.server_close()


@pytest.fixture
def flaky(served):
    """A proxy before the server that can fail."""
    with Flaky(served.url) as proxy:
        yield proxy
