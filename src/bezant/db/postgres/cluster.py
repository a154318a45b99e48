"""A cluster's folder as seen by the account that it belongs to, from within it."""

import os
import select
import signal
from collections.abc import Iterator
from contextlib import suppress
from itertools import count
from pathlib import Path

from bezant.db.postgres.refused import Refused

ROLE = "bezant"
HERE = "/proc/self/cwd"
"""The folder for a process that stands in it: it needs no way there through closed parents."""

POSTMASTER = "postmaster.pid"
PAUSE_S = 0.02
PATIENCE = 100
"""Pauses, two seconds, that a server which nobody owns has to be on its way out."""


def make_way() -> None:
    """End what a killed server has left in the folder in which we stand.

    Children of a postmaster that is gone hold its shared memory, so that no other can start. A
    postmaster that is still there is given time to end. Raises Refused when it does not.
    """
    for pauses in count():
        found = set(_servers_here())
        postmaster, state = postmaster_of(None)
        if postmaster not in found:
            _kill(found)
        elif pauses >= PATIENCE and state != "stopping":
            raise Refused(f"process {postmaster}, another's PostgreSQL, uses this cluster")
        if not found:
            break
        select.select([], [], [], PAUSE_S)
    if postmaster_of(None)[0]:  # Its number may belong to a stranger by now.
        Path(POSTMASTER).unlink()


def postmaster_of(folder: int | None) -> tuple[int, str]:
    """Return the postmaster's process and state by its own note, 0 and nothing without one.

    The folder is an open one, or where we stand.
    """
    try:
        file = os.open(POSTMASTER, os.O_RDONLY | os.O_NOFOLLOW, dir_fd=folder)
    except FileNotFoundError:
        return 0, ""
    with os.fdopen(file) as note:
        lines = note.read().splitlines()
    process = int(lines[0]) if lines else 0
    return process, lines[7].strip() if len(lines) > 7 else ""


def admit(person: str) -> None:
    """Let in one person of this machine, whom the kernel vouches for, as the one role."""
    _write("pg_hba.conf", f"local all {ROLE} peer map=owner\n")
    _write("pg_ident.conf", f'owner "{person}" {ROLE}\n')


def _servers_here() -> Iterator[int]:
    """Yield the processes of PostgreSQL that stand where we stand."""
    here = Path().stat()
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            named = (process / "comm").read_text() == "postgres\n"
            if named and os.path.samestat(here, (process / "cwd").stat()):
                yield int(process.name)


def _kill(processes: set[int]) -> None:
    for process in processes:
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)


def _write(name: str, text: str) -> None:
    file = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    with os.fdopen(file, "w") as out:
        out.write(text)
