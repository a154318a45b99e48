"""Bank files: payments packed and entries read in a second, and the memory that it takes."""

import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import msgspec

from bench.measure import Reading, Subject
from bench.run import Run

_MEGABYTE = 1 << 20
_SHARE = 10
_ACH, _ISO = 2, 1
"""How many times the plan's half of entries: 100,000 for ACH, 50,000 for ISO 20022."""


class Taken(msgspec.Struct):
    """What a piece of work took: seconds, and bytes at its peak."""

    seconds: float
    peak: int


class Format(NamedTuple):
    """A file, what makes it, what makes it without holding its orders, who reads it, how large."""

    name: str
    make: str
    stream: str
    read: str
    times: int


FORMATS = (
    Format("ach", "pack ach", "make and pack ach", "read", _ACH),
    Format("bacs", "pack bacs", "make and pack bacs", "read", _ISO),
    Format("pain.001", "pack pain.001", "make and pack pain.001", "read", _ISO),
    Format("pain.008", "pack pain.008", "make and pack pain.008", "read", _ISO),
    Format("pain.002", "write pain.002", "", "hear", _ISO),
    Format("camt.053", "write camt.053", "", "read", _ISO),
)
"""`hear` reads as the platform does, `read` as a person does."""


def run(run: Run) -> None:
    """Measure each format, then compare the memory of a whole file with that of a tenth."""
    half = run.plan.file_entries // 2
    with TemporaryDirectory() as folder:
        root = Path(folder)
        subjects: dict[str, Subject] = {}
        for one in FORMATS:
            count, path = half * one.times, root / one.name
            _do(one.make, count, path)
            if one.make.startswith("pack"):
                subjects[f"{one.make} of {count:,}"] = _subject(one.make, count, root / "packed")
            subjects[f"read {one.name} of {count:,}"] = _subject(one.read, count, path)
        run.measure("bank files", "entries/s", subjects)
        for one in FORMATS:
            works = (one.stream or one.make, one.read)
            _compare_memory(run, root, one.name, works, half * one.times)


def _compare_memory(run: Run, root: Path, name: str, works: tuple[str, str], count: int) -> None:
    """Hold the memory of a file against that of a tenth, made and then read."""
    tenth = count // _SHARE
    for work in works:
        small = _do(work, tenth, root / f"{name} small").peak
        large = _do(work, count, root / f"{name} large").peak
        verb = "read" if work in ("read", "hear") else "pack" if "pack" in work else ""
        if not verb:
            continue
        run.report.notes.append(
            f"Peak memory to {verb} {name}: {large / _MEGABYTE:.1f} MB of {count:,} entries, "
            f"{small / _MEGABYTE:.1f} MB of {tenth:,}."
        )
        run.report.compare(
            f"memory to {verb} {name} of {count:,} entries / of {tenth:,}",
            [large / small],
            at_most=1.1,
        )


def _subject(work: str, count: int, path: Path) -> Subject:
    return lambda: Reading(count / _do(work, count, path).seconds)


def _do(work: str, count: int, path: Path) -> Taken:
    """Do a piece of work in a process of its own, which has held nothing before."""
    command = [sys.executable, "-m", "bench.file_work", work, str(count), str(path)]
    done = subprocess.run(command, check=True, capture_output=True)
    return msgspec.json.decode(done.stdout, type=Taken)
