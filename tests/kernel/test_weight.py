"""The kernel loads little, so that the command line answers at once."""

import subprocess
import sys

import pytest

HEAVY = {"asyncio", "structlog", "logging", "csv", "pathlib", "tomllib", "msgspec"}


def loaded(statement):
    """Return the modules that a statement loads into a fresh interpreter."""
    script = (
        f"import sys; sys.path[:] = {sys.path!r}; before = set(sys.modules); {statement}; "
        "print(*set(sys.modules) - before)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], check=True, capture_output=True, text=True
    )
    return set(done.stdout.split())


def test_the_package_and_its_errors_load_nothing_heavy():
    assert not loaded("import bezant, bezant.kernel, bezant.kernel.errors") & HEAVY


@pytest.mark.parametrize("module", ["config", "money", "currency", "codec", "secret", "entropy"])
def test_what_has_no_loop_and_no_log_loads_neither(module):
    assert not loaded(f"import bezant.kernel.{module}") & {"asyncio", "structlog"}
