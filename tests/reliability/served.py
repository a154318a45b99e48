"""A served Bezant that can be killed: the real command, a real database, a real port."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx

from bezant.db.embedded import running_at

KEY = "sk_test_reliability_1234"
PATIENCE_S = 60


class Served:
    """`bezant serve` on a folder of its own; started again, it goes on with the same folder."""

    def __init__(self, folder: Path, port: int):
        self.folder = folder
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        self.process = None

    def start(self):
        """Start, and wait until it is ready."""
        environment = {name: value for name, value in os.environ.items() if "BEZANT" not in name}
        environment |= {"BEZANT_TEST_SECRET_KEY": KEY, "BEZANT_LOG_LEVEL": "error"}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bezant", "serve", "--port", str(self.port)],
            env=environment | {"BEZANT_DATA": str(self.folder)},
            stdout=subprocess.DEVNULL,
        )
        self.wait_ready()

    def wait_ready(self):
        """Wait until requests are served."""
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            assert self.process.poll() is None, "the server has ended by itself"
            try:
                if httpx.get(f"{self.url}/readyz", timeout=20).status_code == 200:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.02)
        raise AssertionError("the server did not become ready")

    def database(self):
        """Return the address of its database."""
        address = running_at(self.folder)
        assert address is not None
        return address

    def postmaster(self):
        """Return the process id of its database's first process."""
        (note,) = self.folder.rglob("postmaster.pid")
        return int(note.read_text().split("\n", 1)[0])

    def kill_server(self):
        """End the serving process as a power cut would."""
        self.process.kill()
        self.process.wait()

    def kill_database(self):
        """End the database's first process as a power cut would."""
        os.kill(self.postmaster(), signal.SIGKILL)

    @property
    def running(self):
        """Whether it has been started and has not ended."""
        return self.process is not None and self.process.poll() is None

    def stop(self):
        """End it as an operator would."""
        if self.running:
            self.process.terminate()
            assert self.process.wait(timeout=60) == 0, "a clean stop ends well"
