"""TigerBeetle: its own benchmark, by the binary that TIGERBEETLE names, and what it says it did.

It moves 128-byte transfers in batches of thousands between accounts in its own file, without an
API or documents, so its figure is one for the ledger alone.
"""

import os
import re
import subprocess
import tempfile

from bench.measure import Reading
from bench.run import Run

CASE = "TigerBeetle's own benchmark"
VARIABLE = "TIGERBEETLE"
TRANSFERS_A_SECOND = 250_000
"""How many are asked for, for each second that a reading is to take."""
PATIENCE_SECONDS = 300

_ACCEPTED = re.compile(r"load accepted = ([\d_,]+) tx/s")


def run(run: Run) -> None:
    """Run it in every round, if it is there."""
    binary = os.environ.get(VARIABLE)
    if not binary:
        run.report.notes.append(f"{CASE}: left out, for {VARIABLE} names no binary.")
        return
    count = max(round(run.plan.seconds * TRANSFERS_A_SECOND), 1)
    run.measure(CASE, "transfers/s", {"tigerbeetle benchmark": lambda: read(binary, count)})


def read(binary: str, transfers: int) -> Reading:
    """Let it make transfers in a folder of its own and return the rate that it tells."""
    with tempfile.TemporaryDirectory(prefix="bezant-bench-") as folder:
        told = subprocess.run(
            [binary, "benchmark", f"--transfer-count={transfers}"],
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=PATIENCE_SECONDS,
            check=False,
        )
    found = _ACCEPTED.search(told.stdout)
    assert found, f"the benchmark of {binary} tells no rate: {told.stdout[-1_000:]}"
    return Reading(float(re.sub("[_,]", "", found[1])))
