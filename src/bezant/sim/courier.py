"""The way between a bank and its client: two folders, and the accidents that happen on it."""

import os
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Literal

Kind = str
"""What sort of file it is, as a scheme or the bank names it: `ack`, `returns`, `bai2` ..."""

Fault = Literal["lose", "hold", "double", "truncate", "reorder"]


class Courier:
    """Carries files: the client's from `to_bank`, the bank's into `from_bank`.

    A file appears by a rename, whole; names that begin with a dot are not there yet. What was
    taken is kept in `taken`, what waits on the way in `held`.
    """

    def __init__(self, root: Path) -> None:
        """Make the folders below `root`."""
        self.to_bank = root / "to_bank"
        self.from_bank = root / "from_bank"
        self._taken = root / "taken"
        self._held = root / "held"
        self._faults: Counter[tuple[Fault, Kind]] = Counter()
        self._passed: dict[Kind, list[tuple[str, bytes]]] = {}
        for folder in (self.to_bank, self.from_bank, self._taken, self._held):
            folder.mkdir(parents=True, exist_ok=True)

    def arrivals(self) -> Iterator[Path]:
        """Yield the files that wait for the bank, by name."""
        for path in sorted(self.to_bank.iterdir()):
            if path.is_file() and not path.name.startswith("."):
                yield path

    def fetch(self, path: Path) -> bytes | None:
        """Return what a file holds, or None if it is gone."""
        try:
            return path.read_bytes()
        except FileNotFoundError:
            return None

    def keep(self, path: Path, digest: str) -> None:
        """Put a file that was read aside, under a name that says what was in it."""
        with suppress(FileNotFoundError):  # Another process of the bank was faster.
            path.replace(self._taken / f"{digest[:16]}-{path.name}")

    def fault(self, fault: Fault, kind: Kind, times: int = 1) -> None:
        """Let an accident happen to the next files of a kind.

        `lose`: it never arrives. `hold`: it arrives at `release`. `double`: it arrives twice,
        the second time under another name. `truncate`: its second half is missing. `reorder`: it
        arrives after the next one of its kind.
        """
        self._faults[fault, kind] += times

    def send(self, kind: Kind, name: str, content: bytes) -> None:
        """Bring a file to the client, with the accident that is due, if any."""
        if self._happens("lose", kind):
            return
        if self._happens("reorder", kind):
            self._passed.setdefault(kind, []).append((name, content))
            return
        folder = self._held if self._happens("hold", kind) else self.from_bank
        if self._happens("truncate", kind):
            content = content[: len(content) // 2]
        _appear(folder / name, content)
        if self._happens("double", kind):
            stem, dot, suffix = name.partition(".")
            _appear(folder / f"{stem}-again{dot}{suffix}", content)
        for passed, late in self._passed.pop(kind, ()):
            _appear(self.from_bank / passed, late)

    def release(self) -> list[str]:
        """Bring what was held to the client; returns the names in the order of arrival."""
        paths = sorted(self._held.iterdir(), key=lambda path: (path.stat().st_mtime_ns, path.name))
        for path in paths:
            path.replace(self.from_bank / path.name)
        return [path.name for path in paths]

    def _happens(self, fault: Fault, kind: Kind) -> bool:
        due = self._faults[fault, kind] > 0
        self._faults[fault, kind] -= due
        return due


def _appear(path: Path, content: bytes) -> None:
    """Write a file so that a reader sees all of it or nothing, also after a power cut."""
    draft = path.with_name(f".{path.name}")
    with draft.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
