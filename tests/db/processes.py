"""Processes as the machine sees them, and owners of servers that can be killed."""

import json
import os
import re
import select
import subprocess
import sys
from pathlib import Path

OWNER = """
import json, sys
from pathlib import Path
from bezant.db.embedded import EmbeddedServer
server = EmbeddedServer.start(Path(sys.argv[1]))
told = {"url": server.url, "pid": server.pid, "supervisor": server.supervisor_pid}
print(json.dumps(told), flush=True)
sys.stdin.read()
"""
"""Starts a server, tells about it, and never stops it by itself."""

TOOK_TOO_LONG_S = 60


class Owner:
    """A process that owns a server."""

    def __init__(self, data, *prefix):
        self.process = subprocess.Popen(
            [*prefix, sys.executable, "-c", OWNER, str(data)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True,
        )  # fmt: skip
        line = self.process.stdout.readline()
        assert line, "the owner could not start a server"
        told = json.loads(line)
        self.url, self.pid, self.supervisor = told["url"], told["pid"], told["supervisor"]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.communicate()
        wait_for_end(self.supervisor, self.pid)


def status(pid):
    """What /proc tells of a process, by name; nothing when it has ended."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return {}
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}


def lives(pid):
    return status(pid).get("State", "Z")[0] not in "ZX"


def children(pid):
    """The processes whose parent this one is."""
    numbers = [int(path.name) for path in Path("/proc").glob("[0-9]*")]
    return {number for number in numbers if status(number).get("PPid") == str(pid)}


def look(pid, *command):
    """What a command says that runs as whom a process does: not even root may look otherwise."""
    user, group = (int(status(pid)[name].split()[0]) for name in ("Uid", "Gid"))
    whom = {"user": user, "group": group, "extra_groups": []} if user != os.geteuid() else {}
    return subprocess.check_output(command, cwd="/", text=True, **whom)


def shared_memory(pid):
    """The segments and files of shared memory that a process has: what it could leave behind."""
    maps = look(pid, "cat", f"/proc/{pid}/maps")
    files = set(re.findall(r"/dev/shm/\S+", maps))
    segments = set(re.findall(r"(\d+)\s+/SYSV\w+", maps))
    return files, segments


def left_of(files, segments):
    """Which of these still exist."""
    lines = Path("/proc/sysvipc/shm").read_text().splitlines()[1:]
    existing = {line.split()[1] for line in lines}
    return {file for file in files if Path(file).exists()} | (segments & existing)


def wait_until(condition, why, seconds=TOOK_TOO_LONG_S):
    """Poll until something holds."""
    for _ in range(seconds * 50):
        if condition():
            return
        select.select([], [], [], 0.02)
    raise AssertionError(f"not in {seconds} seconds: {why}")


def wait_for_end(*pids):
    wait_until(lambda: not any(map(lives, pids)), f"the end of {pids}")
