"""Bank files: payments packed and entries read in a second, and the memory that it takes."""

import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

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


def run(run: Run) -> None:
    """Measure each format, then compare the memory of a whole file with that of a tenth."""
    half = run.plan.file_entries // 2
    peaks: dict[str, int] = {}
    with TemporaryDirectory() as folder:
        root = Path(folder)
        subjects: dict[str, Subject] = {}
        for name, make, times in (
            ("ach", "pack ach", _ACH),
            ("pain.001", "pack pain.001", _ISO),
            ("camt.053", "write camt.053", _ISO),
        ):
            count, path = half * times, root / name
            _do(make, count, path)
            if make.startswith("pack"):
                subjects[f"{make} of {count:,}"] = _subject(peaks, make, count, root / "packed")
            subjects[f"read {name} of {count:,}"] = _subject(peaks, "read", count, path)
        run.measure("bank files", "entries/s", subjects)
        small, large = root / "small", root / "camt.053"
        _do("write camt.053", half // _SHARE, small)
        tenth, whole = (
            _do("read", half // _SHARE, small).peak,
            _do("read", half, large).peak,
        )
    told = ", ".join(f"{name} {peak / _MEGABYTE:.0f}" for name, peak in peaks.items())
    run.report.notes.append(f"Peak memory of the process in MB: {told}.")
    run.report.compare(
        f"memory to read camt.053 of {half:,} entries / of {half // _SHARE:,}",
        [whole / tenth],
        at_most=1.1,
    )


def _subject(peaks: dict[str, int], work: str, count: int, path: Path) -> Subject:
    def measured() -> Reading:
        taken = _do(work, count, path)
        name = work if work != "read" else f"read {path.name}"
        peaks[name] = max(peaks.get(name, 0), taken.peak)
        return Reading(count / taken.seconds)

    return measured


def _do(work: str, count: int, path: Path) -> Taken:
    """Do a piece of work in a process of its own, which has held nothing before."""
    command = [sys.executable, "-m", "bench.file_work", work, str(count), str(path)]
    done = subprocess.run(command, check=True, capture_output=True)
    return msgspec.json.decode(done.stdout, type=Taken)
