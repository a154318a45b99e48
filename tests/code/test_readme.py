"""The README's program runs as it stands, against a server that is started as it says."""

import os
import re
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from tests.code.source import ROOT

README = (ROOT / "README.md").read_text()
PROGRAM = re.search(r"```python\n(.*?)```", README, re.DOTALL)[1]
KEY = re.search(r"BEZANT_TEST_SECRET_KEY=(\S+) make serve", README)[1]


@pytest.fixture
def served(tmp_path):
    """The port of a server with the README's key."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [Path(sys.executable).with_name("bezant"), "serve", "--port", str(port)],
        env=os.environ | {"BEZANT_TEST_SECRET_KEY": KEY},
        cwd=tmp_path,
    )
    try:
        wait_for(f"http://127.0.0.1:{port}/readyz", process)
        yield port
    finally:
        process.terminate()
        process.wait(30)


def wait_for(url, process):
    """Return when the server says that it is ready."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert process.poll() is None, "the server has stopped"
        try:
            if httpx.get(url).status_code == httpx.codes.OK:
                return
        except httpx.TransportError:
            time.sleep(0.05)
    pytest.fail(f"{url} does not answer")


def test_the_program_of_the_readme_runs(served):
    assert f'"{KEY}"' in PROGRAM
    names = {}
    exec(PROGRAM.replace(":4242", f":{served}"), names)
    account = names["seller"].id
    balance = names["client"].v1.balance.retrieve(None, {"stripe_account": account})
    assert balance.available[0].amount == 0
    assert names["payout"].id.startswith("po_")
    assert names["payout"].amount == 60_00
