"""`bezant serve` says what a newcomer needs, refuses clearly, and ends with all that it started."""

import os
import re
import signal
import subprocess
import sys

import httpx
import pytest

from tests.cli.told import address
from tests.db.processes import children, wait_for_end, wait_until

SERVES = re.compile(r"Bezant serves on (http://127\.0\.0\.1:(\d+))\. Ctrl-C stops it\.")
ENDS_WITHIN_S = 60


class Serving:
    """`bezant serve` in a process group of its own, from its start to what it said last."""

    def __init__(self, folder, *options, url=None):
        environment = {name: value for name, value in os.environ.items() if "BEZANT" not in name}
        if url is not None:
            environment["BEZANT_DATABASE_URL"] = address(url)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bezant", "serve", "--data", str(folder), *options],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            text=True,
        )
        self.pid = self.process.pid
        self.said = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()

    def until(self, wanted):
        """Read on until a line says it; returns what was found."""
        for line in self.process.stdout:
            self.said.append(line)
            if found := re.search(wanted, line):
                return found
        raise AssertionError("".join(self.said))

    def end(self, number, *, group=False):
        """Send a signal; returns the exit code, and keeps everything that was said."""
        (os.killpg if group else os.kill)(self.pid, number)
        rest, _ = self.process.communicate(timeout=ENDS_WITHIN_S)
        self.said.append(rest)
        assert "Traceback" not in "".join(self.said), "".join(self.said)
        return self.process.returncode


def refused(folder, *options):
    """The one line that a server says which cannot begin."""
    done = subprocess.run(
        [sys.executable, "-m", "bezant", "serve", "--data", str(folder), *options],
        capture_output=True, text=True, timeout=ENDS_WITHIN_S, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1), done
    return done.stderr.removeprefix("bezant: ").rstrip("\n")


def test_a_server_of_its_own_from_the_first_start_to_the_second(bezant, tmp_path):
    data = tmp_path / "data"
    with Serving(data, "--port", "0") as first:
        secret = first.until(r"shown only this once: (sk_test_\w+)")[1]
        url, port = first.until(SERVES).groups()
        assert len([line for line in first.said if "sk_test_" in line]) == 1
        assert httpx.get(f"{url}/v1/balance", auth=(secret, "")).status_code == 200
        own = httpx.get(f"{url}/v1/account", auth=(secret, "")).json()
        assert (own["payouts_enabled"], len(own["external_accounts"]["data"])) == (True, 1)
        assert httpx.get(f"{url}/v1/accounts", auth=(secret, "")).json()["data"] == []

        other = tmp_path / "other"
        assert refused(other, "--port", port) == (
            f"127.0.0.1:{port} is taken by another program; choose another with --host and --port"
        )
        assert not other.exists()
        assert refused(data, "--port", "0") == (
            f"process {first.pid} already runs a server here, and a data folder has one owner at "
            "a time"
        )
        (key,) = bezant("keys", "list", "--data", data, "--json").json
        assert secret.endswith(key["shown"])
        assert first.end(signal.SIGTERM) == 0
    with Serving(data, "--port", "0") as second:
        url, _ = second.until(SERVES).groups()
        assert "sk_test_" not in "".join(second.said)
        assert httpx.get(f"{url}/v1/balance", auth=(secret, "")).status_code == 200
        assert second.end(signal.SIGINT) == 0
    assert bezant("keys", "list", "--data", data, "--json").json == [key]


def test_all_processes_end_on_an_order(database, tmp_path):
    with Serving(tmp_path, "--port", "0", "--workers", "3", url=database) as server:
        url, _ = server.until(SERVES).groups()
        others = children(server.pid)
        assert len(others) >= 2
        assert httpx.get(f"{url}/readyz").status_code == 200
        assert server.end(signal.SIGTERM) == 0
        wait_for_end(*others)


@pytest.mark.parametrize("serving", [1, 3])
def test_ctrl_c_reaches_all_processes_and_is_obeyed_quietly(database, tmp_path, serving):
    """The others hear of it at any time, while they load or while they serve."""
    with Serving(tmp_path, "--port", "0", "--workers", "3", url=database) as server:
        for _ in range(serving):
            server.until(r"Started server process")
        others = children(server.pid)
        assert server.end(signal.SIGINT, group=True) == 0
        wait_for_end(*others)


def test_all_processes_end_when_the_first_is_killed(database, tmp_path):
    with Serving(tmp_path, "--port", "0", "--workers", "3", url=database) as server:
        server.until(SERVES)
        wait_until(lambda: len(children(server.pid)) >= 3, "a tracker and two more", 60)
        others = children(server.pid)
        server.process.kill()
        wait_for_end(*others)


def test_an_address_that_is_not_ours_is_refused_in_words(tmp_path):
    data = tmp_path / "data"
    assert refused(data, "--host", "203.0.113.9") == (
        "203.0.113.9:4242 is no address of this machine; choose another with --host and --port"
    )
    assert not data.exists()


@pytest.mark.parametrize(("option", "value"), [("--port", "99999"), ("--workers", "0")])
def test_a_setting_out_of_its_range_is_refused(bezant, option, value):
    said = bezant("serve", option, value)
    assert said.problem.startswith(f"{option} (command line) is {value}; expected is an integer")
    assert said.code == 2
