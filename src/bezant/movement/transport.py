"""Transports: how files reach a bank and come back; a folder, and what others are like."""

import shutil
import weakref
from collections.abc import Callable
from pathlib import Path
from tempfile import mkdtemp
from typing import BinaryIO, NamedTuple, Protocol

from bezant.movement.profile import BankProfile


class Arrival(NamedTuple):
    """A file that a bank has left for us, as it is called there, and where it is now."""

    name: str
    path: Path


class Fetched:
    """Where files from afar are put while they are dealt with: a folder that is made when needed.

    It is emptied before others are fetched, and goes when nobody has it any more.
    """

    def __init__(self) -> None:
        self._folder: Path | None = None
        self._remove: Callable[[], object] | None = None

    def clear(self) -> None:
        """Let go of what was fetched before."""
        if self._remove is not None:
            self._remove()
        self._folder = self._remove = None

    def place(self, number: int) -> Path:
        """Return where the nth file goes; its name at the bank may not be one here."""
        if self._folder is None:
            self._folder = Path(mkdtemp(prefix="bezant-"))
            self._remove = weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)
        return self._folder / f"{number:06}"


class Transport(Protocol):
    """The way to one bank; an OSError means that the outcome is not known."""

    def put(self, name: str, source: BinaryIO) -> None:
        """Hand a file over; again under the same name it is the same file, not a second one.

        The source can be gone through again, and is nowhere in memory as a whole.
        """
        ...

    def took(self, name: str, sha256: str = "") -> bool:
        """Tell whether the bank is known to have a file: the enquiry after an unknown outcome.

        With its digest (hex), another file under the name is none: an OSError says so.
        """
        ...

    def arrivals(self) -> list[Arrival]:
        """Return the files that wait for us, by name; those from afar stay until the next call."""
        ...

    def done(self, name: str) -> None:
        """Put a file that was dealt with aside."""
        ...


def root_of(bank: BankProfile, data: Path) -> Path:
    """Return the folder that is shared with a bank; `data` is the data folder."""
    return data / bank.transport.options.get("root", f"banks/{bank.name}")


class Folder:
    """A pair of folders that we share with a bank; files appear in them by a rename, whole."""

    def __init__(self, root: Path) -> None:
        """Make the folders below `root`."""
        self._to_bank = root / "to_bank"
        self._from_bank = root / "from_bank"
        self._done = root / "done"
        for folder in (self._to_bank, self._from_bank, self._done):
            folder.mkdir(parents=True, exist_ok=True)

    def put(self, name: str, source: BinaryIO) -> None:
        """Write under a hidden name, then rename."""
        draft = self._to_bank / f".{name}"
        source.seek(0)
        with draft.open("wb") as file:
            shutil.copyfileobj(source, file)
        draft.replace(self._to_bank / name)

    def took(self, name: str, sha256: str = "") -> bool:
        """Look for the file where it was put, and for the bank's acknowledgement of it."""
        del sha256  # An acknowledgement brings the digest itself, and nobody else writes there.
        answers = (self._from_bank / f"{name}.ack", self._done / f"{name}.ack")
        return (self._to_bank / name).exists() or any(answer.exists() for answer in answers)

    def arrivals(self) -> list[Arrival]:
        """Return what has wholly appeared, where it is."""
        paths = sorted(path for path in self._from_bank.iterdir() if not path.name.startswith("."))
        return [Arrival(path.name, path) for path in paths]

    def done(self, name: str) -> None:
        """Move a file out of the way, keeping it."""
        (self._from_bank / name).replace(self._done / name)
