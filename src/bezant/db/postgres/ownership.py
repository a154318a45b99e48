"""Who owns a data folder: a lock that ends with its holder, and in it a note for others."""

import fcntl
import json
import os
from pathlib import Path
from typing import NamedTuple

FILE = "postgres.lock"
_NOTE_BYTES = 1024
"""More than a note has, so that it is written and read in one piece."""


class Note(NamedTuple):
    """What the holder of the lock tells others."""

    owner: int
    sockets: str
    ready: bool = False
    stopping: bool = False


class Lock:
    """The lock on a data folder, which is open already."""

    def __init__(self, folder: int) -> None:
        """Open the lock, without taking it."""
        flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW
        self._file = os.open(FILE, flags, 0o600, dir_fd=folder)

    def take(self) -> bool:
        """Try to become the owner; false while somebody else is."""
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def living_owner(self) -> int | None:
        """Return the process that the server which holds the lock serves, unless both end."""
        note = self.read()
        return note.owner if note and not note.stopping and _lives(note.owner) else None

    def read(self) -> Note | None:
        """Return what the latest holder wrote; nothing when it did not yet."""
        return _note(os.pread(self._file, _NOTE_BYTES, 0))

    def write(self, note: Note) -> None:
        """Tell others; only for the holder."""
        os.pwrite(self._file, json.dumps(note._asdict()).encode().ljust(_NOTE_BYTES), 0)


def note_of_holder(data: Path) -> Note | None:
    """Return the note of who holds a data folder's lock; nothing when nobody does."""
    try:
        with (data / FILE).open("rb") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return _note(lock.read())
    except FileNotFoundError:
        return None
    return None


def _note(written: bytes) -> Note | None:
    try:
        return Note(**json.loads(written))
    except (ValueError, TypeError):
        return None


def _lives(process: int) -> bool:
    """Tell whether a process runs, which one that is only not buried yet does not."""
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in {"Z", "X"}
